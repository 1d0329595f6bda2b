//! `/join/CODE`: an account for whoever has the link.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::gate::{For, Gate, NameField, Outcome, PasswordField, SendButton, Wrong};
use crate::accounts::api::{Join, invitation};

/// Name and password, then the desk. A link that is no longer good says so, with status 404.
#[component]
pub fn JoinPage() -> impl IntoView {
    let join = ServerAction::<Join>::new();
    let params = use_params_map();
    let code = Memo::new(move |_| params.with(|params| params.get("code").unwrap_or_default()));
    let team = Resource::new_blocking(move || code.get(), invitation);
    view! {
        <Gate title="Join the team" open_to=For::SignedOut>
            <Suspense>
                {move || Suspend::new(async move {
                    match team.await {
                        Ok(team) => {
                            view! {
                                <p>"Make your account on the team " <strong>{team}</strong> "."</p>
                                <Outcome of=join />
                                <ActionForm action=join>
                                    <input type="hidden" name="code" value=move || code.get() />
                                    <NameField new=true />
                                    <PasswordField new=true />
                                    <SendButton of=join label="Join" />
                                </ActionForm>
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
