//! What a round writes.

use data_encoding::HEXLOWER;
use sqlx::SqliteConnection;

use crate::{
    error::AppError,
    server::error::internal,
    ticker::{
        model::Key,
        server::bars::{
            Interval,
            chunk::{self, Chunk},
            fold::{Open, Shelf},
            slot,
        },
    },
};

/// A series, the slot and bytes of its newest second, minute and day, and the numbers of its ticks.
type OpenRow = (i64, i64, String, i64, String, i64, String, String);

/// What a round writes: JSON arrays of rows, whose bytes are hexadecimal.
#[derive(Debug, Default)]
pub struct Rows {
    series: Vec<(i64, String, String)>,
    open: Vec<OpenRow>,
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
            Some((slot(*number), HEXLOWER.encode(&chunk::encode(interval, &chunk))))
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
