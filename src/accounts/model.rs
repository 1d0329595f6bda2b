//! People as both ends know them.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{SessionId, UserId},
    time::Timestamp,
};

/// What a person may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the team: join link, people.
    Admin,
    /// Takes part.
    Member,
}

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// `user.id`.
    pub id: UserId,
    /// The name that they are shown by.
    pub name: String,
    /// What they sign in with, and are called by after an `@`; folded.
    pub username: String,
    /// What they may do.
    pub role: Role,
}

/// What a token may bring of log lines in a minute, beside what holds for every token; without a number, as much as any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Lines.
    pub lines: Option<u64>,
    /// Bytes, unpacked.
    pub bytes: Option<u64>,
}

/// An account, as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// `user.id`.
    pub id: UserId,
    /// The name that they are shown by.
    pub name: String,
    /// What they sign in with, and are called by after an `@`; folded.
    pub username: String,
    /// What they may do.
    pub role: Role,
    /// A program that speaks by a token.
    pub bot: bool,
    /// Signs in with a second factor.
    pub two_factor: bool,
    /// Since when they may not come in.
    pub suspended: Option<Timestamp>,
    /// When the account was made.
    pub created: Timestamp,
    /// When a session of theirs was last known to be in use.
    pub seen: Option<Timestamp>,
}

/// A session, as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// `session.id`.
    pub id: SessionId,
    /// Such as `Firefox on Linux`.
    pub device: String,
    /// The network address from which it was last used.
    pub address: String,
    /// When it began.
    pub since: Timestamp,
    /// When it was last known to be in use; exact to five minutes.
    pub seen: Timestamp,
    /// The one that asks.
    pub this: bool,
}

/// A second factor that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// A picture of what an app on a phone reads, as a `data:` URL.
    pub picture: String,
    /// The same for typing: base32.
    pub secret: String,
    /// The codes that stand in for a lost phone.
    pub recovery: Vec<String>,
}

/// The team's page for administrators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPage {
    /// The team's name.
    pub name: String,
    /// The join link, whole.
    pub link: String,
    /// A picture of the link, as a `data:` URL.
    pub picture: String,
    /// Links in messages are looked up.
    pub previews: bool,
    /// Of people, only administrators squawk.
    pub squawk_admins: bool,
    /// Everyone who has an account.
    pub people: Vec<Account>,
}

/// One's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPage {
    /// Whose.
    pub me: Me,
    /// The URL of their picture, when they have one: another for each.
    pub picture: Option<String>,
    /// Recovery codes left, of who signs in with a second factor.
    pub recovery_left: Option<u8>,
    /// The recovery codes that were made just now.
    pub recovery: Vec<String>,
    /// The sessions, newest first.
    pub visits: Vec<Visit>,
}

/// How pages look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device is set.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// As forms and the cookie have it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this text; the device's when it is none.
    pub fn of(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.text() == text)
            .unwrap_or_default()
    }
}

/// By which colours what rises is told from what falls; never by them alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pair {
    /// Green and red.
    #[default]
    GreenRed,
    /// Blue and orange, which colour-blind people tell apart.
    BlueOrange,
}

impl Pair {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::GreenRed, Self::BlueOrange];

    /// As forms and the cookie have it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::GreenRed => "green-red",
            Self::BlueOrange => "blue-orange",
        }
    }

    /// The pair of this text; the usual one when it is none.
    pub fn of(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|pair| pair.text() == text)
            .unwrap_or_default()
    }
}

/// Whoever asks for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visitor {
    /// There is no team yet: whoever comes first sets it up.
    NoTeam,
    /// Not signed in.
    SignedOut,
    /// Signed in, on the team of this name.
    In {
        /// Who.
        me: Me,
        /// The team's name.
        team: String,
    },
}

/// A password on its way from a form. It never appears in logs: `Debug` shows no more than that there is one.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}
