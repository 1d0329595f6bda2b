//! `/more`, inside the desk: who one is, the way out, and the join link for administrators.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

use crate::{
    accounts::{
        api::{NewJoinLink, SignOut, join_link},
        model::{Me, Role},
    },
    live::event_source::EventStream,
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The signed-in person's own page.
#[component]
pub fn MorePage() -> impl IntoView {
    // The desk around this page has seen to it that somebody is signed in.
    let me = expect_context::<Me>();
    let stream = use_context::<EventStream>();
    let runs_the_team = me.role == Role::Admin;
    let role = if runs_the_team { "an administrator" } else { "a member" };
    view! {
        <Title text="You and the team" />
        <div class="page">
            <h1>"You and the team"</h1>
            <section aria-labelledby="you">
                <h2 id="you">"You"</h2>
                <p>"Signed in as " <strong>{me.name}</strong> ", " {role} "."</p>
                <Wrong error=refusal(SignOut::PATH) />
                // A plain form: what follows is outside the desk, and no page that holds anything stays open.
                <form
                    method="post"
                    action=SignOut::PATH
                    on:submit=move |_| {
                        // Or it would ask again, unwelcome, while the page is being left.
                        if let Some(stream) = stream {
                            stream.close();
                        }
                    }
                >
                    <button class="button quiet" type="submit">
                        "Sign out"
                    </button>
                </form>
            </section>
            {runs_the_team.then(|| view! { <JoinLink /> })}
        </div>
    }
}

/// The link to send to people who shall join, and the button that makes it another.
#[component]
fn JoinLink() -> impl IntoView {
    let link = loaded_once(join_link, |link| match link {
        Ok(link) => view! {
            <div class="field">
                <label for="join-link">"Join link"</label>
                <input id="join-link" readonly value=link aria-describedby="join-link-hint" />
                <p class="hint" id="join-link-hint">
                    "Whoever has this link can make an account. Send it only to people of the team."
                </p>
            </div>
        }
        .into_any(),
        Err(error) => view! { <Wrong error /> }.into_any(),
    });
    view! {
        <section aria-labelledby="people">
            <h2 id="people">"New people"</h2>
            {link}
            <Wrong error=refusal(NewJoinLink::PATH) />
            <form method="post" action=NewJoinLink::PATH>
                <button class="button quiet" type="submit">
                    "New link"
                </button>
            </form>
            <p class="hint">"A new link makes the old one useless. Accounts that were made with it stay."</p>
        </section>
    }
}
