//! Where a tick is born: checked, taken in, kept, published.
//!
//! Ticks change the newest quote of their symbol in memory at once; what changed is written as one statement ten
//! times a second at most, and published after its commit. So there is no queue that could fill: a thousand ticks
//! of a symbol between two commits are one row.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    board::{Changes, PublicBoard},
    kept::Kept,
    store,
    tick::Tick,
};
use crate::{
    error::AppError,
    server::{db::Database, shutdown::Shutdown},
    ticker::{
        model::{Key, Line, VenueKind, VenueState},
        wire::Spark,
    },
    time::Timestamp,
};

/// Symbols at venues on the board at most; a further one is refused.
pub const SYMBOLS: usize = 2_000;
/// Time from one commit to the next at least: ticks in between are written together.
const ROUND: Duration = Duration::from_millis(100);
/// Wait before the next try when a commit failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Takes ticks; cheap to clone. What was taken is committed even when the last one is dropped.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    _alive: Arc<DropGuard>,
}

struct Shared {
    state: Mutex<State>,
    work: Notify,
    outcomes: watch::Sender<Outcomes>,
    board: Arc<PublicBoard>,
}

/// The newest rounds of each outcome.
#[derive(Clone, Copy, Default)]
struct Outcomes {
    kept: u64,
    failed: u64,
}

#[derive(Default)]
struct State {
    kept: BTreeMap<Key, Kept>,
    venues: BTreeMap<&'static str, VenueState>,
    /// Changed since the last round.
    dirty: BTreeSet<Key>,
    dirty_venues: BTreeSet<&'static str>,
    gone: BTreeSet<Key>,
    /// The number of the round that is being collected; the first is 1.
    round: u64,
}

impl Recorder {
    /// Reads what is kept, publishes it on a board, and begins to take ticks.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(db: Database, shutdown: &Shutdown) -> Result<(Self, Arc<PublicBoard>), AppError> {
        let kept = store::quotes(&db).await?;
        let forgotten = store::forgotten(&db).await?;
        let highest = kept
            .iter()
            .map(|kept| kept.quote.version)
            .max()
            .unwrap_or(0)
            .max(forgotten);
        // Browsers hold versions as cursors. One that a power cut lost must not be used for something else, so the
        // count goes on from the clock, which is far ahead of one count a change.
        let now = u64::try_from(Timestamp::now().micros()).unwrap_or(0);
        let board = Arc::new(PublicBoard::new(highest.max(now)));
        board.publish(Changes {
            version: highest,
            forgotten,
            quotes: kept.iter().map(|kept| kept.quote.clone()).collect(),
            sparks: kept.iter().map(Kept::spark).collect(),
            ..Changes::default()
        });
        let venues = VenueKind::ALL.map(|venue| (venue.name(), off(venue)));
        let state = State {
            kept: kept.into_iter().map(|kept| (kept.quote.key(), kept)).collect(),
            dirty_venues: venues.iter().map(|(name, _)| *name).collect(),
            venues: venues.into(),
            round: 1,
            ..State::default()
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            work: Notify::new(),
            outcomes: watch::Sender::default(),
            board: board.clone(),
        });
        let ended = CancellationToken::new();
        let alive = Arc::new(ended.clone().drop_guard());
        shutdown.background.spawn(keep(shared.clone(), db, ended));
        shared.work.notify_one();
        let recorder = Self { shared, _alive: alive };
        Ok((recorder, board))
    }

    /// Takes a tick in. `false` when a newer one is known, which stays. It is kept and published within a moment;
    /// [`Recorder::committed`] waits for that.
    ///
    /// # Errors
    /// What is wrong with it, in words for the sender.
    pub fn record(&self, tick: Tick) -> Result<bool, String> {
        tick.check(Timestamp::now())?;
        let mut state = self.shared.lock();
        let key = tick.key.clone();
        let full = state.kept.len() >= SYMBOLS;
        let changed = match state.kept.get_mut(&key) {
            Some(kept) => kept.take(tick),
            None if full => return Err(format!("the board is full: it holds {SYMBOLS} symbols")),
            None => {
                state.kept.insert(key.clone(), Kept::first(tick));
                true
            }
        };
        if changed {
            state.dirty.insert(key);
            drop(state);
            self.shared.work.notify_one();
        }
        Ok(changed)
    }

    /// Returns when everything taken in so far is on the disk.
    ///
    /// # Errors
    /// `Internal` when it could not be written (its cause is logged), `Busy` when the server is stopping.
    pub async fn committed(&self) -> Result<(), AppError> {
        let round = {
            let state = self.shared.lock();
            state.round - u64::from(!state.has_work())
        };
        let mut outcomes = self.shared.outcomes.subscribe();
        let known = |outcomes: &Outcomes| outcomes.kept >= round || outcomes.failed >= round;
        let outcome = *outcomes.wait_for(known).await.map_err(|_| AppError::Busy)?;
        // A later round writes what a failed one could not.
        if outcome.kept >= round {
            return Ok(());
        }
        Err(crate::server::error::internal(
            "ticks",
            &"a round of prices was not kept",
        ))
    }

    /// Takes all quotes of `venue` off the board and out of the database.
    pub fn forget(&self, venue: &str) {
        let mut state = self.shared.lock();
        let gone: Vec<Key> = state.kept.keys().filter(|key| key.venue == venue).cloned().collect();
        for key in gone {
            state.kept.remove(&key);
            state.dirty.remove(&key);
            state.gone.insert(key);
        }
        drop(state);
        self.shared.work.notify_one();
    }

    /// Changes what is shown of a venue.
    pub fn venue(&self, venue: VenueKind, change: impl FnOnce(&mut VenueState)) {
        let mut state = self.shared.lock();
        let known = state.venues.entry(venue.name()).or_insert_with(|| off(venue));
        let before = known.clone();
        change(known);
        if *known != before {
            state.dirty_venues.insert(venue.name());
            drop(state);
            self.shared.work.notify_one();
        }
    }
}

