//! `/join/CODE`: an account for whoever has the link.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::gate::{For, Gate, NameField, PasswordField, SendButton};
use crate::{
    accounts::api::{Join, invitation},
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// Name and password, then the desk. A link that is no longer good says so, with status 404.
#[component]
pub fn JoinPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
    let form = move |team| match team {
        Ok(team) => view! { <JoinForm team code=code.get_untracked() /> }.into_any(),
        Err(error) => view! { <Wrong error /> }.into_any(),
    };
    view! {
        <Gate title="Join the team" open_to=For::SignedOut>
            {loaded(move || code.get(), invitation, form)}
            <p>"Have an account already? " <a href="/sign-in">"Sign in"</a></p>
        </Gate>
    }
}

#[component]
fn JoinForm(team: String, code: String) -> impl IntoView {
    view! {
        <p>"Make your account on the team " <strong>{team}</strong> "."</p>
        <Wrong error=refusal(Join::PATH) />
        <form method="post" action=Join::PATH>
            <input type="hidden" name="code" value=code />
            <NameField new=true />
            <PasswordField new=true />
            <SendButton label="Join" />
        </form>
    }
}
