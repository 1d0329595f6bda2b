//! The browser's end of the chat socket: one per tab, shared by the rail and the room on show.

use std::time::Duration;

use leptos::prelude::*;

use super::{
    acting::Acting,
    model::{File, Message, Person, Quote, Room, Rooms},
    outbox::Outbox,
    timeline::Timeline,
    uploading::Source,
    uploads::Uploads,
    wire::{ClientFrame, SIGNED_OUT, ServerFrame},
};
use crate::{
    accounts::model::Me,
    ids::RoomId,
    live::{
        badge::Link,
        socket::{Handlers, Socket},
    },
    paths,
    time::Timestamp,
    ui::focus,
};

/// How long "… is typing" stays after the last sign of it, in seconds.
const TYPING_SHOWN: i64 = 5;
/// A room whose following was refused is asked for again after this.
const FOLLOW_AGAIN: Duration = Duration::from_secs(2);
/// Our own typing is told this often at most, in seconds.
const TYPING_TOLD: i64 = 3;

/// Chat in this tab, as context; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct ChatConnection {
    pub(super) me: StoredValue<Me>,
    /// The rail's rooms.
    pub rooms: RwSignal<Vec<Room>>,
    /// Those here, by name.
    pub here: RwSignal<Vec<Person>>,
    /// How many there are on the team.
    pub members: u32,
    /// Who is writing in the room on show, and since when.
    pub typing: RwSignal<Vec<(Person, Timestamp)>>,
    /// What one has written and no room shows yet.
    pub outbox: RwSignal<Outbox>,
    /// Files on their way into the rooms' next messages.
    pub uploads: RwSignal<Uploads>,
    pub(super) sources: StoredValue<Vec<Source>>,
    /// The image that is shown large.
    pub viewing: RwSignal<Option<File>>,
    /// What is open at a message.
    pub(super) acting: RwSignal<Option<Acting>>,
    /// What the composer answers.
    pub replying: RwSignal<Option<Quote>>,
    /// What went wrong with something one did to a message.
    pub told: RwSignal<Option<String>>,
    pub(super) socket: Socket,
    /// The room on show holds everything up to now.
    caught_up: RwSignal<bool>,
    link: Signal<Link>,
    pub(super) shown: RwSignal<Option<Shown>>,
    told_typing: StoredValue<Timestamp>,
    /// The room on show and the place in it after which the "New" line stands.
    pub(super) new_after: RwSignal<Option<(RoomId, u64)>>,
    /// The person wants the room on show to stay unread.
    pub(super) kept_unread: StoredValue<bool>,
    /// What has been read and will be told in a moment.
    pub(super) read: StoredValue<Option<(RoomId, u64)>>,
}

/// The room on show.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) room: RoomId,
    pub(super) timeline: RwSignal<Timeline>,
}

