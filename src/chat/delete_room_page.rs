//! `/rooms/{id}/delete`: what is lost with a room, before it is. A plain form.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

use super::{
    api::rooms::{DeleteRoom, room_losses},
    model::Losses,
};
use crate::{
    accounts::pages::frame::{Frame, When},
    error::AppError,
    ids::RoomId,
    ui::{
        loaded::loaded,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn DeleteRoomPage() -> impl IntoView {
    let params = use_params_map();
    let room = move || params.with(|params| params.get("room").and_then(|id| id.parse::<RoomId>().ok()));
    let fetch = |room: Option<RoomId>| async move {
        let room = room.ok_or_else(|| AppError::NotFound("A room's address ends in a number.".into()))?;
        room_losses(room).await
    };
    let body = move || {
        loaded(room, fetch, |losses| match losses {
            Ok(losses) => view! { <Question losses /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Delete a room">{body()}</Frame> }
}

#[component]
fn Question(losses: Losses) -> impl IntoView {
    let Losses {
        room,
        messages,
        people,
        since,
        files,
        bytes,
        pins,
        hooks,
    } = losses;
    let id = room.id.to_string();
    let said = since.map(|at| {
        view! {
            <li>
                {count(messages, "message", "messages")} " by " {count(people, "person", "people")} ", since " <When at />
            </li>
        }
    });
    let files = (files > 0).then(|| {
        let size = format!(" of {}", super::files::amount(bytes));
        view! { <li>{count(files, "file", "files")} {size}</li> }
    });
    let pins = (pins > 0).then(|| view! { <li>{count(pins, "pin", "pins")}</li> });
    let is_empty = said.is_none() && files.is_none();
    let hooks = (!hooks.is_empty()).then(|| {
        view! {
            <p>
                "What is sent to the webhooks of " <strong>{hooks.join(", ")}</strong> " has nowhere to go any more."
            </p>
        }
    });
    view! {
        <h2 class="big">
            <a href=format!("/rooms/{id}")>"# " {room.name.clone()}</a>
        </h2>
        {if is_empty {
            view! { <p>"Nothing has been said in it."</p> }.into_any()
        } else {
            view! {
                <p>"With the room are lost, for everybody and for good:"</p>
                <ul class="losses">{said} {files} {pins}</ul>
            }
                .into_any()
        }}
        {hooks}
        <p class="hint">
            "To keep what was said and have the room out of the way, archive it instead: "
            <a href=format!("/rooms/{id}/about")>"about the room"</a> "."
        </p>
        <Wrong error=refusal(DeleteRoom::PATH) />
        <form method="post" action=DeleteRoom::PATH>
            <input type="hidden" name="room" value=id />
            <div class="field">
                <label for="confirm">"Type " {room.name} " to delete the room"</label>
                <input id="confirm" name="name" required autocomplete="off" autocapitalize="none" spellcheck="false" />
            </div>
            <button class="button danger" type="submit">"Delete the room"</button>
        </form>
    }
}

fn count(n: u32, one: &str, many: &str) -> String {
    let words = if n == 1 { one } else { many };
    format!("{n} {words}")
}
