use leptos::prelude::*;
#[component]
pub fn LogsPanel() -> impl IntoView {}
