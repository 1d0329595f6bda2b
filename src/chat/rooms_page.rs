//! The rooms: a list to choose from, and the rail that shows them on every page.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    connection::ChatConnection,
    counts::{badge, new_words},
    model::{Room, RoomKind},
    outbox::Progress,
};
use crate::ui::{rows::rows, text::text};

/// Where one goes from there. Written as HTML, which takes less of the program than views do.
const WAYS: &str = concat!(
    r#"<a class="button quiet" href="/rooms/new" rel="external">New room</a> "#,
    r#"<a class="button quiet" href="/rooms/others" rel="external">Other rooms</a> "#,
    r#"<a class="button quiet" href="/search" rel="external">Search</a> "#,
    r#"<a class="button quiet" href="/people" rel="external">Talk to somebody</a>"#,
);

/// `/rooms`.
#[component(transparent)]
pub fn RoomsPage() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <Title text="Rooms" />
        <div class="page">
            <h1>"Rooms"</h1>
            <ul class="rooms">
                {rows(
                    move || chat.rooms_where(|kind| kind != RoomKind::Thread),
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
            <p class="ways">
                <ThreadsLink class="button quiet" />
                <span inner_html=WAYS></span>
            </p>
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
#[component(transparent)]
pub fn RoomLinks(direct: bool) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    rows(
        move || {
            chat.rooms_where(|kind| match kind {
                RoomKind::Direct => direct,
                RoomKind::Thread => false,
                RoomKind::Open | RoomKind::Private => !direct,
            })
        },
        |room| (room.id, room.name.clone()),
        |room| view! { <RoomLink room /> }.into_any(),
    )
}

/// The way to a room, and what is unread in it.
#[component(transparent)]
fn RoomLink(room: Room) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let path = leptos_router::hooks::use_location().pathname;
    let id = room.id;
    let href = format!("/rooms/{id}");
    let is_current = {
        let href = href.clone();
        Signal::derive(move || path.get() == href)
    };
    let current = move || is_current.get().then_some("page");
    let is_direct = room.kind == RoomKind::Direct;
    let is_private = room.kind == RoomKind::Private;
    let class = text(move || {
        let state = |room: &Room| (room.unread != 0, room.muted);
        let (unread, muted) = chat
            .rooms
            .with(|rooms| rooms.iter().find(|other| other.id == id).map(state).unwrap_or_default());
        let mut class = "room-link".to_owned();
        let failed = chat.outbox.with(|outbox| {
            let mut waiting = outbox.in_room(id);
            waiting.any(|waiting| matches!(waiting.progress, Progress::Failed(_)))
        });
        let draft = !failed && !is_current.get() && chat.drafts.with(|drafts| drafts.contains(&id));
        for (is_so, word) in [
            (is_private, " private"),
            (unread, " unread"),
            (muted, " muted"),
            (failed, " failed"),
            (draft, " draft"),
        ] {
            if is_so {
                class += word;
            }
        }
        class
    });
    let badge = text(move || {
        let (unread, mentions, calls) = chat.unread(id);
        // In a conversation all of it calls: there is nothing to tell apart.
        badge(unread, if is_direct { 0 } else { mentions }, calls > 0)
    });
    view! {
        <a class=class href=href aria-current=current>
            <span class="name">{room.title(chat.my_id())}</span>
            <span class="counts" inner_html=badge></span>
        </a>
    }
}

/// The way to the threads that one follows, and what is unread in them.
#[component(transparent)]
pub fn ThreadsLink(class: &'static str) -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    let new = text(move || {
        let threads = |rooms: &Vec<Room>| {
            let threads = rooms.iter().filter(|room| room.kind == RoomKind::Thread);
            threads.map(Room::calls).sum::<u32>()
        };
        new_words(chat.rooms.with(threads))
    });
    view! { <a class=class href="/threads" rel="external">"Threads " <b class="n me">{new}</b></a> }
}

/// Who is here, in the rail.
#[component(transparent)]
pub fn PeopleHere() -> impl IntoView {
    let chat = expect_context::<ChatConnection>();
    view! {
        <ul class="people">
            {rows(
                move || chat.here.get(),
                |person| (person.id, person.words()),
                |person| {
                    view! {
                        <li>
                            <span class=if person.away { "dot" } else { "dot on" } aria-hidden="true"></span>
                            {person.words()}
                        </li>
                    }
                    .into_any()
                },
            )}
        </ul>
    }
}
