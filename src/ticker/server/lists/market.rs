//! Which symbol at which venue somebody means, and what they could mean: from what is known of instruments, what is on the
//! board, and which venues run.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use super::{
    exchanges::{Exchange, joined, listed},
    text::{Fault, Written, refusal},
    typed::Typed,
};
use crate::{
    error::AppError,
    ticker::{
        model::{Key, Quote, VenueKind},
        server::{
            board::PublicBoard,
            instruments::known::Known,
            near::near,
            venues::{
                names::{is_made_up, kind, subscribes},
                settings::as_said,
            },
        },
    },
};

/// What a search finds at most.
const MOST: usize = 20;

/// Looks at what is known; a clone is two pointers.
#[derive(Clone)]
pub struct Market {
    /// What has a price, and which venues run.
    pub board: Arc<PublicBoard>,
    /// What venues and prices have told of.
    pub instruments: Arc<Known>,
}

/// A symbol that somebody could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Symbol and venue.
    pub key: Key,
    /// As the venue calls it, where it does.
    pub name: Option<String>,
}

/// What became of what was written.
#[derive(Default)]
pub struct Sorted {
    /// What was written, and what it stands for.
    pub taken: Vec<(Written, Key)>,
    /// What can't be watched here.
    pub left: Vec<Fault>,
    /// What isn't understood.
    pub faults: Vec<Fault>,
}

/// What there was when somebody looked.
#[derive(Default)]
struct Seen {
    /// By their symbols in small letters.
    known: HashMap<String, Vec<Key>>,
    /// By their symbols in small letters, without what stands between the parts.
    joined: HashMap<String, Vec<Key>>,
    /// Venues that anything came from.
    venues: HashSet<String>,
    /// Those that have a price, in the order in which they are meant.
    priced: HashMap<Key, usize>,
    running: Vec<VenueKind>,
}

impl Market {
    /// The keys of what was written. A symbol that names no venue is that of the venue that is meant among those where it has
    /// a price (`meant`), else of one where it is known, a running one first, else of the first running venue that takes
    /// subscriptions.
    ///
    /// # Errors
    /// `Invalid` with the lines of those for which there is no venue.
    pub fn resolve(&self, written: Vec<Written>) -> Result<Vec<Key>, AppError> {
        let Sorted { taken, left, faults } = self.sort_out(written);
        let mut faults = [left, faults].concat();
        faults.sort_by_key(|(line, _)| *line);
        match faults.is_empty() {
            true => Ok(taken.into_iter().map(|(_, key)| key).collect()),
            false => Err(refusal(faults)),
        }
    }

    /// As [`Market::resolve`], and apart what is of an exchange that no venue here has.
    pub fn sort_out(&self, written: Vec<Written>) -> Sorted {
        let wanted: HashSet<String> = written.iter().map(|one| one.symbol.to_lowercase()).collect();
        let seen = self.look(&wanted);
        let mut sorted = Sorted::default();
        for one in written {
            match seen.key(one.venue.as_deref(), &one.symbol) {
                Ok(key) => sorted.taken.push((one, key)),
                Err(why) if one.venue.is_some() => sorted.left.push((one.line, why)),
                Err(why) => sorted.faults.push((one.line, why)),
            }
        }
        sorted
    }

    /// Symbols that fit what was typed, of any venue or of the one before a colon: the best first.
    pub fn search(&self, typed: &str) -> Vec<Found> {
        let typed = Typed::new(typed);
        let running = self.board.running();
        let on_board: HashSet<Key> = self.board.keys().into_iter().collect();
        let known = self.instruments.pick(|one| {
            let is_there = !is_made_up(&one.key.venue) || on_board.contains(&one.key);
            let rank = typed.rank(&one.key, one.name.as_deref()).filter(|_| is_there)?;
            Some((one.key.clone(), (rank, one.name.clone())))
        });
        let mut found: BTreeMap<Key, (u8, Option<String>)> = known.into_iter().collect();
        for key in &on_board {
            if let Some(rank) = typed.rank(key, None) {
                found.entry(key.clone()).or_insert((rank, None));
            }
        }
        if found.is_empty() {
            let near: HashSet<&str> = near(&typed.symbol, on_board.iter().map(|key| key.symbol.as_str()))
                .into_iter()
                .collect();
            let meant = on_board.iter().filter(|key| near.contains(key.symbol.as_str()));
            found = meant.map(|key| (key.clone(), (0, None))).collect();
        }
        let mut found: Vec<_> = found.into_iter().collect();
        // In the order of their keys where nothing else tells them apart.
        found.sort_by_cached_key(|(key, (rank, _))| {
            let runs = kind(&key.venue).is_some_and(|kind| running.contains(&kind));
            (*rank, is_made_up(&key.venue), Reverse(runs), key.symbol.len())
        });
        found.truncate(MOST);
        found.into_iter().map(|(key, (_, name))| Found { key, name }).collect()
    }

