//! What was taken in is written in rounds: one statement per table ten times a second at most, published after its
//! commit.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{
    bars::keeper::{Fill, Keeper, Waiting},
    board::{Changes, PublicBoard},
    kept::Kept,
    store::{self, Leaving},
    taken::Taken,
};
use crate::{
    error::AppError,
    server::db::Database,
    ticker::{
        model::{Key, Line, VenueKind, VenueState},
        wire::{Gone, Spark},
    },
    time::Timestamp,
};

/// Time from one commit to the next at least: ticks in between are written together.
const ROUND: Duration = Duration::from_millis(100);
/// Wait before the next try when a commit failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What the recorders and the task that writes share.
pub(super) struct Shared {
    pub(super) state: Mutex<State>,
    pub(super) work: Notify,
    pub(super) outcomes: watch::Sender<Outcomes>,
    pub(super) board: Arc<PublicBoard>,
    /// Symbols of which the venue is to be asked for bars from before.
    pub(super) unfilled: mpsc::Sender<Key>,
}

/// The newest rounds of each outcome.
#[derive(Clone, Default)]
pub(super) struct Outcomes {
    pub(super) kept: u64,
    /// And why it failed.
    pub(super) failed: Option<(u64, AppError)>,
}

/// What was taken in, and what of it the next round has to write.
#[derive(Default)]
pub(super) struct State {
    pub(super) taken: Taken,
    pub(super) venues: BTreeMap<&'static str, VenueState>,
    /// Changed since the last round.
    pub(super) dirty_venues: BTreeSet<&'static str>,
    pub(super) gone: BTreeSet<Key>,
    /// Those that made room; unlike of `gone`, their bars stay.
    pub(super) silent: BTreeSet<Key>,
    /// What isn't to make room, by who says so.
    pub(super) held: HashMap<&'static str, HashSet<Key>>,
    /// Where none could make room: not before then is it tried again.
    pub(super) full_until: Timestamp,
    /// Symbols of which there are bars.
    pub(super) series: usize,
    /// Lists of symbols changed.
    pub(super) dirty_lists: bool,
    /// Bars that venues made.
    pub(super) fills: Vec<Fill>,
    /// Ticks of the round that is being written, which come back when it fails.
    pub(super) writing: usize,
    /// The number of the round that is being collected; the first is 1.
    pub(super) round: u64,
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
    pub(super) fn spark(&self) -> Spark {
        Spark {
            version: self.spark_version,
            key: self.quote.key(),
            points: self.spark.clone(),
        }
    }
}

impl Shared {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub(super) fn has_work(&self) -> bool {
        self.taken.is_touched() || !self.gone.is_empty() || !self.silent.is_empty() || !self.fills.is_empty()
    }

    /// What changed since the last round, numbered on from `version`.
    fn take_round(&mut self, mut version: u64) -> Round {
        let mut round = Round {
            number: self.round,
            ..Round::default()
        };
        round.waiting.fills = std::mem::take(&mut self.fills);
        self.round += 1;
        self.writing = self.taken.waiting();
        let mut next = || {
            version += 1;
            version
        };
        let (gone, silent) = (std::mem::take(&mut self.gone), std::mem::take(&mut self.silent));
        round.forgotten = gone.iter().cloned().collect();
        round.changes.forgotten = round.forgotten.clone();
        let leaving = gone.into_iter().chain(silent);
        round.changes.gone = leaving.map(|key| Gone { version: next(), key }).collect();
        for name in std::mem::take(&mut self.dirty_venues) {
            if let Some(state) = self.venues.get_mut(name) {
                state.version = next();
                round.changes.venues.push(state.clone());
            }
        }
        if std::mem::take(&mut self.dirty_lists) {
            round.changes.lists = Some(next());
        }
        self.taken.hand_over(|touched| {
            if let Some(kept) = touched.changed {
                // Before the quote that brought the newest of them, as a board that holds both goes by its version.
                if kept.sampled {
                    kept.spark_version = next();
                    round.changes.sparks.push(kept.spark());
                }
                kept.quote.version = next();
                round.changes.quotes.push(kept.said());
                round.kept.push(kept.clone());
                kept.sampled = false;
            }
            if !touched.trades.is_empty() {
                round.waiting.trades.insert(touched.key, touched.trades);
            }
        });
        round.changes.version = version;
        round
    }

