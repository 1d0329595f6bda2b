//! Where a room is born, and what it is called.

use std::sync::Arc;

use crate::{
    chat::{
        model::{Person, Room, RoomKind},
        rules,
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{Audience, Chat, store, tell};

/// Rooms that one is in at most: every page lists them.
pub(super) const ROOMS: usize = 500;

/// People in a conversation at most.
const TOGETHER: usize = 8;

/// Makes a room for `author`, of everyone or of whoever will be invited, and tells them.
///
/// # Errors
/// What [`rules::room_name`] says, `Conflict` when the name is taken, one is in 500 rooms or there are 500 open ones,
/// `SlowDown`.
pub async fn create(chat: &Chat, author: UserId, name: &str, is_private: bool) -> Result<Room, AppError> {
    let name = rules::room_name(name)?;
    chat.pace.check(&author)?;
    let kind = if is_private { RoomKind::Private } else { RoomKind::Open };
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::has_room(conn, author, ROOMS).await?;
                    if !is_private {
                        // Everybody is in them, whoever makes them.
                        store::has_room_for_open(conn, ROOMS).await?;
                    }
                    let room = store::insert_room(conn, &name, kind, Timestamp::now()).await?;
                    store::add_member(conn, room.id, author).await?;
                    Ok(room)
                })
            },
            move |room: &Room| {
                let people = is_private.then(|| Arc::from([author]));
                tell(
                    &hub,
                    &ServerFrame::Room { room: room.clone() },
                    Audience::Joined(room.id, people),
                );
            },
        )
        .await
}

/// The conversation between `me` and `others`, which is always the same one.
///
/// # Errors
/// `Invalid` for nobody, or for more than eight in all; `NotFound` for somebody who isn't on the team.
pub async fn direct(chat: &Chat, me: UserId, others: &[UserId]) -> Result<RoomId, AppError> {
    chat.pace.check(&me)?;
    let mut ids: Vec<UserId> = others.iter().copied().chain([me]).collect();
    ids.sort_unstable();
    ids.dedup();
    if !(2..=TOGETHER).contains(&ids.len()) {
        return Err(AppError::Invalid(format!(
            "Choose 1 to {} people to talk to. For more, make a room.",
            TOGETHER - 1
        )));
    }
    let team = store::team(&chat.db.readers).await?;
    let people = team.into_iter().map(|(person, _)| person);
    let people: Vec<Person> = people.filter(|person| ids.contains(&person.id)).collect();
    if people.len() != ids.len() {
        return Err(AppError::NotFound("One of them is not on the team any more.".into()));
    }
    let name = format!("@{}", ids.iter().map(UserId::to_string).collect::<Vec<_>>().join(","));
    let (hub, told) = (chat.hub.clone(), Arc::<[UserId]>::from(ids.clone()));
    let (room, _) = chat
        .db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    if let Some(id) = store::room_named(conn, &name, RoomKind::Direct).await? {
                        let room = Room { id, ..Room::default() };
                        return Ok((room, false));
                    }
                    let mut room = store::insert_room(conn, &name, RoomKind::Direct, Timestamp::now()).await?;
                    for id in ids {
                        store::has_room(conn, id, ROOMS).await?;
                        store::add_member(conn, room.id, id).await?;
                    }
                    room.people = people;
                    Ok((room, true))
                })
            },
            move |(room, is_new): &(Room, bool)| {
                if *is_new {
                    tell(
                        &hub,
                        &ServerFrame::Room { room: room.clone() },
                        Audience::Joined(room.id, Some(told)),
                    );
                }
            },
        )
        .await?;
    Ok(room.id)
}

/// Gives a room another name and topic; anyone in it may.
///
/// # Errors
/// What [`rules`] say of them, `NotFound`, `Conflict` when the name is taken or the room is archived, `Invalid` for a
/// conversation.
pub async fn describe(chat: &Chat, me: UserId, room: RoomId, name: &str, topic: &str) -> Result<(), AppError> {
    redescribe(chat, me, room, Some(rules::room_name(name)?), topic).await
}

/// Gives a room another topic, and leaves its name to others; anyone in it may.
///
/// # Errors
/// As [`describe`].
pub async fn set_topic(chat: &Chat, me: UserId, room: RoomId, topic: &str) -> Result<(), AppError> {
    redescribe(chat, me, room, None, topic).await
}

async fn redescribe(chat: &Chat, me: UserId, room: RoomId, name: Option<String>, topic: &str) -> Result<(), AppError> {
    chat.pace.check(&me)?;
    let topic = rules::topic(topic)?;
    let now = store::room(&chat.db.readers, room, me).await?;
    match now.ok_or_else(store::no_room)?.room.kind {
        RoomKind::Direct => return Err(AppError::Invalid("A conversation is named after its people.".into())),
        RoomKind::Thread => return Err(AppError::Invalid("A thread is named after its room.".into())),
        RoomKind::Open | RoomKind::Private => (),
    }
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::must_be_live(conn, room, me).await?;
                    store::describe(conn, room, name.as_deref(), &topic).await?;
                    // What others have made of the room meanwhile is told along.
                    store::room_now(conn, room).await
                })
            },
            move |now: &Room| tell(&hub, &ServerFrame::Room { room: now.clone() }, Audience::Members(room)),
        )
        .await
        .map(|_| ())
}

/// A name for a message whose sender gave it none.
pub fn new_client_id() -> String {
    let mut bytes = [0; 12];
    // Without randomness the time still tells one page from another.
    let _ = getrandom::fill(&mut bytes);
    format!(
        "form-{}-{}",
        Timestamp::now().micros(),
        data_encoding::HEXLOWER.encode(&bytes)
    )
}
