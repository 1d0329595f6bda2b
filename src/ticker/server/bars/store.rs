//! Bars in `ticker.db`.

use std::collections::{BTreeMap, HashMap};

use data_encoding::HEXLOWER;
use sqlx::{SqliteConnection, SqlitePool};

use super::{
    CHUNK, Interval,
    bar::Bar,
    chunk::{self, Chunk},
    fold::{Open, Shelf},
    seqs::Seqs,
};
use crate::{error::AppError, server::error::internal, ticker::model::Key};

/// What a round writes: JSON arrays of rows, whose bytes are hexadecimal.
#[derive(Debug, Default)]
pub struct Rows {
    series: Vec<(i64, String, String)>,
    open: Vec<(i64, i64, String, i64, String, i64, String, String)>,
    bars: Vec<(i64, i64, i64, String)>,
    seen: Vec<(i64, i64, String)>,
    filled: Vec<i64>,
}

impl Rows {
    /// A series that is new.
    pub fn add_series(&mut self, id: i64, key: &Key) {
        self.series.push((id, key.symbol.clone(), key.venue.clone()));
    }

    /// The venue's bars from before are in.
    pub fn add_filled(&mut self, id: i64) {
        self.filled.push(id);
    }

    /// What became of a series in a round.
    pub fn add(&mut self, id: i64, open: &Open, shelf: &Shelf) {
        for &(interval, slot) in &shelf.changed {
            let bytes = shelf
                .chunks
                .get(&(interval, slot))
                .map(|chunk| chunk::encode(interval, chunk));
            let bytes = HEXLOWER.encode(&bytes.unwrap_or_default());
            self.bars.push((id, interval.code(), slot, bytes));
        }
        for (&slot, seqs) in &shelf.seen {
            self.seen.push((id, slot, HEXLOWER.encode(&seqs.encode())));
        }
        let bar = |interval| {
            let (number, bar) = open.bar(interval)?;
            let chunk = Chunk::from([(*number, bar.clone())]);
            Some((super::slot(*number), HEXLOWER.encode(&chunk::encode(interval, &chunk))))
        };
        let bars = (bar(Interval::Second), bar(Interval::Minute), bar(Interval::Day));
        if let (Some(second), Some(minute), Some(day)) = bars {
            let seqs = HEXLOWER.encode(&open.seqs.encode());
            self.open
                .push((id, second.0, second.1, minute.0, minute.1, day.0, day.1, seqs));
        }
    }
}

/// Writes a round, each table in one statement.
///
/// # Errors
/// `Internal` when it can't be written.
pub async fn write(conn: &mut SqliteConnection, rows: &Rows) -> Result<(), AppError> {
    let Rows {
        series,
        open,
        bars,
        seen,
        filled,
    } = rows;
    let json = |rows: serde_json::Result<String>| rows.map_err(|e| internal("bars", &e));
    for (sql, is_empty, rows) in [
        (INSERT_SERIES, series.is_empty(), serde_json::to_string(series)),
        (FILLED, filled.is_empty(), serde_json::to_string(filled)),
        (UPSERT_OPEN, open.is_empty(), serde_json::to_string(open)),
        (UPSERT_BARS, bars.is_empty(), serde_json::to_string(bars)),
        (UPSERT_SEEN, seen.is_empty(), serde_json::to_string(seen)),
    ] {
        if !is_empty {
            sqlx::query(sql).bind(json(rows)?).execute(&mut *conn).await?;
        }
    }
    Ok(())
}

const INSERT_SERIES: &str = "
    INSERT INTO series (id, symbol, venue) SELECT value->>0, value->>1, value->>2 FROM json_each(?)";

const FILLED: &str = "UPDATE series SET filled = 1 WHERE id IN (SELECT value FROM json_each(?))";

const UPSERT_OPEN: &str = "
    INSERT OR REPLACE INTO open_bars (series, second_slot, second, minute_slot, minute, day_slot, day, seqs)
    SELECT value->>0, value->>1, unhex(value->>2), value->>3, unhex(value->>4), value->>5, unhex(value->>6),
        unhex(value->>7)
    FROM json_each(?)";

