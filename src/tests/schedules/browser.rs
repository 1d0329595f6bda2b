//! A tab as the page makes it, of the real folds and without a document.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use super::{cable::Cable, host::Host};
use crate::{
    chat::{
        model::{Change, File, History, Message, Person, Quote},
        outbox::{Outbox, Progress, Waiting},
        tab::{Folded, Tab},
        timeline::{End, Timeline},
        wire::{ClientFrame, ServerFrame},
    },
    ids::RoomId,
};

/// What the tabs of one person share: an entry for each message that waits, by name.
pub type Storage = Rc<RefCell<BTreeMap<String, String>>>;

/// All the rooms there are.
pub const ROOMS: [RoomId; 2] = [RoomId(1), RoomId(2)];

/// A tab that shows a room.
pub struct Browser {
    /// Whose it is.
    pub me: Person,
    /// What it shows.
    pub room: RoomId,
    /// The messages that it shows.
    pub timeline: Timeline,
    /// What waits.
    pub outbox: Outbox,
    /// The line, if it is up.
    pub cable: Option<Cable>,
    /// What was written in it, in this order.
    pub written: Vec<Waiting>,
    pub(super) storage: Storage,
    pub(super) awaited: u32,
    /// More messages on their way: of which room, beyond which end and place, as of which change.
    loading: Option<(RoomId, End, u64, u64, History)>,
    /// What has a timer for another try.
    pub(super) later: Vec<String>,
    pub(super) follow_later: bool,
    /// What arrived lately, to arrive again.
    pub(super) heard: Vec<ServerFrame>,
    /// Where the server says that one's own messages stand.
    pub(super) places: HashMap<String, u64>,
    /// More frames of an answer are under way.
    pub(super) halfway: bool,
}

impl Browser {
    /// Opens the page of a room.
    pub fn open(host: &Host, me: Person, storage: Storage, room: RoomId) -> Self {
        let page = host.page(me.id, room, None);
        let read = |json: &String| serde_json::from_str(json).expect("what we kept");
        let waiting = storage.borrow().values().map(read).collect();
        let mut browser = Self {
            me,
            room,
            timeline: Timeline::new(page.history, page.changed).reaching(page.said),
            outbox: Outbox::new(waiting),
            cable: None,
            written: Vec::new(),
            storage: storage.clone(),
            awaited: 0,
            loading: None,
            later: Vec::new(),
            follow_later: false,
            heard: Vec::new(),
            places: HashMap::new(),
            halfway: false,
        };
        browser.note();
        browser.on_tab(|tab| tab.shown());
        browser.follow();
        browser
    }

    /// Loads the page anew: nothing is left but what the storage keeps.
    pub fn reload(&mut self, host: &Host) {
        let written = std::mem::take(&mut self.written);
        let places = std::mem::take(&mut self.places);
        *self = Self::open(host, self.me.clone(), self.storage.clone(), self.room);
        self.written = written;
        self.places.extend(places);
    }

    /// Goes to another room in the same page, or to a place of the past.
    pub fn visit(&mut self, host: &Host, room: RoomId, before: Option<u64>) {
        let page = host.page(self.me.id, room, before);
        self.room = room;
        self.timeline = Timeline::new(page.history, page.changed).reaching(page.said);
        self.note();
        self.halfway = false;
        self.on_tab(|tab| tab.shown());
        self.follow();
    }

    /// Opens the line if there is none.
    pub fn connect(&mut self, host: &Host) {
        if self.cable.is_none() {
            self.cable = host.connect(self.me.clone());
            if self.cable.is_some() {
                self.on_tab(|tab| {
                    tab.opened();
                    Folded::default()
                });
                self.follow();
                self.post();
            }
        }
    }

    /// Says something, at `clock`; what `rest` makes unique.
    pub fn say(&mut self, clock: i64, rest: &str, body: String, reply: Option<Quote>, files: Vec<File>) {
        let waiting = Waiting {
            room: self.room,
            client_id: self.outbox.name(clock, rest),
            body,
            reply,
            files,
            progress: Progress::Sending,
        };
        if let Some(waiting) = self.outbox.add(waiting) {
            let json = serde_json::to_string(waiting).expect("JSON");
            self.storage.borrow_mut().insert(waiting.client_id.clone(), json);
            self.written.push(waiting.clone());
            self.post();
        }
    }

