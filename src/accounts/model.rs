//! People as both ends know them.

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

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
    /// The name they sign in and speak with.
    pub name: String,
    /// What they may do.
    pub role: Role,
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
