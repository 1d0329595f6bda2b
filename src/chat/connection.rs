//! The browser's end of the chat socket: one per tab, shared by the rail and the room on show.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    model::{Message, Person, Room, Rooms},
    outbox,
    timeline::{Progress, Timeline},
    wire::{ClientFrame, Draft, ServerFrame},
};
use crate::{
    accounts::model::Me,
    error::AppError,
    ids::RoomId,
    live::{
        badge::Link,
        socket::{Handlers, Socket},
    },
    paths,
    time::Timestamp,
};

/// How long "… is typing" stays after the last sign of it, in seconds.
const TYPING_SHOWN: i64 = 5;
/// Our own typing is told this often at most, in seconds.
const TYPING_TOLD: i64 = 3;

/// Chat in this tab, as context; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct ChatConnection {
    me: StoredValue<Me>,
    /// The rail's rooms.
    pub rooms: RwSignal<Vec<Room>>,
    /// Those here, by name.
    pub here: RwSignal<Vec<Person>>,
    /// How many there are on the team.
    pub members: u32,
    /// Who is writing in the room on show, and since when.
    pub typing: RwSignal<Vec<(Person, Timestamp)>>,
    socket: Socket,
    shown: RwSignal<Option<Shown>>,
    told_typing: StoredValue<Timestamp>,
}

/// The room on show.
#[derive(Clone, Copy)]
struct Shown {
    room: RoomId,
    timeline: RwSignal<Timeline>,
}

impl ChatConnection {
    /// Makes the connection and provides it; it opens in the browser.
    pub fn provide(me: Me, rooms: Rooms) -> Self {
        let chat = Self {
            me: StoredValue::new(me),
            rooms: RwSignal::new(rooms.rooms),
            here: RwSignal::new(rooms.here),
            members: rooms.members,
            typing: RwSignal::new(Vec::new()),
            socket: Socket::new(paths::CHAT_SOCKET),
            shown: RwSignal::new(None),
            told_typing: StoredValue::new(Timestamp::default()),
        };
        provide_context(chat);
        Effect::new(move |_| {
            chat.socket.start(Handlers {
                opened: Box::new(move || chat.resume()),
                received: Box::new(move |text| chat.receive(text)),
                ping: ClientFrame::Ping.encode(),
            });
            let sweep = set_interval_with_handle(move || chat.forget_typing(), Duration::from_secs(1));
            on_cleanup(move || {
                if let Ok(sweep) = sweep {
                    sweep.clear();
                }
            });
        });
        chat
    }

    /// What a badge shows.
    pub fn link(self) -> Signal<Link> {
        self.socket.link()
    }

    /// Puts `room` on show until the calling component goes: its timeline is fed, its outbox sent. Call it in an effect.
    pub fn show(self, room: RoomId, timeline: RwSignal<Timeline>) {
        let waiting = outbox::load(self.me.with_value(|me| me.id), room);
        timeline.update(|timeline| timeline.restore(waiting));
        self.typing.set(Vec::new());
        self.shown.set(Some(Shown { room, timeline }));
        self.resume();
        on_cleanup(move || {
            self.shown.try_update(|shown| {
                if shown.is_some_and(|shown| shown.room == room) {
                    *shown = None;
                }
            });
        });
    }

    /// Says `body` in the room on show: shown at once as being sent, sent now or when the line is back.
    /// `false` when too much waits already.
    pub fn say(self, body: String) -> bool {
        let Some(shown) = self.shown.get_untracked() else {
            return false;
        };
        let client_id = outbox::new_client_id();
        let taken = shown
            .timeline
            .try_update(|timeline| timeline.send(client_id.clone(), body.clone()));
        if taken != Some(true) {
            return false;
        }
        self.keep_outbox(shown);
        self.socket.send(
            &ClientFrame::Post(Draft {
                room: shown.room,
                client_id,
                body,
            })
            .encode(),
        );
        true
    }