const UPSERT_BARS: &str = "
    INSERT OR REPLACE INTO bars (series, interval, slot, bars)
    SELECT value->>0, value->>1, value->>2, unhex(value->>3) FROM json_each(?)";

const UPSERT_SEEN: &str = "
    INSERT OR REPLACE INTO seen (series, slot, seqs)
    SELECT value->>0, value->>1, unhex(value->>2) FROM json_each(?)";

/// Takes symbols away; their bars are swept later. `keys` is a JSON array of symbols and venues.
///
/// # Errors
/// When it can't be written.
pub async fn forget(conn: &mut SqliteConnection, keys: &str) -> Result<(), sqlx::Error> {
    let gone = "SELECT value->>0, value->>1 FROM json_each(?)";
    for sql in [
        format!("DELETE FROM open_bars WHERE series IN (SELECT id FROM series WHERE (symbol, venue) IN ({gone}))"),
        format!("DELETE FROM series WHERE (symbol, venue) IN ({gone})"),
    ] {
        sqlx::query(&sql).bind(keys).execute(&mut *conn).await?;
    }
    Ok(())
}

/// What is in memory of a series.
#[derive(Debug, Default)]
pub struct Series {
    /// Its number.
    pub id: i64,
    /// Its newest bars.
    pub open: Open,
    /// The venue was asked for bars from before its first tick, or is being asked.
    pub filled: bool,
}

#[derive(sqlx::FromRow)]
struct SeriesRow {
    id: i64,
    symbol: String,
    venue: String,
    filled: bool,
    second_slot: Option<i64>,
    second: Option<Vec<u8>>,
    minute_slot: Option<i64>,
    minute: Option<Vec<u8>>,
    day_slot: Option<i64>,
    day: Option<Vec<u8>>,
    seqs: Option<Vec<u8>>,
    last_slot: Option<i64>,
    last: Option<Vec<u8>>,
}

const SERIES: &str = "
    SELECT id, symbol, venue, filled, second_slot, second, minute_slot, minute, day_slot, day, seqs,
        b.slot AS last_slot, b.bars AS last
    FROM series LEFT JOIN open_bars o ON o.series = id
    LEFT JOIN bars b ON b.series = id AND b.interval = 2
        AND b.slot = (SELECT max(slot) FROM bars WHERE series = id AND interval = 2)";

/// Every series there is, and the highest number that ever was.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn all(db: &SqlitePool) -> Result<(HashMap<Key, Series>, i64), AppError> {
    let rows: Vec<SeriesRow> = sqlx::query_as(SERIES).fetch_all(db).await?;
    let highest = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'series'");
    let highest: Option<i64> = highest.fetch_optional(db).await?;
    Ok((rows.into_iter().map(SeriesRow::read).collect(), highest.unwrap_or(0)))
}

impl SeriesRow {
    fn read(self) -> (Key, Series) {
        let id = self.id;
        let only = |interval, slot: Option<i64>, bytes: Option<Vec<u8>>| {
            readable(id, chunk::decode(interval, slot?, &bytes?))?.pop_last()
        };
        let last = || {
            let (number, bar) = only(Interval::Day, self.last_slot, self.last)?;
            Some((number, bar.close.price))
        };
        let open = Open {
            before: last(),
            bars: [
                only(Interval::Second, self.second_slot, self.second),
                only(Interval::Minute, self.minute_slot, self.minute),
                only(Interval::Day, self.day_slot, self.day),
            ],
            seqs: self
                .seqs
                .and_then(|bytes| readable(id, Seqs::decode(&bytes)))
                .unwrap_or_default(),
        };
        let key = Key {
            symbol: self.symbol,
            venue: self.venue,
        };
        let filled = self.filled;
        (key, Series { id, open, filled })
    }
}

/// What is left out because it can't be read is logged.
fn readable<T>(series: i64, read: Option<T>) -> Option<T> {
    if read.is_none() {
        tracing::error!(series, "kept bars can't be read");
    }
    read
}

