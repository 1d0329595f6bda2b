//! Bars for those who ask.

use sqlx::SqlitePool;

use super::readable;
use crate::{
    error::AppError,
    server::error::internal,
    ticker::{
        model::Key,
        server::bars::{CHUNK, Interval, bar::Bar, chunk, slot},
    },
};

/// Bars of a series in the order of their times, closed ones and the open one, from bar `from` to before bar `to`, out of
/// so many chunks at most; and the bar at which to go on where there may be more.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn bars(
    db: &SqlitePool,
    series: i64,
    interval: Interval,
    (from, to): (i64, i64),
    chunks: i64,
) -> Result<(Vec<(i64, Bar)>, Option<i64>), AppError> {
    // The open one first: should it be closed in between, it is read twice rather than never.
    let column = ["second", "minute", "day"][interval as usize];
    let sql = format!("SELECT {column}_slot, {column} FROM open_bars WHERE series = ?");
    let open: Option<(i64, Vec<u8>)> = sqlx::query_as(&sql).bind(series).fetch_optional(db).await?;
    let sql = "SELECT slot, bars FROM bars WHERE series = ? AND interval = ? AND slot BETWEEN ? AND ?
        ORDER BY slot LIMIT ?";
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql)
        .bind(series)
        .bind(interval.code())
        .bind(slot(from))
        .bind(slot(to.saturating_sub(1)))
        .bind(chunks)
        .fetch_all(db)
        .await?;
    let is_full = rows.len() as i64 >= chunks;
    let next = rows.last().filter(|_| is_full).map(|(slot, _)| (slot + 1) * CHUNK);
    let mut found = Vec::with_capacity(rows.len() * CHUNK as usize);
    for (slot, bytes) in rows {
        found.extend(readable(series, chunk::decode(interval, slot, &bytes)).unwrap_or_default());
    }
    if next.is_none()
        && let Some((slot, bytes)) = open
        && let Some(open) = chunk::decode(interval, slot, &bytes)
    {
        let last = found.last().map_or(i64::MIN, |(number, _)| *number);
        found.extend(open.into_iter().filter(|(number, _)| *number > last));
    }
    found.retain(|(number, _)| (from..to).contains(number));
    Ok((found, next))
}

/// The slot from which on there are `chunks` chunks up to slot `to`; the oldest where there are fewer.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn newest_slots(
    db: &SqlitePool,
    series: i64,
    interval: Interval,
    to: i64,
    chunks: i64,
) -> Result<i64, AppError> {
    let sql =
        "SELECT slot FROM bars WHERE series = ? AND interval = ? AND slot <= ? ORDER BY slot DESC LIMIT 1 OFFSET ?";
    let slot: Option<i64> = sqlx::query_scalar(sql)
        .bind(series)
        .bind(interval.code())
        .bind(to)
        .bind(chunks - 1)
        .fetch_optional(db)
        .await?;
    Ok(slot.unwrap_or(0))
}

/// The number of a symbol at a venue, and the venue; several where no venue is named.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn find(db: &SqlitePool, symbol: &str, venue: Option<&str>) -> Result<Vec<(i64, String)>, AppError> {
    let sql = "SELECT id, venue FROM series WHERE symbol = ?1 AND venue = coalesce(?2, venue) ORDER BY venue";
    Ok(sqlx::query_as(sql).bind(symbol).bind(venue).fetch_all(db).await?)
}

/// The series of these symbols, in any case of letters: their numbers, and what they are of, in the order of the venues.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn named(db: &SqlitePool, symbols: &[&str]) -> Result<Vec<(i64, Key)>, AppError> {
    let symbols = serde_json::to_string(symbols).map_err(|e| internal("bars", &e))?;
    let sql = "SELECT id, symbol, venue FROM series WHERE symbol COLLATE NOCASE IN (SELECT value FROM json_each(?))
        ORDER BY venue, symbol";
    let rows: Vec<(i64, String, String)> = sqlx::query_as(sql).bind(symbols).fetch_all(db).await?;
    let rows = rows.into_iter();
    Ok(rows.map(|(id, symbol, venue)| (id, Key { symbol, venue })).collect())
}
