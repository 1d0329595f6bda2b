//! `ticker.db`.

mod chosen;

pub use chosen::{choose_venues, venues};

use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::SqliteConnection;

use super::{
    bars::store::{self as bars_store, Rows},
    kept::{Kept, Said},
};
use crate::{
    error::AppError,
    server::db::Database,
    ticker::model::{Key, Quote},
    time::Timestamp,
};

/// A row of `quote` on its way in.
#[derive(Serialize)]
struct NewQuote<'a> {
    symbol: &'a str,
    venue: &'a str,
    version: u64,
    last: Decimal,
    said_open: Option<Decimal>,
    said_open_time: Option<i64>,
    said_close: Option<Decimal>,
    said_close_time: Option<i64>,
    bid: Option<Decimal>,
    ask: Option<Decimal>,
    volume: Option<Decimal>,
    time: i64,
    seq: Option<u64>,
    demo: bool,
}

/// A row of `spark` on its way in.
#[derive(Serialize)]
struct NewSpark<'a> {
    symbol: &'a str,
    venue: &'a str,
    version: u64,
    points: &'a [Decimal],
    slot: i64,
}

/// A row of `quote` with its `spark`.
#[derive(sqlx::FromRow)]
struct Row {
    symbol: String,
    venue: String,
    version: i64,
    last: String,
    said_open: Option<String>,
    said_open_time: Option<i64>,
    said_close: Option<String>,
    said_close_time: Option<i64>,
    bid: Option<String>,
    ask: Option<String>,
    volume: Option<String>,
    time: i64,
    seq: Option<i64>,
    demo: bool,
    points: Option<String>,
    slot: Option<i64>,
    spark_version: Option<i64>,
}

/// What leaves the board.
pub struct Leaving<'a> {
    /// All of it.
    pub all: &'a [Key],
    /// Those whose bars go with them.
    pub with_bars: &'a [Key],
    /// The version at which the last of them leaves, where there are any.
    pub version: u64,
}

/// Writes a round of quotes and bars, each table in one statement, and runs `then` after the commit. What is gone is deleted
/// first.
///
/// # Errors
/// `Internal` when it can't be written.
pub async fn keep(
    db: &Database,
    kept: &[Kept],
    bars: Rows,
    gone: Leaving<'_>,
    then: impl FnOnce() + Send + 'static,
) -> Result<(), AppError> {
    let quotes: Vec<NewQuote> = kept.iter().map(NewQuote::from).collect();
    let sparks: Vec<NewSpark> = kept.iter().filter(|kept| kept.sampled).map(NewSpark::from).collect();
    let pairs = |keys: &[Key]| {
        let pairs: Vec<[&str; 2]> = keys.iter().map(|key| [key.symbol.as_str(), &key.venue]).collect();
        serde_json::to_string(&pairs)
    };
    let (some_gone, version) = (!gone.all.is_empty(), gone.version);
    let json = |rows: serde_json::Result<String>| rows.map_err(|e| crate::server::error::internal("quotes", &e));
    let (some_sparks, some_quotes) = (!sparks.is_empty(), !quotes.is_empty());
    let (quotes, sparks, gone, with_bars) = (
        json(serde_json::to_string(&quotes))?,
        json(serde_json::to_string(&sparks))?,
        json(pairs(gone.all))?,
        json(pairs(gone.with_bars))?,
    );
    db.writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    if some_gone {
                        delete(conn, &gone, &with_bars, version).await?;
                    }
                    if some_quotes {
                        sqlx::query(UPSERT_QUOTES).bind(quotes).execute(&mut *conn).await?;
                    }
                    if some_sparks {
                        sqlx::query(UPSERT_SPARKS).bind(sparks).execute(&mut *conn).await?;
                    }
                    bars_store::write(conn, &bars).await
                })
            },
            move |()| then(),
        )
        .await
}

const UPSERT_QUOTES: &str = "
    INSERT INTO quote (symbol, venue, version, last, said_open, said_open_time, said_close, said_close_time, bid, ask,
        volume, time, seq, demo)
    SELECT value->>'symbol', value->>'venue', value->>'version', value->>'last', value->>'said_open',
        value->>'said_open_time', value->>'said_close', value->>'said_close_time', value->>'bid', value->>'ask', value->>'volume', value->>'time', value->>'seq', value->>'demo'
    FROM json_each(?) WHERE true
    ON CONFLICT (symbol, venue) DO UPDATE SET version = excluded.version, last = excluded.last,
        said_open = excluded.said_open, said_open_time = excluded.said_open_time, said_close = excluded.said_close,
        said_close_time = excluded.said_close_time, bid = excluded.bid, ask = excluded.ask, volume = excluded.volume,
        time = excluded.time, seq = excluded.seq, demo = excluded.demo";

