//! Marks on messages: pins, which a room shares, and bookmarks, which are each person's own.

use sqlx::{SqliteConnection, SqlitePool};

use super::{no_message, place};
use crate::{
    chat::server::said::Place,
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Pins of a room at most.
const PINS: i64 = 100;
/// Bookmarks of a person at most.
const BOOKMARKS: i64 = 1_000;

/// Pins a message, or takes the pin out.
///
/// # Errors
/// `Conflict` when the room has 100.
pub async fn pin(
    conn: &mut SqliteConnection,
    (room, seq): Place,
    user: UserId,
    on: bool,
    at: Timestamp,
) -> Result<(), AppError> {
    if !on {
        sqlx::query("DELETE FROM pin WHERE room = ? AND seq = ?")
            .bind(room.0)
            .bind(place(seq))
            .execute(conn)
            .await?;
        return Ok(());
    }
    let done = sqlx::query(
        "INSERT INTO pin (room, seq, user, at) SELECT ?1, ?2, ?3, ?4 \
         WHERE (SELECT count(*) FROM pin WHERE room = ?1) < ?5",
    )
    .bind(room.0)
    .bind(place(seq))
    .bind(user.0)
    .bind(at.micros())
    .bind(PINS)
    .execute(conn)
    .await?;
    match done.rows_affected() {
        0 => Err(AppError::Conflict(format!(
            "A room can have {PINS} pins, and this one does. Unpin something first."
        ))),
        _ => Ok(()),
    }
}

/// Bookmarks a message for `user`, or takes their bookmark away; tells whether there is one now.
///
/// # Errors
/// `NotFound` for the message, `Conflict` when they have 1,000.
pub async fn toggle_bookmark(
    conn: &mut SqliteConnection,
    user: UserId,
    place: Place,
    at: Timestamp,
) -> Result<bool, AppError> {
    if remove_bookmark(conn, user, place).await? {
        return Ok(false);
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM bookmark WHERE user = ?")
        .bind(user.0)
        .fetch_one(&mut *conn)
        .await?;
    if count >= BOOKMARKS {
        return Err(AppError::Conflict(format!(
            "One can have {BOOKMARKS} bookmarks, and you do. Remove some first."
        )));
    }
    let done = sqlx::query(
        "INSERT INTO bookmark (user, room, seq, at) SELECT ?, room, seq, ? FROM message \
         WHERE room = ? AND seq = ? AND deleted IS NULL",
    )
    .bind(user.0)
    .bind(at.micros())
    .bind(place.0.0)
    .bind(super::place(place.1))
    .execute(conn)
    .await?;
    match done.rows_affected() {
        0 => Err(no_message()),
        _ => Ok(true),
    }
}

/// Takes a bookmark away; `false` when there was none.
pub async fn remove_bookmark(conn: &mut SqliteConnection, user: UserId, (room, seq): Place) -> Result<bool, AppError> {
    let done = sqlx::query("DELETE FROM bookmark WHERE user = ? AND room = ? AND seq = ?")
        .bind(user.0)
        .bind(room.0)
        .bind(place(seq))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Up to `limit` bookmarks of `user` that they made before `before` and may still read, newest first, each with when it
/// was made (µs UTC).
pub async fn bookmarks(
    db: &SqlitePool,
    user: UserId,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<(i64, Place)>, AppError> {
    let rows: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT bookmark.at, bookmark.room, bookmark.seq FROM bookmark \
         JOIN member ON member.room = bookmark.room AND member.user = bookmark.user \
         WHERE bookmark.user = ? AND bookmark.at < ? ORDER BY bookmark.at DESC LIMIT ?",
    )
    .bind(user.0)
    .bind(before.unwrap_or(i64::MAX))
    .bind(limit)
    .fetch_all(db)
    .await?;
    let rows = rows.into_iter();
    Ok(rows
        .map(|(at, room, seq)| (at, (RoomId(room), seq.unsigned_abs())))
        .collect())
}
