//! What Coinbase's frames look like: the fields of those we read.

use std::borrow::Cow;

use serde::Deserialize;

/// Every kind of frame in one: the fields of those we read.
#[derive(Deserialize)]
pub struct Wire<'a> {
    /// What it is.
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'a, str>,
    /// Such as `BTC-USD`.
    #[serde(borrow)]
    pub product_id: Option<Cow<'a, str>>,
    /// The number of the trade.
    pub trade_id: Option<u64>,
    /// The number of the product's last trade, in a heartbeat.
    pub last_trade_id: Option<u64>,
    /// At which it was traded.
    #[serde(borrow)]
    pub price: Option<Cow<'a, str>>,
    /// Traded in 24 hours.
    #[serde(borrow)]
    pub volume_24h: Option<Cow<'a, str>>,
    /// Traded, in a ticker.
    #[serde(borrow)]
    pub last_size: Option<Cow<'a, str>>,
    /// Traded, in a match.
    #[serde(borrow)]
    pub size: Option<Cow<'a, str>>,
    /// The best bid.
    #[serde(borrow)]
    pub best_bid: Option<Cow<'a, str>>,
    /// The best ask.
    #[serde(borrow)]
    pub best_ask: Option<Cow<'a, str>>,
    /// When, in RFC 3339.
    #[serde(borrow)]
    pub time: Option<Cow<'a, str>>,
    /// Of an error: what it is.
    #[serde(borrow)]
    pub message: Option<Cow<'a, str>>,
    /// Of an error: why.
    #[serde(borrow)]
    pub reason: Option<Cow<'a, str>>,
}

/// What it says of all its products.
#[derive(Deserialize)]
pub struct Status<'a> {
    /// All that it has.
    #[serde(borrow, default)]
    pub products: Vec<Product<'a>>,
}

/// One of them.
#[derive(Deserialize)]
pub struct Product<'a> {
    /// Such as `BTC-USD`.
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    /// The step of its prices.
    #[serde(borrow)]
    pub quote_increment: Cow<'a, str>,
    /// What its prices are in.
    #[serde(borrow)]
    pub quote_currency: Option<Cow<'a, str>>,
    /// What it is called.
    #[serde(borrow)]
    pub display_name: Option<Cow<'a, str>>,
}
