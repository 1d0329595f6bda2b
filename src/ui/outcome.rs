//! What became of a plain form: leptos sends the browser back to the page of the form, with what was wrong in the URL.

use leptos::{prelude::*, server::ServerActionError, server_fn::error::ServerFnUrlError};

use crate::error::AppError;

/// Why the server function at `path` refused the form that was sent last.
pub fn refusal(path: &str) -> Option<AppError> {
    let told = use_context::<ServerActionError>().filter(|told| told.path() == path)?;
    Some(ServerFnUrlError::decode_err(told.err()))
}

/// What went wrong, in words; nothing when nothing did.
#[component]
pub fn Wrong(
    /// What.
    #[prop(into)]
    error: Option<AppError>,
) -> impl IntoView {
    error.map(|error| view! { <p class="notice error" role="alert">{error.to_string()}</p> })
}
