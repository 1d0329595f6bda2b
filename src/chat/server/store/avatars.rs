//! Pictures of people.

use sqlx::{SqliteConnection, SqlitePool};

use crate::{error::AppError, ids::UserId, time::Timestamp};

/// Keeps somebody's picture in place of the one before, or none.
pub async fn set_avatar(
    conn: &mut SqliteConnection,
    user: UserId,
    jpeg: Option<Vec<u8>>,
    now: Timestamp,
) -> Result<(), AppError> {
    let statement = match jpeg {
        Some(_) => "INSERT OR REPLACE INTO avatar (user, jpeg, at) VALUES (?, ?, ?)",
        None => "DELETE FROM avatar WHERE user = ?",
    };
    sqlx::query(statement)
        .bind(user.0)
        .bind(jpeg)
        .bind(now.micros())
        .execute(conn)
        .await?;
    Ok(())
}

/// Somebody's picture, and since when it is theirs.
pub async fn avatar(db: &SqlitePool, user: UserId) -> Result<Option<(Vec<u8>, Timestamp)>, AppError> {
    let found: Option<(Vec<u8>, i64)> = sqlx::query_as("SELECT jpeg, at FROM avatar WHERE user = ?")
        .bind(user.0)
        .fetch_optional(db)
        .await?;
    Ok(found.map(|(jpeg, at)| (jpeg, Timestamp::from_micros(at))))
}

/// Since when somebody has their picture; `None` without one.
pub async fn avatar_since(db: &SqlitePool, user: UserId) -> Result<Option<Timestamp>, AppError> {
    let at: Option<i64> = sqlx::query_scalar("SELECT at FROM avatar WHERE user = ?")
        .bind(user.0)
        .fetch_optional(db)
        .await?;
    Ok(at.map(Timestamp::from_micros))
}
