//! The SQL of log lines: new ones are rows (`open`), the others stand in `blocks`, and who wants a `stretch` need not know.

pub mod blocks;
pub mod open;
pub mod saved;
mod stretch;

use serde::Serialize;
use sqlx::{SqliteConnection, SqlitePool};

pub use self::stretch::{
    KeptOf, after, between, by_source, count, earliest, gap, newest_first, newest_lines, oldest_first,
};
use super::record::NewLine;
use crate::{
    error::AppError,
    logs::{colours::Colours, model::Fields},
    server::error::internal,
    time::Timestamp,
};

/// Leaves ids out, more than a power cut can have taken back: the file's last moments may be lost, and an id that a
/// reader has seen must not be given to another line.
///
/// # Errors
/// When the database fails.
pub async fn skip_ids(conn: &mut SqliteConnection) -> Result<u64, AppError> {
    let last: Option<i64> =
        sqlx::query_scalar("UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'line' RETURNING seq")
            .fetch_optional(conn)
            .await?;
    Ok(last.unwrap_or_default().unsigned_abs())
}

/// Lines encoded for [`insert`].
pub struct Rows(String, u64);

/// Encodes `lines`, so that the writer's connection has no more to do than it must.
///
/// # Errors
/// `Internal` when one can't be encoded.
pub fn rows(lines: &[NewLine]) -> Result<Rows, AppError> {
    #[derive(Serialize)]
    struct Row<'a>(i64, i64, &'a str, &'a str, Option<&'a Fields>, Option<&'a Colours>);
    let rows: Vec<Row> = lines
        .iter()
        .map(|line| {
            let fields = (!line.fields.0.is_empty()).then_some(&line.fields);
            Row(
                line.time.micros(),
                line.level as i64,
                &line.source,
                &line.message,
                fields,
                (!line.colours.is_empty()).then_some(&line.colours),
            )
        })
        .collect();
    let json = serde_json::to_string(&rows).map_err(|cause| internal("encoding log lines", &cause))?;
    Ok(Rows(json, lines.len() as u64))
}

/// Inserts them as one statement; the first one's id, from which the others count on.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &mut SqliteConnection, rows: &Rows, received: Timestamp) -> Result<u64, AppError> {
    let done = sqlx::query(
        "INSERT INTO line (time, received, level, source, message, fields, colours)
         SELECT value ->> 0, ?2, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5
         FROM json_each(?1) ORDER BY key",
    )
    .bind(&rows.0)
    .bind(received.micros())
    .execute(conn)
    .await?;
    Ok(done.last_insert_rowid() as u64 + 1 - rows.1)
}

/// The highest id ever given; 0 at first.
///
/// # Errors
/// When the database fails.
pub async fn newest(readers: &SqlitePool) -> Result<u64, AppError> {
    let id: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'line'")
        .fetch_optional(readers)
        .await?;
    Ok(id.unwrap_or(0) as u64)
}