/// A venue that isn't run.
pub fn off(venue: VenueKind) -> VenueState {
    VenueState {
        version: 0,
        venue,
        line: Line::Off,
        reconnects: 0,
        gaps: 0,
        fault: None,
    }
}

impl Kept {
    fn spark(&self) -> Spark {
        Spark {
            version: self.spark_version,
            key: self.quote.key(),
            points: self.spark.clone(),
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_work(&self) -> bool {
        !(self.dirty.is_empty() && self.gone.is_empty())
    }

    /// What changed since the last round, numbered on from `version`.
    fn take_round(&mut self, mut version: u64) -> Round {
        let mut round = Round {
            number: self.round,
            ..Round::default()
        };
        self.round += 1;
        let mut next = || {
            version += 1;
            version
        };
        round.changes.gone = std::mem::take(&mut self.gone).into_iter().collect();
        if !round.changes.gone.is_empty() {
            round.changes.forgotten = next();
        }
        for name in std::mem::take(&mut self.dirty_venues) {
            if let Some(state) = self.venues.get_mut(name) {
                state.version = next();
                round.changes.venues.push(state.clone());
            }
        }
        for key in std::mem::take(&mut self.dirty) {
            if let Some(kept) = self.kept.get_mut(&key) {
                // Before the quote that brought the newest of them, as a board that holds both goes by its version.
                if kept.sampled {
                    kept.spark_version = next();
                    round.changes.sparks.push(kept.spark());
                }
                kept.quote.version = next();
                round.changes.quotes.push(kept.quote.clone());
                round.kept.push(kept.clone());
                kept.sampled = false;
            }
        }
        round.changes.version = version;
        round
    }

    /// Marks as changed again what a failed round could not keep.
    fn put_back(&mut self, kept: &[Kept], gone: Vec<Key>, venues: Vec<VenueState>) {
        for kept in kept {
            let key = kept.quote.key();
            if let Some(now) = self.kept.get_mut(&key) {
                now.sampled |= kept.sampled;
                self.dirty.insert(key);
            }
        }
        self.gone.extend(gone);
        self.dirty_venues.extend(venues.iter().map(|state| state.venue.name()));
    }
}

#[derive(Default)]
struct Round {
    number: u64,
    kept: Vec<Kept>,
    changes: Changes,
}

/// Writes a round whenever something changed, until the last recorder is gone.
async fn keep(shared: Arc<Shared>, db: Database, ended: CancellationToken) {
    let mut version = shared.board.version();
    let mut last = false;
    while !last {
        tokio::select! {
            biased;
            () = ended.cancelled() => last = true,
            () = shared.work.notified() => (),
        }
        let pause = if write_round(&shared, &db, &mut version).await {
            ROUND
        } else {
            shared.work.notify_one();
            AFTER_FAILURE
        };
        tokio::select! {
            () = ended.cancelled() => (),
            () = tokio::time::sleep(pause) => (),
        }
    }
}

async fn write_round(shared: &Arc<Shared>, db: &Database, version: &mut u64) -> bool {
    let Round { number, kept, changes } = shared.lock().take_round(*version);
    *version = changes.version;
    let (gone, venues, board) = (changes.gone.clone(), changes.venues.clone(), shared.board.clone());
    let outcome = if kept.is_empty() && gone.is_empty() {
        board.publish(changes);
        Ok(())
    } else {
        store::keep(db, &kept, &gone, changes.forgotten, move || board.publish(changes)).await
    };
    if outcome.is_err() {
        shared.lock().put_back(&kept, gone, venues);
    }
    shared.outcomes.send_modify(|outcomes| match outcome {
        Ok(()) => outcomes.kept = number,
        Err(_) => outcomes.failed = number,
    });
    outcome.is_ok()
}
