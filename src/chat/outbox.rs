//! The fold of what one has written and the server has not confirmed, in all rooms. Pure.
//!
//! A message waits here from the moment it is written until it is both kept by the server and shown by its room, so
//! that it is on the screen once at every moment. They go out one after the other, each when the server has spoken on
//! the one before: sent together, one that is refused for the moment would come after those behind it.

use serde::{Deserialize, Serialize};

use super::{
    model::{File, Quote},
    timeline::{End, Timeline},
    wire::Draft,
};
use crate::{error::AppError, ids::RoomId};

/// Unsent messages per room at most; more are refused, so that nothing piles up unseen.
pub const WAITING: usize = 50;

/// How far a message of one's own has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// On its way, or waiting for the line.
    #[default]
    Sending,
    /// The server said no, with these words.
    Failed(String),
    /// The server keeps it, but its room doesn't show it yet. Nothing of it has to survive this page.
    #[serde(skip)]
    Kept {
        /// Its place there.
        seq: u64,
        /// The room's number by which it is there.
        changed: u64,
    },
}

/// A message that waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct Outbox {
    waiting: Vec<Waiting>,
    /// The one on its way.
    posted: Option<String>,
}

impl Outbox {
    /// What an earlier page left, in any order.
    pub fn new(mut waiting: Vec<Waiting>) -> Self {
        waiting.sort_by(|a, b| a.client_id.cmp(&b.client_id));
        Self { waiting, posted: None }
    }

    /// A name for the next message, unique by `rest`. It begins with the time, `now` in microseconds, by which an
    /// earlier page's messages are put in order: later than all that wait, whatever became of the clock.
    pub fn name(&self, now: i64, rest: &str) -> String {
        let time = |waiting: &Waiting| i64::from_str_radix(waiting.client_id.get(..16)?, 16).ok();
        let last = self.waiting.iter().filter_map(time).max();
        let time = now.max(last.map_or(0, |last| last.saturating_add(1)));
        format!("{time:016x}-{rest}")
    }

    /// What waits in `room`.
    pub fn in_room(&self, room: RoomId) -> impl Iterator<Item = &Waiting> {
        self.waiting.iter().filter(move |waiting| waiting.room == room)
    }

    /// One of them.
    pub fn find(&self, client_id: &str) -> Option<&Waiting> {
        self.waiting.iter().find(|waiting| waiting.client_id == client_id)
    }

    /// One more, to be sent; `None` when too many wait in its room already.
    pub fn add(&mut self, waiting: Waiting) -> Option<&Waiting> {
        if self.in_room(waiting.room).count() >= WAITING {
            return None;
        }
        self.waiting.push(waiting);
        self.waiting.last()
    }

    /// What is to be sent now: the first that waits for it, unless it is on its way.
    pub fn to_post(&mut self) -> Option<Draft> {
        let mut sending = self.waiting.iter().filter(|w| w.progress == Progress::Sending);
        let next = sending
            .next()
            .filter(|next| self.posted.as_ref() != Some(&next.client_id))?;
        self.posted = Some(next.client_id.clone());
        Some(Draft {
            room: next.room,
            client_id: next.client_id.clone(),
            body: next.body.clone(),
            reply: next.reply.as_ref().map(|quote| quote.seq),
            files: next.files.iter().map(|file| file.id).collect(),
        })
    }

    /// The line is a new one: nothing is on its way.
    pub fn opened(&mut self) {
        self.posted = None;
    }

    /// It is time for another try with one, which may have failed.
    pub fn again(&mut self, client_id: &str) {
        if self.posted.as_deref() == Some(client_id) {
            self.posted = None;
        }
        if self
            .find(client_id)
            .is_some_and(|w| matches!(w.progress, Progress::Failed(_)))
        {
            self.progress(client_id, Progress::Sending);
        }
    }

    /// The server keeps one.
    pub fn kept(&mut self, client_id: &str, seq: u64, changed: u64) {
        self.progress(client_id, Progress::Kept { seq, changed });
    }

    /// The server said no to one. The seconds after which it is worth another try without asking, if it is.
    pub fn refused(&mut self, client_id: &str, error: &AppError, words: String) -> Option<u32> {
        match error {
            AppError::SlowDown(seconds) => Some(*seconds),
            AppError::Busy => Some(2),
            // Of two tries one may have been taken.
            _ if self
                .find(client_id)
                .is_some_and(|w| matches!(w.progress, Progress::Kept { .. })) =>
            {
                None
            }
            _ => {
                self.progress(client_id, Progress::Failed(words));
                None
            }
        }
    }

    fn progress(&mut self, client_id: &str, progress: Progress) {
        if let Some(waiting) = self.waiting.iter_mut().find(|w| w.client_id == client_id) {
            waiting.progress = progress;
        }
    }

    /// It is in its room, or given up. Tells whether it was here.
    pub fn remove(&mut self, client_id: &str) -> bool {
        self.keep(&|waiting| waiting.client_id != client_id)
    }

    /// `room` shows `timeline`: what was kept by then waits no more, even where it is too old to be among the messages
    /// on show. What is beyond the end of a stretch of the past waits on: that end may turn out to be the room's, as it
    /// was before this was said. Tells whether there was any.
    pub fn shown(&mut self, room: RoomId, timeline: &Timeline) -> bool {
        let (until, first) = (timeline.changed(), timeline.first().unwrap_or(0));
        let last = timeline.beyond(End::Last).unwrap_or(u64::MAX);
        let is_there = |progress: &Progress| matches!(progress, Progress::Kept { seq, changed } if *changed <= until && *seq <= last || *seq < first);
        self.keep(&|waiting| waiting.room != room || !is_there(&waiting.progress))
    }

    fn keep(&mut self, which: &dyn Fn(&Waiting) -> bool) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(which);
        self.waiting.len() != before
    }
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
