use leptos::prelude::*;
#[component]
pub fn Tape() -> impl IntoView {}