    /// Marks as changed again what a failed round could not keep.
    fn put_back(
        &mut self,
        kept: &[Kept],
        gone: Vec<Gone>,
        forgotten: Vec<Key>,
        venues: Vec<VenueState>,
        waiting: Waiting,
    ) {
        // What was forgotten meanwhile may have begun anew, without what was before.
        for (key, trades) in waiting.trades {
            if !self.gone.contains(&key) {
                self.taken.take_back(&key, trades, None);
            }
        }
        for kept in kept {
            self.taken.take_back(&kept.quote.key(), Vec::new(), Some(kept.sampled));
        }
        let mut fills = waiting.fills;
        fills.retain(|fill| !self.gone.contains(&fill.key));
        fills.append(&mut self.fills);
        self.fills = fills;
        let forgotten: BTreeSet<Key> = forgotten.into_iter().collect();
        let gone = gone.into_iter().map(|gone| gone.key);
        self.silent.extend(gone.filter(|key| !forgotten.contains(key)));
        self.gone.extend(forgotten);
        self.dirty_venues.extend(venues.iter().map(|state| state.venue.name()));
    }
}

#[derive(Default)]
struct Round {
    number: u64,
    kept: Vec<Kept>,
    waiting: Waiting,
    /// Those that left with their bars.
    forgotten: Vec<Key>,
    changes: Changes,
}

/// Writes a round whenever something changed, until the last recorder is gone.
pub(super) async fn keep(shared: Arc<Shared>, db: Database, keeper: Keeper, ended: CancellationToken) {
    let (mut version, mut keeper) = (shared.board.version(), Some(keeper));
    let mut last = false;
    while !last {
        tokio::select! {
            biased;
            () = ended.cancelled() => last = true,
            () = shared.work.notified() => (),
        }
        let pause = if write_round(&shared, &db, &mut keeper, &mut version).await {
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

async fn write_round(shared: &Shared, db: &Database, keeper: &mut Option<Keeper>, version: &mut u64) -> bool {
    let mut round = shared.lock().take_round(*version);
    *version = round.changes.version;
    let (gone, venues) = (round.changes.gone.clone(), round.changes.venues.clone());
    let lists = round.changes.lists.is_some();
    let changes = std::mem::take(&mut round.changes);
    let outcome = write(shared, db, keeper, &mut round, changes).await;
    let is_kept = outcome.is_ok();
    shared.lock().writing = 0;
    if !is_kept {
        // What is in memory of the bars is ahead of the database.
        *keeper = None;
        let mut state = shared.lock();
        state.dirty_lists |= lists;
        state.put_back(&round.kept, gone, round.forgotten, venues, round.waiting);
    }
    shared.outcomes.send_modify(|outcomes| match outcome {
        Ok(()) => outcomes.kept = round.number,
        Err(error) => outcomes.failed = Some((round.number, error)),
    });
    is_kept
}

async fn write(
    shared: &Shared,
    db: &Database,
    keeper: &mut Option<Keeper>,
    round: &mut Round,
    mut changes: Changes,
) -> Result<(), AppError> {
    let board = shared.board.clone();
    if round.kept.is_empty() && changes.gone.is_empty() && round.waiting.is_empty() {
        board.publish(changes);
        return Ok(());
    }
    let keeper = match keeper {
        Some(keeper) => keeper,
        None => keeper.insert(Keeper::load(&db.readers).await?),
    };
    let bars = keeper.fold(&db.readers, &mut round.waiting, &round.forgotten).await?;
    shared.lock().series = keeper.keys().count();
    changes.days = keeper.days(round.waiting.keys());
    let all: Vec<Key> = changes.gone.iter().map(|gone| gone.key.clone()).collect();
    let leaving = Leaving {
        all: &all,
        with_bars: &round.forgotten,
        version: changes.gone.last().map_or(0, |gone| gone.version),
    };
    let publish = move || board.publish(changes);
    store::keep(db, &round.kept, bars, leaving, publish).await?;
    for key in keeper.unfilled(round.waiting.trades.keys()) {
        // What finds no room is asked at the next start.
        let _ = shared.unfilled.try_send(key);
    }
    Ok(())
}
