//! The half of the [connection](super::connection) that receives: each frame into what it says of.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    connection::{ChatConnection, Shown},
    message_html,
    model::{Message, Person, Room, RoomKind},
    timeline::Timeline,
    wire::{NOTIFY, ServerFrame},
};
use crate::{
    error::AppError,
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
                self.note_newcomers(&here);
                self.here.set(here);
                // Those made while the line was down too.
                self.rooms.set(rooms);
            }
            ServerFrame::Presence { came, went } => {
                self.note_newcomers(&came);
                self.here.update(|people| {
                    people.retain(|other| !went.contains(&other.id) && came.iter().all(|person| person.id != other.id));
                    people.extend(came);
                    people.sort_by(|a, b| a.name.cmp(&b.name));
                });
            }
            ServerFrame::Members { room, came, went } => {
                if self.on_show(room).is_some() {
                    self.people.update(|people| {
                        people.retain(|id| !went.contains(id) && !came.contains(id));
                        people.extend(came);
                    });
                }
            }
            ServerFrame::Room { room } => self.joined(room),
            ServerFrame::Left { room } => self.left(room),
            ServerFrame::Noted { room, author, mentions } => {
                if author != self.my_id() && !self.sees_beside(room) {
                    self.more_unread(room, mentions.contains(&self.my_id()));
                }
            }
            ServerFrame::Read {
                room,
                unread,
                mentions,
                upto,
                ..
            } => {
                self.counted(room, unread, mentions, upto);
                if self.on_show(room).is_some() {
                    self.attend();
                }
            }
            ServerFrame::Seen(room) => {
                if self.on_show(room.id).is_some() {
                    self.seen.set(room.people);
                }
            }
            ServerFrame::Muted { room, muted } => self.set_muted(room, muted),
            ServerFrame::Typing { room, person } => self.note_typing(room, person),
            ServerFrame::Message(message) => self.said(message),
            ServerFrame::CaughtUp { room, .. } => {
                let newest = || {
                    self.timeline()
                        .and_then(|timeline| timeline.try_with_untracked(Timeline::newest))
                };
                let before = newest();
                if self.fold(frame) && self.awaited.get_untracked() == 0 {
                    if let Some(seen) = before.filter(|_| newest() > before) {
                        self.missed(room, seen);
                    }
                    self.attend();
                    request_animation_frame(move || self.fill());
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
            ServerFrame::Refused {
                client_id: None, error, ..
            } => self.not_followed(&error),
            ServerFrame::Pong => (),
        }
    }

    /// Whoever came to the team after the page was made is in its open rooms.
    fn note_newcomers(self, came: &[Person]) {
        let newest = self.newest.get_value();
        let Some(last) = came.iter().map(|person| person.id).max().filter(|id| *id > newest) else {
            return;
        };
        self.newest.set_value(last);
        let shown = self.shown.get_untracked();
        let is_shown = |room: &Room| shown.is_some_and(|shown| shown.room == room.id) && room.kind == RoomKind::Open;
        if self.rooms.with_untracked(|rooms| rooms.iter().any(is_shown)) {
            let newcomers = came.iter().map(|person| person.id).filter(|id| *id > newest);
            self.people.update(|people| people.extend(newcomers));
        }
    }

    /// A frame was refused: if it asked for the room on show, that would stand still now.
    fn not_followed(self, error: &AppError) {
        if self.awaited.get_untracked() == 0 {
            return;
        }
        if let (AppError::NotFound(_), Some(shown)) = (error, self.shown.get_untracked()) {
            self.left(shown.room);
            return;
        }
        // It is refused for now.
        let again = move || {
            if self.awaited.try_get_untracked().is_some_and(|awaited| awaited > 0) {
                self.awaited.set(0);
                self.follow();
            }
        };
        set_timeout(again, FOLLOW_AGAIN);
    }

    fn said(self, message: Message) {
        let Some(shown) = self.on_show(message.room) else {
            self.fold(ServerFrame::Message(message));
            return;
        };
        self.typing
            .update(|typing| typing.retain(|(person, _)| person.id != message.author.id));
        // A changed message's row is made anew: whoever's focus is in it keeps it.
        let (seq, changed, row) = (message.seq, message.changed, self.row(message.seq));
        let newest = shown.timeline.with_untracked(Timeline::newest);
        let is_new = seq > newest && message.author.id != self.my_id();
        let calls = is_new && self.me.with_value(|me| message_html::calls(&message, me));
        let focus = focus::within(&row);
        if self.fold(ServerFrame::Message(message)) {
            focus::restore(row, focus);
            if is_new {
                self.heard(shown.room, seq, changed, calls);
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
