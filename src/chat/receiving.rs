//! The half of the [connection](super::connection) that receives: each frame into what it says of.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    connection::{ChatConnection, Shown},
    model::{Message, Person},
    timeline::Timeline,
    wire::{NOTIFY, ServerFrame},
};
use crate::{
    ids::RoomId,
    time::Timestamp,
    ui::{focus, link},
};

/// How long "… is typing" stays after the last sign of it, in seconds.
const TYPING_SHOWN: i64 = 5;
/// A room whose following was refused is asked for again after this.
const FOLLOW_AGAIN: Duration = Duration::from_secs(2);

impl ChatConnection {
    /// A frame arrived.
    pub(super) fn receive(self, text: &str) {
        if text.starts_with(NOTIFY) {
            // The room's connection hears it too.
            if self.thread.is_some() {
                return;
            }
            let _ = window().post_message(&text.into(), "/");
            return;
        }
        let Ok(frame) = serde_json::from_str::<ServerFrame>(text) else {
            leptos::logging::warn!("a frame that this page doesn't know; reload to get the newest");
            return;
        };
        match frame {
            ServerFrame::Hello { here, rooms } => {
                self.here.set(here);
                // Those made while the line was down too.
                self.rooms.set(rooms);
            }
            ServerFrame::Presence { came, went } => self.here.update(|people| {
                people.retain(|other| !went.contains(&other.id) && came.iter().all(|person| person.id != other.id));
                people.extend(came);
                people.sort_by(|a, b| a.name.cmp(&b.name));
            }),
            ServerFrame::Room { room } => self.joined(room),
            ServerFrame::Left { room } => self.left(room),
            ServerFrame::Noted { room, author, mentions } => {
                if author != self.my_id() && !self.sees_beside(room) {
                    self.more_unread(room, mentions.contains(&self.my_id()));
                }
            }
            ServerFrame::Read {
                room, unread, mentions, ..
            } => self.set_unread(room, unread, mentions),
            ServerFrame::Seen(room) => {
                if self.on_show(room.id).is_some() {
                    self.seen.set(room.people);
                }
            }
            ServerFrame::Muted { room, muted } => self.set_muted(room, muted),
            ServerFrame::Typing { room, person } => self.note_typing(room, person),
            ServerFrame::Message(message) => self.said(message),
            ServerFrame::CaughtUp { .. } => {
                if self.fold(frame) && self.awaited.get_untracked() == 0 {
                    self.attend();
                }
            }
            ServerFrame::Ack { .. } => {
                self.fold(frame);
            }
            ServerFrame::Done { client_id, note, go } => {
                self.discard(&client_id);
                self.post();
                self.note.set(note);
                if let Some(path) = go {
                    link::follow(&path);
                }
            }
            ServerFrame::Refused {
                client_id: Some(client_id),
                error,
                message,
            } => self.refused(client_id, &error, message),
            // Following was refused, for now: without an answer the room would stand still.
            ServerFrame::Refused { client_id: None, .. } => {
                if self.awaited.get_untracked() > 0 {
                    let again = move || {
                        if self.awaited.try_get_untracked().is_some_and(|awaited| awaited > 0) {
                            self.awaited.set(0);
                            self.follow();
                        }
                    };
                    set_timeout(again, FOLLOW_AGAIN);
                }
            }
            ServerFrame::Pong => (),
        }
    }

    fn said(self, message: Message) {
        let Some(shown) = self.on_show(message.room) else {
            self.fold(ServerFrame::Message(message));
            return;
        };
        self.typing
            .update(|typing| typing.retain(|(person, _)| person.id != message.author.id));
        // A changed message's row is made anew: whoever's focus is in it keeps it.
        let (seq, row) = (message.seq, self.row(message.seq));
        let newest = shown.timeline.with_untracked(Timeline::newest);
        let is_new = seq > newest && message.author.id != self.my_id();
        let calls = is_new && self.calls_me(&message);
        let focus = focus::within(&row);
        if self.fold(ServerFrame::Message(message)) {
            focus::restore(row, focus);
            if is_new {
                self.heard(shown.room, seq, calls);
            }
        }
    }

    /// Folds a frame about messages; what waits for it is sent. Tells whether the room on show has changed.
    fn fold(self, frame: ServerFrame) -> bool {
        let mut frame = Some(frame);
        let folded = self.on_tab(&mut |tab| frame.take().map(|frame| tab.fold(frame)).unwrap_or_default());
        self.post();
        folded.timeline
    }

    fn on_show(self, room: RoomId) -> Option<Shown> {
        self.shown.get_untracked().filter(|shown| shown.room == room)
    }

    fn note_typing(self, room: RoomId, person: Person) {
        if person.id != self.my_id() && self.on_show(room).is_some() {
            self.typing.update(|typing| {
                typing.retain(|(other, _)| other.id != person.id);
                typing.push((person, Timestamp::now()));
            });
        }
    }

    /// Whoever has stopped writing.
    pub(super) fn forget_typing(self) {
        let now = Timestamp::now();
        let old = |since: &Timestamp| now.seconds_since(*since) >= TYPING_SHOWN;
        if self
            .typing
            .with_untracked(|typing| typing.iter().any(|(_, since)| old(since)))
        {
            self.typing.update(|typing| typing.retain(|(_, since)| !old(since)));
        }
    }
}