impl ChatConnection {
    /// Makes the connection and provides it; it opens in the browser.
    pub fn provide(me: Me, rooms: Rooms) -> Self {
        let socket = Socket::new(paths::CHAT_SOCKET);
        let caught_up = RwSignal::new(true);
        let chat = Self {
            me: StoredValue::new(me),
            rooms: RwSignal::new(rooms.rooms),
            here: RwSignal::new(rooms.here),
            members: rooms.members,
            typing: RwSignal::new(Vec::new()),
            outbox: RwSignal::new(Outbox::default()),
            uploads: RwSignal::new(Uploads::default()),
            sources: StoredValue::new(Vec::new()),
            viewing: RwSignal::new(None),
            acting: RwSignal::new(None),
            replying: RwSignal::new(None),
            told: RwSignal::new(None),
            socket,
            caught_up,
            link: Signal::derive(move || match socket.link().get() {
                Link::Live if !caught_up.get() => Link::CatchingUp,
                link => link,
            }),
            shown: RwSignal::new(None),
            told_typing: StoredValue::new(Timestamp::default()),
            new_after: RwSignal::new(None),
            kept_unread: StoredValue::new(false),
            read: StoredValue::new(None),
        };
        provide_context(chat);
        Effect::new(move |_| {
            chat.restore();
            chat.socket.start(Handlers {
                opened: Box::new(move || chat.resume()),
                received: Box::new(move |text| chat.receive(text)),
                closed: Box::new(|code| {
                    if code == SIGNED_OUT {
                        let _ = window().location().set_href("/sign-in");
                    }
                }),
                ping: ClientFrame::Ping.encode(),
            });
            for event in ["focus", "blur"] {
                let look = window_event_listener_untyped(event, move |_| chat.attend());
                on_cleanup(move || look.remove());
            }
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
        self.link
    }

    /// Puts `room` on show until the calling component goes: its timeline is fed. Call it in an effect.
    pub fn show(self, room: RoomId, timeline: RwSignal<Timeline>) {
        self.typing.set(Vec::new());
        self.act(None);
        self.replying.set(None);
        self.told.set(None);
        self.shown.set(Some(Shown { room, timeline }));
        self.kept_unread.set_value(false);
        self.follow();
        self.attend();
        on_cleanup(move || {
            self.shown.try_update(|shown| {
                if shown.is_some_and(|shown| shown.room == room) {
                    *shown = None;
                }
            });
        });
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

    /// After a connection: what was missed, then what waits.
    fn resume(self) {
        self.follow();
        self.post_all();
    }

    /// Asks for what was missed in the room on show. Until the answer has come whole, what is said there is left to it:
    /// folded before, it would hide that something is missing if the line dropped now.
    fn follow(self) {
        let Some(shown) = self.shown.get_untracked() else {
            return;
        };
        self.caught_up.set(false);
        let after = Some(shown.timeline.with_untracked(Timeline::changed));
        self.socket.send(
            &ClientFrame::Follow {
                room: shown.room,
                after,
            }
            .encode(),
        );
    }

    /// The messages of the room on show.
    pub(super) fn timeline(self) -> Option<RwSignal<Timeline>> {
        self.shown.get_untracked().map(|shown| shown.timeline)
    }

    /// Asks for what changed after `since`, if anything did: it may be about messages that weren't held then.
    pub(super) fn hear_again(self, room: RoomId, since: u64) {
        let Some(shown) = self.shown.get_untracked().filter(|shown| shown.room == room) else {
            return;
        };
        if shown
            .timeline
            .try_with_untracked(Timeline::changed)
            .is_some_and(|now| now > since)
        {
            let after = Some(since);
            self.socket.send(&ClientFrame::Follow { room, after }.encode());
        }
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
                if author != self.my_id() {
                    self.more_unread(room, mentions.contains(&self.my_id()));
                }
            }
            ServerFrame::Read {
                room, unread, mentions, ..
            } => self.set_unread(room, unread, mentions),
            ServerFrame::Typing { room, person } => self.note_typing(room, person),
            ServerFrame::Message(message) => self.said(message),
            ServerFrame::CaughtUp {
                room,
                reset,
                messages,
                more,
            } => self.in_room(room, |shown| {
                for message in messages.iter().filter(|message| self.is_mine(message)) {
                    self.discard(&message.client_id);
                }
                shown.timeline.update(|timeline| timeline.catch_up(reset, messages));
                if !more {
                    self.caught_up.set(true);
                    self.attend();
                }
                self.settle(shown);
            }),
            ServerFrame::Ack {
                room,
                client_id,
                changed,
                ..
            } => {
                self.kept(&client_id, changed);
                match self.shown.get_untracked().filter(|shown| shown.room == room) {
                    Some(shown) => self.settle(shown),
                    None => self.discard(&client_id),
                }
            }
            ServerFrame::Refused {
                client_id: Some(client_id),
                error,
                message,
            } => self.refused(&client_id, error, message),
            // Following was refused, for now: without an answer the room would stand still.
            ServerFrame::Refused { client_id: None, .. } => {
                if !self.caught_up.get_untracked() {
                    let again = move || {
                        if self.caught_up.try_get_untracked() == Some(false) {
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
        if self.is_mine(&message) {
            self.discard(&message.client_id);
        }
        self.in_room(message.room, |shown| {
            self.typing
                .update(|typing| typing.retain(|(person, _)| person.id != message.author.id));
            if self.caught_up.get_untracked() {
                // A changed message's row is made anew: whoever's focus is in it keeps it.
                let row = format!("m{}", message.seq);
                let newest = shown.timeline.with_untracked(Timeline::last);
                let is_new = message.seq > newest.unwrap_or(0) && !self.is_mine(&message);
                let new = is_new.then(|| (message.seq, self.calls_me(&message)));
                let focus = focus::within(&row);
                shown.timeline.update(|timeline| timeline.fold(message));
                focus::restore(row, focus);
                self.settle(shown);
                if let Some((seq, calls)) = new {
                    self.heard(shown.room, seq, calls);
                }
            }
        });
    }

    /// What the room shows now waits no more.
    fn settle(self, shown: Shown) {
        let changed = shown.timeline.with_untracked(Timeline::changed);
        self.outbox.maybe_update(|outbox| outbox.shown(shown.room, changed));
    }

    fn in_room(self, room: RoomId, f: impl FnOnce(Shown)) {
        if let Some(shown) = self.shown.get_untracked().filter(|shown| shown.room == room) {
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
