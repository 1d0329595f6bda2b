//! The browser's end of the chat socket: one per tab, shared by the rail and the room on show; and another, that of the
//! thread beside the room, while there is one.

use std::time::Duration;

use leptos::{prelude::*, reactive::owner::WeakOwner};

use super::{
    acting::Acting,
    model::{File, Person, Quote, Room, Rooms},
    outbox::Outbox,
    outbox_storage::forget,
    tab::{Folded, Tab},
    timeline::Timeline,
    uploading::Source,
    uploads::Uploads,
    wire::{ClientFrame, SIGNED_OUT},
};
use crate::{
    accounts::model::Me,
    ids::{RoomId, UserId},
    live::{
        badge::Link,
        socket::{Handlers, Socket},
    },
    paths,
    time::Timestamp,
};

/// That somebody touches the page is told this often at most, in seconds.
const TOUCH_TOLD: i64 = 120;
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
    /// Who came to the team last, when the page was made: whoever comes later is in every open room.
    pub(super) newest: StoredValue<UserId>,
    /// The people of the room on show.
    pub(super) people: RwSignal<Vec<UserId>>,
    /// Who is writing in the room on show, and since when.
    pub typing: RwSignal<Vec<(Person, Timestamp)>>,
    /// What one has written and no room shows yet.
    pub outbox: RwSignal<Outbox>,
    /// Rooms with something that isn't sent yet.
    pub drafts: RwSignal<Vec<RoomId>>,
    /// Files on their way into the rooms' next messages.
    pub uploads: RwSignal<Uploads>,
    pub(super) sources: StoredValue<Vec<Source>>,
    /// The image that is shown large.
    pub viewing: RwSignal<Option<File>>,
    /// What is open at a message.
    pub(super) acting: RwSignal<Option<Acting>>,
    /// What the composer answers: [`ChatConnection::answer`] changes it.
    pub replying: RwSignal<Option<Quote>>,
    /// What went wrong with something one did to a message.
    pub told: RwSignal<Option<String>>,
    /// What a command answered.
    pub note: RwSignal<Option<String>>,
    pub(super) socket: Socket,
    /// Answers that the room on show waits for before it holds everything up to now.
    pub(super) awaited: RwSignal<u32>,
    pub(super) link: Signal<Link>,
    pub(super) shown: RwSignal<Option<Shown>>,
    pub(super) told_typing: StoredValue<Timestamp>,
    pub(super) told_touch: StoredValue<Timestamp>,
    /// The room on show and the place in it after which the "New" line stands.
    pub(super) new_after: RwSignal<Option<(RoomId, u64)>>,
    /// The newest message of the room on show is out of sight.
    pub(super) away: RwSignal<bool>,
    /// How far the people of the conversation on show have read.
    pub(super) seen: RwSignal<Vec<Person>>,
    /// The person wants the room on show to stay unread.
    pub(super) kept_unread: StoredValue<bool>,
    /// What has been read and will be told in a moment.
    pub(super) read: StoredValue<Option<(RoomId, u64)>>,
    /// The thread that it shows, when it is the connection of the thread beside the room.
    pub(super) thread: Option<RoomId>,
    /// That connection.
    pub(super) beside: StoredValue<Option<ChatConnection>>,
    /// Which of the two opened the emoji: that one.
    pub(super) picking_beside: StoredValue<bool>,
    /// What owns it.
    pub(super) owner: StoredValue<Option<WeakOwner>>,
    /// What owns the last two connections beside.
    pub(super) owners: StoredValue<Vec<Owner>>,
}

/// How much calls for attention, for the page's title, as context.
#[derive(Clone)]
pub struct Calls(pub ArcRwSignal<u32>);

/// The room on show.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    pub(super) room: RoomId,
    pub(super) timeline: RwSignal<Timeline>,
}

impl ChatConnection {
    /// Makes the connection and provides it; it opens in the browser.
    pub fn provide(me: Me, rooms: Rooms) -> Self {
        let chat = Self::new(me, rooms);
        chat.open();
        chat
    }

    pub(super) fn new(me: Me, rooms: Rooms) -> Self {
        let socket = Socket::new(paths::CHAT_SOCKET);
        let awaited = RwSignal::new(0);
        Self {
            me: StoredValue::new(me),
            rooms: RwSignal::new(rooms.rooms),
            here: RwSignal::new(rooms.here),
            newest: StoredValue::new(rooms.newest),
            people: RwSignal::new(Vec::new()),
            typing: RwSignal::new(Vec::new()),
            outbox: RwSignal::new(Outbox::default()),
            drafts: RwSignal::new(Vec::new()),
            uploads: RwSignal::new(Uploads::default()),
            sources: StoredValue::new(Vec::new()),
            viewing: RwSignal::new(None),
            acting: RwSignal::new(None),
            replying: RwSignal::new(None),
            told: RwSignal::new(None),
            note: RwSignal::new(None),
            socket,
            awaited,
            link: Signal::derive(move || match socket.link().get() {
                Link::Live if awaited.get() > 0 => Link::CatchingUp,
                link => link,
            }),
            shown: RwSignal::new(None),
            told_typing: StoredValue::new(Timestamp::default()),
            told_touch: StoredValue::new(Timestamp::default()),
            new_after: RwSignal::new(None),
            away: RwSignal::new(false),
            seen: RwSignal::new(Vec::new()),
            kept_unread: StoredValue::new(false),
            read: StoredValue::new(None),
            thread: None,
            beside: StoredValue::new(None),
            picking_beside: StoredValue::new(false),
            owner: StoredValue::new(Owner::current().map(|owner| owner.downgrade())),
            owners: StoredValue::new(Vec::new()),
        }
    }

