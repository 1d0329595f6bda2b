//! What is said.

use serde::{Deserialize, Serialize};

use super::Person;
use crate::{
    chat::plain::text_of,
    ids::{FileId, RoomId},
    time::Timestamp,
};

/// One thing said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Message {
    /// Where it was said.
    pub room: RoomId,
    /// Its place in the room, from 1, without holes.
    pub seq: u64,
    /// The room's number of its last change.
    pub changed: u64,
    /// Who said it.
    pub author: Person,
    /// The sender's own name for it, unique per author.
    pub client_id: String,
    /// What was said, as typed; empty once deleted.
    pub body: String,
    /// The body rendered and sanitised; absent where nothing in it is marked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When the server took it.
    pub at: Timestamp,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Quote>,
    /// When its author last changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited: Option<Timestamp>,
    /// It was taken back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// In the order in which they were first given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// In the order in which their author put them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// What is said about it apart, once something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread: Option<Thread>,
    /// Who pinned it, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<String>,
}

/// A thread, as its root shows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Thread {
    /// The room that it is.
    pub room: RoomId,
    /// How many replies stand in it.
    pub replies: u32,
    /// When the newest was said.
    pub last: Timestamp,
}

impl Thread {
    /// How many replies stand in it, in words.
    pub fn words(&self) -> String {
        let plural = if self.replies == 1 { "reply" } else { "replies" };
        format!("{} {plural}", self.replies)
    }
}

/// Characters of a message that an answer quotes, at most.
pub const QUOTED: usize = 160;

impl Message {
    /// What it says, in words alone.
    pub fn words(&self) -> String {
        let rendered = self.html.as_deref().map(text_of);
        rendered.unwrap_or_else(|| self.body.clone())
    }

    /// What an answer quotes: its words, or the name of a file that speaks for itself.
    pub fn gist(&self) -> String {
        match self.files.first() {
            Some(file) if self.body.is_empty() => file.name.clone(),
            _ => self.words(),
        }
    }
}

/// A file that somebody brought.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct File {
    /// `file.id`.
    pub id: FileId,
    /// What it is called, fit for a file system.
    pub name: String,
    /// Its media type, by its content.
    pub kind: String,
    /// How large it is.
    pub bytes: u64,
    /// Of an image that can be shown: its width and height in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<(u32, u32)>,
}

/// The message that another answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quote {
    /// Its place in the same room.
    pub seq: u64,
    /// Who said it.
    pub author: String,
    /// How it begins, in words alone; empty once deleted.
    pub text: String,
}

/// One emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Reaction {
    /// The emoji itself.
    pub emoji: String,
    /// Who gave it, first to last.
    pub people: Vec<Person>,
}

/// What one may do to a message after it was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Say it differently; its author only.
    Edit(String),
    /// Take it back; its author or an administrator.
    Delete,
    /// Give or take back an emoji.
    React {
        /// Which.
        emoji: String,
        /// Give it.
        on: bool,
    },
    /// Pin it in its room, or unpin it.
    Pin(bool),
    /// Bookmark it for oneself, or no longer; nobody else is told.
    Bookmark,
}

/// What a message says, and what it said before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Texts {
    /// As it is.
    pub message: Message,
    /// What it said until when, the oldest first.
    pub earlier: Vec<(Timestamp, String)>,
}

/// A stretch of a room's history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub earlier: bool,
    /// There are newer ones.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub later: bool,
}

/// What a search found, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// A page of it.
    pub hits: Vec<Hit>,
    /// The search goes on before this number: there is more, or it has not looked further back yet.
    pub before: Option<i64>,
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hit {
    /// The number by which the search goes on before it.
    pub id: i64,
    /// What the room is called.
    pub room: String,
    /// It.
    pub message: Message,
    /// Its text in parts: true for what was looked for.
    pub parts: Vec<(bool, String)>,
}
