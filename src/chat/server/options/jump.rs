//! Where one can go: rooms, people, pages, and into what was said.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{Group, fitting};
use crate::{
    accounts::{
        api::SignOut,
        model::{Me, Role},
    },
    chat::{
        api::OpenDirect,
        model::{Room, Teammate},
        server::{Chat, room_pages, store},
    },
    error::AppError,
    paths::{self, encoded},
    ui::avatar::Avatar,
};

/// Rooms and people at most.
const MOST: usize = 8;

/// Where `me` could mean to go.
///
/// # Errors
/// When the database can't be read.
pub async fn jump(chat: &Chat, me: &Me, typed: &str) -> Result<Vec<Group>, AppError> {
    let typed = typed.trim();
    let db = &chat.db.readers;
    let mut mine = store::rooms(db, me.id).await?;
    // What calls first, then what is unread.
    mine.sort_by_key(|room| (room.mentions == 0, room.unread == 0));
    let rooms = fitting(mine, |room| room.title(me.id), typed, MOST);
    let others = room_pages::others(chat, me.id).await?;
    let people = fitting(
        others,
        |mate| format!("{} {}", mate.username, mate.person.name),
        typed.trim_start_matches('@'),
        MOST,
    );
    let pages = fitting(pages(me), |(title, _)| (*title).to_owned(), typed, usize::MAX);
    let search = (!typed.is_empty()).then(|| {
        let there = format!("/search?q={}", encoded(typed));
        link(
            there,
            view! { <span>"Messages with “" {typed.to_owned()} "”"</span> }.into_any(),
        )
    });
    let leaving = fitting(["Sign out"], ToString::to_string, typed, 1);
    let leaving = leaving.into_iter().map(|words| {
        let out = view! { <button type="submit"></button> }.into_any();
        form(SignOut::PATH, out, words.into_any())
    });
    let to_room = |room: Room| {
        let unread = (room.unread > 0).then(|| view! { <span class="hint">{room.unread} " unread"</span> });
        let shown = view! { <span class="name">{room.title(me.id)}</span> <span class="hint">{room.topic.clone()}</span> {unread} };
        link(format!("/rooms/{}", room.id), shown.into_any())
    };
    let pages = pages
        .into_iter()
        .map(|(title, path)| link(path.to_owned(), title.into_any()));
    Ok(vec![
        group("Rooms and conversations", rooms.into_iter().map(to_room).collect()),
        group("People", people.into_iter().map(to_person).collect()),
        group("Pages", pages.chain(leaving).collect()),
        group("Search", search.into_iter().collect()),
    ])
}

fn group(title: &'static str, options: Vec<AnyView>) -> Group {
    Group { title, options }
}

fn pages(me: &Me) -> Vec<(&'static str, &'static str)> {
    let mut pages = vec![
        ("All rooms", "/rooms"),
        ("Threads", "/threads"),
        ("New room", "/rooms/new"),
        ("Other rooms", "/rooms/others"),
        ("New conversation", "/people"),
        ("Ticker", "/ticker"),
        ("Logs", "/logs"),
        ("Search messages", "/search"),
        ("Bookmarks", "/bookmarks"),
        ("Your account", "/you"),
        ("Keys", "/keys"),
    ];
    if me.role == Role::Admin {
        pages.push(("Team", "/team"));
    }
    pages
}

fn to_person(mate: Teammate) -> AnyView {
    let (id, name, words) = (mate.person.id, mate.person.name.clone(), mate.words());
    let shown = view! {
        <Avatar name=name.clone() id />
        <span class="name">{name}</span>
        <span class="hint">{words}</span>
    };
    let button = view! { <button type="submit" name="people[]" value=id.to_string()></button> };
    form(OpenDirect::PATH, button.into_any(), shown.into_any())
}

fn link(path: String, shown: AnyView) -> AnyView {
    let rel = paths::is_beside(&path).then_some("external");
    view! {
        <li role="option">
            <a href=path rel=rel hidden></a>
            {shown}
        </li>
    }
    .into_any()
}

fn form(path: &'static str, button: AnyView, shown: AnyView) -> AnyView {
    view! {
        <li role="option">
            <form method="post" action=path hidden>
                {button}
            </form>
            {shown}
        </li>
    }
    .into_any()
}
