//! The board that every reader reads: the newest of each symbol and venue, in the order of their versions.
//!
//! There is no queue per reader. A reader holds only the version it has reached and asks for the next higher one,
//! so a slow reader gets the newest price of each symbol and nothing else, and costs nobody anything.

mod leaving;
mod reading;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, OnceLock, PoisonError, RwLock},
};

use bytes::Bytes;
use rust_decimal::Decimal;
use tokio::sync::watch;

use super::{bars::keeper::DayStats, day::settle, instruments::guess::guess};
use crate::{
    server::sse::{self, Event},
    ticker::{
        model::{Board, Key, Quote, VenueKind, VenueState},
        wire::{Gone, Spark, TOPIC, Update},
    },
};

/// What one commit changed, in the order of the versions.
#[derive(Debug, Default)]
pub struct Changes {
    /// The highest version in here.
    pub version: u64,
    /// Quotes, without their earlier prices, and with what senders said of their days.
    pub quotes: Vec<Quote>,
    /// Earlier prices of those where they changed.
    pub sparks: Vec<Spark>,
    /// Venues' states.
    pub venues: Vec<VenueState>,
    /// The version at which lists of symbols changed, where they did.
    pub lists: Option<u64>,
    /// The newest day of the bars, of those where it changed; then their quotes are among these.
    pub days: Vec<(Key, DayStats)>,
    /// Quotes that left, before any others come.
    pub gone: Vec<Gone>,
    /// Those whose bars are gone, too.
    pub forgotten: Vec<Key>,
    /// The version up to which it isn't known any more what left.
    pub floor: u64,
}

/// Shared by the recorder, which publishes, and the readers.
pub struct PublicBoard {
    inner: RwLock<Inner>,
    version: watch::Sender<u64>,
    /// The whole board at a version, encoded for those who need all of it.
    whole: Mutex<Option<(u64, Bytes)>>,
}

#[derive(Default)]
struct Inner {
    version: u64,
    /// Whoever resumes from before it may have what isn't there any more.
    floor: u64,
    /// Quotes that left since and didn't come back, by the version at which they did, and how many are remembered at most.
    gone: BTreeMap<u64, Key>,
    remembered: usize,
    entries: BTreeMap<u64, Entry>,
    versions: HashMap<Name, u64>,
    /// The newest day of each one's bars.
    bars: HashMap<Key, DayStats>,
    /// The day of each quote, as far as anything was traded in it.
    days: HashMap<Key, DayStats>,
}

#[derive(PartialEq, Eq, Hash)]
enum Name {
    Quote(Key),
    Gone(Key),
    Spark(Key),
    Venue(VenueKind),
    Lists,
}

/// An update; its bytes are made when the first reader wants them, and shared.
struct Entry {
    update: Update,
    bytes: OnceLock<Bytes>,
}

impl Entry {
    fn bytes(&self) -> Bytes {
        self.bytes.get_or_init(|| encode(&self.update)).clone()
    }
}

/// True of what is of no symbol, too.
fn is_among(only: &HashSet<String>, symbol: Option<&str>) -> bool {
    only.is_empty() || symbol.is_none_or(|symbol| only.contains(symbol))
}

fn symbol(update: &Update) -> Option<&str> {
    match update {
        Update::Quote(quote) => Some(&quote.symbol),
        Update::Spark(spark) => Some(&spark.key.symbol),
        Update::Gone(gone) => Some(&gone.key.symbol),
        Update::Venue(_) | Update::Lists(_) | Update::Whole(_) => None,
    }
}

fn encode(update: &Update) -> Bytes {
    // Plain data always serialises; an empty event would be ignored by browsers.
    sse::encode(TOPIC, &serde_json::to_string(update).unwrap_or_default())
}

impl PublicBoard {
    /// An empty board, where versions go on from `version`.
    pub fn new(version: u64) -> Self {
        let inner = Inner {
            version,
            remembered: leaving::REMEMBERED,
            ..Inner::default()
        };
        Self {
            inner: RwLock::new(inner),
            version: watch::Sender::new(version),
            whole: Mutex::new(None),
        }
    }

