//! Never lost, never twice: three tabs of two people, a server that is stopped and killed, lines that drop at any
//! moment, and whatever they do in whatever order, all end up with what the database says.

mod browser;
mod cable;
mod host;
mod receiving;
mod steps;

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use proptest::{prelude::*, sample::Index};

use self::{
    browser::{Browser, ROOMS, Storage},
    host::{Host, NO_TIME, RESUME, person},
    steps::{Step, steps},
};
use crate::chat::{
    model::{File, Message, Quote},
    outbox::Progress,
    timeline::End,
};

/// Everybody and the server.
struct World {
    host: Host,
    tabs: Vec<Browser>,
    said: usize,
}

impl World {
    /// The first person has two tabs. One may post every `pace`.
    fn new(pace: Duration) -> Self {
        let host = Host::start(pace);
        let (ines, tomasz) = (Storage::default(), Storage::default());
        let tabs = [(1, &ines), (1, &ines), (2, &tomasz)];
        let tabs = tabs.map(|(id, storage)| {
            let mut tab = Browser::open(&host, person(id), storage.clone(), ROOMS[0]);
            tab.connect(&host);
            tab.flow(true);
            tab
        });
        Self {
            host,
            tabs: tabs.into(),
            said: 0,
        }
    }

    fn take(&mut self, step: Step) {
        let Self { host, tabs, said } = self;
        match step {
            Step::Say(tab, clock, length, reply, has_file) => {
                *said += 1;
                let quote = reply.map(|reply| Quote {
                    seq: any_of(&tabs[tab], &reply),
                    author: String::new(),
                    text: String::new(),
                });
                let file = has_file.then(|| host.bring(tabs[tab].me.id, tabs[tab].room, format!("{said}.txt")));
                let files: Vec<File> = file.flatten().into_iter().collect();
                // A file may speak for itself.
                let body = if files.is_empty() || length > 1 {
                    format!("{said} {}", "x".repeat(length))
                } else {
                    String::new()
                };
                tabs[tab].say(clock, &format!("{said:024x}"), body, quote, files);
            }
            Step::SayNothing(tab, clock) => {
                *said += 1;
                tabs[tab].say(clock, &format!("{said:024x}"), " ".to_owned(), None, Vec::new());
            }
            Step::Change(tab, which, change) => tabs[tab].change(host, any_of(&tabs[tab], &which), change),
            Step::Visit(tab, room) if host.is_up() => tabs[tab].visit(host, room, None),
            Step::Past(tab, which) if host.is_up() => {
                let (room, place) = (tabs[tab].room, any_of(&tabs[tab], &which));
                tabs[tab].visit(host, room, Some(place));
            }
            Step::Reload(tab) if host.is_up() => tabs[tab].reload(host),
            Step::Visit(..) | Step::Past(..) | Step::Reload(_) => (),
            Step::Newest(tab) => tabs[tab].newest(),
            Step::Load(tab, end) => tabs[tab].load(host, end),
            Step::Loaded(tab) => tabs[tab].loaded(),
            Step::Wait(tab) => tabs[tab].wait(),
            Step::Connect(tab) => tabs[tab].connect(host),
            Step::Drop(tab) => tabs[tab].cable = None,
            Step::Up(tab, frames, wait) => {
                if let Some(cable) = &mut tabs[tab].cable {
                    cable.carry(frames, wait);
                }
            }
            Step::Down(tab, frames) => tabs[tab].receive(frames),
            Step::Flow(tab) => tabs[tab].flow(true),
            Step::Glimpse(tab, frames) => {
                tabs[tab].cable = None;
                tabs[tab].connect(host);
                if let Some(cable) = &mut tabs[tab].cable {
                    cable.carry(usize::MAX, true);
                }
                tabs[tab].receive(frames);
                tabs[tab].cable = None;
            }
            Step::DownShuffled(tab, by) => tabs[tab].receive_shuffled(by),
            Step::DownAgain(tab, which) => tabs[tab].receive_again(which.index(usize::MAX)),
            Step::Burst(room) if host.is_up() => host.burst(room, RESUME + 1),
            Step::Burst(_) => (),
            Step::Stop => host.stop(),
            Step::Kill => host.kill(),
            Step::Wake => host.wake(),
        }
        for tab in tabs {
            is_consistent(tab);
        }
    }

    /// Lets everything that is under way arrive, and what was said last of all.
    fn settle(&mut self) {
        self.host.wake();
        self.until(Browser::rests);
        for room in ROOMS {
            self.host.burst(room, 1);
        }
        let last = ROOMS.map(|room| self.host.kept(room).len() as u64);
        self.until(|tab| {
            let kept = |progress: &Progress| matches!(progress, Progress::Kept { .. });
            tab.rests()
                && tab.timeline.last() == Some(last[tab.room.0 as usize - 1])
                && !tab.outbox.in_room(tab.room).any(|waiting| kept(&waiting.progress))
        });
    }

