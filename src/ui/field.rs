//! A labelled text field.

use leptos::{either::Either, prelude::*};

/// A label, its input, and below them a hint and what is wrong, both read out with the input.
#[component]
pub fn Field(
    /// What it asks for.
    #[prop(into)]
    label: String,
    /// The name it is sent under, and its id: once in a page.
    name: &'static str,
    /// `text`, `password`, …
    #[prop(default = "text")]
    kind: &'static str,
    /// What browsers and password managers may fill in, such as `username` or `new-password`.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// What it holds at first.
    #[prop(optional, into)]
    value: String,
    /// One sentence of help.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong with what was sent, if anything.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// The least number of characters.
    #[prop(optional)]
    minlength: Option<u32>,
    /// The largest number of characters.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Takes the focus when the page opens.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let (hint_id, error_id) = (format!("{name}-hint"), format!("{name}-error"));
    let described = {
        let (hint_id, error_id) = (hint.is_some().then(|| hint_id.clone()), error_id.clone());
        move || {
            let error = error.with(Option::is_some).then(|| error_id.clone());
            let ids: Vec<String> = error.into_iter().chain(hint_id.clone()).collect();
            (!ids.is_empty()).then(|| ids.join(" "))
        }
    };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <input
                id=name
                name=name
                type=kind
                autocomplete=autocomplete
                value=value
                required=!optional
                minlength=minlength.map(|n| n.to_string())
                maxlength=maxlength.map(|n| n.to_string())
                autofocus=autofocus
                // Names and codes are nobody's prose.
                autocapitalize="off"
                spellcheck="false"
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            />
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {move || match error.get() {
                Some(words) => Either::Left(view! { <p class="error" id=error_id.clone() role="alert">{words}</p> }),
                None => Either::Right(()),
            }}
        </div>
    }
}
