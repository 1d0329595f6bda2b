//! `/sign-in`.

use leptos::prelude::*;

use super::gate::{For, Gate, NameField, Outcome, PasswordField, SendButton};
use crate::accounts::api::SignIn;

/// Name and password, then the desk.
#[component]
pub fn SignInPage() -> impl IntoView {
    let sign_in = ServerAction::<SignIn>::new();
    view! {
        <Gate title="Sign in" open_to=For::SignedOut>
            <Outcome of=sign_in />
            <ActionForm action=sign_in>
                <NameField />
                <PasswordField />
                <SendButton of=sign_in label="Sign in" />
            </ActionForm>
            <p>"No account yet? Ask an administrator of your team for the join link."</p>
        </Gate>
    }
}
