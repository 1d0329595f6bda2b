//! A sentence about the page as a whole, above what it is about.

use leptos::prelude::*;

/// Shows `words` while there are any; an error is read out at once.
#[component]
pub fn Notice(
    /// What to say.
    #[prop(into)]
    words: Signal<Option<String>>,
    /// Something went wrong.
    #[prop(optional)]
    error: bool,
) -> impl IntoView {
    let (class, role) = if error {
        ("notice error", "alert")
    } else {
        ("notice", "status")
    };
    move || words.get().map(|words| view! { <p class=class role=role>{words}</p> })
}
