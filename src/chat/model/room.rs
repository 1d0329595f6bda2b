//! People, and the rooms that they are in.

use serde::{Deserialize, Serialize};

use super::{History, Message};
use crate::{
    accounts::model::Me,
    chat::notify::model::Level,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Somebody, as chat shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// It is a program. Told of whoever said something or reacted to it, and in lists of people.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bot: bool,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<&Me> for Person {
    fn from(me: &Me) -> Self {
        Self {
            id: me.id,
            name: me.name.clone(),
            ..Self::default()
        }
    }
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
    /// How they are called, where that isn't how they are shown, and whether they are here, away, offline or a bot.
    pub fn words(&self) -> String {
        let called = format!("@{}", self.username);
        let differs = self.person.name.to_lowercase() != self.username;
        let state = match self.is_here {
            _ if self.person.bot => "bot",
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
    /// Up to which change of the room `unread` and `mentions` were counted; either end knows its own.
    #[serde(skip)]
    pub counted: u64,
}

/// Several by what tells them apart: the first word of each name, where no two are the same.
fn together(names: &[&str]) -> String {
    let first: Vec<&str> = names.iter().filter_map(|name| name.split_whitespace().next()).collect();
    let is_first = |(at, word): (usize, &&str)| first.iter().position(|other| other == word) == Some(at);
    match first.len() == names.len() && names.len() > 1 && first.iter().enumerate().all(is_first) {
        true => first.join(", "),
        false => names.join(", "),
    }
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
            together(&names)
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
    /// The people in it, without bots.
    pub people: Vec<UserId>,
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

impl About {
    /// How many are in it, in words: those who are counted as here over the room are its people.
    pub fn count(&self) -> String {
        let bots = self.people.iter().filter(|mate| mate.person.bot).count();
        let people = match self.people.len() - bots {
            1 => "1 person".to_owned(),
            people => format!("{people} people"),
        };
        let bots = match bots {
            0 => String::new(),
            1 => " and 1 bot".to_owned(),
            bots => format!(" and {bots} bots"),
        };
        format!("{people}{bots} in this room")
    }
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
    /// Who came to the team last.
    pub newest: UserId,
}

/// What is shown before a link into Squawkbox is said somewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToDiscuss {
    /// The rooms where it can be said, with their titles.
    pub rooms: Vec<(RoomId, String)>,
    /// What it leads to, as HTML of the server's own.
    pub html: Option<String>,
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
