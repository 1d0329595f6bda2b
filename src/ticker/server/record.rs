//! Where a tick is born: checked, taken in, kept, published.
//!
//! Ticks change the newest quote of their symbol in memory at once; what changed is written as one statement ten
//! times a second at most, and published after its commit. A thousand ticks of a symbol between two commits are one
//! row. For the bars, which need each of them, they wait for that commit: so many at most.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{
    bars::{
        bar::Trade,
        keeper::{Fill, Keeper},
    },
    board::{Changes, PublicBoard},
    history,
    instruments::known::Known,
    kept::Kept,
    room::{QUIET_DAYS, SERIES},
    rounds::{Outcomes, Shared, State, keep, off},
    store,
    taken::Taken,
    tick::Tick,
};
use crate::{
    error::AppError,
    server::{db::Database, shutdown::Shutdown},
    ticker::model::{Key, VenueKind, VenueState},
    time::Timestamp,
};

/// Symbols at venues on the board at most; a further one takes the place of one that is silent (`room`), or is refused.
pub const SYMBOLS: usize = 2_000;
/// Ticks that wait for a commit before those who can wait must.
const BEHIND: usize = 50_000;
/// Ticks that wait for a commit at most, some 20 MB; a further one is refused.
const WAITING: usize = 200_000;

/// Symbols whose bars from before wait for a commit at most.
const FILLS: usize = 64;

/// Takes ticks; cheap to clone. What was taken is committed even when the last one is dropped.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
    /// What ticks and venues tell of what is traded.
    pub instruments: Arc<Known>,
    _alive: Arc<DropGuard>,
}

/// A recorder, what it publishes on, and whose past it wants to know.
pub type Started = (Recorder, Arc<PublicBoard>, mpsc::Receiver<Key>);

