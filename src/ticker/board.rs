//! The fold of updates into the newest price per symbol and venue, as `public/ticker/board.js` does it; the stream is
//! tested against it. Pure: no clock, no I/O.
//!
//! Every update has a version from one count, and the higher version wins, entry by entry. So updates may come
//! twice or in any order, as they do around a reconnection, and the board ends the same.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    model::{Board, Key, Quote, VenueState},
    price::Price,
    wire::{Gone, Spark, Update},
};

/// Departures that are remembered, for news from before that comes late.
const REMEMBERED: usize = 256;

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fold {
    /// In the order of their keys.
    quotes: Vec<Quote>,
    /// Earlier prices with their version; they may come before their quote does.
    sparks: HashMap<Key, (u64, Vec<Price>)>,
    /// By name.
    venues: Vec<VenueState>,
    /// The version at which lists of symbols last changed.
    lists: u64,
    /// Quotes that left since the newest whole board, by the version at which they did; the newest of them.
    gone: BTreeMap<u64, Key>,
    /// The version of the newest whole board: what it did not name was gone by then.
    floor: u64,
}

/// What an update changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Quotes that are new or have other figures.
    pub quotes: HashSet<Key>,
    /// Quotes came or went: the list of rows is another.
    pub rows: bool,
    /// A venue's state is another.
    pub venues: bool,
    /// Lists of symbols changed.
    pub lists: bool,
}

impl Changed {
    /// Adds what a later update changed.
    pub fn and(&mut self, later: Self) {
        self.quotes.extend(later.quotes);
        self.rows |= later.rows;
        self.venues |= later.venues;
        self.lists |= later.lists;
    }
}

impl Fold {
    /// The board as rendered.
    pub fn new(board: Board) -> Self {
        let mut fold = Self::default();
        fold.apply(Update::Whole(board));
        fold
    }

    /// Folds one update in.
    pub fn apply(&mut self, update: Update) -> Changed {
        let mut changed = Changed::default();
        match update {
            Update::Quote(quote) => self.quote(quote, self.floor, &mut changed),
            Update::Spark(Spark { version, key, points }) => self.spark(key, version, points, self.floor, &mut changed),
            Update::Gone(gone) => self.gone(gone, &mut changed),
            Update::Venue(state) => self.venue(state, &mut changed),
            Update::Lists(version) => self.list(version, &mut changed),
            Update::Whole(board) => self.whole(board, &mut changed),
        }
        changed
    }

    /// The keys in the order in which they are shown.
    pub fn keys(&self) -> Vec<Key> {
        self.quotes.iter().map(Quote::key).collect()
    }

    /// The quote of `key`, with its earlier prices.
    pub fn get(&self, key: &Key) -> Option<Quote> {
        let mut quote = self.quotes[self.find(key).ok()?].clone();
        quote.spark = self.sparks.get(key).map(|(_, points)| points.clone());
        Some(quote)
    }

    /// Every venue's state.
    pub fn venues(&self) -> Vec<VenueState> {
        self.venues.clone()
    }

    /// The version at which lists of symbols last changed.
    pub fn lists(&self) -> u64 {
        self.lists
    }

    /// Where the quote of `key` is, or where it would be.
    fn find(&self, key: &Key) -> Result<usize, usize> {
        let by = (&key.symbol, &key.venue);
        self.quotes
            .binary_search_by(|quote| (&quote.symbol, &quote.venue).cmp(&by))
    }

    /// What is older than this, and of something that isn't there, was gone by then.
    fn floor_of(&self, key: &Key, floor: u64) -> u64 {
        let of_key = self.gone.iter().filter(|(_, gone)| *gone == key);
        of_key.map(|(version, _)| *version).max().unwrap_or(0).max(floor)
    }

    fn quote(&mut self, mut quote: Quote, floor: u64, changed: &mut Changed) {
        let key = quote.key();
        let floor = self.floor_of(&key, floor);
        if let Some(points) = quote.spark.take() {
            self.spark(key.clone(), quote.version, points, floor, changed);
        }
        match self.find(&key) {
            Ok(at) if quote.version > self.quotes[at].version => self.quotes[at] = quote,
            Err(at) if quote.version > floor => {
                self.quotes.insert(at, quote);
                changed.rows = true;
            }
            _ => return,
        }
        changed.quotes.insert(key);
    }

    fn spark(&mut self, key: Key, version: u64, points: Vec<Price>, floor: u64, changed: &mut Changed) {
        let floor = self.floor_of(&key, floor);
        let known = self.sparks.get(&key).map(|(version, _)| *version);
        if version > known.unwrap_or(floor) {
            if self.find(&key).is_ok() {
                changed.quotes.insert(key.clone());
            }
            self.sparks.insert(key, (version, points));
        }
    }

    fn gone(&mut self, Gone { version, key }: Gone, changed: &mut Changed) {
        if version <= self.floor {
            return;
        }
        if let Ok(at) = self.find(&key)
            && self.quotes[at].version < version
        {
            self.quotes.remove(at);
            changed.rows = true;
        }
        if self.sparks.get(&key).is_some_and(|(known, _)| *known < version) {
            self.sparks.remove(&key);
        }
        self.gone.insert(version, key);
        while self.gone.len() > REMEMBERED {
            self.gone.pop_first();
        }
    }

    fn venue(&mut self, state: VenueState, changed: &mut Changed) {
        match self.venues.iter_mut().find(|known| known.venue == state.venue) {
            Some(known) if known.version >= state.version => return,
            Some(known) => *known = state,
            None => {
                let name = state.venue.name();
                let at = self.venues.partition_point(|known| known.venue.name() < name);
                self.venues.insert(at, state);
            }
        }
        changed.venues = true;
    }

    fn list(&mut self, version: u64, changed: &mut Changed) {
        changed.lists |= version > self.lists;
        self.lists = self.lists.max(version);
    }

    fn whole(&mut self, board: Board, changed: &mut Changed) {
        self.list(board.lists, changed);
        if board.cursor < self.floor {
            return;
        }
        let named: HashSet<Key> = board.quotes.iter().map(Quote::key).collect();
        let before = self.quotes.len();
        let stays = |key: &Key, version: u64| version > board.cursor || named.contains(key);
        self.quotes.retain(|quote| stays(&quote.key(), quote.version));
        self.sparks.retain(|key, (version, _)| stays(key, *version));
        changed.rows |= self.quotes.len() != before;
        for quote in board.quotes {
            // Its version is that of its last change, which lies before the board's own; so is its earlier prices'.
            self.quote(quote, 0, changed);
        }
        self.floor = board.cursor;
        self.gone.retain(|version, _| *version > board.cursor);
        for state in board.venues {
            self.venue(state, changed);
        }
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
