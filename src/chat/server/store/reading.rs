//! What has been read, and who was called.

use sqlx::{SqliteConnection, SqlitePool};

use super::{no_room, place, rooms::with_people, unread};
use crate::{
    chat::{
        model::{Message, Room, RoomKind},
        server::mentions::{All, Called},
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
};

/// Notes whom a message calls; gives those who are in its room.
pub async fn call(conn: &mut SqliteConnection, message: &Message, called: &Called) -> Result<Vec<UserId>, AppError> {
    let people: Vec<UserId> = called.people.iter().map(|(person, _)| person.id).collect();
    let here: &[UserId] = match &called.all {
        Some(All::Here(here)) => here,
        None if people.is_empty() => return Ok(Vec::new()),
        _ => &[],
    };
    // All of a thread are those who follow it.
    let told: Vec<i64> = sqlx::query_scalar(
        "INSERT INTO mention (user, room, seq) SELECT user, room, ?1 FROM member \
         WHERE room = ?2 AND user <> ?3 AND (user IN (SELECT value FROM json_each(?5)) \
         OR (follows = 1 AND (?4 OR user IN (SELECT value FROM json_each(?6))))) \
         ON CONFLICT DO NOTHING RETURNING user",
    )
    .bind(place(message.seq))
    .bind(message.room.0)
    .bind(message.author.id.0)
    .bind(matches!(called.all, Some(All::Room)))
    .bind(serde_json::to_string(&people).unwrap_or_default())
    .bind(serde_json::to_string(here).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    Ok(told.into_iter().map(UserId).collect())
}

/// What is known of somebody's reading in a room.
pub struct Reading {
    /// The last place read.
    pub read: u64,
    /// What is left.
    pub unread: u32,
    /// What is left and calls them.
    pub mentions: u32,
    /// The room's change up to which that is counted.
    pub upto: u64,
    /// Of a conversation: it, with how far its people have read.
    pub talk: Option<Room>,
}

impl Reading {
    /// What pages are told.
    pub fn frame(&self, room: RoomId) -> ServerFrame {
        ServerFrame::Read {
            room,
            read: self.read,
            unread: self.unread,
            mentions: self.mentions,
            upto: self.upto,
        }
    }
}

/// Notes up to where `user` has read; gives what is known then.
///
/// # Errors
/// `NotFound` when they are not in the room.
pub async fn set_read(conn: &mut SqliteConnection, room: RoomId, user: UserId, seq: u64) -> Result<Reading, AppError> {
    sqlx::query(
        "UPDATE member SET read = min(?, (SELECT said FROM room WHERE id = member.room)) WHERE room = ? AND user = ?",
    )
    .bind(place(seq))
    .bind(room.0)
    .bind(user.0)
    .execute(&mut *conn)
    .await?;
    let now: Option<(i64, u32, u32, i64, bool)> = sqlx::query_as(concat!(
        "SELECT read, ",
        unread!(),
        ", (SELECT changed FROM room WHERE id = member.room), (SELECT kind = 'direct' FROM room WHERE id = member.room) FROM member WHERE room = ? AND user = ?"
    ))
    .bind(room.0)
    .bind(user.0)
    .fetch_optional(&mut *conn)
    .await?;
    let (read, unread, mentions, upto, is_direct) = now.ok_or_else(no_room)?;
    Ok(Reading {
        read: read.unsigned_abs(),
        unread,
        mentions,
        upto: upto.unsigned_abs(),
        talk: if is_direct { seen(conn, room).await? } else { None },
    })
}

/// What is known of `user`'s reading in a room that they are in.
pub async fn counts(db: &SqlitePool, room: RoomId, user: UserId) -> Result<Option<Reading>, AppError> {
    let now: Option<(i64, u32, u32, i64)> = sqlx::query_as(concat!(
        "SELECT read, ",
        unread!(),
        ", (SELECT changed FROM room WHERE id = member.room) FROM member WHERE room = ? AND user = ?"
    ))
    .bind(room.0)
    .bind(user.0)
    .fetch_optional(db)
    .await?;
    Ok(now.map(|(read, unread, mentions, changed)| Reading {
        read: read.unsigned_abs(),
        unread,
        mentions,
        upto: changed.unsigned_abs(),
        talk: None,
    }))
}

/// A conversation, of which only its id and how far its people have read is known.
async fn seen(conn: &mut SqliteConnection, id: RoomId) -> Result<Option<Room>, AppError> {
    let talk = Room {
        id,
        kind: RoomKind::Direct,
        ..Room::default()
    };
    Ok(with_people(conn, vec![talk]).await?.pop())
}
