//! What a round takes out.

use std::collections::{BTreeMap, HashMap};

use sqlx::SqlitePool;

use super::readable;
use crate::{
    error::AppError,
    server::error::internal,
    ticker::{
        model::Key,
        server::bars::{
            CHUNK, Interval, chunk,
            fold::{Open, Shelf},
            seqs::{KNOWN, Recent, Seqs},
        },
    },
};

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
    let mut series: HashMap<Key, Series> = HashMap::with_capacity(rows.len());
    let mut recent = recent(db).await?;
    for row in rows {
        let recent = recent.remove(&row.id).unwrap_or_default();
        series.extend([row.read(recent)]);
    }
    Ok((series, highest.unwrap_or(0)))
}

/// The numbers of each series' last minutes: of a tick that said no time one can't know by which second it was kept.
async fn recent(db: &SqlitePool) -> Result<HashMap<i64, Seqs>, AppError> {
    let sql = "SELECT n.series, n.seqs FROM (SELECT series, max(slot) AS newest FROM seen GROUP BY series) m
        CROSS JOIN seen n ON n.series = m.series AND n.slot > m.newest - ?";
    let slots = KNOWN / (CHUNK * Interval::Second.micros());
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(sql).bind(slots).fetch_all(db).await?;
    let mut recent = HashMap::<i64, Seqs>::new();
    for (series, bytes) in rows {
        if let Some(seqs) = readable(series, Seqs::decode(&bytes)) {
            recent.entry(series).or_default().absorb(seqs);
        }
    }
    Ok(recent)
}

impl SeriesRow {
    fn read(self, mut recent: Seqs) -> (Key, Series) {
        let id = self.id;
        let only = |interval, slot: Option<i64>, bytes: Option<Vec<u8>>| {
            readable(id, chunk::decode(interval, slot?, &bytes?))?.pop_last()
        };
        let last = || {
            let (number, bar) = only(Interval::Day, self.last_slot, self.last)?;
            Some((number, bar.close.price))
        };
        let numbers = |bytes: Option<Vec<u8>>| {
            let read = bytes.and_then(|bytes| readable(id, Seqs::decode(&bytes)));
            read.unwrap_or_default()
        };
        let seqs = numbers(self.seqs);
        recent.absorb(seqs.clone());
        let second = only(Interval::Second, self.second_slot, self.second);
        let newest = second.as_ref().map_or(0, |(_, bar)| bar.close.time);
        let open = Open {
            before: last(),
            recent: Recent::new(newest, recent),
            bars: [
                second,
                only(Interval::Minute, self.minute_slot, self.minute),
                only(Interval::Day, self.day_slot, self.day),
            ],
            seqs,
        };
        let key = Key {
            symbol: self.symbol,
            venue: self.venue,
        };
        let filled = self.filled;
        (key, Series { id, open, filled })
    }
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
