//! What has been read, and who was called.

use sqlx::SqliteConnection;

use super::{no_room, place, unread};
use crate::{
    chat::{
        model::Message,
        server::mentions::{All, Called},
    },
    error::AppError,
    ids::{RoomId, UserId},
};

/// Notes whom a message calls; gives those who are in its room.
pub async fn call(conn: &mut SqliteConnection, message: &Message, called: &Called) -> Result<Vec<UserId>, AppError> {
    let mut people: Vec<i64> = called.people.iter().map(|(person, _)| person.id.0).collect();
    match &called.all {
        Some(All::Here(here)) => people.extend(here.iter().map(|id| id.0)),
        None if people.is_empty() => return Ok(Vec::new()),
        _ => (),
    }
    let told: Vec<i64> = sqlx::query_scalar(
        "INSERT INTO mention (user, room, seq) SELECT user, room, ?1 FROM member \
         WHERE room = ?2 AND user <> ?3 AND (?4 OR user IN (SELECT value FROM json_each(?5))) \
         ON CONFLICT DO NOTHING RETURNING user",
    )
    .bind(place(message.seq))
    .bind(message.room.0)
    .bind(message.author.id.0)
    .bind(matches!(called.all, Some(All::Room)))
    .bind(serde_json::to_string(&people).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    Ok(told.into_iter().map(UserId).collect())
}

/// Notes up to where `user` has read; gives that place, and what is unread after it and calls them.
///
/// # Errors
/// `NotFound` when they are not in the room.
pub async fn set_read(
    conn: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    seq: u64,
) -> Result<(u64, u32, u32), AppError> {
    sqlx::query(
        "UPDATE member SET read = min(?, (SELECT said FROM room WHERE id = member.room)) WHERE room = ? AND user = ?",
    )
    .bind(place(seq))
    .bind(room.0)
    .bind(user.0)
    .execute(&mut *conn)
    .await?;
    let now: Option<(i64, u32, u32)> = sqlx::query_as(concat!(
        "SELECT read, ",
        unread!(),
        "FROM member WHERE room = ? AND user = ?"
    ))
    .bind(room.0)
    .bind(user.0)
    .fetch_optional(conn)
    .await?;
    let (read, unread, mentions) = now.ok_or_else(no_room)?;
    Ok((read.unsigned_abs(), unread, mentions))
}
