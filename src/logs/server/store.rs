//! The SQL of log lines.

use std::sync::Arc;

use serde::Serialize;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::record::NewLine;
use crate::{
    error::AppError,
    logs::{
        filter::Filter,
        model::{Fields, Gap, Level, LogLine, Piece},
    },
    server::error::internal,
    time::Timestamp,
};

/// Lines that a search by text looks at; it has no index yet, and must not hold up others.
pub const SCANNED: u32 = 50_000;

/// Leaves ids out, more than a power cut can have taken back: the file's last moments may be lost, and an id that a
/// reader has seen must not be given to another line.
///
/// # Errors
/// When the database fails.
pub async fn skip_ids(conn: &mut SqliteConnection) -> Result<(), AppError> {
    sqlx::query("UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'line'")
        .execute(conn)
        .await?;
    Ok(())
}

/// Lines encoded for [`insert`].
pub struct Rows(String, u64);

/// Encodes `lines`, so that the writer's connection has no more to do than it must.
///
/// # Errors
/// `Internal` when one can't be encoded.
pub fn rows(lines: &[NewLine]) -> Result<Rows, AppError> {
    #[derive(Serialize)]
    struct Row<'a>(i64, i64, &'a str, &'a str, Option<&'a Fields>);
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
        "INSERT INTO line (time, received, level, source, message, fields)
         SELECT value ->> 0, ?2, value ->> 1, value ->> 2, value ->> 3, value ->> 4
         FROM json_each(?1) ORDER BY key",
    )
    .bind(&rows.0)
    .bind(received.micros())
    .execute(conn)
    .await?;
    Ok(done.last_insert_rowid() as u64 + 1 - rows.1)
}

#[derive(FromRow)]
struct Row {
    id: i64,
    time: i64,
    level: i64,
    source: String,
    message: String,
    fields: Option<String>,
}

impl From<Row> for Arc<LogLine> {
    fn from(row: Row) -> Self {
        let level = Level::ALL.get(row.level as usize).copied().unwrap_or_default();
        // What is kept was valid when it came; if a file is damaged, the rest of the line is still worth showing.
        let fields = row.fields.and_then(|json| serde_json::from_str(&json).ok());
        Arc::new(LogLine {
            id: row.id as u64,
            time: Timestamp::from_micros(row.time),
            level,
            source: row.source,
            message: row.message,
            fields: fields.unwrap_or_default(),
        })
    }
}

fn lines(rows: Vec<Row>) -> Vec<Arc<LogLine>> {
    rows.into_iter().map(Into::into).collect()
}

/// As [`lines`], for rows that came newest first.
fn turned(rows: Vec<Row>) -> Vec<Arc<LogLine>> {
    rows.into_iter().rev().map(Into::into).collect()
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

/// The newest `limit` lines that pass `filter`, oldest first, of the [`SCANNED`] lines before id `before`.
///
/// # Errors
/// When the database fails.
pub async fn recent(
    readers: &SqlitePool,
    filter: &Filter,
    before: u64,
    limit: u32,
) -> Result<Vec<Arc<LogLine>>, AppError> {
    let before = i64::try_from(before).unwrap_or(i64::MAX);
    let rows = if filter.is_everything() {
        sqlx::query_as("SELECT * FROM line WHERE id < ?1 ORDER BY id DESC LIMIT ?2")
            .bind(before)
            .bind(limit)
            .fetch_all(readers)
            .await?
    } else {
        // LIKE knows the case of ASCII letters only; the browser's filter knows all.
        sqlx::query_as(
            r"SELECT * FROM (SELECT * FROM line WHERE id < ?1 ORDER BY id DESC LIMIT ?2)
              WHERE ?3 >> level & 1 AND (?4 = '%%' OR message LIKE ?4 ESCAPE '\' OR source LIKE ?4 ESCAPE '\'
                OR (SELECT group_concat(key || '=' || value, ' ') FROM json_each(fields)) LIKE ?4 ESCAPE '\')
              ORDER BY id DESC LIMIT ?5",
        )
        .bind(before)
        .bind(SCANNED)
        .bind(filter.levels.bits())
        .bind(pattern(&filter.text))
        .bind(limit)
        .fetch_all(readers)
        .await?
    };
    Ok(turned(rows))
}

/// A LIKE pattern for text that contains `text` as it stands.
fn pattern(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// The first `limit` lines after id `after`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn after(readers: &SqlitePool, after: u64, limit: u32) -> Result<Vec<Arc<LogLine>>, AppError> {
    let rows = sqlx::query_as("SELECT * FROM line WHERE id > ?1 ORDER BY id LIMIT ?2")
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(readers)
        .await?;
    Ok(lines(rows))
}

/// The newest `limit` lines between two ids, both excluded, and how many more there are.
///
/// # Errors
/// When the database fails.
pub async fn between(readers: &SqlitePool, after: u64, before: u64, limit: u32) -> Result<Piece, AppError> {
    let (low, high) = (
        i64::try_from(after).unwrap_or(i64::MAX),
        i64::try_from(before).unwrap_or(i64::MAX),
    );
    let rows = sqlx::query_as("SELECT * FROM line WHERE id > ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3")
        .bind(low)
        .bind(high)
        .bind(limit)
        .fetch_all(readers)
        .await?;
    let lines = turned(rows);
    let more = match lines.first() {
        Some(first) if lines.len() == limit as usize => count(readers, after, first.id).await?,
        _ => 0,
    };
    Ok(Piece { lines, more })
}

/// The gap between two ids, both excluded; `None` when no line is left there.
///
/// # Errors
/// When the database fails.
pub async fn gap(readers: &SqlitePool, after: u64, before: u64) -> Result<Option<Gap>, AppError> {
    let count = count(readers, after, before).await?;
    Ok((count > 0).then_some(Gap { after, before, count }))
}

async fn count(readers: &SqlitePool, after: u64, before: u64) -> Result<u64, AppError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM line WHERE id > ?1 AND id < ?2")
        .bind(i64::try_from(after).unwrap_or(i64::MAX))
        .bind(i64::try_from(before).unwrap_or(i64::MAX))
        .fetch_one(readers)
        .await?;
    Ok(count as u64)
}

/// Deletes up to `limit` lines received before `cutoff`, the oldest first; how many it were.
///
/// # Errors
/// When the database fails.
pub async fn delete_old(conn: &mut SqliteConnection, cutoff: Timestamp, limit: u32) -> Result<u64, AppError> {
    let done = sqlx::query(
        "DELETE FROM line WHERE id IN (SELECT id FROM line WHERE received < ?1 ORDER BY received LIMIT ?2)",
    )
    .bind(cutoff.micros())
    .bind(limit)
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}
