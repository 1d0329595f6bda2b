//! Notifications as both ends know them.

use serde::{Deserialize, Serialize};

use crate::chat::model::RoomKind;

/// What somebody wants to be notified of in a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Whatever is said.
    Everything,
    /// What calls them by name, or calls everyone.
    Mentions,
    /// Nothing: what is unread is counted and nothing else.
    Nothing,
}

impl Level {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Everything, Self::Mentions, Self::Nothing];

    /// What holds where nobody has chosen.
    pub const fn usual(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Direct => Self::Everything,
            RoomKind::Open | RoomKind::Private => Self::Mentions,
        }
    }

    /// As forms and the database have it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Everything => "everything",
            Self::Mentions => "mentions",
            Self::Nothing => "nothing",
        }
    }

    /// The level of this text.
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.text() == text)
    }
}
