//! Where one can go: rooms, people, pages, and into what was said.

use futures::future::join_all;
use leptos::{prelude::*, server_fn::ServerFn};

use super::{Group, fitting};
use crate::{
    accounts::{
        api::SignOut,
        model::{Me, Role},
    },
    chat::{
        api::rooms::OpenDirect,
        message::permalink,
        model::{Hit, Room, Teammate},
        server::{Chat, room_pages, search, store},
    },
    error::AppError,
    paths::{self, encoded},
    ui::avatar::Avatar,
};

/// Rooms and people at most.
const MOST: usize = 8;
/// Messages at most.
const MESSAGES: usize = 5;
/// Characters that messages are looked for by, at least.
pub const WORTH_LOOKING: usize = 3;

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
    if !typed.is_empty() {
        // Of those that fit alike the shortest: whom it names, before those with whom they also talk.
        mine.sort_by_key(|room| room.title(me.id).len());
    }
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
        let shown = |words: &'static str| view! { <span>{words} "“" {typed.to_owned()} "”"</span> }.into_any();
        [
            link(format!("/search?q={}", encoded(typed)), shown("Everything with ")),
            link(paths::log_search(typed), shown("Log lines with ")),
        ]
    });
    let elsewhere = join_all(chat.offers.iter().map(|offer| offer.jumps(typed)));
    let (elsewhere, messages) = tokio::join!(elsewhere, messages(chat, me, typed));
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
    let is_typed = |name: &str| name.to_lowercase() == typed.trim_start_matches(['@', '#']).to_lowercase();
    let names_somebody = people
        .iter()
        .any(|mate| is_typed(&mate.username) || is_typed(&mate.person.name))
        && !rooms.iter().any(|room| is_typed(&room.title(me.id).replace("# ", "")));
    let mut groups = vec![
        group("Rooms and conversations", rooms.into_iter().map(to_room).collect()),
        group("People", people.into_iter().map(to_person).collect()),
        group("Pages", pages.chain(leaving).collect()),
    ];
    if names_somebody {
        // Before the groups that they are in, too.
        groups.swap(0, 1);
    }
    groups.extend(elsewhere.into_iter().flatten());
    groups.push(group("Messages", messages));
    groups.push(group("Search", search.into_iter().flatten().collect()));
    Ok(groups)
}

/// The newest messages that fit. Where one types on too fast for them, there are none for a moment.
async fn messages(chat: &Chat, me: &Me, typed: &str) -> Vec<AnyView> {
    if typed.chars().count() < WORTH_LOOKING {
        return Vec::new();
    }
    let found = search::search(chat, me.id, typed, None).await.unwrap_or_default();
    let to_message = |Hit {
                          room, message, parts, ..
                      }: Hit| {
        let path = permalink(message.room, message.seq);
        // A file without words is found by its name.
        let parts = match parts.iter().all(|(_, text)| text.is_empty()) {
            true => vec![(true, message.gist())],
            false => parts,
        };
        let author = message.author;
        let shown = view! {
            <Avatar name=author.name.clone() id=author.id />
            <span class="name">{around(parts)}</span>
            <span class="hint">{author.name} " in " {room}</span>
        };
        link(path, shown.into_any())
    };
    found.hits.into_iter().take(MESSAGES).map(to_message).collect()
}

/// What was looked for, and what stands around it.
fn around(parts: Vec<(bool, String)>) -> AnyView {
    const BEFORE: usize = 24;
    let first = parts.iter().position(|(is_wanted, _)| *is_wanted).unwrap_or_default();
    let shown = parts
        .into_iter()
        .enumerate()
        .skip(first.saturating_sub(1))
        .map(|(i, (is_wanted, text))| {
            let chars = text.chars().count();
            if is_wanted {
                view! { <mark>{text}</mark> }.into_any()
            } else if i < first && chars > BEFORE {
                let end: String = text.chars().skip(chars - BEFORE).collect();
                format!("…{end}").into_any()
            } else {
                text.into_any()
            }
        });
    shown.collect_view().into_any()
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
        ("People and new conversation", "/people"),
        ("Ticker", "/ticker"),
        ("Watchlists", paths::WATCHLISTS),
        ("Venues", "/ticker/venues"),
        ("Logs", "/logs"),
        ("Search logs and saved searches", paths::LOG_SEARCH),
        ("Log sources", paths::LOG_SOURCES),
        ("Alerts", paths::ALERTS),
        ("New alert", paths::NEW_ALERT),
        ("Squawks", paths::SQUAWKS),
        ("One clock", "/at/now"),
        ("Share this moment", paths::SHARE),
        ("Search everything", "/search"),
        ("Bookmarks: saved messages", "/bookmarks"),
        ("Your account", "/you"),
        ("Notifications", "/you/notifications"),
        ("Second factor", "/you/two-factor"),
        ("Connection check", paths::CHECKUP),
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

/// An option that leads to a page.
pub fn link(path: String, shown: AnyView) -> AnyView {
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
