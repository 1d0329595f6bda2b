//! Sign-in, set-up and join pages.
use leptos::prelude::*;

/// Sign in.
#[component]
pub fn SignInPage() -> impl IntoView {
    "sign in"
}
/// First visit.
#[component]
pub fn SetUpPage() -> impl IntoView {
    "set up"
}
/// By the join link.
#[component]
pub fn JoinPage() -> impl IntoView {
    "join"
}
/// The signed-in person's own page: sign out, the join link for administrators.
#[component]
pub fn MorePage() -> impl IntoView {
    "more"
}
