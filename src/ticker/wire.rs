//! What topic `ticker` of the event stream carries.

use serde::{Deserialize, Serialize};

use super::{
    model::{Board, Key, Quote, VenueState},
    price::Price,
};

/// The topic, which is also the events' type.
pub const TOPIC: &str = "ticker";

/// The data of one event, as JSON: an object with one entry, named by the kind of update. Without serde's `tag`, which
/// would double the decoder in the browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Update {
    /// A price changed. Its earlier prices come apart, as they change every few seconds only.
    Quote(Quote),
    /// A quote's earlier prices changed.
    Spark(Spark),
    /// A venue's line changed.
    Venue(VenueState),
    /// Lists of symbols changed, at this version: whoever shows some asks anew.
    Lists(u64),
    /// A quote left.
    Gone(Gone),
    /// Everything there is: whatever it does not name is gone.
    Whole(Board),
}

/// That a quote left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gone {
    /// As [`Quote::version`], from the same count. Should it come back, it is with a higher one.
    pub version: u64,
    /// Which.
    pub key: Key,
}

/// The earlier prices of a quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spark {
    /// As [`Quote::version`], from the same count; below that of the quote that brought the newest of them.
    pub version: u64,
    /// Whose.
    pub key: Key,
    /// As [`Quote::spark`].
    pub points: Vec<Price>,
}
