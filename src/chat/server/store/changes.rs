//! What becomes of a message after it was said.

use sqlx::SqliteConnection;

use super::{message, place};
use crate::{
    chat::{model::Message, server::files::shelf::Content},
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Replaces what a message says and remembers what it said; whom it calls is to be noted anew.
pub async fn edit(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
    body: &str,
    html: Option<&str>,
    at: Timestamp,
) -> Result<(), AppError> {
    sqlx::query(
        "INSERT OR REPLACE INTO revision (room, seq, body, at) \
         SELECT room, seq, body, ? FROM message WHERE room = ? AND seq = ?",
    )
    .bind(at.micros())
    .bind(room.0)
    .bind(place(seq))
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM mention WHERE room = ? AND seq = ?")
        .bind(room.0)
        .bind(place(seq))
        .execute(&mut *conn)
        .await?;
    sqlx::query("UPDATE message SET body = ?, html = ?, edited = ? WHERE room = ? AND seq = ?")
        .bind(body)
        .bind(html)
        .bind(at.micros())
        .bind(room.0)
        .bind(place(seq))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes away all that a message said, now and earlier, and its files; its place stays. Answers what the files held.
pub async fn delete(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
    at: Timestamp,
) -> Result<Vec<Content>, AppError> {
    for statement in [
        "DELETE FROM revision WHERE room = ? AND seq = ?",
        "DELETE FROM reaction WHERE room = ? AND seq = ?",
        "DELETE FROM mention WHERE room = ? AND seq = ?",
    ] {
        sqlx::query(statement)
            .bind(room.0)
            .bind(place(seq))
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("UPDATE message SET body = '', html = NULL, deleted = ? WHERE room = ? AND seq = ?")
        .bind(at.micros())
        .bind(room.0)
        .bind(place(seq))
        .execute(&mut *conn)
        .await?;
    super::files::remove_files(conn, room, seq).await
}

/// Gives an emoji, or takes it back.
pub async fn react(
    conn: &mut SqliteConnection,
    (room, seq): (RoomId, u64),
    user: UserId,
    emoji: &str,
    on: bool,
    at: Timestamp,
) -> Result<(), AppError> {
    let statement = if on {
        "INSERT INTO reaction (room, seq, emoji, user, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM reaction WHERE room = ?1 AND seq = ?2 AND emoji = ?3 AND user = ?4"
    };
    sqlx::query(statement)
        .bind(room.0)
        .bind(place(seq))
        .bind(emoji)
        .bind(user.0)
        .bind(at.micros())
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives a message the room's next change, and the message as it is now.
pub async fn touch(conn: &mut SqliteConnection, room: RoomId, seq: u64) -> Result<Message, AppError> {
    let changed: Option<i64> =
        sqlx::query_scalar("UPDATE room SET changed = changed + 1 WHERE id = ? RETURNING changed")
            .bind(room.0)
            .fetch_optional(&mut *conn)
            .await?;
    sqlx::query("UPDATE message SET changed = ? WHERE room = ? AND seq = ?")
        .bind(changed)
        .bind(room.0)
        .bind(place(seq))
        .execute(&mut *conn)
        .await?;
    message(conn, room, seq).await?.ok_or_else(no_message)
}

/// There is no such message.
pub fn no_message() -> AppError {
    AppError::NotFound("There is no such message. It may have been removed.".into())
}
