//! What people want to be notified of.

use sqlx::{SqliteConnection, SqlitePool};

use super::no_room;
use crate::{
    chat::notify::model::Level,
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Keeps what somebody wants to be notified of in a room.
///
/// # Errors
/// `NotFound` when they are not in it.
pub async fn set_level(
    conn: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    level: Level,
    at: Timestamp,
) -> Result<(), AppError> {
    let done = sqlx::query("UPDATE member SET level = ?, level_set = ? WHERE room = ? AND user = ?")
        .bind(level.text())
        .bind(at.micros())
        .bind(room.0)
        .bind(user.0)
        .execute(conn)
        .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(no_room())
    }
}

/// What somebody has chosen in the rooms that they are in.
pub async fn levels(db: &SqlitePool, user: UserId) -> Result<Vec<(RoomId, Level)>, AppError> {
    let chosen: Vec<(i64, String)> =
        sqlx::query_as("SELECT room, level FROM member WHERE user = ? AND level IS NOT NULL")
            .bind(user.0)
            .fetch_all(db)
            .await?;
    let level = |(room, text): (i64, String)| Some((RoomId(room), Level::of(&text)?));
    Ok(chosen.into_iter().filter_map(level).collect())
}
