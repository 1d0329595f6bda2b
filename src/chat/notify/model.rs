//! Notifications as both ends know them.

use serde::{Deserialize, Serialize};

use crate::{chat::model::RoomKind, ids::RoomId, time::Timestamp};

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

    /// Where nobody has chosen, for who `follows` what is said there.
    pub const fn usual(kind: RoomKind, follows: bool) -> Self {
        match kind {
            RoomKind::Direct => Self::Everything,
            RoomKind::Thread if follows => Self::Everything,
            RoomKind::Open | RoomKind::Private | RoomKind::Thread => Self::Mentions,
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

/// Somebody's page about notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyPage {
    /// Each room with what it is called and what they are notified of in it.
    pub rooms: Vec<(RoomId, String, Level)>,
    /// The server's public key, with which this browser can subscribe to pushes.
    pub key: String,
    /// Since when this browser takes pushes.
    pub pushes: Option<Timestamp>,
    /// What was decided lately, newest first.
    pub decisions: Vec<Decision>,
}

/// Whether somebody was notified of something, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// When it was said.
    pub at: Timestamp,
    /// Who said it, and where; empty for a test.
    pub place: String,
    /// How it begins.
    pub text: String,
    /// Where it stands.
    pub link: Option<String>,
    /// They were to be.
    pub notified: bool,
    /// And it reached them.
    pub reached: bool,
    /// In words; empty for a test.
    pub why: String,
    /// By which ways, and what came of it, in words.
    pub ways: Vec<String>,
}
