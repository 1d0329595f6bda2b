//! `/sign-in/code`: the second step of signing in.

use leptos::{prelude::*, server_fn::ServerFn};

use super::gate::{For, Gate, SendButton};
use crate::{
    accounts::api::SignInCode,
    error::AppError,
    ui::outcome::{Wrong, refusal},
};

/// The code of the second factor, then the desk.
#[component]
pub fn CodePage() -> impl IntoView {
    view! {
        <Gate title="Your code" open_to=For::SignedOut>
            {match refusal(SignInCode::PATH) {
                Some(AppError::SignedOut) => {
                    view! { <p class="notice error" role="alert">"That took too long. Begin again with your name and password."</p> }
                        .into_any()
                }
                error => view! { <Wrong error /> }.into_any(),
            }}
            <form method="post" action=SignInCode::PATH>
                <CodeField focus=true />
                <SendButton label="Sign in" />
            </form>
            <p>"No phone at hand? A recovery code does too. Without either, an administrator can let you in."</p>
            <p><a href="/sign-in">"Begin again"</a></p>
        </Gate>
    }
}

/// The field of a code.
#[component]
pub fn CodeField(
    /// Whether one types into it at once.
    focus: bool,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for="code">"Code"</label>
            <input
                id="code"
                name="code"
                required
                autofocus=focus
                autocomplete="one-time-code"
                inputmode="text"
                autocapitalize="none"
                spellcheck="false"
                maxlength="40"
                aria-describedby="code-hint"
            />
            <p class="hint" id="code-hint">"The six digits that the app on your phone shows now."</p>
        </div>
    }
}
