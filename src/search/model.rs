//! What is found besides messages.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{chat::model::Teammate, logs::model::LogLine, squawk::model::Headline};

/// What is found besides messages; little of each, with where there is more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// Symbols.
    pub symbols: Vec<Symbol>,
    /// People.
    pub people: Vec<Teammate>,
    /// The newest squawks, the newest first.
    pub squawks: Vec<Headline>,
    /// The newest log lines, the newest first.
    pub lines: Vec<Arc<LogLine>>,
    /// Where there are more log lines: a query in their language.
    pub logs: String,
}

/// A symbol that was found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// Such as `BTC-USD`.
    pub symbol: String,
    /// Where.
    pub venue: String,
    /// What it is called.
    pub name: Option<String>,
    /// Its last price, grouped for reading.
    pub last: Option<String>,
}
