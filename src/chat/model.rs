//! Rooms and messages as both ends know them.

use serde::{Deserialize, Serialize};

use super::notify::model::Level;
use crate::{
    ids::{FileId, RoomId, UserId},
    time::Timestamp,
};

/// Somebody, as chat shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `user.id`.
    pub id: UserId,
    /// The name they speak with.
    pub name: String,
    /// Nobody has touched any page of theirs for a while. Told where it is told who is here, and nowhere else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// In a conversation: the last place that they have read. Told where it is told who is in one, and nowhere else.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub read: u64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl Person {
    /// The name, and whether they are away.
    pub fn words(&self) -> String {
        self.name.clone() + if self.away { " (away)" } else { "" }
    }
}

/// Somebody, as lists of people show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Teammate {
    /// Who.
    pub person: Person,
    /// What they are called by after an `@`.
    pub username: String,
    /// They have a page open; whether they are away, the person says.
    pub is_here: bool,
}

impl Teammate {
    /// How they are called, where that isn't how they are shown, and whether they are here, away or offline.
    pub fn words(&self) -> String {
        let called = format!("@{}", self.username);
        let differs = self.person.name.to_lowercase() != self.username;
        let state = match self.is_here {
            true if self.person.away => "away",
            true => "here now",
            false => "offline",
        };
        let words = [differs.then_some(called.as_str()), Some(state)];
        words.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// Who is in a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Whoever on the team wants to be; everyone, at first.
    #[default]
    Open,
    /// Whoever was invited.
    Private,
    /// A conversation of two to eight.
    Direct,
    /// Whoever is in the room of the message on which it hangs.
    Thread,
}

/// A room, as one person sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// `room.id`.
    pub id: RoomId,
    /// Without the `#`; of a direct one only a key; of a thread, the name of its root's room.
    pub name: String,
    /// What the room is for.
    pub topic: String,
    /// Who is in it.
    pub kind: RoomKind,
    /// Of a direct one, and of a thread in one: everyone in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Person>,
    /// Messages of others that they haven't read; counted up to [`UNREAD_MOST`].
    #[serde(default)]
    pub unread: u32,
    /// Those among them that call them by name.
    #[serde(default)]
    pub mentions: u32,
    /// They want to be notified of nothing in it: it calls for no attention.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// Of a thread: its root's room and place there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<(RoomId, u64)>,
    /// It can be read, and nothing changes in it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

/// Unread messages are counted up to this.
pub const UNREAD_MOST: u32 = 1_000;

impl Room {
    /// How `me` knows it.
    pub fn title(&self, me: UserId) -> String {
        let room = if self.people.is_empty() {
            format!("# {}", self.name)
        } else {
            let others = self.people.iter().filter(|person| person.id != me);
            let names: Vec<&str> = others.map(|person| person.name.as_str()).collect();
            names.join(", ")
        };
        match self.kind {
            RoomKind::Thread => format!("Thread in {room}"),
            _ => room,
        }
    }

    /// What of the unread calls for attention: messages by name, and all in conversations and threads, unless the room is
    /// muted.
    pub fn calls(&self) -> u32 {
        match self.kind {
            _ if self.muted => 0,
            RoomKind::Direct | RoomKind::Thread => self.unread,
            RoomKind::Open | RoomKind::Private => self.mentions,
        }
    }
}

/// One thing said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

impl Message {
    /// What an answer quotes: what was said, or the name of a file that speaks for itself.
    pub fn gist(&self) -> &str {
        match self.files.first() {
            Some(file) if self.body.is_empty() => &file.name,
            _ => &self.body,
        }
    }
}

/// A file that somebody brought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Its place in the same room.
    pub seq: u64,
    /// Who said it.
    pub author: String,
    /// How it begins, as typed; empty once deleted.
    pub text: String,
}

/// One emoji under a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// A room as its page is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomPage {
    /// Which.
    pub room: Room,
    /// The stretch asked for, the newest by default.
    pub history: History,
    /// The highest change that `history` holds: where the socket resumes.
    pub changed: u64,
    /// The room's last place.
    pub said: u64,
    /// The place up to which the person has read.
    pub read: u64,
    /// The place that was asked for, which the page opens at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<u64>,
    /// Name for the message that the plain form will send.
    pub client_id: String,
    /// Bytes of a file at most.
    pub largest_file: u64,
    /// Of a thread: its root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<Message>,
    /// One follows what is said in it; of threads one may not.
    pub follows: bool,
}

/// Who is in a room, and what it is, for its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// Which.
    pub room: Room,
    /// Those in it, by name.
    pub people: Vec<Teammate>,
    /// Everyone else on the team, by name.
    pub others: Vec<Teammate>,
    /// What one is notified of in it.
    pub level: Level,
}

/// Rooms that aren't in the rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherRooms {
    /// Open ones that one isn't in.
    pub open: Vec<Room>,
    /// Archived ones that one is in.
    pub archived: Vec<Room>,
    /// Archived ones that are open, and that one isn't in.
    pub archived_open: Vec<Room>,
}

/// What is lost with a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Losses {
    /// Which.
    pub room: Room,
    /// Messages in it.
    pub messages: u32,
    /// Who said them.
    pub people: u32,
    /// When the first was said.
    pub since: Option<Timestamp>,
    /// Files in them.
    pub files: u32,
    /// What these hold.
    pub bytes: u64,
    /// Messages that are pinned.
    pub pins: u32,
    /// Bots whose webhook speaks there.
    pub hooks: Vec<String>,
}

/// The rooms and who is here, for the rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rooms {
    /// Those one is in: rooms by name, then conversations.
    pub rooms: Vec<Room>,
    /// Those with a page open, by name.
    pub here: Vec<Person>,
    /// How many there are on the team.
    pub members: u32,
}

/// What a search found, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// A page of it.
    pub hits: Vec<Hit>,
    /// There is more, before the last of them.
    pub more: bool,
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
