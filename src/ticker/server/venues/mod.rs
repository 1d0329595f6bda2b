//! Where prices come from by themselves. A venue is one file: [`demo`], [`replay`], or for those with a socket what to
//! send and how to read a frame ([`coinbase`], [`kraken`], [`binance`], [`finnhub`], [`alpaca`], which speak
//! [`frames`]); [`socket`] and [`hearing`] are the rest of theirs. What they subscribe to follows what is [`watched`].

pub mod alpaca;
pub mod binance;
pub mod coinbase;
mod coinbase_wire;
pub mod connection;
pub mod demo;
pub mod dial;
pub mod finnhub;
pub mod frames;
pub mod hearing;
pub mod kraken;
mod kraken_wire;
pub mod names;
pub mod out;
pub mod pulse;
pub mod replay;
mod resting;
pub mod settings;
pub mod socket;
pub mod trades;
pub mod watched;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use tokio::{sync::Mutex, task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;

use super::record::Recorder;
use crate::{
    error::AppError,
    server::{config::Config, shutdown::Shutdown},
    ticker::model::{VenueKind, VenueReport, VenueState},
};

use self::{
    demo::Demo,
    dial::Trust,
    frames::Manners,
    out::Out,
    pulse::Pulse,
    replay::Replay,
    settings::{Feeds, ReplaySettings, as_said, default_symbols, reader},
    socket::SocketVenue,
    watched::{Guard, Watched},
};

/// A source of ticks that runs by itself.
pub trait Venue: Send {
    /// Which one.
    fn kind(&self) -> VenueKind;
    /// Hands ticks to `out` until it is dropped.
    fn run(self: Box<Self>, out: Out) -> BoxFuture<'static, ()>;
}

/// Runs the chosen venues.
pub struct Venues {
    feeds: Feeds,
    replay: ReplaySettings,
    trust: Trust,
    recorder: Recorder,
    shutdown: Shutdown,
    watched: BTreeMap<&'static str, Watched>,
    pulses: BTreeMap<&'static str, Arc<Pulse>>,
    /// What is watched as the settings say.
    _always: Vec<Guard>,
    running: Mutex<BTreeMap<&'static str, Running>>,
}

struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
    out: Out,
}

impl Venues {
    /// None is running yet.
    ///
    /// # Errors
    /// `Invalid`, for whoever starts the program, when the settings can't work.
    pub fn new(config: &Config, recorder: Recorder, shutdown: &Shutdown) -> Result<Self, AppError> {
        let linger = Duration::from_secs(config.linger_seconds);
        let watched: BTreeMap<&'static str, Watched> = VenueKind::ALL
            .into_iter()
            .map(|kind| {
                let manners = reader(kind).map_or_else(Manners::default, |frames| frames.manners());
                (kind.name(), Watched::new(manners.symbols, linger))
            })
            .collect();
        let mut always = Vec::new();
        for kind in VenueKind::ALL {
            for symbol in symbols(kind, config) {
                let guard = watched[kind.name()].want(symbol);
                always.push(
                    guard.map_err(|why| AppError::Invalid(format!("--symbols {}:{symbol}: {why}", kind.name())))?,
                );
            }
        }
        Ok(Self {
            feeds: config.feeds.clone(),
            replay: config.replay.clone(),
            trust: Trust::public().map_err(AppError::Invalid)?,
            recorder,
            shutdown: shutdown.clone(),
            watched,
            pulses: VenueKind::ALL.map(|kind| (kind.name(), Arc::default())).into(),
            _always: always,
            running: Mutex::default(),
        })
    }

    /// Has `symbol` watched at the venue `kind` until the guard is dropped, and ten minutes longer.
    ///
    /// # Errors
    /// `Invalid` when it can't be a symbol, or the venue takes no more.
    pub fn want(&self, kind: VenueKind, symbol: &str) -> Result<Guard, AppError> {
        self.watched[kind.name()]
            .want(&as_said(kind, symbol))
            .map_err(AppError::Invalid)
    }

    /// What is known of the venue beside its `state`.
    pub fn report(&self, state: VenueState) -> VenueReport {
        let name = state.venue.name();
        let pulse = &self.pulses[name];
        VenueReport {
            last: pulse.last(),
            frames: pulse.frames(),
            ticks: pulse.ticks(),
            symbols: self.watched[name].symbols(Instant::now()).into_iter().collect(),
            state,
        }
    }

    /// Whether all that are `wanted` could run.
    ///
    /// # Errors
    /// `Invalid` with what is missing, such as a key.
    pub fn check(&self, wanted: &[VenueKind]) -> Result<(), AppError> {
        wanted.iter().try_for_each(|kind| self.make(*kind).map(|_| ()))
    }

    /// Stops what is not `wanted`, starts what is and doesn't run yet. Without the demo its quotes leave the board, as
    /// do those of a recording that isn't played: nothing made up may stand among real prices. Those of other venues
    /// stay, and say since when they are quiet.
    ///
    /// # Errors
    /// As [`Venues::check`]; then nothing has changed.
    pub async fn run(&self, wanted: &[VenueKind]) -> Result<(), AppError> {
        self.check(wanted)?;
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
        }
        if !wanted.contains(&VenueKind::Replay) {
            for kind in VenueKind::ALL {
                self.recorder.forget(&replay::venue_name(kind));
            }
        }
        // Should it fail, it has been logged, and is tried again.
        let _ = self.recorder.committed().await;
        for kind in wanted {
            if !running.contains_key(kind.name()) {
                running.insert(kind.name(), self.start(*kind)?);
            }
        }
        Ok(())
    }

    fn start(&self, kind: VenueKind) -> Result<Running, AppError> {
        let (venue, out) = (
            self.make(kind)?,
            Out::counted(kind, self.recorder.clone(), self.pulses[kind.name()].clone()),
        );
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
        Ok(Running { stop, task, out })
    }

    fn make(&self, kind: VenueKind) -> Result<Box<dyn Venue>, AppError> {
        Ok(match kind {
            VenueKind::Demo => Box::new(Demo::new(getrandom::u64().unwrap_or(1))),
            VenueKind::Replay => Box::new(Replay::open(&self.replay).map_err(AppError::Invalid)?),
            _ => {
                let frames = self.feeds.frames(kind).map_err(AppError::Invalid)?;
                let watched = self.watched[kind.name()].clone();
                Box::new(SocketVenue::new(frames, watched, self.trust.clone()))
            }
        })
    }
}

/// What the settings have watched at a venue: what they name there, or where they name nothing the usual.
fn symbols(kind: VenueKind, config: &Config) -> Vec<&str> {
    let named = config.symbols.iter().filter(|named| named.venue == kind);
    let named: Vec<&str> = named.map(|named| named.symbol.as_str()).collect();
    if named.is_empty() {
        default_symbols(kind).to_vec()
    } else {
        named
    }
}
