//! Lines that stand in blocks: what is known of the blocks, and what is in them.

mod write;

use sqlx::{FromRow, SqliteExecutor};

pub use self::write::{delete, put, rows_are_in, shrink};
use super::{
    super::{
        archive::Of,
        block::about::{About, EVERY_LEVEL, OfSource},
    },
    open::place,
};
use crate::{error::AppError, server::error::internal, time::Timestamp};

#[derive(FromRow)]
struct Row {
    first: i64,
    last: i64,
    lines: i64,
    time_first: i64,
    time_last: i64,
    received_first: i64,
    received_last: i64,
    levels: String,
    sources: String,
    bytes: i64,
    kept: i64,
    version: i64,
}

impl From<Row> for About {
    fn from(row: Row) -> Self {
        let at = Timestamp::from_micros;
        Self {
            first: row.first.unsigned_abs(),
            last: row.last.unsigned_abs(),
            lines: u32::try_from(row.lines).unwrap_or_default(),
            time: (at(row.time_first), at(row.time_last)),
            received: (at(row.received_first), at(row.received_last)),
            levels: serde_json::from_str(&row.levels).unwrap_or_default(),
            sources: sources(&row.sources),
            bytes: row.bytes.unsigned_abs(),
            kept: row.kept.unsigned_abs(),
            version: row.version.unsigned_abs(),
        }
    }
}

/// Blocks that were sealed before the levels of each source were kept have three parts.
fn sources(json: &str) -> Vec<OfSource> {
    let four: Result<Vec<(String, u32, u64, u8)>, _> = serde_json::from_str(json);
    let all = four.unwrap_or_else(|_| {
        let three: Vec<(String, u32, u64)> = serde_json::from_str(json).unwrap_or_default();
        let with_all = |(name, lines, bytes)| (name, lines, bytes, EVERY_LEVEL);
        three.into_iter().map(with_all).collect()
    });
    let source = |(name, lines, bytes, levels)| OfSource {
        name,
        lines,
        bytes,
        levels,
    };
    all.into_iter().map(source).collect()
}

/// The first ids of the newest `limit` blocks that begin before id `before` and end after id `after`, the newest first, each
/// with its version.
///
/// # Errors
/// When the database fails.
pub async fn firsts<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
    before: u64,
    limit: u32,
) -> Result<Vec<(u64, u64)>, AppError> {
    // As one row: thousands take a while on their way.
    let json: String = sqlx::query_scalar(
        "SELECT json_group_array(json_array(first, version)) FROM (SELECT first, version FROM block \
         WHERE first < ?1 AND first >= coalesce((SELECT max(first) FROM block WHERE first <= ?2), 0) AND last > ?2 \
         ORDER BY first DESC LIMIT ?3)",
    )
    .bind(place(before))
    .bind(place(after))
    .bind(limit)
    .fetch_one(conn)
    .await?;
    let mut firsts: Vec<(u64, u64)> =
        serde_json::from_str(&json).map_err(|cause| internal("reading the ids of blocks", &cause))?;
    firsts.sort_unstable_by(|a, b| b.cmp(a));
    Ok(firsts)
}

/// The same of the oldest, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn oldest_firsts<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
    before: u64,
    limit: u32,
) -> Result<Vec<(u64, u64)>, AppError> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT first, version FROM block WHERE first >= coalesce((SELECT max(first) FROM block WHERE first <= ?1), 0) \
         AND last > ?1 AND first < ?2 ORDER BY first LIMIT ?3",
    )
    .bind(place(after))
    .bind(place(before))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    let whole = |(first, version): (i64, i64)| (first.unsigned_abs(), version.unsigned_abs());
    Ok(rows.into_iter().map(whole).collect())
}

/// What is known of these blocks as a whole.
///
/// # Errors
/// When the database fails.
pub async fn abouts<'c>(conn: impl SqliteExecutor<'c>, firsts: &[u64]) -> Result<Vec<About>, AppError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT * FROM block WHERE first IN (SELECT value FROM json_each(?))")
        .bind(serde_json::to_string(firsts).unwrap_or_default())
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The newest `limit` blocks that begin before id `before` and end after id `after`, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn newest_first<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
    before: u64,
    limit: u32,
) -> Result<Vec<About>, AppError> {
    // Blocks lie one behind the other, so all but one of those begin after it.
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT * FROM block WHERE first < ?1 AND first >= coalesce((SELECT max(first) FROM block WHERE first <= ?2), 0) \
         AND last > ?2 ORDER BY first DESC LIMIT ?3",
    )
    .bind(place(before))
    .bind(place(after))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The first `limit` blocks that end after id `after`, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn oldest_first<'c>(conn: impl SqliteExecutor<'c>, after: u64, limit: u32) -> Result<Vec<About>, AppError> {
    // Blocks lie one behind the other, so all but one of those begin after it.
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT * FROM block WHERE first >= coalesce((SELECT max(first) FROM block WHERE first <= ?1), 0) AND last > ?1 \
         ORDER BY first LIMIT ?2",
    )
    .bind(place(after))
    .bind(limit)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// The first `limit` blocks that begin after id `after` and whose first line came before `received`, the oldest first.
