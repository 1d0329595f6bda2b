//! Lines by their ids, whether they are rows or stand in blocks: each of these reads one state of the file.

use std::{collections::HashMap, sync::Arc};

use sqlx::{SqliteConnection, SqlitePool};

use super::{
    super::block::{Block, Damaged, Head, Raw, about::About},
    blocks, open,
};
use crate::{
    error::AppError,
    logs::model::{Gap, Level, LogLine, Piece},
    server::error::internal,
    time::Timestamp,
};

impl From<Damaged> for AppError {
    fn from(cause: Damaged) -> Self {
        internal("opening a block of log lines", &cause)
    }
}

impl From<Raw> for LogLine {
    fn from(raw: Raw) -> Self {
        // What is kept was valid when it came; if a file is damaged, the rest of the line is still worth showing.
        let fields = serde_json::from_str(&raw.fields).unwrap_or_default();
        Self {
            id: raw.id,
            time: raw.time,
            level: raw.level,
            source: raw.source,
            message: raw.message,
            fields,
            colours: raw.colours,
        }
    }
}

/// For readers.
pub fn whole(lines: Vec<Raw>) -> Vec<Arc<LogLine>> {
    lines.into_iter().map(|raw| Arc::new(raw.into())).collect()
}

/// The newest `limit` lines between two ids, both excluded, the newest first.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn newest_first(readers: &SqlitePool, after: u64, before: u64, limit: u32) -> Result<Vec<Raw>, AppError> {
    let mut tx = readers.begin().await?;
    let mut lines = open::newest_first(&mut *tx, after, before, limit, &Level::ALL, &[]).await?;
    let mut before = before;
    while lines.len() < limit as usize {
        let Some(about) = blocks::newest_first(&mut *tx, after, before, 1).await?.pop() else {
            break;
        };
        let left = limit as usize - lines.len();
        lines.extend(
            inside(&mut tx, &about, after, before)
                .await?
                .into_iter()
                .rev()
                .take(left),
        );
        before = about.first;
    }
    Ok(lines)
}

/// The first `limit` lines after an id, the oldest first.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn oldest_first(readers: &SqlitePool, after: u64, limit: u32) -> Result<Vec<Raw>, AppError> {
    let mut tx = readers.begin().await?;
    let (mut lines, mut at) = (Vec::new(), after);
    while lines.len() < limit as usize {
        let Some(about) = blocks::oldest_first(&mut *tx, at, 1).await?.pop() else {
            break;
        };
        let left = limit as usize - lines.len();
        lines.extend(inside(&mut tx, &about, at, u64::MAX).await?.into_iter().take(left));
        at = about.last;
    }
    let left = limit - u32::try_from(lines.len()).unwrap_or(limit);
    lines.extend(open::oldest_first(&mut *tx, at, left).await?);
    Ok(lines)
}

async fn inside(conn: &mut SqliteConnection, about: &About, after: u64, before: u64) -> Result<Vec<Raw>, AppError> {
    let Some((head, text)) = blocks::text(conn, about.first).await? else {
        return Ok(Vec::new());
    };
    let block = Block::open(about, &head, &text)?;
    Ok(block
        .places(after.saturating_add(1)..before)
        .map(|i| block.line(i))
        .collect())
}

/// How many lines lie between two ids, both excluded.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn count(readers: &SqlitePool, after: u64, before: u64) -> Result<u64, AppError> {
    let mut tx = readers.begin().await?;
    let mut count = open::count(&mut *tx, after, before).await?;
    for about in blocks::newest_first(&mut *tx, after, before, u32::MAX).await? {
        if about.first > after && about.last < before {
            count += u64::from(about.lines);
        } else if let Some(head) = blocks::head(&mut *tx, about.first).await? {
            let ids = Head::open(&about, &head)?.ids;
            count += ids.into_iter().filter(|id| *id > after && *id < before).count() as u64;
        }
    }
    Ok(count)
}

/// The first `limit` lines after id `after`, oldest first.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn after(readers: &SqlitePool, after: u64, limit: u32) -> Result<Vec<Arc<LogLine>>, AppError> {
    Ok(whole(oldest_first(readers, after, limit).await?))
}

/// The newest `limit` lines after id `after`, oldest first.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn newest_lines(readers: &SqlitePool, after: u64, limit: u32) -> Result<Vec<Arc<LogLine>>, AppError> {
    let mut lines = newest_first(readers, after, u64::MAX, limit).await?;
    lines.reverse();
    Ok(whole(lines))
}

/// The newest `limit` lines between two ids, both excluded, oldest first, and how many more there are.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn between(readers: &SqlitePool, after: u64, before: u64, limit: u32) -> Result<Piece, AppError> {
    let mut lines = newest_first(readers, after, before, limit).await?;
    lines.reverse();
    let more = match lines.first() {
        Some(first) if lines.len() == limit as usize => count(readers, after, first.id).await?,
        _ => 0,
    };
    Ok(Piece {
        lines: whole(lines),
        more,
    })
}

/// The gap between two ids, both excluded; `None` when no line is left there.
///
/// # Errors
/// When the database fails, or a block is damaged.
pub async fn gap(readers: &SqlitePool, after: u64, before: u64) -> Result<Option<Gap>, AppError> {
    let count = count(readers, after, before).await?;
    Ok((count > 0).then_some(Gap { after, before, count }))
}

/// What is kept of one source.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeptOf {
    /// Its lines.
    pub lines: u64,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Bytes that they take, about: of a block as much as of its text.
    pub takes: u64,
    /// About when the last came.
    pub last: Timestamp,
}

/// What is kept of each source.
///
/// # Errors
/// When the database fails.
pub async fn by_source(readers: &SqlitePool) -> Result<HashMap<String, KeptOf>, AppError> {
    let mut tx = readers.begin().await?;
    let mut all: HashMap<String, KeptOf> = HashMap::new();
    for (source, lines, bytes, last) in open::by_source(&mut *tx, 0).await? {
        let takes = bytes;
        all.insert(
            source,
            KeptOf {
                lines,
                bytes,
                takes,
                last,
            },
        );
    }
    for about in blocks::newest_first(&mut *tx, 0, u64::MAX, u32::MAX).await? {
        for source in about.sources {
            let of = all.entry(source.name).or_default();
            of.lines += u64::from(source.lines);
            of.bytes += source.bytes;
            of.takes += about.kept * source.bytes / about.bytes.max(1);
            of.last = of.last.max(about.received.1);
        }
    }
    Ok(all)
}

/// The earliest time that a line claims.
///
/// # Errors
/// When the database fails.
pub async fn earliest(readers: &SqlitePool) -> Result<Option<Timestamp>, AppError> {
    let micros: Option<i64> = sqlx::query_scalar(
        "SELECT min(first) FROM (SELECT min(time) AS first FROM line UNION ALL SELECT min(time_first) FROM block)",
    )
    .fetch_one(readers)
    .await?;
    Ok(micros.map(Timestamp::from_micros))
}
