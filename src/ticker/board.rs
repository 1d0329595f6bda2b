//! The fold of updates into the newest price per symbol and venue. Pure: no clock, no I/O.
//!
//! Every update has a version from one count, and the higher version wins, entry by entry. So updates may come
//! twice or in any order, as they do around a reconnection, and the board ends the same.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    model::{Board, Key, Quote, VenueKind, VenueState},
    wire::Update,
};

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fold {
    quotes: BTreeMap<Key, Entry>,
    venues: BTreeMap<&'static str, VenueState>,
    /// The version of the newest whole board: what it did not name was gone by then.
    floor: u64,
}

/// The newest quote and, as not every quote carries them, the newest earlier prices.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    quote: Quote,
    spark_version: u64,
}

/// What an update changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Quotes that are new or have other figures.
    pub quotes: BTreeSet<Key>,
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
            Update::Venue(state) => self.venue(state, &mut changed),
            Update::Whole(board) => self.whole(board, &mut changed),
        }
        changed
    }

    /// The keys in the order in which they are shown.
    pub fn keys(&self) -> Vec<Key> {
        self.quotes.keys().cloned().collect()
    }

    /// The quote of `key`, with its earlier prices.
    pub fn get(&self, key: &Key) -> Option<&Quote> {
        self.quotes.get(key).map(|entry| &entry.quote)
    }

    /// Every venue's state.
    pub fn venues(&self) -> Vec<VenueState> {
        self.venues.values().cloned().collect()
    }

    fn quote(&mut self, mut quote: Quote, floor: u64, changed: &mut Changed) {
        let key = quote.key();
        let Some(entry) = self.quotes.get_mut(&key) else {
            if quote.version > floor {
                let spark_version = if quote.spark.is_some() { quote.version } else { 0 };
                self.quotes.insert(key.clone(), Entry { quote, spark_version });
                changed.rows = true;
                changed.quotes.insert(key);
            }
            return;
        };
        let carried = quote.spark.take();
        let newer_spark = carried.is_some() && quote.version > entry.spark_version && quote.version > floor;
        let newer = quote.version > entry.quote.version;
        if newer_spark {
            entry.spark_version = quote.version;
        }
        let spark = if newer_spark { carried } else { entry.quote.spark.take() };
        if newer {
            entry.quote = quote;
        }
        entry.quote.spark = spark;
        if newer || newer_spark {
            changed.quotes.insert(key);
        }
    }

    fn venue(&mut self, state: VenueState, changed: &mut Changed) {
        let known = self.venues.get(VenueKind::name(state.venue));
        if known.is_none_or(|known| state.version > known.version) {
            self.venues.insert(state.venue.name(), state);
            changed.venues = true;
        }
    }

    fn whole(&mut self, board: Board, changed: &mut Changed) {
        if board.cursor < self.floor {
            return;
        }
        let named: BTreeSet<Key> = board.quotes.iter().map(Quote::key).collect();
        let before = self.quotes.len();
        self.quotes.retain(|key, entry| {
            let gone = !named.contains(key);
            if gone && entry.spark_version <= board.cursor {
                (entry.quote.spark, entry.spark_version) = (None, 0);
            }
            !gone || entry.quote.version > board.cursor
        });
        changed.rows |= self.quotes.len() != before;
        for quote in board.quotes {
            // Its version is that of its last change, which lies before the board's own.
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
    use proptest::prelude::*;

    use super::*;
    use crate::{ticker::model::Line, time::Timestamp};

    fn quote(symbol: &str, version: u64, spark: Option<&[u64]>) -> Quote {
        Quote {
            version,
            symbol: symbol.into(),
            venue: "test".into(),
            last: version.into(),
            open: None,
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
            let version = i as u64 + 1;
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
                    if sampled {
                        spark.push(version);
                    }
                    out.push(Update::Quote(quote(&symbol, version, sampled.then_some(&spark))));
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
        assert_eq!(
            (shown.version, shown.spark.as_deref()),
            (6, Some([1.into()].as_slice()))
        );
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
