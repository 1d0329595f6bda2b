//! What the page of a symbol shows, as both ends know it.

use serde::{Deserialize, Serialize};

use super::{figures::Change, model::Quote, price::Price};
use crate::time::Timestamp;

/// The lengths of bars that the page offers: as they are asked for, and in words.
pub const INTERVALS: [(&str, &str); 6] = [
    ("1s", "1 s"),
    ("1m", "1 min"),
    ("5m", "5 min"),
    ("15m", "15 min"),
    ("1h", "1 h"),
    ("1d", "1 day"),
];
/// The one that is shown when none is asked for.
pub const USUAL_INTERVAL: &str = "1m";

/// The length of such bars, in seconds; of the usual ones where there are none of this name.
pub fn seconds_of(interval: &str) -> i64 {
    match interval {
        "1s" => 1,
        "5m" => 300,
        "15m" => 900,
        "1h" => 3_600,
        "1d" => 86_400,
        _ => 60,
    }
}

/// Which chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Asked {
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Such as `coinbase`; when absent, the one that is meant.
    #[serde(default)]
    pub venue: Option<String>,
    /// One of [`INTERVALS`]; [`USUAL_INTERVAL`] when absent.
    #[serde(default)]
    pub interval: Option<String>,
    /// Only bars that begin before this time; the newest when absent.
    #[serde(default)]
    pub before: Option<Timestamp>,
    /// The bars of a span alone: it begins in the one that this time falls into.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// It ends before the one that begins then or later; now when absent.
    #[serde(default)]
    pub to: Option<Timestamp>,
    /// At most so many bars; 500 when absent.
    #[serde(default)]
    pub limit: Option<u32>,
    /// A symbol to compare it with, as on a list: `coinbase:ETH-USD`, or `ETH-USD`.
    #[serde(default)]
    pub with: Option<String>,
}

/// A symbol at a venue and a stretch of its bars.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Such as `coinbase`.
    pub venue: String,
    /// Other venues where it is known.
    #[serde(default)]
    pub elsewhere: Vec<String>,
    /// As the venue calls it, where it does.
    pub name: Option<String>,
    /// What prices are in, such as `USD`, where that is known.
    pub currency: Option<String>,
    /// Digits after the point of its prices.
    pub digits: u32,
    /// Where it is traded at certain hours: whether the market is `open`, `extended` or `closed` now.
    pub phase: Option<String>,
    /// One of [`INTERVALS`].
    pub interval: String,
    /// The length of a bar, in seconds.
    pub seconds: i64,
    /// The newest price; `None` once the board has forgotten it.
    pub quote: Option<Quote>,
    /// The UTC day of the newest tick.
    pub day: Option<Day>,
    /// In the order of their times; a stretch in which nothing was heard has none.
    pub candles: Vec<Candle>,
    /// There may be earlier ones.
    pub more: bool,
    /// What the span brought that was asked for.
    pub span: Option<Span>,
    /// What it is compared with.
    pub other: Option<Other>,
    /// Why it isn't compared, in words.
    pub unlike: Option<String>,
}

/// What a symbol is compared with, over the same stretch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Other {
    /// Such as `ETH-USD`.
    pub symbol: String,
    /// Such as `coinbase`.
    pub venue: String,
    /// As it is asked for: [`Asked::with`].
    pub written: String,
    /// In the order of their times.
    pub candles: Vec<Candle>,
    /// From the first time at which both had a bar, how far each has come since: the symbol, then the other.
    pub since: Option<(Timestamp, Change, Change)>,
}

/// What a span of time brought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Span {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends.
    pub to: Timestamp,
    /// The first price.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// How far the last is from the first.
    pub change: Option<Change>,
}

/// A bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candle {
    /// When it begins.
    pub time: Timestamp,
    /// The first price.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// The last price.
    pub close: Price,
    /// What changed hands, where ticks say so.
    pub volume: Option<Price>,
}

/// What a UTC day brought.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// The first price.
    pub open: Price,
    /// The highest price.
    pub high: Price,
    /// The lowest price.
    pub low: Price,
    /// What changed hands, where ticks say so.
    pub volume: Option<Price>,
    /// The last price of the last day before that had any.
    pub previous_close: Option<Price>,
}