    /// Sends a failed message again, under its old name.
    pub fn retry(self, client_id: &str) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        shown
            .timeline
            .update(|timeline| timeline.progress(client_id, Progress::Sending));
        self.send_waiting(shown);
    }

    /// Gives a failed message up.
    pub fn discard(self, client_id: &str) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        shown.timeline.update(|timeline| timeline.discard(client_id));
        self.keep_outbox(shown);
    }

    /// Tells the room, not too often, that somebody writes.
    pub fn typing(self) {
        let now = Timestamp::now();
        if now.seconds_since(self.told_typing.get_value()) >= TYPING_TOLD
            && let Some(shown) = self.shown.get_untracked()
        {
            self.told_typing.set_value(now);
            self.socket.send(&ClientFrame::Typing { room: shown.room }.encode());
        }
    }

    /// After a connection, and when another room is put on show: what was missed, then what waits.
    fn resume(self) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        let after = shown.timeline.with_untracked(Timeline::changed);
        if self.socket.send(
            &ClientFrame::Follow {
                room: shown.room,
                after: Some(after),
            }
            .encode(),
        ) {
            self.send_waiting(shown);
        }
    }

    fn send_waiting(self, shown: Shown) {
        let waiting = shown.timeline.with_untracked(|timeline| timeline.pending().to_vec());
        for pending in waiting
            .into_iter()
            .filter(|pending| pending.progress == Progress::Sending)
        {
            let draft = Draft {
                room: shown.room,
                client_id: pending.client_id,
                body: pending.body,
            };
            self.socket.send(&ClientFrame::Post(draft).encode());
        }
    }

    fn keep_outbox(self, shown: Shown) {
        let me = self.me.with_value(|me| me.id);
        shown
            .timeline
            .with_untracked(|timeline| outbox::save(me, shown.room, timeline.pending()));
    }

    fn is_mine(self, message: &Message) -> bool {
        self.me.with_value(|me| me.id == message.author.id)
    }

    fn receive(self, text: &str) {
        let Ok(frame) = serde_json::from_str::<ServerFrame>(text) else {
            leptos::logging::warn!("a frame that this page doesn't know; reload to get the newest");
            return;
        };
        match frame {
            ServerFrame::Hello { here } => self.here.set(here),
            ServerFrame::Presence { person, here } => self.here.update(|people| {
                people.retain(|other| other.id != person.id);
                if here {
                    people.push(person);
                    people.sort_by(|a, b| a.name.cmp(&b.name));
                }
            }),
            ServerFrame::Room { room } => self.rooms.update(|rooms| {
                rooms.retain(|other| other.id != room.id);
                rooms.push(room);
                rooms.sort_by(|a, b| a.name.cmp(&b.name));
            }),
            ServerFrame::Typing { room, person } => self.note_typing(room, person),
            ServerFrame::Message(message) => self.in_room(message.room, |shown| {
                let mine = self.is_mine(&message);
                self.typing
                    .update(|typing| typing.retain(|(person, _)| person.id != message.author.id));
                shown.timeline.update(|timeline| timeline.fold(message, mine));
                if mine {
                    self.keep_outbox(shown);
                }
            }),
            ServerFrame::CaughtUp {
                room, reset, messages, ..
            } => self.in_room(room, |shown| {
                shown
                    .timeline
                    .update(|timeline| timeline.catch_up(reset, messages, |message| self.is_mine(message)));
                self.keep_outbox(shown);
            }),
            ServerFrame::Refused {
                client_id: Some(client_id),
                error,
                message,
            } => {
                self.refused(&client_id, error, message.into_owned());
            }
            // The message itself comes through the room; an acknowledgement adds nothing to it here.
            ServerFrame::Ack { .. } | ServerFrame::Refused { client_id: None, .. } | ServerFrame::Pong => (),
        }
    }

    fn in_room(self, room: RoomId, f: impl FnOnce(Shown)) {
        if let Some(shown) = self.shown.get_untracked().filter(|shown| shown.room == room) {
            f(shown);
        }
    }

    fn refused(self, client_id: &str, error: AppError, words: String) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        match error {
            // Worth another try without asking.
            AppError::SlowDown(seconds) => self.later(client_id.to_owned(), u64::from(seconds)),
            AppError::Busy => self.later(client_id.to_owned(), 2),
            _ => {
                shown
                    .timeline
                    .update(|timeline| timeline.progress(client_id, Progress::Failed(words)));
                self.keep_outbox(shown);
            }
        }
    }

    fn later(self, client_id: String, seconds: u64) {
        let again = move || {
            self.in_room_on_show(|shown| {
                let waits = |timeline: &Timeline| timeline.pending().iter().find(|p| p.client_id == client_id).cloned();
                if let Some(pending) = shown.timeline.with_untracked(waits) {
                    let draft = Draft {
                        room: shown.room,
                        client_id: pending.client_id,
                        body: pending.body,
                    };
                    self.socket.send(&ClientFrame::Post(draft).encode());
                }
            })
        };
        set_timeout(again, Duration::from_secs(seconds));
    }

    fn in_room_on_show(self, f: impl FnOnce(Shown)) {
        if let Some(shown) = self.shown.try_get_untracked().flatten() {
            f(shown);
        }
    }

    fn note_typing(self, room: RoomId, person: Person) {
        let me = self.me.with_value(|me| me.id);
        if person.id == me {
            return;
        }
        self.in_room(room, |_| {
            self.typing.update(|typing| {
                typing.retain(|(other, _)| other.id != person.id);
                typing.push((person, Timestamp::now()));
            });
        });
    }

    fn forget_typing(self) {
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
