//! Rooms and messages as both ends know them.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Somebody, as chat shows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// `user.id`.
    pub id: UserId,
    /// The name they speak with.
    pub name: String,
}

/// A room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Room {
    /// `room.id`.
    pub id: RoomId,
    /// Without the `#`.
    pub name: String,
    /// What the room is for.
    pub topic: String,
}

/// One thing said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Where it was said.
    pub room: RoomId,
    /// Its place in the room, from 1, without holes among messages.
    pub seq: u64,
    /// The room's number of its last change; equals `seq` until it is changed.
    pub changed: u64,
    /// Who said it.
    pub author: Person,
    /// The sender's own name for it, unique per author.
    pub client_id: String,
    /// What was said, as typed.
    pub body: String,
    /// When the server took it.
    pub at: Timestamp,
}

/// A stretch of a room's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// There are older ones.
    pub earlier: bool,
}

/// A room as its page is rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomPage {
    /// Which.
    pub room: Room,
    /// The stretch asked for, the newest by default.
    pub history: History,
    /// The highest change that `history` holds when it is the newest: where the socket resumes.
    pub changed: u64,
    /// Name for the message that the plain form will send.
    pub client_id: String,
}

/// The rooms and who is here, for the rail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rooms {
    /// By name.
    pub rooms: Vec<Room>,
    /// Those with a page open, by name.
    pub here: Vec<Person>,
    /// How many there are on the team.
    pub members: u32,
}
