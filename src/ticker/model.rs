//! Prices as both ends know them.

use serde::{Deserialize, Serialize};

use super::{figures::Change, price::Price};
use crate::{error::AppError, time::Timestamp};

/// Where prices can come from by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VenueKind {
    /// Made up, and marked so wherever shown.
    Demo,
    /// Coinbase Exchange's public feed.
    Coinbase,
    /// Kraken's public feed.
    Kraken,
    /// Binance's public feed of its spot market.
    Binance,
    /// Finnhub's feed, for which one needs a key.
    Finnhub,
    /// Alpaca's feed of US stocks, for which one needs a key.
    Alpaca,
    /// What was recorded of another, played again.
    Replay,
}

impl VenueKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Demo,
        Self::Coinbase,
        Self::Kraken,
        Self::Binance,
        Self::Finnhub,
        Self::Alpaca,
        Self::Replay,
    ];

    /// Its name in settings, in the database and beside a price.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Coinbase => "coinbase",
            Self::Kraken => "kraken",
            Self::Binance => "binance",
            Self::Finnhub => "finnhub",
            Self::Alpaca => "alpaca",
            Self::Replay => "replay",
        }
    }
}

impl std::str::FromStr for VenueKind {
    type Err = AppError;
    fn from_str(text: &str) -> Result<Self, AppError> {
        Self::ALL.into_iter().find(|venue| venue.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|venue| venue.name()).collect();
            AppError::Invalid(format!("there is no venue {text:?}; venues are {}", names.join(", ")))
        })
    }
}

/// The newest price of a symbol at a venue. Prices keep the digits they were sent with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// Grows with every change on the board, over all symbols; never used twice.
    pub version: u64,
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Such as `coinbase`, or the `venue` of the posted tick.
    pub venue: String,
    /// Last price, in the symbol's currency.
    pub last: Price,
    /// What its UTC day opened at: as its sender says, else the first price by time.
    pub open: Option<Price>,
    /// The close before that day: as its sender says, else the last price of the last day that had any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_close: Option<Price>,
    /// How far `last` is from the previous close, or where there is none, from the open; `None` without either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Best bid.
    pub bid: Option<Price>,
    /// Best ask.
    pub ask: Option<Price>,
    /// Traded over the venue's day, in units of what is traded; where it isn't said, what ticks of the UTC day add up to.
    pub volume: Option<Price>,
    /// The lowest and the highest price of its UTC day, where anything was traded in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<Box<(Price, Price)>>,
    /// When the venue says it happened.
    pub time: Timestamp,
    /// From when until when no other price is to be expected after it: from the market's close to its next opening. `None`
    /// where it never closes, or nothing is known of its hours, as of most: so boxed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest: Option<Box<(Timestamp, Timestamp)>>,
    /// Not a real price of now: made up by the demo venue, or played from a recording.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
    /// Earlier prices for the sparkline, oldest first, [`SPARK_POINTS`] at most. `None` in the updates of a stream,
    /// where they come apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spark: Option<Vec<Price>>,
}

/// Points of a sparkline at most.
pub const SPARK_POINTS: usize = 72;
/// Least time between two of them, in seconds.
pub const SPARK_EVERY: i64 = 5;

/// What a quote is known by: its symbol and its venue, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// [`Quote::symbol`].
    pub symbol: String,
    /// [`Quote::venue`].
    pub venue: String,
}

/// What is lost with a symbol that is forgotten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Losses {
    /// Which.
    pub key: Key,
    /// Its newest price, where the board has it.
    pub last: Option<Price>,
    /// When its oldest bar begins, where it has any.
    pub since: Option<Timestamp>,
    /// On how many days there are bars.
    pub days: u32,
}

impl Quote {
    /// What its change is counted from, in words.
    pub const fn since(&self) -> &'static str {
        match self.previous_close {
            Some(_) => "the previous close",
            None => "the open",
        }
    }

    /// What its change is counted from.
    pub fn base(&self) -> Option<&Price> {
        self.previous_close.as_ref().or(self.open.as_ref())
    }

    /// What it is known by.
    pub fn key(&self) -> Key {
        Key {
            symbol: self.symbol.clone(),
            venue: self.venue.clone(),
        }
    }
}

/// How a venue's line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// Not among the chosen venues.
    Off,
    /// The first connection is being made.
    Connecting,
    /// Up and heard from, since then.
    Live(Timestamp),
    /// Down since then; tries go on.
    Stale(Timestamp),
    /// There is none: nothing is watched there, or the venue refuses all that is.
    Idle,
}

/// A venue, as the panel shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VenueState {
    /// As [`Quote::version`], from the same count.
    pub version: u64,
    /// Which one.
    pub venue: VenueKind,
    /// How its line is.
    pub line: Line,
    /// Connections after the first, since the venue was started.
    pub reconnects: u32,
    /// Times the venue counted further than what had reached us, since it was started.
    pub gaps: u32,
    /// What the venue last complained about, in its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// A venue, as the page about venues and the metrics show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VenueReport {
    /// As the panel shows it.
    pub state: VenueState,
    /// When the last frame came, since the server was started.
    pub last: Option<Timestamp>,
    /// Frames that came since then.
    pub frames: u64,
    /// Prices that came since then.
    pub ticks: u64,
    /// What is watched there.
    pub symbols: Vec<String>,
}

/// The panel as the server rendered it, and where the stream goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// In the order of their symbols.
    pub quotes: Vec<Quote>,
    /// All venues there are, also those that are off.
    pub venues: Vec<VenueState>,
    /// Cursor of topic `ticker`.
    pub cursor: u64,
    /// The version at which lists of symbols last changed, whoever's.
    #[serde(default)]
    pub lists: u64,
}
