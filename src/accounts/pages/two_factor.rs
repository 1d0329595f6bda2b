//! `/you/two-factor`: turning the second factor on.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{code::CodeField, frame::Frame, gate::SendButton};
use crate::{
    accounts::{
        api::you::{ConfirmTwoFactor, offer_two_factor},
        model,
    },
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The picture for the phone, the recovery codes, and the field that shows that it worked.
#[component]
pub fn TwoFactorPage() -> impl IntoView {
    let body = || {
        loaded_once(offer_two_factor, |offer| match offer {
            Ok(offer) => view! { <Steps offer /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Second factor">{body()}</Frame> }
}

#[component]
fn Steps(offer: model::Offer) -> impl IntoView {
    let model::Offer {
        picture,
        secret,
        recovery,
    } = offer;
    let codes = recovery
        .into_iter()
        .map(|code| view! { <li><code>{code}</code></li> })
        .collect_view();
    view! {
        <p>"From now on signing in will take your password and a code that only your phone shows."</p>
        <section aria-labelledby="scan">
            <h2 id="scan">"1. Let an authenticator app read this"</h2>
            <img class="qr" src=picture alt="QR code with the secret below" width="192" height="192" />
            <p class="hint">"No camera? Type it: " <code class="secret">{secret}</code></p>
        </section>
        <section aria-labelledby="keep">
            <h2 id="keep">"2. Keep these recovery codes"</h2>
            <p>"Each lets you in once, should the phone be lost. They are not shown again."</p>
            <ul class="codes">{codes}</ul>
        </section>
        <section aria-labelledby="prove">
            <h2 id="prove">"3. Show that it works"</h2>
            <Wrong error=refusal(ConfirmTwoFactor::PATH) />
            <form method="post" action=ConfirmTwoFactor::PATH>
                <CodeField />
                <SendButton label="Turn it on" />
            </form>
        </section>
    }
}
