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
            Interval, chunk,
            fold::{Open, Shelf},
            seqs::{Recent, Seqs},
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
    seen: Option<Vec<u8>>,
}

const SERIES: &str = "
    SELECT id, symbol, venue, filled, second_slot, second, minute_slot, minute, day_slot, day, seqs,
        b.slot AS last_slot, b.bars AS last,
        (SELECT n.seqs FROM seen n WHERE n.series = id ORDER BY n.slot DESC LIMIT 1) AS seen
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
        let numbers = |bytes: Option<Vec<u8>>| {
            let read = bytes.and_then(|bytes| readable(id, Seqs::decode(&bytes)));
            read.unwrap_or_default()
        };
        let (seqs, mut recent) = (numbers(self.seqs), numbers(self.seen));
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
