//! What topic `logs` of the event stream carries.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::model::{Gap, LogLine};

/// The topic, which is also the events' type.
pub const TOPIC: &str = "logs";

/// The data of one event, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LogEvent {
    /// The cursor was of another database: forget what is shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reset: bool,
    /// Lines left out, before those of this and later events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Oldest first.
    #[serde(default)]
    pub lines: Vec<Arc<LogLine>>,
}
