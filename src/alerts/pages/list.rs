//! `/alerts`: the alerts of the rooms that one is in, and what one can do with them.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use crate::{
    accounts::pages::frame::{Done, Frame, When, day_and_minute, is_done},
    alerts::{
        api::{DeleteAlert, SwitchAlert, TestAlert, WakeAlert, alerts},
        model::Listed,
    },
    ids::AlertId,
    paths,
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn AlertsPage() -> impl IntoView {
    let body = || {
        loaded_once(alerts, |listed| match listed {
            Ok(listed) => view! { <List listed /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Alerts">{body()}</Frame> }
}

#[component]
fn List(listed: Vec<Listed>) -> impl IntoView {
    let refused = [SwitchAlert::PATH, DeleteAlert::PATH, TestAlert::PATH, WakeAlert::PATH];
    let wrong = refused.into_iter().find_map(refusal);
    let none = listed.is_empty().then(|| {
        view! {
            <p class="empty">
                "No alert yet. One watches a price or log lines, and says in a room when something is up: in one message, \
                 which tells how it goes on and when it is over."
            </p>
        }
    });
    // Which one was tested, since the page has many.
    let tested = is_done("tested").then(|| {
        let rule = use_query_map()
            .with_untracked(|query| query.get("rule"))
            .unwrap_or_default();
        let name = listed
            .iter()
            .find(|alert| alert.id.to_string() == rule)
            .map(|alert| alert.name.clone());
        let words = name.map_or("The webhook took the call.".to_owned(), |name| {
            format!("The webhook of {name} took the call.")
        });
        view! { <p class="notice" role="status">{words}</p> }
    });
    let rows = listed.into_iter().map(|alert| view! { <Row alert /> }).collect_view();
    view! {
        <Wrong error=wrong />
        <Done what="kept" words="It is watched from now on." />
        <Done what="deleted" words="The alert is deleted. What it said stays." />
        {tested}
        <Done what="woken" words="It speaks again." />
        <p><a class="button" href=paths::NEW_ALERT>"New alert"</a></p>
        {none}
        <ul class="entries alerts" role="list">{rows}</ul>
    }
}

#[component]
fn Row(alert: Listed) -> impl IntoView {
    let (room, room_name) = alert.room.clone();
    let state = match (&alert, alert.snoozed) {
        (Listed { is_on: false, .. }, _) => view! { <span class="badge">"off"</span> }.into_any(),
        (_, Some(until)) => view! { <span class="badge">"snoozed until " <When at=until /></span> }.into_any(),
        (Listed { is_firing: true, .. }, _) => view! { <span class="badge firing">"firing"</span> }.into_any(),
        _ => view! { <span class="badge">"watching"</span> }.into_any(),
    };
    let fired = match alert.fired.clone() {
        Some((at, Some(link))) => view! { "Fired last " <a href=link>{day_and_minute(at)}</a> }.into_any(),
        Some((at, None)) => view! { "Fired last " <When at /> }.into_any(),
        None => "Never fired".into_any(),
    };
    let wake = alert
        .snoozed
        .map(|_| view! { <Wake id=alert.id name=alert.name.clone() /> });
    let acts = alert.can_change.then(|| view! { <Acts alert=alert.clone() /> });
    let edits = (acts.is_some() || wake.is_some()).then(|| view! { <div class="edits">{acts}{wake}</div> });
    let terms = alert.terms.join(" \u{b7} ");
    view! {
        <li>
            <div>
                <strong>{alert.name.clone()}</strong>
                " "
                {state}
                {(alert.sentence != alert.name).then(|| view! { <p class="hint">{alert.sentence.clone()}</p> })}
                <p class="hint">
                    <a href=format!("/rooms/{room}")>"# " {room_name}</a>
                    " · by "
                    {alert.author.clone()}
                    " · "
                    {fired}
                </p>
                <p class="hint">{terms}</p>
                {alert.trouble.clone().map(|trouble| view! { <p class="error">"It couldn't speak: " {trouble}</p> })}
            </div>
            {edits}
        </li>
    }
    .into_any()
}

/// Everybody in the room can put one off, and take that back.
#[component]
fn Wake(id: AlertId, name: String) -> impl IntoView {
    view! {
        <form method="post" action=WakeAlert::PATH>
            <input type="hidden" name="id" value=id.to_string() />
            <button class="button quiet" type="submit" aria-label=format!("Wake up {name}")>"Wake up"</button>
        </form>
    }
}

#[component]
fn Acts(alert: Listed) -> impl IntoView {
    let id = alert.id.to_string();
    let (words, label) = match alert.is_on {
        true => ("Switch off", format!("Switch off {}", alert.name)),
        false => ("Switch on", format!("Switch on {}", alert.name)),
    };
    let edit = format!("{}?rule={id}", paths::NEW_ALERT);
    let test = alert.has_hook.then(|| {
        view! {
            <form method="post" action=TestAlert::PATH>
                <input type="hidden" name="id" value=id.clone() />
                <button class="button quiet" type="submit" aria-label=format!("Test webhook of {}", alert.name)>"Test webhook"</button>
            </form>
        }
    });
    view! {
        // What every row has comes first, so that it stands in the same place in each.
        <a class="button quiet" href=edit aria-label=format!("Edit {}", alert.name)>"Edit"</a>
        <form method="post" action=SwitchAlert::PATH>
            <input type="hidden" name="id" value=id.clone() />
            <input type="hidden" name="on" value=(!alert.is_on).to_string() />
            <button class="button quiet" type="submit" aria-label=label>{words}</button>
        </form>
        <details>
            <summary aria-label=format!("Delete {}", alert.name)>"Delete"</summary>
            <form method="post" action=DeleteAlert::PATH>
                <input type="hidden" name="id" value=id />
                <button class="button danger" type="submit">"Delete it for everybody"</button>
            </form>
        </details>
        {test}
    }
}
