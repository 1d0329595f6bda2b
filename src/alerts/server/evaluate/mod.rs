//! Watches all rules: over lines in the order of their ids, over prices at the pace at which the board publishes them.
//!
//! What a rule says is kept with its state in one transaction (`fire`). The states of the others are kept every few
//! seconds, with the line up to which all have judged: a start reads them and the lines that came since, of which none is
//! missed, and none is told twice, since each state knows how far it goes.

pub mod engine;
#[cfg(test)]
mod engine_tests;
mod keeping;
pub mod live;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};

use crate::{
    error::AppError,
    logs::server::{publish::Batch, store as lines},
    server::{
        hub::{Receiver, RecvError},
        state::AppState,
    },
    ticker::{
        model::Key,
        server::venues::{names::subscribes, watched::Guard},
    },
    time::Timestamp,
};

use super::{fire, store, venues};
use engine::Engine;

/// How often rules are told how late it is.
const TICK: Duration = Duration::from_secs(1);
/// How often states are kept of those who have nothing to say, in ticks.
const KEEP: u64 = 5;
/// Ticks from one look at who may still watch to the next.
const WHO: u64 = 30;
/// How often the store is asked for lines that nobody told of, in ticks.
const LOOK: u64 = 5;
/// Lines read from the store at once.
const PAGE: u32 = 1_000;

/// Watches until the server stops.
pub async fn run(state: AppState) {
    let mut evaluator = Evaluator {
        engine: Engine::default(),
        committed: None,
        kept: 0,
        awake: None,
        seen: 0,
        wanted: HashMap::new(),
        is_fresh: true,
        is_stale: true,
        state,
    };
    let stop = evaluator.state.shutdown.begun.clone();
    tokio::select! {
        () = evaluator.watch() => (),
        () = stop.cancelled() => (),
    }
    // What can't be kept is judged again at the next start.
    let _ = evaluator.keep(true).await;
}

struct Evaluator {
    state: AppState,
    engine: Engine,
    /// Where rules over lines hear of them, while there are any.
    committed: Option<Receiver<Batch>>,
    /// The line up to which all have judged, as it is kept.
    kept: u64,
    /// When it was kept that somebody watches.
    awake: Option<Instant>,
    /// The board's version up to which prices were taken in.
    seen: u64,
    /// Symbols that venues send because rules want them.
    wanted: HashMap<Key, Guard>,
    /// Nothing was read yet.
    is_fresh: bool,
    /// Rules are to be read.
    is_stale: bool,
}

impl Evaluator {
    async fn watch(&mut self) {
        let mut board = self.state.ticker.public_board().watch();
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut tick = 0;
        loop {
            let state = self.state.clone();
            let outcome = tokio::select! {
                biased;
                () = state.alerts.changed.notified() => {
                    self.is_stale = true;
                    Ok(())
                }
                batch = next(&mut self.committed) => self.batch(batch).await,
                version = changed(&mut board) => {
                    self.prices(version);
                    Ok(())
                }
                _ = ticks.tick() => {
                    tick += 1;
                    self.tick(tick).await
                }
            };
            let outcome = match outcome {
                Ok(()) => self.go_on().await,
                failed => failed,
            };
            if outcome.is_err() {
                // What went wrong has been logged; everything is still to be done, and is tried again.
                tokio::time::sleep(TICK).await;
            }
        }
    }

    /// Reads rules where they changed, and says what is to be said.
    async fn go_on(&mut self) -> Result<(), AppError> {
        if self.is_stale {
            self.load().await?;
        }
        self.tell().await
    }

    async fn load(&mut self) -> Result<(), AppError> {
        let db = &self.state.desk.readers;
        let now = Timestamp::now();
        if self.is_fresh {
            self.engine.line = store::own_line(db).await?.unwrap_or(0);
        }
        let (rules, states) = (venues::watched(&self.state).await?, store::states(db).await?);
        self.engine.watch(rules, states, now);
        self.engine.snooze(store::snoozes(db, now).await?, now);
        self.is_stale = false;
        self.want();
        if self.engine.has_lines() {
            if self.committed.is_none() {
                // Before the store is read: nothing falls between.
                self.committed = Some(self.state.logs.committed());
            }
        } else {
            self.committed = None;
        }
        if self.is_fresh {
            self.begin().await?;
        }
        if self.engine.has_lines() {
            self.look_back(u64::MAX).await?;
        }
        let now = Timestamp::now();
        let board = self.state.ticker.public_board();
        let (version, quotes) = board.newer(0, |symbol| self.engine.wants(symbol));
        if self.is_fresh {
            (self.is_fresh, self.seen) = (false, version);
        }
        self.engine.first_prices(&quotes, now);
        Ok(())
    }

