//! Blocks are added and deleted, and their room is given back to the disk.

use sqlx::SqliteConnection;

use super::super::{super::block::Sealed, open::place};
use crate::{error::AppError, server::error::internal};

/// Adds a block.
///
/// # Errors
/// When the database fails.
pub async fn put(conn: &mut SqliteConnection, sealed: &Sealed) -> Result<(), AppError> {
    let about = &sealed.about;
    let encoding = |cause: serde_json::Error| internal("encoding a block of log lines", &cause);
    let sources: Vec<_> = about
        .sources
        .iter()
        .map(|source| (&source.name, source.lines, source.bytes, source.levels))
        .collect();
    sqlx::query("INSERT INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(place(about.first))
        .bind(place(about.last))
        .bind(about.lines)
        .bind(about.time.0.micros())
        .bind(about.time.1.micros())
        .bind(about.received.0.micros())
        .bind(about.received.1.micros())
        .bind(serde_json::to_string(&about.levels).map_err(encoding)?)
        .bind(serde_json::to_string(&sources).map_err(encoding)?)
        .bind(place(about.bytes))
        .bind(place(about.kept))
        .bind(place(about.version))
        .execute(&mut *conn)
        .await?;
    sqlx::query("INSERT INTO block_filter VALUES (?, ?, ?); INSERT INTO block_text VALUES (?, ?, ?)")
        .bind(place(about.first))
        .bind(&sealed.words[..])
        .bind(&sealed.grams[..])
        .bind(place(about.first))
        .bind(&sealed.head[..])
        .bind(&sealed.text[..])
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes the rows whose lines are in a block now, up to id `last`.
///
/// # Errors
/// When the database fails.
pub async fn rows_are_in(conn: &mut SqliteConnection, last: u64) -> Result<(), AppError> {
    sqlx::query("DELETE FROM line WHERE id <= ?")
        .bind(place(last))
        .execute(conn)
        .await?;
    Ok(())
}

/// Deletes a block; false when it was gone.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &mut SqliteConnection, first: u64) -> Result<bool, AppError> {
    let done = sqlx::query("DELETE FROM block WHERE first = ?")
        .bind(place(first))
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Gives up to `pages` of what was deleted back to the disk; how many it were.
///
/// # Errors
/// When the database fails.
pub async fn shrink(conn: &mut SqliteConnection, pages: u32) -> Result<u32, AppError> {
    let free = "SELECT freelist_count FROM pragma_freelist_count";
    let before: i64 = sqlx::query_scalar(free).fetch_one(&mut *conn).await?;
    if before > 0 {
        sqlx::query(&format!("PRAGMA incremental_vacuum({pages})"))
            .fetch_all(&mut *conn)
            .await?;
    }
    let after: i64 = sqlx::query_scalar(free).fetch_one(conn).await?;
    Ok(u32::try_from(before - after).unwrap_or_default())
}
