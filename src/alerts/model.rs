//! Alerts as both ends know them.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AlertId, RoomId},
    time::Timestamp,
};

/// Longest name of a rule, in characters.
pub const LONGEST_NAME: usize = 80;
/// Longest words of a rule, in characters.
pub const LONGEST_WORDS: usize = 500;
/// Days on which a rule speaks, as forms name them, Monday first.
pub const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Stands for the webhook's address that was written last, where the server holds it: that is a secret, and in no URL.
pub const HELD: &str = "held";

/// What a rule looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The price crosses above a value.
    Above,
    /// The price crosses below a value.
    Below,
    /// The price comes so many percent up or down within a time.
    Moves,
    /// The price comes so many percent up within a time.
    Rises,
    /// The price comes so many percent down within a time.
    Falls,
    /// The ask is more than so many percent above the bid.
    Spread,
    /// No price comes for a time, while the market is open.
    Stale,
    /// More than so many lines come within a time.
    More,
    /// Fewer than so many lines come within a time.
    Fewer,
}

impl Test {
    /// All of them: of prices, then of lines.
    pub const ALL: [Self; 9] = [
        Self::Above,
        Self::Below,
        Self::Moves,
        Self::Rises,
        Self::Falls,
        Self::Spread,
        Self::Stale,
        Self::More,
        Self::Fewer,
    ];

    /// Its name in forms, in the API and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
            Self::Moves => "moves",
            Self::Rises => "rises",
            Self::Falls => "falls",
            Self::Spread => "spread",
            Self::Stale => "stale",
            Self::More => "more",
            Self::Fewer => "fewer",
        }
    }

    /// As a form offers it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Above => "price crosses above",
            Self::Below => "price crosses below",
            Self::Moves => "price moves, up or down, by %",
            Self::Rises => "price rises by %",
            Self::Falls => "price falls by %",
            Self::Spread => "spread is above %",
            Self::Stale => "no price comes while the market is open",
            Self::More => "more lines than",
            Self::Fewer => "fewer lines than (silence)",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|test| test.name() == name)
    }

    /// True of those over prices, false of those over lines.
    pub const fn is_price(self) -> bool {
        !matches!(self, Self::More | Self::Fewer)
    }

    /// It needs a number.
    pub const fn takes_value(self) -> bool {
        !matches!(self, Self::Stale)
    }

    /// It needs a time.
    pub const fn takes_time(self) -> bool {
        !matches!(self, Self::Above | Self::Below | Self::Spread)
    }
}

/// How a webhook is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// As Slack's incoming webhooks are.
    Slack,
    /// With all that is known, as JSON of our own.
    Json,
    /// As a topic of ntfy is.
    Ntfy,
}

impl Shape {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Slack, Self::Json, Self::Ntfy];

    /// Its name in forms, in the API and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Json => "json",
            Self::Ntfy => "ntfy",
        }
    }

    /// As a form offers it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Slack => "Slack's shape",
            Self::Json => "JSON",
            Self::Ntfy => "ntfy",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shape| shape.name() == name)
    }
}

/// A rule as it is written: in a form, in the API, by a command. Every part is text, and may be empty where a test has no
/// use for it or there is a usual one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The rule that it changes; empty for a new one.
    pub rule: String,
    /// What it is called; empty for what it says.
    pub name: String,
    /// [`Test::name`].
    pub test: String,
    /// `coinbase:BTC-USD`, or `BTC-USD`.
    pub symbol: String,
    /// Which lines, in the language of searching logs.
    pub query: String,
    /// A field: each of its values is counted by itself. Also `source` and `level`.
    pub by: String,
    /// A price, percent, or a number of lines.
    pub value: String,
    /// A time, such as `90s`, `10m`, `2h`.
    pub within: String,
    /// The number of the room that it speaks in.
    pub room: String,
    /// What it says, with `{name}`, `{symbol}`, `{price}`, `{percent}`, `{value}`, `{count}`, `{within}`, `{group}`,
    /// `{line}` in it.
    pub words: String,
    /// Whom it calls, such as `@ines @room`.
    pub mentions: String,
    /// Days on which it speaks, with commas between; empty for all.
    pub days: String,
    /// From when on these days, `08:00`, UTC.
    pub from: String,
    /// Until when; earlier than `from` for the next day.
    pub until: String,
    /// So long after its end it goes on in the same message, such as `5m`.
    pub cooldown: String,
    /// [`Shape::name`] of a webhook that it calls.
    pub shape: String,
    /// The webhook's address.
    pub url: String,
}

/// A rule, as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Which.
    pub id: AlertId,
    /// What it is called.
    pub name: String,
    /// What it looks for, in words.
    pub sentence: String,
    /// Where it speaks.
    pub room: (RoomId, String),
    /// Who made it.
    pub author: String,
    /// The reader may change it.
    pub can_change: bool,
    /// It is watched.
    pub is_on: bool,
    /// It fires now.
    pub is_firing: bool,
    /// Nothing is said until then.
    pub snoozed: Option<Timestamp>,
    /// When it fired last, and the message's URL where there is one.
    pub fired: Option<(Timestamp, Option<String>)>,
    /// What keeps it from speaking.
    pub trouble: Option<String>,
    /// It calls a webhook.
    pub has_hook: bool,
    /// Whom it calls, when it speaks, and how long it goes on in the same message, in words.
    pub terms: Vec<String>,
}

/// The form, as it begins or as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormPage {
    /// What stands in it.
    pub draft: Draft,
    /// Rooms that it can speak in.
    pub rooms: Vec<(RoomId, String)>,
    /// What would have been, where there is enough to say.
    pub tried: Option<Tried>,
    /// What calls to its webhook are signed with, once it has one.
    pub secret: Option<String>,
    /// The webhook's address is to be written again.
    pub is_address_lost: bool,
}

/// What came of trying a rule on the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tried {
    /// It can't be made so.
    Wrong(String),
    /// It would have fired so often.
    Fired(Preview),
}

/// What a rule would have said in the last 24 hours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// What it looks for, in words.
    pub sentence: String,
    /// How often it would have fired.
    pub times: usize,
    /// The newest of these, the newest first, each with where it can be looked at.
    pub here: Vec<(Timestamp, String)>,
    /// It was looked at from then on only.
    pub from: Option<Timestamp>,
    /// What is to be known of how it is now.
    pub now: Option<String>,
    /// Why there is no more to say.
    pub note: Option<String>,
}