///
/// # Errors
/// When the database fails.
pub async fn beginning_before<'c>(
    conn: impl SqliteExecutor<'c>,
    after: u64,
    received: Timestamp,
    limit: u32,
) -> Result<Vec<About>, AppError> {
    let rows: Vec<Row> =
        sqlx::query_as("SELECT * FROM block WHERE first > ? AND received_first < ? ORDER BY first LIMIT ?")
            .bind(place(after))
            .bind(received.micros())
            .bind(limit)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// A block as it is now, with its numbers and its texts; `None` when it is gone.
///
/// # Errors
/// When the database fails.
pub async fn whole<'c>(
    conn: impl SqliteExecutor<'c>,
    first: u64,
) -> Result<Option<(About, Vec<u8>, Vec<u8>)>, AppError> {
    #[derive(FromRow)]
    struct Whole {
        #[sqlx(flatten)]
        block: Row,
        head: Vec<u8>,
        text: Vec<u8>,
    }
    let found = sqlx::query_as("SELECT block.*, head, text FROM block JOIN block_text USING (first) WHERE first = ?");
    let found: Option<Whole> = found.bind(place(first)).fetch_optional(conn).await?;
    Ok(found.map(|whole| (whole.block.into(), whole.head, whole.text)))
}

/// The numbers and the texts of a block; `None` when it is gone.
///
/// # Errors
/// When the database fails.
pub async fn text<'c>(conn: impl SqliteExecutor<'c>, first: u64) -> Result<Option<(Vec<u8>, Vec<u8>)>, AppError> {
    let found = sqlx::query_as("SELECT head, text FROM block_text WHERE first = ?");
    Ok(found.bind(place(first)).fetch_optional(conn).await?)
}

/// The numbers alone.
///
/// # Errors
/// When the database fails.
pub async fn head<'c>(conn: impl SqliteExecutor<'c>, first: u64) -> Result<Option<Vec<u8>>, AppError> {
    let found = sqlx::query_scalar("SELECT head FROM block_text WHERE first = ?");
    Ok(found.bind(place(first)).fetch_optional(conn).await?)
}

/// The filters of these blocks, by their first ids, each with the version of the block that it is of.
///
/// # Errors
/// When the database fails.
pub async fn filters<'c>(
    conn: impl SqliteExecutor<'c>,
    firsts: &[u64],
    of: Of,
) -> Result<Vec<(u64, u64, Vec<u8>)>, AppError> {
    let query = match of {
        Of::Words => {
            "SELECT first, version, words FROM block_filter JOIN block USING (first) \
             WHERE first IN (SELECT value FROM json_each(?))"
        }
        Of::Grams => {
            "SELECT first, version, grams FROM block_filter JOIN block USING (first) \
             WHERE first IN (SELECT value FROM json_each(?))"
        }
    };
    let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(query)
        .bind(serde_json::to_string(firsts).unwrap_or_default())
        .fetch_all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(first, version, bytes)| (first.unsigned_abs(), version.unsigned_abs(), bytes))
        .collect())
}

/// What all blocks hold: lines, bytes of their texts, and bytes that they take.
///
/// # Errors
/// When the database fails.
pub async fn total<'c>(conn: impl SqliteExecutor<'c>) -> Result<(u64, u64, u64), AppError> {
    let (lines, bytes, kept): (i64, i64, i64) =
        sqlx::query_as("SELECT coalesce(sum(lines), 0), coalesce(sum(bytes), 0), coalesce(sum(kept), 0) FROM block")
            .fetch_one(conn)
            .await?;
    Ok((lines.unsigned_abs(), bytes.unsigned_abs(), kept.unsigned_abs()))
}

/// The oldest block.
///
/// # Errors
/// When the database fails.
pub async fn oldest<'c>(conn: impl SqliteExecutor<'c>) -> Result<Option<About>, AppError> {
    let found: Option<Row> = sqlx::query_as("SELECT * FROM block ORDER BY first LIMIT 1")
        .fetch_optional(conn)
        .await?;
    Ok(found.map(Into::into))
}
