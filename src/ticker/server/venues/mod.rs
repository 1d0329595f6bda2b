//! Where prices come from by themselves. A venue is one file: [`demo`], or for those with a socket what to send
//! and how to read a frame ([`coinbase`]); [`socket`] is the rest of theirs.

pub mod coinbase;
pub mod demo;
pub mod socket;

use std::collections::BTreeMap;

use futures::future::BoxFuture;
use tokio::{sync::Mutex, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{record::Recorder, rounds, tick::Tick};
use crate::{
    server::{config::Config, shutdown::Shutdown},
    ticker::model::{Line, VenueKind},
    time::Timestamp,
};

use self::{
    coinbase::Coinbase,
    demo::Demo,
    socket::{Patience, SocketVenue},
};

/// Characters of a venue's complaint that are shown.
const FAULT: usize = 200;

/// A source of ticks that runs by itself.
pub trait Venue: Send {
    /// Which one.
    fn kind(&self) -> VenueKind;
    /// Hands ticks to `out` until it is dropped.
    fn run(self: Box<Self>, out: Out) -> BoxFuture<'static, ()>;
}

/// A venue's way out: its ticks, and how its line is.
#[derive(Clone)]
pub struct Out {
    kind: VenueKind,
    recorder: Recorder,
}

impl Out {
    /// For the venue `kind`.
    pub fn new(kind: VenueKind, recorder: Recorder) -> Self {
        Self { kind, recorder }
    }

    /// Records a tick. The first refusal is shown beside the venue.
    pub fn tick(&self, tick: Tick) {
        if let Err(error) = self.recorder.record(tick) {
            self.recorder.venue(self.kind, |state| {
                state.fault.get_or_insert(error);
            });
        }
    }

    /// The first connection is being made.
    pub fn connecting(&self) {
        self.recorder.venue(self.kind, |state| {
            *state = rounds::off(self.kind);
            state.line = Line::Connecting;
        });
    }

    /// Something was heard.
    pub fn live(&self) {
        self.recorder.venue(self.kind, |state| {
            if !matches!(state.line, Line::Live(_)) {
                state.line = Line::Live(Timestamp::now());
            }
        });
    }

    /// The line is down.
    pub fn stale(&self) {
        self.recorder.venue(self.kind, |state| {
            if !matches!(state.line, Line::Stale(_)) {
                state.line = Line::Stale(Timestamp::now());
            }
        });
    }

    /// Connected again; earlier complaints are of the past.
    pub fn reconnected(&self) {
        self.recorder.venue(self.kind, |state| {
            state.reconnects = state.reconnects.saturating_add(1);
            state.fault = None;
        });
    }

    /// The venue had counted further than what had reached us.
    pub fn gap(&self) {
        self.recorder
            .venue(self.kind, |state| state.gaps = state.gaps.saturating_add(1));
    }

    /// The venue complained.
    pub fn fault(&self, words: &str) {
        let words: String = words.chars().filter(|c| !c.is_control()).take(FAULT).collect();
        self.recorder.venue(self.kind, |state| state.fault = Some(words));
    }

    fn off(&self) {
        self.recorder.venue(self.kind, |state| *state = rounds::off(self.kind));
    }
}

/// What the venues need to know.
#[derive(Clone)]
struct Settings {
    coinbase_url: String,
    coinbase_products: Vec<String>,
}

impl From<&Config> for Settings {
    fn from(config: &Config) -> Self {
        Self {
            coinbase_url: config.coinbase_url.clone(),
            coinbase_products: config.coinbase_products.clone(),
        }
    }
}

/// Runs the chosen venues.
pub struct Venues {
    settings: Settings,
    recorder: Recorder,
    shutdown: Shutdown,
    running: Mutex<BTreeMap<&'static str, Running>>,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
    out: Out,
}

impl Venues {
    /// None is running yet.
    pub fn new(config: &Config, recorder: Recorder, shutdown: &Shutdown) -> Self {
        Self {
            settings: config.into(),
            recorder,
            shutdown: shutdown.clone(),
            running: Mutex::default(),
        }
    }

    /// Stops what is not `wanted`, starts what is and doesn't run yet. Without the demo its quotes leave the board:
    /// nothing made up may stand among real prices. Those of other venues stay, and say since when they are quiet.
    pub async fn run(&self, wanted: &[VenueKind]) {
        let mut running = self.running.lock().await;
        let unwanted = |name: &&str| wanted.iter().all(|kind| kind.name() != *name);
        for name in running.keys().copied().filter(unwanted).collect::<Vec<_>>() {
            if let Some(venue) = running.remove(name) {
                venue.stop.cancel();
                let _ = venue.task.await;
                venue.out.off();
                tracing::info!(venue = name, "venue stopped");
            }
        }
        if !wanted.contains(&VenueKind::Demo) {
            self.recorder.forget(VenueKind::Demo.name());
            // Should it fail, it has been logged, and is tried again.
            let _ = self.recorder.committed().await;
        }
        for kind in wanted {
            if !running.contains_key(kind.name()) {
                running.insert(kind.name(), self.start(*kind));
            }
        }
    }

    fn start(&self, kind: VenueKind) -> Running {
        let (venue, out) = (self.make(kind), Out::new(kind, self.recorder.clone()));
        let (stop, stopping) = (CancellationToken::new(), self.shutdown.begun.clone());
        let (stopped, work) = (stop.clone(), venue.run(out.clone()));
        out.connecting();
        tracing::info!(venue = kind.name(), "venue started");
        let task = self.shutdown.background.spawn(async move {
            tokio::select! {
                () = work => (),
                () = stopped.cancelled() => (),
                () = stopping.cancelled() => (),
            }
        });
        Running { stop, task, out }
    }

    fn make(&self, kind: VenueKind) -> Box<dyn Venue> {
        match kind {
            VenueKind::Demo => Box::new(Demo::new(getrandom::u64().unwrap_or(1))),
            VenueKind::Coinbase => {
                let settings = self.settings.clone();
                let frames = Coinbase::new(settings.coinbase_url, settings.coinbase_products);
                Box::new(SocketVenue::new(frames, Patience::default()))
            }
        }
    }
}