    /// Shows what was committed.
    pub fn publish(&self, changes: Changes) {
        {
            let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
            for gone in changes.gone {
                inner.leave(gone);
            }
            for key in changes.forgotten {
                inner.bars.remove(&key);
            }
            inner.bars.extend(changes.days);
            for spark in changes.sparks {
                inner.put(Name::Spark(spark.key.clone()), spark.version, Update::Spark(spark));
            }
            for mut quote in changes.quotes {
                let key = quote.key();
                match settle(&mut quote, inner.bars.get(&key)) {
                    Some(day) => inner.days.insert(key.clone(), day),
                    None => inner.days.remove(&key),
                };
                quote.rest = guess(&key)
                    .1
                    .and_then(|session| session.rest_after(quote.time))
                    .map(Box::new);
                inner.come_back(&key);
                inner.put(Name::Quote(key), quote.version, Update::Quote(quote));
            }
            for state in changes.venues {
                inner.put(Name::Venue(state.venue), state.version, Update::Venue(state));
            }
            if let Some(version) = changes.lists {
                inner.put(Name::Lists, version, Update::Lists(version));
            }
            inner.version = inner.version.max(changes.version);
            inner.floor = inner.floor.max(changes.floor);
        }
        self.version.send_replace(self.version());
    }

    /// The version it has reached.
    pub fn version(&self) -> u64 {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).version
    }

    /// Wakes when the version grows.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Everything there is.
    pub fn whole(&self) -> Board {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).whole()
    }

    /// What a reader at `cursor` needs next, up to version `until`: the next newer entry, or everything when the
    /// cursor is unknown, from the future, or from before something left of which that isn't remembered. Of the symbols in `only` alone, where
    /// there are any.
    pub fn next(&self, cursor: Option<u64>, until: u64, only: &HashSet<String>) -> Option<Event> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let known = cursor.filter(|&cursor| cursor >= inner.floor && cursor <= inner.version);
        let Some(cursor) = known else {
            return Some(self.encoded_whole(&inner, only));
        };
        if cursor >= until {
            return None;
        }
        let mut newer = inner.entries.range(cursor + 1..=until);
        let (&version, entry) = newer.find(|(_, entry)| is_among(only, symbol(&entry.update)))?;
        Some(Event {
            cursor: version,
            bytes: entry.bytes(),
        })
    }

    fn encoded_whole(&self, inner: &Inner, only: &HashSet<String>) -> Event {
        if !only.is_empty() {
            let mut board = inner.whole();
            board.quotes.retain(|quote| only.contains(&quote.symbol));
            return Event {
                cursor: inner.version,
                bytes: encode(&Update::Whole(board)),
            };
        }
        let mut kept = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = match kept.as_ref() {
            Some((version, bytes)) if *version == inner.version => bytes.clone(),
            _ => encode(&Update::Whole(inner.whole())),
        };
        *kept = Some((inner.version, bytes.clone()));
        Event {
            cursor: inner.version,
            bytes,
        }
    }
}

impl Inner {
    fn put(&mut self, name: Name, version: u64, update: Update) {
        if let Some(old) = self.versions.insert(name, version) {
            self.entries.remove(&old);
        }
        let bytes = OnceLock::new();
        self.entries.insert(version, Entry { update, bytes });
    }

    fn remove(&mut self, name: &Name) {
        if let Some(old) = self.versions.remove(name) {
            self.entries.remove(&old);
        }
    }

    fn whole(&self) -> Board {
        let mut board = Board {
            cursor: self.version,
            lists: self.lists(),
            ..Board::default()
        };
        for entry in self.entries.values() {
            match &entry.update {
                Update::Quote(quote) => board.quotes.push(Quote {
                    spark: self.spark(quote.key()),
                    ..quote.clone()
                }),
                Update::Venue(state) => board.venues.push(state.clone()),
                Update::Spark(_) | Update::Gone(_) | Update::Lists(_) | Update::Whole(_) => {}
            }
        }
        board.quotes.sort_by_cached_key(Quote::key);
        board.venues.sort_by_key(|state| state.venue.name());
        board
    }

    fn lists(&self) -> u64 {
        self.versions.get(&Name::Lists).copied().unwrap_or(0)
    }

    fn spark(&self, key: Key) -> Option<Vec<Decimal>> {
        let version = self.versions.get(&Name::Spark(key))?;
        match &self.entries.get(version)?.update {
            Update::Spark(spark) => Some(spark.points.clone()),
            _ => None,
        }
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
