//! What topic `ticker` of the event stream carries.

use serde::{Deserialize, Serialize};

use super::model::{Board, Quote, VenueState};

/// The data of one event, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Update {
    /// A price changed.
    Quote(Quote),
    /// A venue's line changed.
    Venue(VenueState),
    /// Everything there is: whatever it does not name is gone.
    Whole(Board),
}