    /// Changes a message.
    pub fn change(&self, host: &Host, seq: u64, what: Change) {
        // Not theirs, gone already, or the server is down: all the same here.
        let _ = host.change(self.me.clone(), self.room, seq, what);
    }

    /// Asks for more messages beyond an end; they come with [`Browser::loaded`].
    pub fn load(&mut self, host: &Host, end: End) {
        if let (Some(at), true) = (self.timeline.beyond(end), host.is_up()) {
            let more = host.more(self.me.id, self.room, at, end == End::First);
            self.loading = Some((self.room, end, at, self.timeline.changed(), more));
        }
    }

    /// Messages that were asked for come.
    pub fn loaded(&mut self) {
        if let Some((room, end, at, since, history)) = self.loading.take()
            && room == self.room
            && self.timeline.beyond(end) == Some(at)
        {
            let passed_over = self.timeline.add(end, history, at, since);
            self.note();
            self.on_tab(|tab| tab.shown());
            if passed_over {
                self.follow();
            }
        }
    }

    /// Leaves the past.
    pub fn newest(&mut self) {
        self.ask(true);
    }

    /// Whether nothing is to be done: all that was written is kept or refused, all that was said is on show.
    pub fn rests(&self) -> bool {
        let rests = |progress: &Progress| matches!(progress, Progress::Failed(_) | Progress::Kept { .. });
        self.cable.is_some() && self.awaited == 0 && self.waiting().all(|(_, progress)| rests(progress))
    }

    /// What waits in all rooms, by name.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, &Progress)> {
        let all = ROOMS.into_iter().flat_map(|room| self.outbox.in_room(room));
        all.map(|waiting| (waiting.client_id.as_str(), &waiting.progress))
    }

    /// Whether the room on show is whole.
    pub fn is_caught_up(&self) -> bool {
        self.awaited == 0
    }

    /// Whether what was written here under `name` is on the screen, or beyond what is held.
    pub fn shows(&self, name: &str) -> bool {
        let is_it = |message: &Message| message.author.id == self.me.id && message.client_id == name;
        let is_beyond = |seq: &u64| {
            self.timeline.first().is_some_and(|first| *seq < first)
                || (self.timeline.has_later() && self.timeline.last().is_none_or(|last| *seq > last))
        };
        self.timeline.messages().any(is_it)
            || self.outbox.find(name).is_some()
            || self.places.get(name).is_some_and(is_beyond)
    }

    /// Whether an answer has come in part.
    pub fn is_halfway(&self) -> bool {
        self.halfway
    }

    pub(super) fn on_tab(&mut self, act: impl FnOnce(&mut Tab) -> Folded) {
        let shown = |timeline: &Timeline| (timeline.changed(), timeline.first(), timeline.last());
        let before = (shown(&self.timeline), drawn(&self.outbox));
        let folded = act(&mut Tab {
            me: self.me.id,
            outbox: &mut self.outbox,
            shown: Some((self.room, &mut self.timeline)),
            awaited: &mut self.awaited,
        });
        // What isn't told isn't drawn.
        assert!(folded.timeline || before.0 == shown(&self.timeline));
        assert!(folded.outbox || before.1 == drawn(&self.outbox));
        for name in folded.kept {
            self.storage.borrow_mut().remove(&name);
        }
    }

    pub(super) fn follow(&mut self) {
        self.ask(false);
    }

    fn ask(&mut self, newest: bool) {
        let mut asked = None;
        self.on_tab(|tab| {
            asked = tab.follow(newest);
            Folded::default()
        });
        if let (Some(cable), Some((room, after))) = (&mut self.cable, asked) {
            cable.to_send.push_back(ClientFrame::Follow { room, after });
        }
    }

    pub(super) fn post(&mut self) {
        if let Some(draft) = self.outbox.to_post()
            && let Some(cable) = &mut self.cable
        {
            cable.to_send.push_back(ClientFrame::Post(draft));
        }
    }
}

fn drawn(outbox: &Outbox) -> [Vec<Waiting>; 2] {
    ROOMS.map(|room| outbox.in_room(room).cloned().collect())
}
