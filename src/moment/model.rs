//! Everything around an instant, as it is shown.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{ids::RoomId, logs::model::LogLine, squawk::model::Headline, time::Timestamp};

/// How far a page reaches to either side, in seconds.
pub const SPANS: [i64; 3] = [60, 600, 3_600];

/// What is asked, as in the page's URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wanted {
    /// The instant in RFC 3339, where a missing zone is UTC; `now` follows the clock.
    pub at: String,
    /// One of [`SPANS`]; the first when it is none.
    pub span: i64,
    /// Which log lines, in their language; empty for all.
    pub q: String,
    /// Which prices, such as `coinbase:BTC-USD, AAPL`; empty for those of one's first list.
    pub symbols: String,
}

/// An instant and what is around it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// The instant.
    pub at: Timestamp,
    /// It is now.
    pub live: bool,
    /// Seconds to either side.
    pub span: i64,
    /// Seconds of a slot.
    pub step: i64,
    /// Those in which something happened, and the instant's own, in order.
    pub slots: Vec<Slot>,
    /// The query for log lines in its usual form.
    pub q: String,
    /// The symbols as they were asked for.
    pub symbols: String,
    /// What of the question can't be understood, in words.
    pub wrong: Option<String>,
    /// What isn't shown because there is too much of it, in words.
    pub left_out: Vec<String>,
    /// When something happened last before the instant's slot, as far as is shown.
    pub before: Option<Timestamp>,
    /// When something happens next after it.
    pub after: Option<Timestamp>,
}

/// What happened within a second or so.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// When it begins.
    pub at: Timestamp,
    /// The instant is in it.
    pub here: bool,
    /// What everybody heard.
    pub squawks: Vec<Headline>,
    /// What was said.
    pub said: Vec<Said>,
    /// Prices at its end: those that changed in it, of the first slot and the instant's own all that are known.
    pub prices: Vec<Priced>,
    /// What was logged.
    pub lines: Vec<Arc<LogLine>>,
}

impl Slot {
    /// Nothing but prices.
    pub fn has_prices_alone(&self) -> bool {
        self.squawks.is_empty() && self.said.is_empty() && self.lines.is_empty()
    }
}

/// Something that was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Where.
    pub room: RoomId,
    /// What that is called.
    pub title: String,
    /// Its place there.
    pub seq: u64,
    /// By whom.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// Its beginning, without form: as it is today.
    pub words: String,
    /// It was edited after the instant.
    #[serde(default)]
    pub edited: bool,
    /// The beginning of what it said then, for administrators.
    #[serde(default)]
    pub then: Option<String>,
}

/// A price at an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Priced {
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Where.
    pub venue: String,
    /// The last one then, grouped for reading: `96,412.50`.
    pub last: String,
    /// Another of this name is shown too, of another venue.
    #[serde(default)]
    pub twin: bool,
    /// Whether it is more (`up`) or less (`down`) than the one shown before, else empty.
    pub way: String,
    /// It is made up, or played from a recording.
    pub demo: bool,
}

/// Of which symbol the moments are asked for, and of when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OfSymbol {
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Such as `coinbase`; may be absent where the symbol has one venue.
    #[serde(default)]
    pub venue: Option<String>,
    /// From then.
    pub from: Timestamp,
    /// Until then, or now.
    #[serde(default)]
    pub to: Option<Timestamp>,
}

/// Something that happened to a symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// When.
    pub at: Timestamp,
    /// What it is.
    pub kind: Kind,
    /// By whom, or where: `ines in # desk`.
    pub by: String,
    /// Its words, or what the alert is called.
    pub words: String,
    /// Where it is: a path; `None` where it can't be shown by itself.
    pub place: Option<String>,
    /// What else happened then: a path.
    pub then: String,
}

/// What can happen to a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An alert fired.
    Alert,
    /// Somebody quoted its price.
    Said,
    /// A headline named it.
    Squawk,
}

impl Kind {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alert => "Alert",
            Self::Said => "Said",
            Self::Squawk => "Squawk",
        }
    }
}
