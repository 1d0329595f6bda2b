//! What is known of each symbol at each venue besides its price: its digits, its currency, when it is traded.
//!
//! A tick names a symbol → `known` takes in what it shows, and what venues say of theirs → `store`. `session` and
//! `holidays` tell a market that is closed from one of which nothing is heard.

pub mod guess;
pub mod holidays;
pub mod known;
pub mod session;
pub mod store;

use serde::Serialize;

use self::session::Session;
use crate::ticker::model::Key;

/// A symbol at a venue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instrument {
    /// Symbol and venue.
    #[serde(flatten)]
    pub key: Key,
    /// As the venue calls it, where it does.
    pub name: Option<String>,
    /// Digits after the point of its prices: as the venue says, else the most that were sent.
    pub digits: u32,
    /// The venue says so.
    pub said: bool,
    /// What its prices are in, such as `USD` or `USDT`, where that is known.
    pub currency: Option<String>,
    /// When it is traded, where that is known.
    pub session: Option<Session>,
}

/// What a venue says of a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Symbol and venue.
    pub key: Key,
    /// What the venue calls it.
    pub name: Option<String>,
    /// Digits after the point of its prices.
    pub digits: u32,
    /// What its prices are in.
    pub currency: Option<String>,
}
