//! The fold of updates into the newest price per symbol and venue. Pure: no clock, no I/O.
//!
//! Every update has a version from one count, and the higher version wins, entry by entry. So updates may come
//! twice or in any order, as they do around a reconnection, and the board ends the same.

use std::collections::{HashMap, HashSet};

use super::{
    model::{Board, Key, Quote, VenueState},
    price::Price,
    wire::{Spark, Update},
};

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fold {
    /// In the order of their keys.
    quotes: Vec<Quote>,
    /// Earlier prices with their version; they may come before their quote does.
    sparks: HashMap<Key, (u64, Vec<Price>)>,
    /// By name.
    venues: Vec<VenueState>,
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
}

impl Changed {
    /// Adds what a later update changed.
    pub fn and(&mut self, later: Self) {
        self.quotes.extend(later.quotes);
        self.rows |= later.rows;
        self.venues |= later.venues;
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
            Update::Venue(state) => self.venue(state, &mut changed),
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

    /// Where the quote of `key` is, or where it would be.
    fn find(&self, key: &Key) -> Result<usize, usize> {
        let by = (&key.symbol, &key.venue);
        self.quotes
            .binary_search_by(|quote| (&quote.symbol, &quote.venue).cmp(&by))
    }

    fn quote(&mut self, mut quote: Quote, floor: u64, changed: &mut Changed) {
        let key = quote.key();
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
        let known = self.sparks.get(&key).map(|(version, _)| *version);
        if version > known.unwrap_or(floor) {
            if self.find(&key).is_ok() {
                changed.quotes.insert(key.clone());
            }
            self.sparks.insert(key, (version, points));
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

    fn whole(&mut self, board: Board, changed: &mut Changed) {
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
        for state in board.venues {
            self.venue(state, changed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        ticker::model::{Line, VenueKind},
        time::Timestamp,
    };

    fn quote(symbol: &str, version: u64, spark: Option<&[u64]>) -> Quote {
        Quote {
            version,
            symbol: symbol.into(),
            venue: "test".into(),
            last: version.into(),
            open: None,
            change: None,
            bid: None,
            ask: None,
            volume: None,
            time: Timestamp::from_micros(0),
            demo: false,
            spark: spark.map(|points| points.iter().map(|&point| point.into()).collect()),
        }
    }

    fn whole(cursor: u64, quotes: &[Quote]) -> Update {
        Update::Whole(Board {
            quotes: quotes.to_vec(),
            venues: vec![],
            cursor,
        })
    }

    /// A server that changes prices, forgets some, and now and then sends the whole board.
    fn journal(steps: &[(u8, u8)]) -> Vec<Update> {
        let mut board: BTreeMap<String, (Quote, Vec<u64>)> = BTreeMap::new();
        let mut out = Vec::new();
        for (i, &(symbol, what)) in steps.iter().enumerate() {
            let version = 2 * (i as u64 + 1);
            let symbol = format!("S{}", symbol % 4);
            match what % 8 {
                0 => {
                    // A symbol goes, which a whole board tells.
                    board.remove(&symbol);
                    let quotes: Vec<_> = board
                        .values()
                        .map(|(q, spark)| quote(&q.symbol, q.version, Some(spark)))
                        .collect();
                    out.push(whole(version, &quotes));
                }
                1 => out.push(Update::Venue(VenueState {
                    version,
                    venue: VenueKind::ALL[usize::from(what) % VenueKind::ALL.len()],
                    line: Line::Live(Timestamp::from_micros(i as i64)),
                    reconnects: 0,
                    gaps: 0,
                    fault: None,
                })),
                what => {
                    let (mut spark, new) = board
                        .get(&symbol)
                        .map_or_else(|| (vec![], true), |(_, spark)| (spark.clone(), false));
                    let sampled = new || what < 4;
                    // Two versions a step: the earlier prices come before their quote.
                    if sampled {
                        spark.push(version);
                        out.push(Update::Spark(Spark {
                            version: version - 1,
                            key: quote(&symbol, 0, None).key(),
                            points: spark.iter().map(|&point| point.into()).collect(),
                        }));
                    }
                    out.push(Update::Quote(quote(&symbol, version, None)));
                    board.insert(symbol.clone(), (quote(&symbol, version, None), spark));
                }
            }
        }
        out
    }

    fn fold(updates: impl IntoIterator<Item = Update>) -> Fold {
        let mut fold = Fold::default();
        for update in updates {
            fold.apply(update);
        }
        fold
    }

    proptest! {
        #[test]
        fn twice_is_once_and_a_resumed_stream_ends_the_same(
            steps in prop::collection::vec(any::<(u8, u8)>(), 0..60),
            again in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6),
        ) {
            let updates = journal(&steps);
            let straight = fold(updates.clone());
            // Reconnections replay a stretch that was folded before.
            let mut replayed = Vec::new();
            let mut at = 0;
            for (from, to) in again {
                if updates.is_empty() { break }
                let to = to.index(updates.len() + 1).max(at);
                replayed.extend_from_slice(&updates[at..to]);
                at = from.index(to + 1);
            }
            replayed.extend_from_slice(&updates[at.min(updates.len())..]);
            prop_assert_eq!(fold(replayed), straight);
        }

        #[test]
        fn any_order_and_duplication_ends_the_same(
            (updates, shuffled) in prop::collection::vec((any::<u8>(), 1u8..), 0..60)
                .prop_map(|steps| journal(&steps.into_iter().map(|(s, w)| (s, if w % 8 == 0 { 1 } else { w })).collect::<Vec<_>>()))
                .prop_flat_map(|updates| {
                    let twice = [updates.clone(), updates.clone()].concat();
                    (Just(updates), Just(twice).prop_shuffle())
                }),
        ) {
            prop_assert_eq!(fold(shuffled), fold(updates));
        }

        #[test]
        fn whole_boards_in_any_order_end_the_same(
            (updates, shuffled) in prop::collection::vec(any::<(u8, u8)>(), 0..60)
                .prop_map(|steps| journal(&steps))
                .prop_flat_map(|updates| (Just(updates.clone()), Just(updates).prop_shuffle())),
        ) {
            prop_assert_eq!(fold(shuffled), fold(updates));
        }
    }

    #[test]
    fn an_older_price_does_not_replace_a_newer() {
        let mut fold = Fold::default();
        assert!(fold.apply(Update::Quote(quote("A", 5, Some(&[1])))).rows);
        assert_eq!(fold.apply(Update::Quote(quote("A", 4, None))), Changed::default());
        let changed = fold.apply(Update::Quote(quote("A", 6, None)));
        assert!(!changed.rows && changed.quotes.len() == 1);
        let shown = fold.get(&quote("A", 0, None).key()).unwrap();
        assert_eq!((shown.version, shown.spark), (6, Some(vec![1.into()])));
    }

    #[test]
    fn what_a_whole_board_does_not_name_is_gone() {
        let mut fold = fold([Update::Quote(quote("A", 1, None)), Update::Quote(quote("B", 2, None))]);
        assert!(fold.apply(whole(3, &[quote("B", 2, None)])).rows);
        assert_eq!(fold.keys(), [quote("B", 0, None).key()]);
        fold.apply(Update::Quote(quote("A", 1, None)));
        assert_eq!(fold.keys().len(), 1, "late news of the gone");
        fold.apply(Update::Quote(quote("A", 4, None)));
        assert_eq!(fold.keys().len(), 2, "it came back");
    }
}
