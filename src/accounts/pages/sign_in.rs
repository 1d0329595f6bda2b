//! `/sign-in`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::gate::{For, Gate, NameField, PasswordField, SendButton};
use crate::{
    accounts::api::SignIn,
    ui::outcome::{Wrong, refusal},
};

/// Name and password, then the desk.
#[component]
pub fn SignInPage() -> impl IntoView {
    view! {
        <Gate title="Sign in" open_to=For::SignedOut>
            <Wrong error=refusal(SignIn::PATH) />
            <form method="post" action=SignIn::PATH>
                <NameField />
                <PasswordField />
                <SendButton label="Sign in" />
            </form>
            <p>"No account yet? Ask an administrator of your team for the join link."</p>
        </Gate>
    }
}
