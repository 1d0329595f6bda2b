//! What pages show of rooms: one of them, its history, all of them, who is in them.

use std::collections::BTreeMap;

use crate::{
    chat::{
        model::{About, History, Person, Room, RoomPage, Rooms, Teammate},
        notify::model::Level,
        rules::{AFTER, PAGE},
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{
    Chat,
    rooms::new_client_id,
    store::{self, Joined, Named},
    threads,
};

/// What a room is and who is in it.
///
/// # Errors
/// `NotFound`.
pub async fn about(chat: &Chat, me: UserId, room: RoomId) -> Result<About, AppError> {
    let joined = store::room(&chat.db.readers, room, me)
        .await?
        .ok_or_else(store::no_room)?;
    let (people, others) = store::people(&chat.db.readers, room).await?;
    let chosen = store::levels(&chat.db.readers, me).await?;
    let chosen = chosen.into_iter().find(|(other, _)| *other == room);
    let mates = |people: Vec<Named>| people.into_iter().map(|named| teammate(chat, named)).collect();
    Ok(About {
        level: chosen.map_or(Level::usual(joined.room.kind, joined.follows), |(_, level)| level),
        room: joined.room,
        people: mates(people),
        others: mates(others),
    })
}

/// What a page of `me` counts what is unread in: the rooms, then the threads that they follow.
///
/// # Errors
/// When the database can't be read.
pub async fn mine(chat: &Chat, me: UserId) -> Result<Vec<Room>, AppError> {
    let mut rooms = store::rooms(&chat.db.readers, me).await?;
    rooms.extend(threads::counted(chat, me).await?);
    Ok(rooms)
}

/// All rooms that somebody is in.
///
/// # Errors
/// When the database can't be read.
pub async fn rooms(chat: &Chat, person: UserId) -> Result<Vec<Room>, AppError> {
    store::all_rooms(&chat.db.readers, person).await
}

/// What `me` calls these rooms and threads, of those that they are in.
///
/// # Errors
/// When the database can't be read.
pub async fn titles(chat: &Chat, me: UserId, of: Vec<RoomId>) -> Result<BTreeMap<RoomId, String>, AppError> {
    let db = &chat.db.readers;
    let rooms = store::all_rooms(db, me).await?;
    let mut titles: BTreeMap<RoomId, String> = rooms.iter().map(|room| (room.id, room.title(me))).collect();
    for id in of {
        // A thread, which may be one that they don't follow.
        if !titles.contains_key(&id)
            && let Some(joined) = store::room(db, id, me).await?
        {
            titles.insert(id, joined.room.title(me));
        }
    }
    Ok(titles)
}

/// Everyone on the team but `me`.
///
/// # Errors
/// When the database can't be read.
pub async fn others(chat: &Chat, me: UserId) -> Result<Vec<Teammate>, AppError> {
    let people = store::team(&chat.db.readers).await?;
    let others = people.into_iter().filter(|(person, _)| person.id != me);
    Ok(others.map(|named| teammate(chat, named)).collect())
}

pub(super) fn teammate(chat: &Chat, (person, username): Named) -> Teammate {
    let away = chat.presence.away(person.id);
    Teammate {
        is_here: away.is_some(),
        person: Person {
            away: away.unwrap_or_default(),
            ..person
        },
        username,
    }
}

/// The rail's list.
///
/// # Errors
/// When the database can't be read.
pub async fn list(chat: &Chat, me: UserId) -> Result<Rooms, AppError> {
    let (rooms, newest) = (mine(chat, me).await?, store::newest(&chat.db.readers).await?);
    Ok(Rooms {
        rooms,
        here: chat.presence.list(),
        newest,
    })
}

/// What a page of a room opens at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// Before this place; at the newest message when absent.
    pub before: Option<u64>,
    /// Around the first message of this day (`2026-11-20`, UTC).
    pub on: Option<String>,
    /// Around this place.
    pub mark: Option<u64>,
}

/// Whether `me` isn't in the room and could be.
///
/// # Errors
/// When the database can't be read.
pub async fn may_join(chat: &Chat, me: UserId, room: RoomId) -> Result<bool, AppError> {
    let open = store::rooms_to_join(&chat.db.readers, me).await?;
    Ok(open.iter().any(|other| other.id == room))
}

/// A room's page.
///
/// # Errors
/// `NotFound`, `Invalid` for what is no day.
pub async fn page(chat: &Chat, me: UserId, id: RoomId, at: Opening) -> Result<RoomPage, AppError> {
    let db = &chat.db.readers;
    // The number first, then the messages: what is said in between shows up twice, which folds, never not at all.
    let Joined {
        room,
        changed,
        said,
        read,
        follows,
    } = store::room(db, id, me).await?.ok_or_else(store::no_room)?;
    let root = match room.root {
        Some((parent, seq)) => store::message(&mut *db.acquire().await?, parent, seq).await?,
        None => None,
    };
    let mark = match at.on.as_deref() {
        None | Some("") => at.mark,
        Some(day) => Some(store::first_since(db, id, midnight(day)?).await?),
    };
    let mark = mark.map(|mark| mark.min(said));
    let before = at.before.or_else(|| mark.map(|mark| mark + AFTER));
    let mut history = store::history(db, id, before, PAGE).await?;
    history.later = before.is_some() && history.messages.last().is_none_or(|last| last.seq < said);
    Ok(RoomPage {
        room,
        history,
        changed,
        said,
        read,
        mark,
        client_id: new_client_id(),
        largest_file: chat.files.largest,
        root,
        follows,
        people: store::people_in(db, id).await?,
    })
}

/// A step back in a room's history from the place `at`, or a step on.
///
/// # Errors
/// `NotFound`.
pub async fn more(chat: &Chat, me: UserId, id: RoomId, at: u64, back: bool) -> Result<History, AppError> {
    let db = &chat.db.readers;
    store::room(db, id, me).await?.ok_or_else(store::no_room)?;
    if back {
        store::history(db, id, Some(at), PAGE).await
    } else {
        store::following(db, id, at, PAGE).await
    }
}

fn midnight(day: &str) -> Result<Timestamp, AppError> {
    Timestamp::parse(&format!("{day}T00:00:00Z"))
        .ok_or_else(|| AppError::Invalid(format!("There is no day {day:?}. A day is written as 2026-11-20.")))
}
