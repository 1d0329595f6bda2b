//! What Kraken's frames look like: the fields of those we read. Its numbers are JSON numbers: they are read as text, every
//! digit of which is kept.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// Every kind of frame in one: the fields of those we read.
#[derive(Deserialize)]
pub struct Wire<'a> {
    /// Of which channel it is.
    #[serde(borrow)]
    pub channel: Option<Cow<'a, str>>,
    /// `snapshot` or `update`.
    #[serde(rename = "type", borrow)]
    pub kind: Option<Cow<'a, str>>,
    /// What it says.
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    /// What it answers.
    #[serde(borrow)]
    pub method: Option<Cow<'a, str>>,
    /// Whether what was asked for is given.
    pub success: Option<bool>,
    /// Why not.
    #[serde(borrow)]
    pub error: Option<Cow<'a, str>>,
    /// Such as `BTC/USD`.
    #[serde(borrow)]
    pub symbol: Option<Cow<'a, str>>,
    /// What is given.
    #[serde(borrow)]
    pub result: Option<Taken<'a>>,
}

/// What was subscribed to.
#[derive(Deserialize)]
pub struct Taken<'a> {
    /// Of which channel it is.
    #[serde(borrow)]
    pub channel: Option<Cow<'a, str>>,
    /// Such as `BTC/USD`.
    #[serde(borrow)]
    pub symbol: Option<Cow<'a, str>>,
}

/// How the exchange is.
#[derive(Deserialize)]
pub struct Status<'a> {
    /// How the exchange is.
    #[serde(borrow)]
    pub system: Option<Cow<'a, str>>,
}

/// What it says of all its pairs.
#[derive(Deserialize)]
pub struct Instruments<'a> {
    /// All that it has.
    #[serde(borrow, default)]
    pub pairs: Vec<Pair<'a>>,
}

/// One of them.
#[derive(Deserialize)]
pub struct Pair<'a> {
    /// Such as `BTC/USD`.
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    /// What its prices are in.
    #[serde(borrow)]
    pub quote: Option<Cow<'a, str>>,
    /// Digits after the point of its prices.
    pub price_precision: u32,
}

/// A price, and the figures of 24 hours.
#[derive(Deserialize)]
pub struct Ticker<'a> {
    /// Such as `BTC/USD`.
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    /// The last price.
    #[serde(borrow)]
    pub last: Option<&'a RawValue>,
    /// The best bid.
    #[serde(borrow)]
    pub bid: Option<&'a RawValue>,
    /// The best ask.
    #[serde(borrow)]
    pub ask: Option<&'a RawValue>,
    /// Traded in 24 hours.
    #[serde(borrow)]
    pub volume: Option<&'a RawValue>,
    /// When, in RFC 3339.
    #[serde(borrow)]
    pub timestamp: Option<Cow<'a, str>>,
}

/// Something that changed hands.
#[derive(Deserialize)]
pub struct Trade<'a> {
    /// Such as `BTC/USD`.
    #[serde(borrow)]
    pub symbol: Cow<'a, str>,
    /// At which it was traded.
    #[serde(borrow)]
    pub price: Option<&'a RawValue>,
    /// Traded.
    #[serde(borrow)]
    pub qty: Option<&'a RawValue>,
    /// Its number.
    pub trade_id: u64,
    /// When, in RFC 3339.
    #[serde(borrow)]
    pub timestamp: Cow<'a, str>,
}
