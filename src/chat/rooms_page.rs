//! The rooms: a list to choose from, a form to make one, and the rail that shows them on every page.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

use super::{
    api::CreateRoom,
    connection::ChatConnection,
    model::{Room, RoomKind},
};
use crate::ui::{
    outcome::{Wrong, refusal},
    rows::rows,
};

/// `/rooms`.
#[component]
pub fn RoomsPage() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <Title text="Rooms" />
        <div class="page">
            <h1>"Rooms"</h1>
            <ul class="rooms">
                {rows(
                    move || chat.rooms.get(),
                    |room| (room.id, room.name.clone(), room.topic.clone()),
                    |room| {
                        view! {
                            <li>
                                <RoomLink room=room.clone() />
                                <span class="hint">{about(&room)}</span>
                            </li>
                        }
                        .into_any()
                    },
                )}
            </ul>
            <p>
                <a class="button quiet" href="/search">
                    "Search messages"
                </a>
                " "
                <a class="button quiet" href="/people" rel="external">
                    "Talk to somebody"
                </a>
            </p>
            <h2>"New room"</h2>
            <Wrong error=refusal(CreateRoom::PATH) />
            <form method="post" action=CreateRoom::PATH>
                <div class="field">
                    <label for="room-name">"Room name"</label>
                    <input id="room-name" name="name" required maxlength="40" autocomplete="off" />
                    <p class="hint">"Letters, digits, hyphens, dots and underscores; spaces become hyphens."</p>
                </div>
                <label class="choice">
                    <input type="checkbox" name="private" value="true" />
                    <span>
                        "Private " <span class="hint">"Only people who are invited can read and write in it."</span>
                    </span>
                </label>
                <button class="button" type="submit">"Create room"</button>
            </form>
        </div>
    }
}

fn about(room: &Room) -> String {
    let kind = if room.kind == RoomKind::Private { "private" } else { "" };
    let parts = [kind, room.topic.as_str()];
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" · ")
}

/// The rooms in the rail: those with a `#`, or the conversations.
#[component]
pub fn RoomLinks(direct: bool) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let mine = move || {
        let of_this_kind = |room: &&Room| (room.kind == RoomKind::Direct) == direct;
        chat.rooms
            .with(|rooms| rooms.iter().filter(of_this_kind).cloned().collect::<Vec<_>>())
    };
    rows(
        mine,
        |room| (room.id, room.name.clone()),
        |room| view! { <RoomLink room /> }.into_any(),
    )
}

/// The way to a room, and what is unread in it.
#[component]
fn RoomLink(room: Room) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let path = leptos_router::hooks::use_location().pathname;
    let id = room.id;
    let href = format!("/rooms/{id}");
    let current = {
        let href = href.clone();
        move || (path.get() == href).then_some("page")
    };
    let is_direct = room.kind == RoomKind::Direct;
    let badge = move || {
        let (unread, mentions, calls) = chat.unread(id);
        let count = if unread > 999 {
            "999+".to_owned()
        } else {
            unread.to_string()
        };
        (unread > 0).then(|| {
            let words = if mentions > 0 && !is_direct {
                format!(" unread, {mentions} by name")
            } else {
                " unread".to_owned()
            };
            view! {
                <span class="n" class:me=calls != 0>
                    {count}
                    <span class="visually-hidden">{words}</span>
                </span>
            }
        })
    };
    view! {
        <a class="room-link" class:unread=move || chat.unread(id).0 != 0 href=href aria-current=current>
            <span class="name">{room.title(chat.my_id())}</span>
            {badge}
        </a>
    }
}

/// Who is here, in the rail.
#[component]
pub fn PeopleHere() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <ul class="people">
            {rows(
                move || chat.here.get(),
                |person| person.id,
                |person| {
                    view! {
                        <li>
                            <span class="dot on" aria-hidden="true"></span>
                            {person.name}
                        </li>
                    }
                    .into_any()
                },
            )}
        </ul>
    }
}
