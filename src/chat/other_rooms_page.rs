//! `/rooms/others`: open rooms that one isn't in, and the archived ones; with `?room=N` first of all that one, from which
//! one comes. Plain forms.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_query_map;

use super::{
    api::rooms::{JoinRoom, list_other_rooms},
    model::{OtherRooms, Room, RoomKind},
};
use crate::{
    accounts::pages::frame::Frame,
    ids::RoomId,
    ui::{
        loaded::loaded_once,
        outcome::{Wrong, refusal},
    },
};

/// The page.
#[component]
pub fn OtherRoomsPage() -> impl IntoView {
    let body = || {
        loaded_once(list_other_rooms, |rooms| match rooms {
            Ok(rooms) => view! { <Others rooms /> }.into_any(),
            Err(error) => view! { <Wrong error /> }.into_any(),
        })
    };
    view! { <Frame title="Other rooms">{body()}</Frame> }
}

#[component]
fn Others(rooms: OtherRooms) -> impl IntoView {
    let OtherRooms {
        open,
        archived,
        archived_open,
    } = rooms;
    let asked = use_query_map().with_untracked(|query| query.get("room").and_then(|id| id.parse::<RoomId>().ok()));
    let from = asked.map(|asked| {
        let room = open.iter().chain(&archived_open).find(|room| room.id == asked);
        let words = match room {
            Some(room) => format!("You are not in # {}.", room.name),
            None => "That room isn't there for you any more: it was deleted, or you were taken out of it.".to_owned(),
        };
        let join = room.map(|room| list(vec![room.clone()], false));
        view! {
            <section aria-label="Where you come from">
                <p class="notice" role="status">{words}</p>
                {join.map(|join| view! { <ul class="entries">{join}</ul> })}
                <p><a class="button quiet" href="/rooms">"Your rooms"</a></p>
            </section>
        }
    });
    let others = |rooms: Vec<Room>| rooms.into_iter().filter(|room| Some(room.id) != asked).collect();
    let to_join = list(others(open), false);
    let archived: Vec<AnyView> = list(archived, true)
        .into_iter()
        .chain(list(others(archived_open), false))
        .collect();
    view! {
        <Wrong error=refusal(JoinRoom::PATH) />
        {from}
        <section aria-labelledby="open-heading">
            <h2 id="open-heading">"Open rooms that you are not in"</h2>
            {or_none(to_join, "You are in every open room.")}
        </section>
        <section aria-labelledby="archived-heading">
            <h2 id="archived-heading">"Archived"</h2>
            <p class="hint">"They can be read and searched, and nothing changes in them. Administrators bring them back."</p>
            {or_none(archived, "No room is archived.")}
        </section>
        <p>
            <a class="button quiet" href="/rooms/new">"New room"</a>
        </p>
    }
}

fn or_none(rooms: Vec<AnyView>, none: &'static str) -> AnyView {
    if rooms.is_empty() {
        return view! { <p class="empty">{none}</p> }.into_any();
    }
    view! { <ul class="entries">{rooms}</ul> }.into_any()
}

fn list(rooms: Vec<Room>, is_in: bool) -> Vec<AnyView> {
    rooms.into_iter().map(|room| entry(room, is_in)).collect()
}

fn entry(room: Room, is_in: bool) -> AnyView {
    let (id, name) = (room.id.to_string(), format!("# {}", room.name));
    let way = if is_in {
        let about = format!("/rooms/{id}/about");
        view! { <a class="button quiet" href=about aria-label=format!("About {name}")>"About"</a> }.into_any()
    } else {
        view! {
            <form method="post" action=JoinRoom::PATH>
                <input type="hidden" name="room" value=id.clone() />
                <button class="button quiet" type="submit" aria-label=format!("Join {name}")>"Join"</button>
            </form>
        }
        .into_any()
    };
    let title = if is_in {
        view! { <a href=format!("/rooms/{id}")>{name}</a> }.into_any()
    } else {
        view! { <strong>{name}</strong> }.into_any()
    };
    let private = (room.kind == RoomKind::Private).then_some("private ");
    view! {
        <li>
            <div>
                {title}
                <p class="hint" dir="auto">{private} {room.topic}</p>
            </div>
            {way}
        </li>
    }
    .into_any()
}
