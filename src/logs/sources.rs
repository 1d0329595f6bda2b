//! Who sends log lines, for the page that shows it.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Everything about sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sources {
    /// By name.
    pub sources: Vec<Source>,
    /// What was refused since the server started, the newest first.
    pub refused: Vec<Refused>,
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
