//! Names of things in the database, one type each, so that a room is never passed for a user.

use std::{fmt, num::ParseIntError, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id!(
    /// A person or bot: `user.id`.
    UserId
);
id!(
    /// A room: `room.id`.
    RoomId
);
id!(
    /// A file in a message, or on its way into one: `file.id`.
    FileId
);
id!(
    /// A list of symbols: `watchlist.id` of `ticker.db`.
    ListId
);
id!(
    /// A headline: `headline.id`.
    HeadlineId
);
id!(
    /// A feed of the web that is followed: `feed.id`.
    FeedId
);
id!(
    /// A signed-in browser: `session.id`.
    SessionId
);
id!(
    /// A rule of alerts: `alert_rule.id`.
    AlertId
);
id!(
    /// A firing of one, or a group of Alertmanager's: `alert_firing.id`.
    FiringId
);
