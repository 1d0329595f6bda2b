//! How prices went around an instant.

use rust_decimal::Decimal;
use sqlx::SqlitePool;

use super::{
    Ticker,
    bars::{
        query::{STEPS, Stretch, page},
        store,
    },
    lists::text,
};
use crate::{error::AppError, ids::UserId, ticker::model::Key, time::Timestamp};

/// Bars of one symbol at most.
const BARS: u32 = 3_600;

/// How the price of a symbol went.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Whose.
    pub key: Key,
    /// The last one before the stretch.
    pub before: Option<Decimal>,
    /// When each bar of the stretch ends, and its close. The end is that of its last instant.
    pub closes: Vec<(Timestamp, Decimal)>,
}

/// The symbols that `wanted` names, such as `coinbase:BTC-USD, AAPL`; else the first `limit` of the person's first list, or
/// else of what has prices.
///
/// # Errors
/// `Invalid` or `NotFound`, in words, for what is no symbol.
pub async fn keys(ticker: &Ticker, me: UserId, wanted: &str, limit: usize) -> Result<Vec<Key>, AppError> {
    let mut keys = match wanted.trim() {
        "" => {
            let lists = ticker.lists.seen(me).await?.lists;
            let first = lists.into_iter().map(|list| list.entries).find(|list| !list.is_empty());
            first.unwrap_or_else(|| ticker.board().quotes.iter().map(|quote| quote.key()).collect())
        }
        wanted => ticker.lists.market.resolve(text::read(&wanted.replace(',', "\n"))?)?,
    };
    keys.truncate(limit);
    Ok(keys)
}

/// How these went, by bars of `step` seconds or the shortest that are kept of then. What was never traded is left out.
///
/// # Errors
/// When the database can't be read.
pub async fn around(
    db: &SqlitePool,
    keys: Vec<Key>,
    (from, to): (Timestamp, Timestamp),
    step: i64,
) -> Result<Vec<Track>, AppError> {
    let mut tracks = Vec::new();
    for key in keys {
        let Some((series, _)) = store::find(db, &key.symbol, Some(&key.venue)).await?.pop() else {
            continue;
        };
        let mut track = Track {
            key,
            before: None,
            closes: Vec::new(),
        };
        let stretch = |step, from, to, limit| Stretch { step, from, to, limit };
        // Seconds are kept for days, minutes for years, days for ever.
        for bars in [STEPS[0], STEPS[1], STEPS[5]] {
            if bars.micros() < step * 1_000_000 && bars == STEPS[0] && step >= 60 {
                continue;
            }
            let found = page(db, series, stretch(bars, Some(from.micros()), Some(to.micros()), BARS))
                .await?
                .bars;
            // A bar that began before, and ends in the stretch, is of it; one that goes on after it isn't known by then.
            let whole = found
                .into_iter()
                .filter(|bar| bar.start + bars.micros() <= to.micros().max(bar.start + 1));
            track.closes = whole
                .map(|bar| {
                    (
                        Timestamp::from_micros(bar.start + bars.micros() - 1),
                        bar.bar.close.price,
                    )
                })
                .collect();
            if track.before.is_none() {
                let last = page(db, series, stretch(bars, None, Some(from.micros()), 1))
                    .await?
                    .bars;
                track.before = last.last().map(|bar| bar.bar.close.price);
            }
            if !track.closes.is_empty() {
                break;
            }
        }
        if track.before.is_some() || !track.closes.is_empty() {
            tracks.push(track);
        }
    }
    Ok(tracks)
}