const UPSERT_SPARKS: &str = "
    INSERT INTO spark (symbol, venue, version, points, slot)
    SELECT value->>'symbol', value->>'venue', value->>'version', value->'points', value->>'slot'
    FROM json_each(?) WHERE true
    ON CONFLICT (symbol, venue) DO UPDATE SET version = excluded.version, points = excluded.points,
        slot = excluded.slot";

async fn delete(conn: &mut SqliteConnection, keys: &str, with_bars: &str, version: u64) -> Result<(), sqlx::Error> {
    for table in ["quote", "spark"] {
        let sql =
            format!("DELETE FROM {table} WHERE (symbol, venue) IN (SELECT value->>0, value->>1 FROM json_each(?))");
        sqlx::query(&sql).bind(keys).execute(&mut *conn).await?;
    }
    bars_store::forget(conn, with_bars).await?;
    sqlx::query("UPDATE setting SET forgotten = ?")
        .bind(i64::try_from(version).unwrap_or(i64::MAX))
        .execute(conn)
        .await?;
    Ok(())
}

/// Everything kept. A row that can't be read is left out, and logged.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn quotes(db: &Database) -> Result<Vec<Kept>, AppError> {
    let sql = "SELECT q.*, s.points, s.slot, s.version AS spark_version
               FROM quote q LEFT JOIN spark s USING (symbol, venue)";
    let rows: Vec<Row> = sqlx::query_as(sql).fetch_all(&db.readers).await?;
    let read = |row: Row| {
        let name = format!("{} at {}", row.symbol, row.venue);
        Kept::try_from(row)
            .inspect_err(|error| tracing::error!(quote = name, %error, "a kept price can't be read"))
            .ok()
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// The version at which quotes last left the board, whatever the reason.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn last_departure(db: &Database) -> Result<u64, AppError> {
    let version: i64 = sqlx::query_scalar("SELECT forgotten FROM setting")
        .fetch_one(&db.readers)
        .await?;
    Ok(u64::try_from(version).unwrap_or(0))
}

impl<'a> From<&'a Kept> for NewQuote<'a> {
    fn from(kept: &'a Kept) -> Self {
        let quote = &kept.quote;
        Self {
            symbol: &quote.symbol,
            venue: &quote.venue,
            version: quote.version,
            last: quote.last,
            said_open: kept.said_open.map(|said| said.price),
            said_open_time: kept.said_open.map(|said| said.time),
            said_close: kept.said_close.map(|said| said.price),
            said_close_time: kept.said_close.map(|said| said.time),
            bid: quote.bid,
            ask: quote.ask,
            volume: quote.volume,
            time: quote.time.micros(),
            seq: kept.seq,
            demo: quote.demo,
        }
    }
}

impl<'a> From<&'a Kept> for NewSpark<'a> {
    fn from(kept: &'a Kept) -> Self {
        Self {
            symbol: &kept.quote.symbol,
            venue: &kept.quote.venue,
            version: kept.spark_version,
            points: &kept.spark,
            slot: kept.slot,
        }
    }
}

impl TryFrom<Row> for Kept {
    type Error = Box<dyn std::error::Error>;

    fn try_from(row: Row) -> Result<Self, Self::Error> {
        let decimal = |text: Option<String>| text.map(|text| Decimal::from_str_exact(&text)).transpose();
        let said = |price: Option<Decimal>, time: Option<i64>| {
            let (price, time) = price.zip(time)?;
            Some(Said { time, price })
        };
        Ok(Self {
            quote: Quote {
                version: u64::try_from(row.version)?,
                symbol: row.symbol,
                venue: row.venue,
                last: Decimal::from_str_exact(&row.last)?,
                open: None,
                previous_close: None,
                change: None,
                bid: decimal(row.bid)?,
                ask: decimal(row.ask)?,
                volume: decimal(row.volume)?,
                range: None,
                rest: None,
                time: Timestamp::from_micros(row.time),
                demo: row.demo,
                spark: None,
            },
            said_open: said(decimal(row.said_open)?, row.said_open_time),
            said_close: said(decimal(row.said_close)?, row.said_close_time),
            seq: row.seq.map(u64::try_from).transpose()?,
            spark: row
                .points
                .as_deref()
                .map(serde_json::from_str)
                .transpose()?
                .unwrap_or_default(),
            slot: row.slot.unwrap_or(0),
            spark_version: u64::try_from(row.spark_version.unwrap_or(0))?,
            sampled: false,
        })
    }
}