impl Recorder {
    /// Reads what is kept, publishes it on a board, and begins to take ticks; with a queue of the symbols of which the venue
    /// is to be asked for bars from before.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(db: Database, shutdown: &Shutdown) -> Result<Started, AppError> {
        let instruments = Known::start(db.clone(), shutdown).await?;
        let kept = store::quotes(&db).await?;
        let floor = store::last_departure(&db).await?;
        let keeper = Keeper::load(&db.readers).await?;
        let highest = kept.iter().map(|kept| kept.quote.version).max().unwrap_or(0).max(floor);
        // Browsers hold versions as cursors. One that a power cut lost must not be used for something else, so the
        // count goes on from the clock, which is far ahead of one count a change.
        let now = u64::try_from(Timestamp::now().micros()).unwrap_or(0);
        let board = Arc::new(PublicBoard::new(highest.max(now)));
        board.publish(Changes {
            version: highest,
            floor,
            quotes: kept.iter().map(Kept::said).collect(),
            sparks: kept.iter().map(Kept::spark).collect(),
            days: keeper.days(keeper.keys()),
            ..Changes::default()
        });
        let venues = VenueKind::ALL.map(|venue| (venue.name(), off(venue)));
        let series = keeper.keys().count();
        let state = State {
            series,
            taken: Taken::new(kept, keeper.lasts()),
            dirty_venues: venues.iter().map(|(name, _)| *name).collect(),
            venues: venues.into(),
            // What changed before the last stop may not have been told.
            dirty_lists: true,
            round: 1,
            ..State::default()
        };
        let (unfilled, wanted) = mpsc::channel(history::QUEUE);
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            work: Notify::new(),
            outcomes: watch::Sender::default(),
            board: board.clone(),
            unfilled,
        });
        let ended = CancellationToken::new();
        let alive = Arc::new(ended.clone().drop_guard());
        shutdown.background.spawn(keep(shared.clone(), db, keeper, ended));
        shared.work.notify_one();
        let recorder = Self {
            shared,
            instruments,
            _alive: alive,
        };
        Ok((recorder, board, wanted))
    }

    /// Takes a tick in. `false` when a newer one is known, which stays; in its bars it counts all the same. It is kept and
    /// published within a moment; [`Recorder::committed`] waits for that.
    ///
    /// # Errors
    /// What is wrong with it, in words for the sender.
    pub fn record(&self, tick: Tick) -> Result<bool, String> {
        self.take(tick, false)
    }

    /// The same of a tick that said no time, so that its time is that of its arrival.
    ///
    /// # Errors
    /// As [`Recorder::record`].
    pub fn record_undated(&self, tick: Tick) -> Result<bool, String> {
        self.take(tick, true)
    }

    fn take(&self, tick: Tick, is_undated: bool) -> Result<bool, String> {
        tick.check(Timestamp::now())?;
        let trade = tick.is_trade.then(|| Trade::new(&tick, is_undated));
        let mut state = self.shared.lock();
        if state.taken.waiting() + state.writing >= WAITING {
            return Err("the server can't keep up: send it again later".to_owned());
        }
        let is_new = !state.taken.knows(&tick.key);
        if is_new && state.has_all_series() {
            return Err(format!(
                "there are bars of {SERIES} symbols, which is as many as are kept: no other symbol is taken in until an \
                 administrator has one of them forgotten"
            ));
        }
        let mut outcome = state.taken.take(&tick, trade, SYMBOLS);
        // What is as old as those that would go takes nobody's place.
        let now = Timestamp::now();
        let is_quiet = tick.time < now.plus_seconds(-QUIET_DAYS * 86_400);
        if outcome.is_none() && !is_quiet && state.make_room(now) {
            outcome = state.taken.take(&tick, trade, SYMBOLS);
        }
        let Some(outcome) = outcome else {
            let full = format!("the board is full: it holds {SYMBOLS} symbols");
            return Err(match is_quiet {
                true => format!("{full}, and a price from more than {QUIET_DAYS} days ago takes the place of none"),
                false => format!(
                    "{full}, and each of them had a price in the last {QUIET_DAYS} days, or is on a list or in an alert"
                ),
            });
        };
        // Counted anew with each round.
        state.series += usize::from(is_new && trade.is_some());
        drop(state);
        if let Some(digits) = outcome.digits {
            self.instruments.seen(&tick.key, digits);
        }
        self.shared.work.notify_one();
        Ok(outcome.is_newest)
    }

    /// Takes bars in that a venue made before the first tick. Where too many wait for a commit they are left: they are
    /// asked for again at the next start.
    pub fn fill(&self, fill: Fill) {
        let mut state = self.shared.lock();
        if state.fills.len() < FILLS {
            // They change the figures of its day.
            state.taken.take_back(&fill.key, Vec::new(), Some(false));
            state.fills.push(fill);
        }
        drop(state);
        self.shared.work.notify_one();
    }

    /// True when whoever can wait should: by [`Recorder::committed`].
    pub fn is_behind(&self) -> bool {
        self.shared.lock().taken.waiting() >= BEHIND
    }

    /// Returns when everything taken in so far is on the disk.
    ///
    /// # Errors
    /// `DiskFull` or `Internal` when it could not be written (its cause is logged), `Busy` when the server is stopping.
    pub async fn committed(&self) -> Result<(), AppError> {
        let round = {
            let state = self.shared.lock();
            state.round - u64::from(!state.has_work())
        };
        let mut outcomes = self.shared.outcomes.subscribe();
        let failed = |outcomes: &Outcomes| outcomes.failed.as_ref().is_some_and(|(number, _)| *number >= round);
        let known = |outcomes: &Outcomes| outcomes.kept >= round || failed(outcomes);
        let outcomes = outcomes.wait_for(known).await.map_err(|_| AppError::Busy)?;
        match &outcomes.failed {
            // A later round writes what a failed one could not.
            Some((_, error)) if outcomes.kept < round => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Forgets all that is of `venue`: its quotes, and its bars.
    pub fn forget(&self, venue: &str) {
        self.forget_all(|key| key.venue == venue);
    }

    /// Forgets a symbol at a venue likewise, and what it was known to be, unless its venue lists it; `has_bars` where the database
    /// says so. `false` where nothing was known of it. It begins anew with its next tick.
    pub fn forget_one(&self, key: &Key, has_bars: bool) -> bool {
        // Before the next tick, by which it is known anew.
        let was_named = self.instruments.forget(key);
        if has_bars {
            self.shared.lock().gone.insert(key.clone());
        }
        self.forget_all(|other| other == key) || was_named
    }

    fn forget_all(&self, are_gone: impl Fn(&Key) -> bool) -> bool {
        let mut state = self.shared.lock();
        let gone = state.taken.forget(&are_gone);
        state.fills.retain(|fill| !are_gone(&fill.key));
        // Those of before wait until a round that failed is tried again.
        let were_some = !gone.is_empty() || state.gone.iter().any(&are_gone);
        // Those that made room in this round go with their bars now.
        state.silent.retain(|key| !are_gone(key));
        state.gone.extend(gone);
        drop(state);
        self.shared.work.notify_one();
        were_some
    }

    /// Has `keys` stay on the board however long nothing comes of them, for `who` says so, in place of those that it said
    /// before.
    pub fn hold(&self, who: &'static str, keys: HashSet<Key>) {
        self.shared.lock().held.insert(who, keys);
    }

    /// Has every reader told that lists of symbols changed.
    pub fn lists_changed(&self) {
        self.shared.lock().dirty_lists = true;
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
