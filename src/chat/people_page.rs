//! `/people`: everyone on the team, to talk to one or several of them.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

use super::{
    api::{OpenDirect, team},
    connection::ChatConnection,
    model::Person,
};
use crate::{
    accounts::model::Me,
    ui::{
        avatar::Avatar,
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn PeoplePage() -> impl IntoView {
    let me = expect_context::<Me>().id;
    let choice = loaded_once(team, move |team| match team {
        Ok(people) => {
            view! { <Choice people=people.into_iter().filter(|person| person.id != me).collect() /> }.into_any()
        }
        Err(error) => view! { <Wrong error /> }.into_any(),
    });
    view! {
        <Title text="People" />
        <div class="page">
            <h1>"People"</h1>
            <Wrong error=refusal(OpenDirect::PATH) />
            {choice}
        </div>
    }
}

#[component]
fn Choice(people: Vec<Person>) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    if people.is_empty() {
        return view! { <p class="hint">"Nobody else is on the team yet. Administrators find the join link under \"You and the team\"."</p> }.into_any();
    }
    let rows = people
        .into_iter()
        .map(|Person { id, name }| {
            let is_here = move || chat.here.with(|here| here.iter().any(|person| person.id == id));
            view! {
                <li>
                    <label class="choice">
                        <input type="checkbox" name="people[]" value=id.to_string() />
                        <Avatar name=name.clone() />
                        <span>{name}</span>
                        <span class="hint">{move || is_here().then_some("here now")}</span>
                    </label>
                </li>
            }
        })
        .collect_view();
    view! {
        <form method="post" action=OpenDirect::PATH>
            <ul class="choices">{rows}</ul>
            <button class="button" type="submit">
                "Talk"
            </button>
            <p class="hint">"With one or up to seven of them. Nobody else can read it."</p>
        </form>
    }
    .into_any()
}
