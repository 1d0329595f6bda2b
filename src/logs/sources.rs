//! Who sends log lines, for the page that shows it.

use serde::{Deserialize, Serialize};

use crate::{accounts::model::Limit, time::Timestamp};

/// Everything about sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// By name.
    pub sources: Vec<Source>,
    /// What was refused since the server started, the newest first.
    pub refused: Vec<Refused>,
    /// Tokens that may bring lines, for administrators.
    pub tokens: Vec<Token>,
    /// Where shippers reach this server, such as `https://desk.example.com`.
    pub url: String,
    /// All lines that are kept, bytes of their text, and bytes that they take.
    pub kept: (u64, u64, u64),
    /// Bytes that they may take.
    pub most: u64,
}

/// One source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Lines in the last minute.
    pub a_minute: u64,
    /// When its last line came, where that is known.
    pub last: Option<Timestamp>,
    /// Lines that are kept.
    pub lines: u64,
    /// Bytes of their text.
    pub bytes: u64,
    /// Bytes that they take, about.
    pub takes: u64,
    /// For how long, and how much of it, is kept.
    pub keep: String,
}

/// A token that may bring lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// What it is called: the source of what names none.
    pub name: String,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// How much it may bring.
    pub limit: Limit,
    /// How many of its requests were refused since the server started.
    pub refused: u64,
}

/// Requests that were refused for one reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Refused {
    /// Whose: the token's name; empty when it wasn't known.
    pub token: String,
    /// What was called.
    pub path: String,
    /// The status, and what was said.
    pub why: String,
    /// How often.
    pub count: u64,
    /// When last.
    pub last: Timestamp,
}
