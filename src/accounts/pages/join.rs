//! `/join/CODE`: an account for whoever has the link.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::gate::{For, Gate, NameField, PasswordField, SendButton};
use crate::{
    accounts::api::{Join, invitation},
    ui::outcome::{Wrong, refusal},
};

/// Name and password, then the desk. A link that is no longer good says so, with status 404.
#[component]
pub fn JoinPage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
    let team = Resource::new_blocking(move || code.get(), invitation);
    view! {
        <Gate title="Join the team" open_to=For::SignedOut>
            <Suspense>
                {Suspend::new(async move {
                    match team.await {
                        Ok(team) => {
                            view! {
                                <p>"Make your account on the team " <strong>{team}</strong> "."</p>
                                <Wrong error=refusal(Join::PATH) />
                                <form method="post" action=Join::PATH>
                                    <input type="hidden" name="code" value=move || code.get() />
                                    <NameField new=true />
                                    <PasswordField new=true />
                                    <SendButton label="Join" />
                                </form>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <Wrong error /> }.into_any(),
                    }
                })}
            </Suspense>
            <p>"Have an account already? " <a href="/sign-in">"Sign in"</a></p>
        </Gate>
    }
}