/// Takes chunks of bars, and of numbers where they are of seconds, off the database: by series, those that there are.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn shelves(db: &SqlitePool, wanted: &[(i64, Interval, i64)]) -> Result<BTreeMap<i64, Shelf>, AppError> {
    let mut shelves = BTreeMap::<i64, Shelf>::new();
    if wanted.is_empty() {
        return Ok(shelves);
    }
    let places: Vec<(i64, i64, i64)> = wanted
        .iter()
        .map(|(series, i, slot)| (*series, i.code(), *slot))
        .collect();
    let places = serde_json::to_string(&places).map_err(|e| internal("bars", &e))?;
    let sql = "SELECT series, interval, slot, bars FROM json_each(?) CROSS JOIN bars
        ON series = value->>0 AND interval = value->>1 AND slot = value->>2";
    let bars: Vec<(i64, i64, i64, Vec<u8>)> = sqlx::query_as(sql).bind(&places).fetch_all(db).await?;
    for (series, code, slot, bytes) in bars {
        let interval = Interval::ALL.into_iter().find(|interval| interval.code() == code);
        let chunk = interval.and_then(|interval| Some((interval, chunk::decode(interval, slot, &bytes)?)));
        if let Some((interval, chunk)) = readable(series, chunk) {
            shelves
                .entry(series)
                .or_default()
                .chunks
                .insert((interval, slot), chunk);
        }
    }
    let sql = "SELECT series, slot, seqs FROM json_each(?) CROSS JOIN seen
        ON series = value->>0 AND value->>1 = 0 AND slot = value->>2";
    let seen: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(sql).bind(&places).fetch_all(db).await?;
    for (series, slot, bytes) in seen {
        if let Some(seqs) = readable(series, Seqs::decode(&bytes)) {
            shelves.entry(series).or_default().seen.insert(slot, seqs);
        }
    }
    Ok(shelves)
}

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
        .bind(super::slot(from))
        .bind(super::slot(to.saturating_sub(1)))
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

/// Deletes chunks of `interval` that lie before that of bar `before`, `most` at most, and with the seconds the numbers of
/// their ticks; gives how many.
///
/// # Errors
/// When the database can't be written.
pub async fn delete_old(
    conn: &mut SqliteConnection,
    interval: Interval,
    before: i64,
    most: u32,
) -> Result<u64, AppError> {
    let sql = "DELETE FROM bars WHERE (series, interval, slot) IN (
        SELECT series, interval, slot FROM series CROSS JOIN bars
        ON series = id AND interval = ?1 AND slot < ?2 LIMIT ?3)";
    let slot = super::slot(before);
    let bars = sqlx::query(sql).bind(interval.code()).bind(slot).bind(most);
    let mut deleted = bars.execute(&mut *conn).await?.rows_affected();
    if interval == Interval::Second {
        let sql = "DELETE FROM seen WHERE (series, slot) IN (
            SELECT series, slot FROM series CROSS JOIN seen ON series = id AND slot < ?1 LIMIT ?2)";
        let seen = sqlx::query(sql).bind(slot).bind(most).execute(&mut *conn).await?;
        deleted = deleted.max(seen.rows_affected());
    }
    Ok(deleted)
}

/// Deletes what is left of series that are gone, `most` rows at most; gives how many.
///
/// # Errors
/// When the database can't be written.
pub async fn delete_gone(conn: &mut SqliteConnection, most: u32) -> Result<u64, AppError> {
    let mut deleted = 0;
    for (table, key) in [("bars", "series, interval, slot"), ("seen", "series, slot")] {
        // From series to series by the key, not over all their rows.
        let sql = format!(
            "WITH RECURSIVE here(series) AS (
                SELECT min(series) FROM {table}
                UNION ALL SELECT (SELECT min(series) FROM {table} WHERE series > here.series) FROM here
                WHERE here.series IS NOT NULL)
            DELETE FROM {table} WHERE ({key}) IN (
                SELECT {key} FROM {table} WHERE series IN (
                    SELECT series FROM here WHERE series NOT NULL AND series NOT IN (SELECT id FROM series))
                LIMIT ?)"
        );
        let rows = sqlx::query(&sql).bind(most).execute(&mut *conn).await?;
        deleted = rows.rows_affected().max(deleted);
    }
    Ok(deleted)
}
