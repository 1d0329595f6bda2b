//! `/people`: everyone on the team, to talk to one or several of them.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    api::rooms::{OpenDirect, team},
    model::Teammate,
};
use crate::{
    accounts::pages::frame::Frame,
    ui::{
        avatar::Avatar,
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let body = || {
        loaded_once(team, |people| match people {
            Ok(people) => view! { <Choice people /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! {
        <Frame title="People">
            <Wrong error=refusal(OpenDirect::PATH) />
            {body()}
        </Frame>
    }
}

#[component]
fn Choice(people: Vec<Teammate>) -> impl IntoView {
    if people.is_empty() {
        return view! { <p class="hint">"Nobody else is on the team yet. Administrators find the join link under \"Team\"."</p> }
            .into_any();
    }
    let row = |mate: Teammate| {
        let (id, name) = (mate.person.id, mate.person.name.clone());
        view! {
            <li>
                <label class="choice">
                    <input type="checkbox" name="people[]" value=id.to_string() />
                    <Avatar name=name.clone() id />
                    <span>{name}</span>
                    <span class="hint">{mate.words()}</span>
                </label>
            </li>
        }
    };
    view! {
        <form method="post" action=OpenDirect::PATH>
            <ul class="choices">{people.into_iter().map(row).collect_view()}</ul>
            <button class="button" type="submit">
                "Talk"
            </button>
            <p class="hint">"With one or up to seven of them. Nobody else can read it."</p>
        </form>
    }
    .into_any()
}
