//! `/reset/CODE`: a new password for whoever forgot the old one.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::gate::{For, Gate, PasswordField, SendButton};
use crate::{
    accounts::api::{ChoosePassword, reset},
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The new password, then the sign-in page. A link that is no longer good says so, with status 404.
#[component]
pub fn ResetPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
    let form = move |name| match name {
        Ok(name) => view! { <ResetForm name code=code.get_untracked() /> }.into_any(),
        Err(error) => view! { <Wrong error /> }.into_any(),
    };
    view! {
        <Gate title="New password" open_to=For::SignedOut>
            {loaded(move || code.get(), reset, form)}
            <p><a href="/sign-in">"Sign in"</a></p>
        </Gate>
    }
}

#[component]
fn ResetForm(name: String, code: String) -> impl IntoView {
    view! {
        <p>"For the account " <strong>{name.clone()}</strong> ". Whatever it has open elsewhere is signed out."</p>
        <Wrong error=refusal(ChoosePassword::PATH) />
        <form method="post" action=ChoosePassword::PATH>
            <input type="hidden" name="code" value=code />
            // For password managers, which keep the two together.
            <input type="text" class="visually-hidden" value=name autocomplete="username" readonly tabindex="-1" aria-hidden="true" />
            <PasswordField new=true />
            <SendButton label="Keep this password" />
        </form>
    }
}
