//! Where a room is born, and what a page of one holds.

use crate::{
    chat::{
        model::{Room, RoomPage, Rooms},
        rules,
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{Chat, Event, store};

/// Messages on a page, and in a step backwards.
pub const PAGE: u32 = 60;

/// Rooms at most: every page lists them.
const ROOMS: usize = 500;

/// Makes a room for `author` and tells everyone.
///
/// # Errors
/// What [`rules::room_name`] says, `Conflict` when the name is taken or there are 500 rooms, `SlowDown`.
pub async fn create(chat: &Chat, author: UserId, name: &str) -> Result<Room, AppError> {
    let name = rules::room_name(name)?;
    chat.pace.check(&author)?;
    if store::rooms(&chat.db.readers).await?.len() >= ROOMS {
        return Err(AppError::Conflict(format!(
            "There are {ROOMS} rooms, which is all that there can be."
        )));
    }
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| Box::pin(async move { store::insert_room(conn, &name, Timestamp::now()).await }),
            move |room: &Room| {
                let frame = ServerFrame::Room { room: room.clone() }.encode().into();
                hub.publish(Event {
                    frame,
                    room: None,
                    changed: None,
                });
            },
        )
        .await
}

/// The rail's list.
///
/// # Errors
/// When the database can't be read.
pub async fn list(chat: &Chat) -> Result<Rooms, AppError> {
    let (rooms, members) = (
        store::rooms(&chat.db.readers).await?,
        store::members(&chat.db.readers).await?,
    );
    Ok(Rooms {
        rooms,
        here: chat.presence.list(),
        members,
    })
}

/// A room's page: its newest messages, or those before `before`.
///
/// # Errors
/// `NotFound`.
pub async fn page(chat: &Chat, id: RoomId, before: Option<u64>) -> Result<RoomPage, AppError> {
    let db = &chat.db.readers;
    // The number first, then the messages: what is said in between shows up twice, which folds, never not at all.
    let (room, changed) = store::room(db, id).await?.ok_or_else(no_room)?;
    let history = store::history(db, id, before, PAGE).await?;
    Ok(RoomPage {
        room,
        history,
        changed,
        client_id: new_client_id(),
    })
}

/// There is no such room, or not for this person; the two are not told apart.
pub fn no_room() -> AppError {
    AppError::NotFound("There is no such room. It may have been removed, or the link is wrong.".into())
}

/// A name for a message that a plain form will send.
fn new_client_id() -> String {
    let mut bytes = [0; 12];
    // Without randomness the time still tells one page from another.
    let _ = getrandom::fill(&mut bytes);
    format!(
        "form-{}-{}",
        Timestamp::now().micros(),
        data_encoding::HEXLOWER.encode(&bytes)
    )
}