    fn until(&mut self, done: impl Fn(&Browser) -> bool) {
        let since = Instant::now();
        while !self.tabs.iter().all(&done) {
            for tab in &mut self.tabs {
                tab.connect(&self.host);
                tab.wait();
                tab.flow(false);
                // Whoever is in the past walks on to the present.
                tab.load(&self.host, End::Last);
                tab.loaded();
                is_consistent(tab);
            }
            std::thread::sleep(Duration::from_micros(300));
            if since.elapsed() > Duration::from_secs(10) {
                let stuck = self.tabs.iter().find(|tab| !done(tab)).expect("one of them");
                let waiting: Vec<_> = stuck.waiting().collect();
                panic!(
                    "{} never rests: shows {:?}, waits {waiting:?}, awaits {}",
                    stuck.me.name,
                    stuck.timeline.last(),
                    !stuck.is_caught_up()
                );
            }
        }
    }

    /// Everybody sees what the database says, and all that they wrote is there once, in the order of writing.
    fn compare(&mut self) {
        let kept = ROOMS.map(|room| self.host.kept(room));
        let mut names = HashSet::new();
        for room in &kept {
            for (message, place) in room.iter().zip(1..) {
                assert_eq!(message.seq, place, "places have no holes");
                assert!(
                    names.insert((message.author.id, message.client_id.clone())),
                    "twice: {message:?}"
                );
            }
        }
        for index in 0..self.tabs.len() {
            for room in [self.tabs[index].room, ROOMS[0], ROOMS[1]] {
                if self.tabs[index].room != room {
                    self.tabs[index].visit(&self.host, room, None);
                    self.until(Browser::rests);
                }
                let (tab, kept) = (&mut self.tabs[index], &kept[room.0 as usize - 1]);
                shows_the_end_of(tab, kept);
                while tab.timeline.has_earlier() {
                    tab.load(&self.host, End::First);
                    tab.loaded();
                    shows_the_end_of(tab, kept);
                }
                assert_eq!(tab.timeline.first(), Some(1));
            }
            self.is_there_in_order(index, &kept);
        }
    }

    fn is_there_in_order(&self, index: usize, kept: &[Vec<Message>; 2]) {
        let tab = &self.tabs[index];
        let mut last = [0; 2];
        for written in &tab.written {
            let (name, files) = (&written.client_id, &written.files);
            let was_refused = self
                .tabs
                .iter()
                .any(|tab| tab.waiting().any(|(failed, _)| failed == name));
            let room = written.room.0 as usize - 1;
            let is_it = |message: &&Message| message.author.id == tab.me.id && message.client_id == *name;
            match kept[room].iter().find(is_it) {
                Some(message) => {
                    assert!(!was_refused && message.seq > last[room], "out of order: {message:?}");
                    assert!(message.deleted || message.files == *files, "other files: {message:?}");
                    last[room] = message.seq;
                }
                None => assert!(was_refused, "lost: {written:?}"),
            }
        }
    }
}

/// The place of something said in the room that `tab` shows: one of a few, old or new, so that much befalls them.
fn any_of(tab: &Browser, which: &Index) -> u64 {
    let last = tab.timeline.last().unwrap_or(1);
    // The first three are theirs, and not on the newest page.
    let few = [10, 64, 65, 121, last.saturating_sub(1), last];
    (*which.get(&few)).clamp(1, last)
}

/// What is on the screen at any moment: nothing twice, in order, and once it is known what was missed without a hole;
/// and all that was written there.
fn is_consistent(tab: &Browser) {
    let places: Vec<u64> = tab.timeline.messages().map(|message| message.seq).collect();
    assert!(places.windows(2).all(|pair| pair[0] < pair[1]), "{places:?}");
    let is_twice = |message: &&Message| message.author.id == tab.me.id && tab.outbox.find(&message.client_id).is_some();
    assert_eq!(tab.timeline.messages().find(is_twice), None, "twice on the screen");
    if !tab.is_halfway() {
        assert!(
            places.windows(2).all(|pair| pair[0] + 1 == pair[1]),
            "a hole: {places:?}"
        );
        for written in tab.written.iter().filter(|written| written.room == tab.room) {
            assert!(tab.shows(&written.client_id), "gone from the screen: {written:?}");
        }
    }
}

fn shows_the_end_of(tab: &Browser, kept: &[Message]) {
    let shown: Vec<&Message> = tab.timeline.messages().collect();
    let end: Vec<&Message> = kept[kept.len() - shown.len()..].iter().collect();
    for (shown, kept) in shown.iter().zip(end) {
        assert_eq!(*shown, kept, "{} sees another", tab.me.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_all_end_up_with_the_same(steps in steps(), is_slow: bool) {
        let mut world = World::new(if is_slow { Duration::from_millis(4) } else { NO_TIME });
        for step in steps {
            world.take(step);
        }
        world.settle();
        world.compare();
    }
}
