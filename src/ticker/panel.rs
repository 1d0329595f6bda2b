use leptos::prelude::*;
#[component]
pub fn TickerPanel() -> impl IntoView {}
