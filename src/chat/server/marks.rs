//! Messages that are kept at hand: a room's pins, and each person's bookmarks. Pinning is a [`change`](super::change).

use crate::{
    chat::model::{Found, Hit, Message},
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{Chat, store};

/// Bookmarks on a page.
const PAGE: u32 = 50;

/// A room's pinned messages, the one pinned last first.
///
/// # Errors
/// `NotFound` for the room.
pub async fn pins(chat: &Chat, me: UserId, room: RoomId) -> Result<(String, Vec<Message>), AppError> {
    let db = &chat.db.readers;
    let joined = store::room(db, room, me).await?.ok_or_else(store::no_room)?;
    Ok((joined.room.title(me), store::pinned(db, room).await?))
}

/// Bookmarks a message for `me`, or takes the bookmark away; gives words about which it was.
///
/// # Errors
/// `NotFound` for the message, `Conflict` when `me` has 1,000, `SlowDown`.
pub async fn bookmark(chat: &Chat, me: UserId, room: RoomId, seq: u64) -> Result<String, AppError> {
    chat.pace.check(&me)?;
    let work = chat.db.writer.write(move |conn| {
        Box::pin(async move {
            store::must_be_in(conn, room, me).await?;
            store::toggle_bookmark(conn, me, (room, seq), Timestamp::now()).await
        })
    });
    let words = match work.await? {
        true => "Bookmarked, for you alone. The same again removes it.",
        false => "The bookmark is removed.",
    };
    Ok(words.to_owned())
}

/// Takes a bookmark of `me` away.
///
/// # Errors
/// When the database can't be written.
pub async fn remove_bookmark(chat: &Chat, me: UserId, room: RoomId, seq: u64) -> Result<(), AppError> {
    let work = chat
        .db
        .writer
        .write(move |conn| Box::pin(async move { store::remove_bookmark(conn, me, (room, seq)).await }));
    work.await.map(|_| ())
}

/// What `me` has bookmarked, the newest bookmark first, before the one made at `before` (µs UTC).
///
/// # Errors
/// When the database can't be read.
pub async fn bookmarks(chat: &Chat, me: UserId, before: Option<i64>) -> Result<Found, AppError> {
    let db = &chat.db.readers;
    let mut kept = store::bookmarks(db, me, before, PAGE + 1).await?;
    let more = kept.len() > PAGE as usize;
    kept.truncate(PAGE as usize);
    let before = kept.last().map(|(id, _)| *id).filter(|_| more);
    let mut hits = Vec::with_capacity(kept.len());
    for (id, (room, seq)) in kept {
        // A thread's too, which is on no list of rooms.
        let joined = store::room(db, room, me).await?;
        let message = store::message(&mut *db.acquire().await?, room, seq).await?;
        if let (Some(message), Some(joined)) = (message, joined) {
            hits.push(hit(id, joined.room.title(me), message));
        }
    }
    Ok(Found { hits, before })
}

/// As a search shows it.
pub fn hit(id: i64, room: String, message: Message) -> Hit {
    Hit {
        id,
        room,
        parts: vec![(false, message.words())],
        message,
    }
}
