//! Lines that are rows still.

use sqlx::{FromRow, QueryBuilder, Sqlite, SqliteConnection, SqliteExecutor};

use super::super::block::Raw;
use crate::{error::AppError, logs::model::Level, time::Timestamp};

#[derive(FromRow)]
struct Row {
    id: i64,
    time: i64,
    received: i64,
    level: i64,
    source: String,
    message: String,
    fields: Option<String>,
    colours: Option<String>,
}

impl From<Row> for Raw {
    fn from(row: Row) -> Self {
        Self {
            id: row.id.unsigned_abs(),
            time: Timestamp::from_micros(row.time),
            received: Timestamp::from_micros(row.received),
            level: Level::ALL.get(row.level as usize).copied().unwrap_or_default(),
            source: row.source,
            message: row.message,
            fields: row.fields.unwrap_or_default(),
            // If a file is damaged, the rest of the line is still worth showing.
            colours: row
                .colours
                .and_then(|json| serde_json::from_str(&json).ok())
                .unwrap_or_default(),
        }
    }
}

/// An id as the database counts; what is beyond its numbers is beyond every line.
pub fn place(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// The earliest time that one of them claims; `None` when there are none.
///
/// # Errors
/// When the database fails.
pub async fn earliest<'c>(conn: impl SqliteExecutor<'c>) -> Result<Option<Timestamp>, AppError> {
    let micros: Option<i64> = sqlx::query_scalar("SELECT min(time) FROM line").fetch_one(conn).await?;
    Ok(micros.map(Timestamp::from_micros))
}

/// The newest `limit` of those between two ids, both excluded, the newest first; of those that have one of
/// these levels, and where there are patterns, fit one by their message or their fields.
///
/// # Errors
/// When the database fails.
pub async fn newest_first<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
    before: u64,
    limit: u32,
    levels: &[Level],
    likes: &[String],
) -> Result<Vec<Raw>, AppError> {
    let mut query = fitting((after, before), levels, likes);
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The oldest of them, the oldest first; none while there is a block after the first of the ids, which comes before them.
///
/// # Errors
/// When the database fails.
pub async fn after_blocks<'c>(
    conn: impl SqliteExecutor<'c>,
    ids: (u64, u64),
    limit: u32,
    levels: &[Level],
    likes: &[String],
) -> Result<Vec<Raw>, AppError> {
    let mut query = fitting(ids, levels, likes);
    query.push(" AND NOT EXISTS (SELECT 1 FROM block WHERE last > ");
    query
        .push_bind(place(ids.0))
        .push(") ORDER BY id LIMIT ")
        .push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

fn fitting<'q>((after, before): (u64, u64), levels: &[Level], likes: &'q [String]) -> QueryBuilder<'q, Sqlite> {
    let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM line WHERE id > ");
    query
        .push_bind(place(after))
        .push(" AND id < ")
        .push_bind(place(before));
    if levels.len() < Level::ALL.len() {
        query.push(" AND level IN (");
        let mut list = query.separated(",");
        for level in levels {
            list.push_bind(*level as i64);
        }
        query.push(")");
    }
    for (i, like) in likes.iter().enumerate() {
        query.push(if i == 0 { " AND (" } else { " OR " });
        query
            .push("message LIKE ")
            .push_bind(like)
            .push(" ESCAPE '\\' OR fields LIKE ");
        query.push_bind(like).push(" ESCAPE '\\'");
    }
    query.push(if likes.is_empty() { "" } else { ")" });
    query
}

/// The first `limit` after id `after`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn oldest_first<'c>(conn: impl SqliteExecutor<'c>, after: u64, limit: u32) -> Result<Vec<Raw>, AppError> {
    let rows = sqlx::query_as::<Sqlite, Row>("SELECT * FROM line WHERE id > ? ORDER BY id LIMIT ?");
    let rows = rows.bind(place(after)).bind(limit).fetch_all(conn).await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many lie between two ids, both excluded.
///
/// # Errors
/// When the database fails.
pub async fn count<'c>(conn: impl SqliteExecutor<'c>, after: u64, before: u64) -> Result<u64, AppError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM line WHERE id > ? AND id < ?")
        .bind(place(after))
        .bind(place(before))
        .fetch_one(conn)
        .await?;
    Ok(count.unsigned_abs())
}

/// How many there are, counted up to `most`.
///
/// # Errors
/// When the database fails.
pub async fn up_to<'c>(conn: impl SqliteExecutor<'c>, most: u32) -> Result<u32, AppError> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM (SELECT 1 FROM line LIMIT ?)")
        .bind(most)
        .fetch_one(conn)
        .await?;
    Ok(u32::try_from(count).unwrap_or(most))
}

/// What says of a row whether it goes.
pub struct Brief {
    /// Its id.
    pub id: u64,
    /// What wrote it.
    pub source: String,
    /// When it came.
    pub received: Timestamp,
    /// Bytes of what its sender wrote, as [`Raw::bytes`].
    pub bytes: u64,
}

/// The first `limit` after id `after`, the oldest first; none while a block begins after the first of these ids whose first line
/// came before the instant beside it.
///
/// # Errors
/// When the database fails.
pub async fn brief<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
    block: (u64, Timestamp),
    limit: u32,
) -> Result<Vec<Brief>, AppError> {
    let rows: Vec<(i64, String, i64, i64)> = sqlx::query_as(
        "SELECT id, source, received, octet_length(message) + coalesce(octet_length(fields), 0) FROM line WHERE id > ?1 \
         AND NOT EXISTS (SELECT 1 FROM block WHERE first > ?2 AND received_first < ?3) ORDER BY id LIMIT ?4",
    )
    .bind(place(after))
    .bind(place(block.0))
    .bind(block.1.micros())
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let brief = |(id, source, received, bytes): (i64, String, i64, i64)| Brief {
        id: id.unsigned_abs(),
        source,
        received: Timestamp::from_micros(received),
        bytes: bytes.unsigned_abs(),
    };
    Ok(rows.into_iter().map(brief).collect())
}

/// Deletes these; how many it were.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &mut SqliteConnection, ids: &[u64]) -> Result<u64, AppError> {
    let done = sqlx::query("DELETE FROM line WHERE id IN (SELECT value FROM json_each(?))")
        .bind(serde_json::to_string(ids).unwrap_or_default())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// Of each source: its lines after id `after`, bytes of their texts, and when the last came.
///
/// # Errors
/// When the database fails.
pub async fn by_source<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
) -> Result<Vec<(String, u64, u64, Timestamp)>, AppError> {
    let rows: Vec<(String, i64, i64, i64)> = sqlx::query_as(
        "SELECT source, count(*), sum(octet_length(message) + coalesce(octet_length(fields), 0)), max(received) \
         FROM line WHERE id > ? GROUP BY source",
    )
    .bind(place(after))
    .fetch_all(conn)
    .await?;
    let shown = |(source, lines, bytes, last): (String, i64, i64, i64)| {
        (
            source,
            lines.unsigned_abs(),
            bytes.unsigned_abs(),
            Timestamp::from_micros(last),
        )
    };
    Ok(rows.into_iter().map(shown).collect())
}