    pub(super) fn open(self) {
        let chat = self;
        provide_context(chat);
        Effect::new(move |_| {
            chat.restore();
            chat.socket.start(Handlers {
                opened: Box::new(move || chat.resume()),
                received: Box::new(move |text| chat.receive(text)),
                closed: Box::new(|code| {
                    // The page leads to where one signs in, unless only one's name was changed.
                    if code == SIGNED_OUT {
                        let _ = window().location().reload();
                    }
                }),
                ping: ClientFrame::Ping.encode(),
            });
            for (event, is_touch) in [
                ("focus", false),
                ("blur", false),
                ("pointermove", true),
                ("keydown", true),
            ] {
                let look = window_event_listener_untyped(event, move |_| {
                    let now = Timestamp::now();
                    if is_touch && now.seconds_since(chat.told_touch.get_value()) < TOUCH_TOLD {
                        return;
                    }
                    chat.told_touch.set_value(now);
                    chat.attend();
                    chat.tell_where_one_looks();
                });
                on_cleanup(move || look.remove());
            }
            if chat.thread.is_none() {
                Effect::new(move |_| chat.show_calls());
            }
            let sweep = set_interval_with_handle(move || chat.forget_typing(), Duration::from_secs(1));
            on_cleanup(move || {
                if let Ok(sweep) = sweep {
                    sweep.clear();
                }
            });
        });
    }

    /// What a badge shows.
    pub fn link(self) -> Signal<Link> {
        self.link
    }

    /// Puts `room` on show until the calling component goes: its timeline is fed. Call it in an effect.
    pub fn show(self, room: RoomId, timeline: RwSignal<Timeline>) {
        self.typing.set(Vec::new());
        self.act(None);
        self.told.set(None);
        self.note.set(None);
        self.shown.set(Some(Shown { room, timeline }));
        self.kept_unread.set_value(false);
        self.away.set(false);
        self.on_tab(&mut |tab| tab.shown());
        self.follow();
        self.attend();
        self.tell_where_one_looks();
        on_cleanup(move || {
            self.shown.try_update(|shown| {
                if shown.is_some_and(|shown| shown.room == room) {
                    *shown = None;
                }
            });
            self.tell_what_is_read();
            self.socket.send(&ClientFrame::Unfollow { room }.encode());
            self.tell_where_one_looks();
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
        self.on_tab(&mut |tab| {
            tab.opened();
            Folded::default()
        });
        self.follow();
        self.tell_where_one_looks();
        self.post();
    }

    /// Asks for what was missed in the room on show.
    pub(super) fn follow(self) {
        self.ask(false);
    }

    /// Asks for the room on show from there on, or for its newest page in place of what is on show.
    pub(super) fn ask(self, newest: bool) {
        let mut asked = None;
        self.on_tab(&mut |tab| {
            asked = tab.follow(newest);
            Folded::default()
        });
        if let Some((room, after)) = asked {
            self.socket.send(&ClientFrame::Follow { room, after }.encode());
        }
    }

    /// Does something with the messages of this tab; whoever shows them hears of what it did.
    pub(super) fn on_tab(self, act: &mut dyn FnMut(&mut Tab) -> Folded) -> Folded {
        let shown = self.shown.get_untracked();
        let (mut outbox, before) = (self.outbox.write(), self.awaited.get_untracked());
        let mut timeline = shown.as_ref().and_then(|shown| shown.timeline.try_write());
        let mut awaited = before;
        let folded = act(&mut Tab {
            me: self.my_id(),
            outbox: &mut outbox,
            shown: shown.as_ref().map(|shown| shown.room).zip(timeline.as_deref_mut()),
            awaited: &mut awaited,
        });
        if !folded.outbox {
            outbox.untrack();
        }
        if let Some(timeline) = timeline.as_mut().filter(|_| !folded.timeline) {
            timeline.untrack();
        }
        drop((outbox, timeline));
        if awaited != before {
            self.awaited.set(awaited);
        }
        for name in &folded.kept {
            forget(self.my_id(), name);
        }
        folded
    }

    /// The messages of the room on show.
    pub(super) fn timeline(self) -> Option<RwSignal<Timeline>> {
        self.shown.get_untracked().map(|shown| shown.timeline)
    }
}
