//! The half of the [connection](super::connection) that sends: what one writes waits in the outbox until it is in its
//! room, and goes out whenever the line is there, whatever page is on show.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    connection::ChatConnection,
    model::{File, Quote},
    outbox::{Outbox, Progress, Waiting},
    outbox_storage::{draft, forget, keep, keep_draft, load, new_client_id},
    wire::{ClientFrame, Draft},
};
use crate::{
    error::AppError,
    ids::{RoomId, UserId},
};

impl ChatConnection {
    /// Takes back what waited when the page was left.
    pub(super) fn restore(self) {
        self.outbox.set(Outbox::new(load(self.my_id())));
    }

    /// Says `body` in `room`, with files that are there: shown at once as being sent, sent now or when the line is back.
    /// `false` when too much waits there already.
    pub fn say(self, room: RoomId, body: String, reply: Option<Quote>, files: Vec<File>) -> bool {
        let waiting = Waiting {
            room,
            client_id: new_client_id(),
            body,
            reply,
            files,
            progress: Progress::Sending,
        };
        let added = self.outbox.try_update(|outbox| outbox.add(waiting).cloned());
        let Some(Some(waiting)) = added else { return false };
        keep(self.my_id(), &waiting);
        self.post(waiting);
        true
    }

    /// What was being written in `room` when it was left.
    pub fn draft(self, room: RoomId) -> String {
        draft(self.my_id(), room)
    }

    /// Keeps what is being written in `room`.
    pub fn keep_draft(self, room: RoomId, text: &str) {
        keep_draft(self.my_id(), room, text);
    }

    /// Sends a failed message again, under its old name.
    pub fn retry(self, client_id: &str) {
        self.progress(client_id, Progress::Sending);
        self.post_again(client_id);
    }

    /// Gives a failed message up.
    pub fn discard(self, client_id: &str) {
        forget(self.my_id(), client_id);
        self.outbox.maybe_update(|outbox| outbox.remove(client_id));
    }

    /// Sends all that waits, in the order of writing.
    pub(super) fn post_all(self) {
        let waiting: Vec<_> = self.outbox.with_untracked(|outbox| outbox.to_send().cloned().collect());
        for waiting in waiting {
            self.post(waiting);
        }
    }

    /// The server keeps it: nothing of it has to survive this page.
    pub(super) fn kept(self, client_id: &str, changed: u64) {
        forget(self.my_id(), client_id);
        self.outbox
            .update(|outbox| outbox.progress(client_id, Progress::Kept(changed)));
    }

    /// The server said no.
    pub(super) fn refused(self, client_id: &str, error: AppError, words: String) {
        match error {
            // Worth another try without asking.
            AppError::SlowDown(seconds) => self.later(client_id, u64::from(seconds)),
            AppError::Busy => self.later(client_id, 2),
            _ => self.progress(client_id, Progress::Failed(words)),
        }
    }

    /// Whose page it is.
    pub(super) fn my_id(self) -> UserId {
        self.me.with_value(|me| me.id)
    }

    fn progress(self, client_id: &str, progress: Progress) {
        self.outbox.update(|outbox| outbox.progress(client_id, progress));
        self.outbox.with_untracked(|outbox| {
            if let Some(waiting) = outbox.find(client_id) {
                keep(self.my_id(), waiting);
            }
        });
    }

    fn later(self, client_id: &str, seconds: u64) {
        let client_id = client_id.to_owned();
        set_timeout(move || self.post_again(&client_id), Duration::from_secs(seconds));
    }

    /// Unless it has arrived or been given up meanwhile, or the page has gone.
    fn post_again(self, client_id: &str) {
        let waits = |outbox: &Outbox| outbox.to_send().find(|waiting| waiting.client_id == client_id).cloned();
        if let Some(Some(waiting)) = self.outbox.try_with_untracked(waits) {
            self.post(waiting);
        }
    }

    fn post(self, waiting: Waiting) {
        let Waiting {
            room,
            client_id,
            body,
            reply,
            files,
            ..
        } = waiting;
        let reply = reply.map(|quote| quote.seq);
        let files = files.iter().map(|file| file.id).collect();
        let draft = Draft {
            room,
            client_id,
            body,
            reply,
            files,
        };
        // When the line is down it waits for `post_all`.
        self.socket.send(&ClientFrame::Post(draft).encode());
    }
}
