//! The fold of what one has written and the server has not confirmed, in all rooms. Pure.
//!
//! A message waits here from the moment it is written until it is both kept by the server and shown by its room, so
//! that it is on the screen once at every moment.

use serde::{Deserialize, Serialize};

use super::model::{File, Quote};
use crate::ids::RoomId;

/// Unsent messages per room at most; more are refused, so that nothing piles up unseen.
pub const WAITING: usize = 50;

/// How far a message of one's own has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// On its way, or waiting for the line.
    Sending,
    /// The server said no, with these words.
    Failed(String),
    /// The server keeps it, by this change of the room, which doesn't show it yet.
    Kept(u64),
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Where it is to be said.
    pub room: RoomId,
    /// Its name, the same on every retry.
    pub client_id: String,
    /// What.
    pub body: String,
    /// What it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<Quote>,
    /// Files with it, which are at the server already.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// How far.
    pub progress: Progress,
}

/// What waits, in the order of writing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox(Vec<Waiting>);

impl Outbox {
    /// What an earlier page left.
    pub fn new(waiting: Vec<Waiting>) -> Self {
        Self(waiting)
    }

    /// What waits in `room`.
    pub fn in_room(&self, room: RoomId) -> impl Iterator<Item = &Waiting> {
        self.0.iter().filter(move |waiting| waiting.room == room)
    }

    /// What is to be sent when the line is there.
    pub fn to_send(&self) -> impl Iterator<Item = &Waiting> {
        self.0.iter().filter(|waiting| waiting.progress == Progress::Sending)
    }

    /// One of them.
    pub fn find(&self, client_id: &str) -> Option<&Waiting> {
        self.0.iter().find(|waiting| waiting.client_id == client_id)
    }

    /// One more, to be sent; `None` when too many wait in its room already.
    pub fn add(&mut self, waiting: Waiting) -> Option<&Waiting> {
        if self.in_room(waiting.room).count() >= WAITING {
            return None;
        }
        self.0.push(waiting);
        self.0.last()
    }

    /// The server's word on one, or another try.
    pub fn progress(&mut self, client_id: &str, progress: Progress) {
        if let Some(waiting) = self.0.iter_mut().find(|waiting| waiting.client_id == client_id) {
            waiting.progress = progress;
        }
    }

    /// It is in its room, or given up. Tells whether it was here.
    pub fn remove(&mut self, client_id: &str) -> bool {
        self.keep(|waiting| waiting.client_id != client_id)
    }

    /// `room` shows everything up to change `changed`: what was kept by then waits no more, even where it is too old
    /// to be among the messages on show. Tells whether there was any.
    pub fn shown(&mut self, room: RoomId, changed: u64) -> bool {
        self.keep(|waiting| waiting.room != room || !matches!(waiting.progress, Progress::Kept(by) if by <= changed))
    }

    fn keep(&mut self, which: impl Fn(&Waiting) -> bool) -> bool {
        let before = self.0.len();
        self.0.retain(which);
        self.0.len() != before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId(1);

    fn waiting(room: RoomId, client_id: impl Into<String>) -> Waiting {
        Waiting {
            room,
            client_id: client_id.into(),
            body: "hello".into(),
            reply: None,
            files: Vec::new(),
            progress: Progress::Sending,
        }
    }

    fn names(outbox: &Outbox) -> Vec<&str> {
        outbox.in_room(ROOM).map(|waiting| waiting.client_id.as_str()).collect()
    }

    #[test]
    fn a_message_waits_until_it_is_kept_and_shown() {
        let mut outbox = Outbox::default();
        assert!(outbox.add(waiting(ROOM, "a")).is_some());
        outbox.shown(ROOM, 9);
        assert_eq!(outbox.to_send().count(), 1, "not kept yet");
        outbox.progress("a", Progress::Kept(10));
        assert_eq!(
            (outbox.to_send().count(), names(&outbox)),
            (0, vec!["a"]),
            "not shown yet"
        );
        outbox.shown(RoomId(2), 10);
        outbox.shown(ROOM, 9);
        assert_eq!(names(&outbox), ["a"]);
        outbox.shown(ROOM, 10);
        assert!(names(&outbox).is_empty());
    }

    #[test]
    fn what_was_refused_waits_for_its_author() {
        let mut outbox = Outbox::default();
        outbox.add(waiting(ROOM, "a"));
        outbox.progress("a", Progress::Failed("no".into()));
        let outbox = Outbox::new(outbox.0);
        assert_eq!(
            (outbox.to_send().count(), names(&outbox)),
            (0, vec!["a"]),
            "not sent again unasked"
        );
    }

    #[test]
    fn a_room_holds_a_bounded_number() {
        let mut outbox = Outbox::default();
        for n in 0..WAITING {
            assert!(outbox.add(waiting(ROOM, n.to_string())).is_some());
        }
        assert!(outbox.add(waiting(ROOM, "more")).is_none());
        assert!(outbox.add(waiting(RoomId(2), "elsewhere")).is_some());
    }
}
