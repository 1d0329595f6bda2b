//! The half of the [connection](super::connection) that sends: what one writes waits in the outbox until it is in its
//! room, and goes out whenever the line is there, whatever page is on show.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    connection::ChatConnection,
    model::{File, Quote},
    outbox::{Outbox, Progress, Waiting},
    outbox_storage::{draft, drafted, forget, keep, keep_draft, load, random},
    wire::ClientFrame,
};
use crate::{
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

impl ChatConnection {
    /// Takes back what waited when the page was left.
    pub(super) fn restore(self) {
        let mut waiting = load(self.my_id());
        waiting.retain(|waiting| self.thread.is_none_or(|thread| waiting.room == thread));
        self.outbox.set(Outbox::new(waiting));
        self.on_tab(&mut |tab| tab.shown());
        self.drafts.set(drafted(self.my_id()));
    }

    /// Does what is left to do when the thread beside the room goes: says what waits there, and tells what was read.
    pub(super) fn take_over(self, side: Self) {
        let Some(thread) = side.thread else { return };
        let waits = |outbox: &Outbox| outbox.in_room(thread).cloned().collect::<Vec<_>>();
        for waiting in side.outbox.try_with_untracked(waits).unwrap_or_default() {
            self.outbox.try_update(|outbox| {
                if outbox.find(&waiting.client_id).is_none() {
                    outbox.add(waiting);
                }
            });
        }
        self.post();
        if let Some(Some((room, seq))) = side.read.try_update_value(Option::take) {
            self.tell_read(room, seq);
        }
    }

    /// Says `body` in `room`, with files that are there: shown at once as being sent, sent now or when the line is back.
    /// `false` when too much waits there already.
    pub fn say(self, room: RoomId, body: String, reply: Option<Quote>, files: Vec<File>) -> bool {
        let me = self.my_id();
        let is_added = self.outbox.try_update(|outbox| {
            let waiting = Waiting {
                room,
                client_id: outbox.name(Timestamp::now().micros(), &random()),
                body,
                reply,
                files,
                progress: Progress::Sending,
            };
            outbox.add(waiting).map(|waiting| keep(me, waiting)).is_some()
        });
        self.post();
        is_added == Some(true)
    }

    /// What of a message in `room` wasn't sent when it was left.
    pub fn draft(self, room: RoomId) -> Waiting {
        draft(self.my_id(), room)
    }

    /// Keeps what is being written in `room`.
    pub fn keep_draft(self, room: RoomId, text: &str) {
        let mut draft = self.draft(room);
        text.clone_into(&mut draft.body);
        self.put_draft(room, &draft);
    }

    /// The same of all that it is made of.
    pub(super) fn put_draft(self, room: RoomId, draft: &Waiting) {
        let is_any = keep_draft(self.my_id(), room, draft);
        self.drafts.maybe_update(|drafts| {
            let at = drafts.iter().position(|other| *other == room);
            match (at, is_any) {
                (None, true) => drafts.push(room),
                (Some(at), false) => drop(drafts.swap_remove(at)),
                _ => return false,
            }
            true
        });
    }

    /// Sends a failed message again, under its old name.
    pub fn retry(self, client_id: &str) {
        self.again(client_id);
        self.keep(client_id);
    }

    /// Gives a failed message up.
    pub fn discard(self, client_id: &str) {
        forget(self.my_id(), client_id);
        self.outbox.maybe_update(|outbox| outbox.remove(client_id));
    }

    /// Sends the first that waits, unless it is on its way. When the line is down it waits for the next.
    pub(super) fn post(self) {
        // The page may have gone.
        if let Some(Some(draft)) = self.outbox.try_update_untracked(Outbox::to_post) {
            self.socket.send(&ClientFrame::Post(draft).encode());
        }
    }

    /// The server said no.
    pub(super) fn refused(self, client_id: String, error: &AppError, words: String) {
        if !matches!(error, AppError::SlowDown(_) | AppError::Busy) && self.mends(&client_id) {
            self.told.set(Some(words));
            self.post();
            return;
        }
        let wait = self
            .outbox
            .try_update(|outbox| outbox.refused(&client_id, error, words));
        self.keep(&client_id);
        match wait.flatten() {
            Some(seconds) => set_timeout(move || self.again(&client_id), Duration::from_secs(seconds.into())),
            None => self.post(),
        }
    }

    /// Puts a command back where it was written, to be mended there; not if one writes something else by now.
    fn mends(self, client_id: &str) -> bool {
        // With files or an answer it stays where these are.
        let is_words =
            |waiting: &Waiting| waiting.body.starts_with('/') && waiting.files.is_empty() && waiting.reply.is_none();
        let find = |outbox: &Outbox| outbox.find(client_id).filter(|waiting| is_words(waiting)).cloned();
        let (Some(waiting), Some(shown)) = (self.outbox.with_untracked(find), self.shown.get_untracked()) else {
            return false;
        };
        let field = document().get_element_by_id(self.composer());
        let Some(field) = field.filter(|_| shown.room == waiting.room) else {
            return false;
        };
        let field: web_sys::HtmlInputElement = field.unchecked_into();
        if !field.value().is_empty() {
            return false;
        }
        field.set_value(&waiting.body);
        self.keep_draft(waiting.room, &waiting.body);
        self.discard(client_id);
        true
    }

    /// Whose page it is.
    pub(super) fn my_id(self) -> UserId {
        self.me.with_value(|me| me.id)
    }

    fn again(self, client_id: &str) {
        self.outbox.try_update(|outbox| outbox.again(client_id));
        self.post();
    }

    /// Keeps how far one has come; what the server keeps isn't kept here too.
    fn keep(self, client_id: &str) {
        self.outbox.with_untracked(|outbox| {
            if let Some(waiting) = outbox.find(client_id) {
                keep(self.my_id(), waiting);
            }
        });
    }
}