    /// Judges what came before the last stop, and passes over the time until now: while the server was away nothing could
    /// come, which is no silence.
    async fn begin(&mut self) -> Result<(), AppError> {
        if self.engine.has_lines() {
            self.look_back(self.state.logs.before + 1).await?;
        }
        let awake = store::awake(&self.state.desk.readers).await?.unwrap_or_default();
        self.engine.gap(awake, Timestamp::now());
        Ok(())
    }

    /// Has venues send what rules watch.
    fn want(&mut self) {
        let mut wanted = HashMap::new();
        for spec in self.engine.specs().filter(|spec| spec.test.is_price()) {
            let guard = self.wanted.remove(&spec.key);
            let ask = || {
                self.state
                    .ticker
                    .want(subscribes(&spec.key.venue)?, &spec.key.symbol)
                    .ok()
            };
            if !wanted.contains_key(&spec.key)
                && let Some(guard) = guard.or_else(ask)
            {
                wanted.insert(spec.key.clone(), guard);
            }
        }
        self.wanted = wanted;
        let watched = self.engine.specs().filter(|spec| spec.test.is_price());
        let watched = watched.map(|spec| spec.key.clone()).collect();
        self.state.ticker.recorder.hold("alerts", watched);
    }

    async fn batch(&mut self, batch: Result<Batch, RecvError>) -> Result<(), AppError> {
        match batch {
            Ok(batch) => {
                if batch.first > self.engine.line + 1 {
                    self.look_back(batch.first).await?;
                }
                self.engine.lines(&batch.lines, Timestamp::now());
                Ok(())
            }
            // The next one doesn't follow, which is when the store is read.
            Err(RecvError::Lagged(_)) => Ok(()),
            Err(RecvError::Closed) => {
                self.committed = None;
                Ok(())
            }
        }
    }

    /// Judges the lines before id `until` that the store has and nobody has judged.
    async fn look_back(&mut self, until: u64) -> Result<(), AppError> {
        loop {
            let page = lines::after(&self.state.logs.db.readers, self.engine.line, PAGE).await?;
            let is_last = page.len() < PAGE as usize || page.last().is_none_or(|line| line.id >= until);
            let before = page.partition_point(|line| line.id < until);
            self.engine.lines(&page[..before], Timestamp::now());
            // What was said before must be, before the same rule says it again.
            self.tell().await?;
            if is_last {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }

    fn prices(&mut self, version: u64) {
        if version <= self.seen {
            return;
        }
        let (engine, now) = (&mut self.engine, Timestamp::now());
        let (seen, quotes) = self
            .state
            .ticker
            .public_board()
            .newer(self.seen, |symbol| engine.wants(symbol));
        self.seen = seen;
        quotes.iter().for_each(|quote| engine.price(quote, now));
    }

    async fn tick(&mut self, tick: u64) -> Result<(), AppError> {
        if self.is_fresh {
            return Ok(());
        }
        if self.committed.is_some() && tick.is_multiple_of(LOOK) {
            let newest = lines::newest(&self.state.logs.db.readers).await?;
            if newest > self.engine.line && self.committed.as_ref().is_some_and(Receiver::is_empty) {
                self.look_back(u64::MAX).await?;
            }
        }
        self.engine.clock(Timestamp::now());
        // Its author may have left the room, or the team.
        self.is_stale |= tick.is_multiple_of(WHO);
        if tick.is_multiple_of(KEEP) {
            self.keep(false).await?;
        }
        Ok(())
    }

    /// Says what there is to say.
    async fn tell(&mut self) -> Result<(), AppError> {
        loop {
            let now = Instant::now();
            let reports = self.engine.reports(now);
            if reports.is_empty() {
                return Ok(());
            }
            let told: Vec<_> = reports.iter().map(|report| (report.rule, report.version)).collect();
            fire::tell(&self.state, self.engine.line, reports).await?;
            self.engine.was_told(&told, now);
        }
    }
}

async fn next(committed: &mut Option<Receiver<Batch>>) -> Result<Batch, RecvError> {
    match committed {
        Some(committed) => committed.recv().await,
        None => std::future::pending().await,
    }
}

/// The board's next version; never where there is no board any more.
async fn changed(board: &mut watch::Receiver<u64>) -> u64 {
    match board.changed().await {
        Ok(()) => *board.borrow_and_update(),
        Err(_) => std::future::pending().await,
    }
}