    /// The venues of these that one could subscribe to and that aren't run here, each once.
    pub fn idle(&self, keys: impl Iterator<Item = Key>) -> Vec<String> {
        let running = self.board.running();
        let is_idle = |venue: &String| subscribes(venue).is_some_and(|kind| !running.contains(&kind));
        let venues: BTreeSet<String> = keys.map(|key| key.venue).filter(is_idle).collect();
        venues.into_iter().collect()
    }

    /// What is known of the symbols in `wanted`, which are in small letters.
    fn look(&self, wanted: &HashSet<String>) -> Seen {
        let parts: HashSet<String> = wanted.iter().map(|symbol| joined(symbol)).collect();
        // Written with other signs between its parts, or none, it may be the same.
        let is_wanted = |key: &Key| wanted.contains(&key.symbol.to_lowercase()) || parts.contains(&joined(&key.symbol));
        let instruments = self
            .instruments
            .pick(|one| (is_wanted(&one.key) && !is_made_up(&one.key.venue)).then(|| one.key.clone()));
        let board = self.board.keys();
        let venues = board.iter().map(|key| key.venue.clone()).collect();
        let all: HashSet<Key> = instruments
            .into_iter()
            .chain(board.into_iter().filter(is_wanted))
            .collect();
        let priced = self.board.ranked(|symbol| wanted.contains(&symbol.to_lowercase()));
        let mut seen = Seen {
            running: self.board.running(),
            venues,
            priced: priced.iter().map(Quote::key).zip(0..).collect(),
            ..Seen::default()
        };
        for key in all {
            seen.joined.entry(joined(&key.symbol)).or_default().push(key.clone());
            seen.known.entry(key.symbol.to_lowercase()).or_default().push(key);
        }
        seen
    }
}

impl Seen {
    fn key(&self, venue: Option<&str>, symbol: &str) -> Result<Key, String> {
        let Some(venue) = venue else {
            return self.meant(symbol, |_| true).ok_or_else(|| {
                format!("no venue is known for {symbol}: write it with its venue, such as coinbase:{symbol}")
            });
        };
        let is_there = |key: &&Key| key.venue.eq_ignore_ascii_case(venue);
        let there = self.known(symbol).iter().filter(is_there);
        if let Some(spelt) = there.min_by_key(|key| (key.symbol != symbol, key.venue != venue, &key.symbol, &key.venue))
        {
            return Ok(spelt.clone());
        }
        if subscribes(venue).is_some() {
            let same = self.joined.get(&joined(symbol)).into_iter().flatten();
            let same = same.filter(|key| key.venue == venue).min_by_key(|key| &key.symbol);
            return Ok(same.cloned().unwrap_or_else(|| said(venue.to_owned(), symbol)));
        }
        let known = self.venues.iter().filter(|known| known.eq_ignore_ascii_case(venue));
        if let Some(known) = known.min_by_key(|known| (*known != venue, *known)) {
            return Ok(said(known.clone(), symbol));
        }
        // What others' lists put before a symbol is an exchange, which is no venue here.
        match listed(venue) {
            None => Ok(said(venue.to_owned(), symbol)),
            Some(Exchange::UsStocks) => {
                let stocks = |kind| matches!(kind, VenueKind::Alpaca | VenueKind::Finnhub);
                self.meant(symbol, stocks).ok_or_else(|| {
                    format!("{venue}:{symbol} can't be watched: prices of {venue} come by finnhub or alpaca, and neither is run")
                })
            }
            Some(Exchange::Other) => self.meant(symbol, |_| false).ok_or_else(|| {
                format!("{venue}:{symbol} can't be watched: {venue} is no venue that this server watches, and none that it watches knows {symbol}")
            }),
        }
    }

    fn known(&self, symbol: &str) -> &[Key] {
        self.known.get(&symbol.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The one that is meant where no venue is said: of those that are known, else of the first running venue that takes
    /// subscriptions and is one to `ask`.
    fn meant(&self, symbol: &str, ask: impl Fn(VenueKind) -> bool) -> Option<Key> {
        let known = self.known(symbol);
        let runs = |venue: &str| kind(venue).is_some_and(|kind| self.running.contains(&kind));
        // In the letters in which it was written, where it is known so.
        let best = known.iter().min_by_key(|key| {
            let priced = self.priced.get(key).copied().unwrap_or(usize::MAX);
            let order = (is_made_up(&key.venue), priced, !runs(&key.venue));
            (key.symbol != symbol, order, &key.venue, &key.symbol)
        });
        if let Some(key) = best {
            return Some(key.clone());
        }
        let asked = self.running.iter().filter(|kind| ask(**kind)).map(|kind| kind.name());
        let first = asked.filter(|name| subscribes(name).is_some()).min()?;
        Some(said(first.to_owned(), symbol))
    }
}

/// A symbol as its venue itself writes it.
fn said(venue: String, symbol: &str) -> Key {
    let symbol = subscribes(&venue).map_or_else(|| symbol.to_owned(), |kind| as_said(kind, symbol));
    Key { symbol, venue }
}

#[cfg(test)]
#[path = "market_tests.rs"]
mod tests;
