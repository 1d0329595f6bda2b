//! The frames of the chat socket: JSON in text frames. Towards the server, `do` says what is asked; from it, a frame is
//! an object with one entry, whose name says what it is.

use serde::{Deserialize, Serialize};

use super::model::{Message, Person, Room};
use crate::{
    error::AppError,
    ids::{FileId, RoomId, UserId},
};

/// The socket's close code for "the session has ended".
pub const SIGNED_OUT: u16 = 4401;

/// A frame that begins so is no [`ServerFrame`]: it says what to notify somebody of, and goes to `public/notify.js` as it
/// is, so that nobody loads another decoder for it.
pub const NOTIFY: &str = r#"{"notify":"#;

/// What a browser asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Send me this room from change `after` on (the newest page when absent), then live, instead of the one before.
    Follow {
        /// Which room.
        room: RoomId,
        /// The highest `changed` folded so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    /// Send me nothing of this room any more but that something was said in it; what is unread there is told.
    Unfollow {
        /// Which room.
        room: RoomId,
    },
    /// What is unread in this room now?
    Count {
        /// Which room.
        room: RoomId,
    },
    /// Say this.
    Post(Draft),
    /// I am writing in this room.
    Typing {
        /// Which room.
        room: RoomId,
    },
    /// I have read up to here.
    Read {
        /// Which room.
        room: RoomId,
        /// The last place read.
        seq: u64,
    },
    /// I am in front, and show this room or none; or I am not in front any more. Also said when somebody touches the page,
    /// who may not have for a while.
    Look {
        /// Which room.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        room: Option<RoomId>,
    },
    /// Are you there?
    Ping,
}

/// A message that has not been taken yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// Where.
    pub room: RoomId,
    /// The sender's own name for it: the same on every retry.
    pub client_id: String,
    /// What.
    pub body: String,
    /// The place in the room of the message that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<u64>,
    /// Files that the sender has brought into the room and not sent yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileId>,
}

/// What the server says. Without serde's `tag`, which would double the decoder in the browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(clippy::large_enum_variant, reason = "most frames are the large one: a message")]
pub enum ServerFrame {
    /// First frame: who is here, and the rooms.
    Hello {
        /// By name.
        here: Vec<Person>,
        /// Those you are in.
        rooms: Vec<Room>,
    },
    /// Answer to `follow`: what was missed, in the order of `changed`.
    CaughtUp {
        /// Which room.
        room: RoomId,
        /// Too much was missed: these are the newest messages, forget the rest.
        reset: bool,
        /// Messages, new or changed.
        messages: Vec<Message>,
        /// Another frame of this answer follows.
        more: bool,
    },
    /// Somebody said something, or it changed.
    Message(Message),
    /// Your message is kept.
    Ack {
        /// Where.
        room: RoomId,
        /// Your name for it.
        client_id: String,
        /// Its place.
        seq: u64,
        /// The room's number by which it is there.
        changed: u64,
    },
    /// Your post was a command, and is done.
    Done {
        /// Your name for it.
        client_id: String,
        /// Words for you alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Where to go.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        go: Option<String>,
    },
    /// That was not taken.
    Refused {
        /// Which post, when it was one.
        client_id: Option<String>,
        /// Why, for programs.
        error: AppError,
        /// Why, for people.
        message: String,
    },
    /// Somebody is writing.
    Typing {
        /// Where.
        room: RoomId,
        /// Who.
        person: Person,
    },
    /// Who came, went, went away or came back in the last moment; nobody is in both.
    Presence {
        /// With a page open now, as they are now.
        came: Vec<Person>,
        /// With none any more.
        went: Vec<UserId>,
    },
    /// You are in this room, which is new to you or is called differently now. What is unread in it, and
    /// whether it is muted, is not told.
    Room {
        /// It.
        room: Room,
    },
    /// You are not in this room any more.
    Left {
        /// Which.
        room: RoomId,
    },
    /// Who has come into the room that you follow, and who has left it.
    Members {
        /// Which.
        room: RoomId,
        /// In it now.
        came: Vec<UserId>,
        /// Not in it any more.
        went: Vec<UserId>,
    },
    /// Something was said in a room that you are in and don't follow, after what you have been told the counts of.
    Noted {
        /// Where.
        room: RoomId,
        /// By whom.
        author: UserId,
        /// Whom it calls by name.
        mentions: Vec<UserId>,
    },
    /// You have read on, perhaps elsewhere; or something of what was unread has gone.
    Read {
        /// Which room.
        room: RoomId,
        /// The last place read.
        read: u64,
        /// What is left.
        unread: u32,
        /// What is left and calls you.
        mentions: u32,
        /// The room's change up to which that is counted: an older message that comes later is in it.
        upto: u64,
    },
    /// How far the people of a conversation that you follow have read. Nothing else of the room counts; it is one
    /// because another kind of thing would be more for the browser to load.
    Seen(Room),
    /// You want to be notified of nothing in a room, or of something again.
    Muted {
        /// Which room.
        room: RoomId,
        /// Of nothing.
        muted: bool,
    },
    /// I am here.
    Pong,
}

impl ServerFrame {
    /// As sent.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// A refusal of post `client_id` or of a frame.
    pub fn refused(client_id: Option<String>, error: AppError) -> Self {
        let message = error.to_string();
        Self::Refused {
            client_id,
            error,
            message,
        }
    }
}

impl ClientFrame {
    /// As sent.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
