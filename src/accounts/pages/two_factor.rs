//! `/you/two-factor`: turning the second factor on. And its part of `/you`.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    code::CodeField,
    frame::{Done, Frame},
    gate::SendButton,
    you::CurrentPassword,
};
use crate::{
    accounts::{
        api::you::{ConfirmTwoFactor, RenewRecovery, StopTwoFactor, offer_two_factor},
        model, rules,
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
    let wrong = refusal(ConfirmTwoFactor::PATH);
    // At first the page is read from its top; a phone would open it at the field.
    let again = wrong.is_some();
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
            <Codes codes=recovery />
        </section>
        <section aria-labelledby="prove">
            <h2 id="prove">"3. Show that it works"</h2>
            <Wrong error=wrong />
            <form method="post" action=ConfirmTwoFactor::PATH>
                <CodeField focus=again />
                <SendButton label="Turn it on" />
            </form>
        </section>
    }
}

/// Recovery codes, to be written down.
#[component]
pub fn Codes(
    /// Which.
    codes: Vec<String>,
) -> impl IntoView {
    let row = |code| view! { <li><code>{code}</code></li> };
    view! { <ul class="codes">{codes.into_iter().map(row).collect_view()}</ul> }
}

/// The part of one's own page.
#[component]
pub fn SecondFactor(
    /// Recovery codes left; `None` when it is off.
    left: Option<u8>,
    /// Recovery codes that were made just now.
    made: Vec<String>,
) -> impl IntoView {
    let body = if let Some(left) = left {
        let few = left <= rules::RECOVERY_FEW;
        let codes = (!made.is_empty()).then(|| {
            view! {
                <p class="notice" role="status">
                    "These are your new recovery codes; those before are no longer good. Keep them now: they are not shown again."
                </p>
                <Codes codes=made />
            }
        });
        view! {
            <p>"On: signing in takes a code from your phone too."</p>
            {codes}
            <p class:notice=few>{rules::recovery_left(left)}</p>
            <Wrong error=refusal(RenewRecovery::PATH) />
            <Wrong error=refusal(StopTwoFactor::PATH) />
            <form method="post" action=RenewRecovery::PATH>
                <CurrentPassword id="current-too" />
                <div class="side-by-side">
                    <button class="button quiet" type="submit">"Make new recovery codes"</button>
                    <button class="button quiet" type="submit" formaction=StopTwoFactor::PATH>"Turn it off"</button>
                </div>
            </form>
        }
        .into_any()
    } else {
        view! {
            <p>"Off. With it, a stolen password alone opens nothing."</p>
            <a class="button quiet" href="/you/two-factor">"Set it up"</a>
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="factor-heading">
            <h2 id="factor-heading">"Second factor"</h2>
            <Done what="two-factor" words="Your second factor is on." />
            <Done what="no-two-factor" words="Your second factor is off." />
            <Done what="recovery-code" words="You came in with a recovery code. It is used up." />
            {body}
        </section>
    }
}
