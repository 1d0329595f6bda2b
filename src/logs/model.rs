//! Log lines as both ends know them.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// How bad it is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Every step.
    Trace,
    /// For whoever mends it.
    Debug,
    /// As expected.
    Info,
    /// Worth a look.
    Warn,
    /// Failed.
    Error,
}

/// One kept line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// In the order of keeping; never reused.
    pub id: u64,
    /// When the source says it happened.
    pub time: Timestamp,
    /// How bad.
    pub level: Level,
    /// What wrote it, such as `gateway`.
    pub source: String,
    /// The text, followed by its fields as `name=value`.
    pub message: String,
}

/// The panel as the server rendered it, and where the stream goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// Oldest first.
    pub lines: Vec<LogLine>,
    /// Cursor of topic `logs`.
    pub cursor: u64,
}
