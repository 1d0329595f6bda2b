use leptos::prelude::*;
#[component]
pub fn Avatar(name: String) -> impl IntoView {
    view! {<span class="ava">{name}</span>}
}
