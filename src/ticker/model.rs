//! Prices as both ends know them.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{error::AppError, time::Timestamp};

/// Where prices can come from by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VenueKind {
    /// Made up, and marked so wherever shown.
    Demo,
    /// Coinbase Exchange's public feed.
    Coinbase,
}

impl VenueKind {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Demo, Self::Coinbase];

    /// Its name in settings, in the database and beside a price.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Coinbase => "coinbase",
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
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Such as `coinbase`, or the `venue` of the posted tick.
    pub venue: String,
    /// Last price, in the symbol's currency.
    pub last: Decimal,
    /// What the change is measured from: the venue's 24 h open, or the first price of the UTC day.
    pub open: Option<Decimal>,
    /// Best bid.
    pub bid: Option<Decimal>,
    /// Best ask.
    pub ask: Option<Decimal>,
    /// When the venue says it happened.
    pub time: Timestamp,
    /// Made up by the demo venue.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub demo: bool,
}

/// The panel as the server rendered it, and where the stream goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Board {
    /// In the order of their symbols.
    pub quotes: Vec<Quote>,
    /// Cursor of topic `ticker`.
    pub cursor: u64,
}
