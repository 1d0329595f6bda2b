//! `/more`, inside the desk: who one is, the way out, and the join link for administrators.

use leptos::prelude::*;
use leptos_meta::Title;

use super::gate::{Outcome, Wrong};
use crate::accounts::{
    api::{NewJoinLink, SignOut, join_link},
    model::{Me, Role},
};

/// The signed-in person's own page.
#[component]
pub fn MorePage() -> impl IntoView {
    // The desk around this page has seen to it that somebody is signed in.
    let me = expect_context::<Me>();
    let sign_out = ServerAction::<SignOut>::new();
    let runs_the_team = me.role == Role::Admin;
    let role = if runs_the_team { "an administrator" } else { "a member" };
    view! {
        <Title text="More" />
        <div class="page">
            <h1>"More"</h1>
            <section aria-labelledby="you">
                <h2 id="you">"You"</h2>
                <p>"Signed in as " <strong>{me.name}</strong> ", " {role} "."</p>
                <Outcome of=sign_out />
                <ActionForm action=sign_out>
                    <button class="button quiet" type="submit">
                        "Sign out"
                    </button>
                </ActionForm>
            </section>
            {runs_the_team.then(|| view! { <JoinLink /> })}
        </div>
    }
}

/// The link to send to people who shall join, and the button that makes it another.
#[component]
fn JoinLink() -> impl IntoView {
    let renew = ServerAction::<NewJoinLink>::new();
    let link = Resource::new_blocking(move || renew.version().get(), |_| join_link());
    view! {
        <section aria-labelledby="people">
            <h2 id="people">"New people"</h2>
            <Transition>
                {move || Suspend::new(async move {
                    match link.await {
                        Ok(link) => {
                            view! {
                                <div class="field">
                                    <label for="join-link">"Join link"</label>
                                    <input id="join-link" readonly value=link aria-describedby="join-link-hint" />
                                    <p class="hint" id="join-link-hint">
                                        "Whoever has this link can make an account. Send it only to people of the team."
                                    </p>
                                </div>
                            }
                                .into_any()
                        }
                        Err(error) => view! { <Wrong error /> }.into_any(),
                    }
                })}
            </Transition>
            <Outcome of=renew />
            <ActionForm action=renew>
                <button class="button quiet" type="submit">
                    "New link"
                </button>
            </ActionForm>
            <p class="hint">"A new link makes the old one useless. Accounts that were made with it stay."</p>
        </section>
    }
}
