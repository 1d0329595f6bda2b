//! Tests of the fold.

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
        previous_close: None,
        change: None,
        bid: None,
        ask: None,
        volume: None,
        range: None,
        rest: None,
        time: Timestamp::from_micros(0),
        demo: false,
        spark: spark.map(|points| points.iter().map(|&point| point.into()).collect()),
    }
}

fn whole(cursor: u64, quotes: &[Quote]) -> Update {
    Update::Whole(Board {
        quotes: quotes.to_vec(),
        cursor,
        ..Board::default()
    })
}

fn gone(symbol: &str, version: u64) -> Update {
    Update::Gone(Gone {
        version,
        key: quote(symbol, 0, None).key(),
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
            0 if what >= 128 => {
                if board.remove(&symbol).is_some() {
                    out.push(gone(&symbol, version));
                }
            }
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
            2 => out.push(Update::Lists(version)),
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
fn what_left_is_gone_until_something_newer_comes_of_it() {
    let mut fold = fold([
        Update::Quote(quote("A", 2, Some(&[2]))),
        Update::Quote(quote("B", 3, None)),
    ]);
    assert!(fold.apply(gone("A", 4)).rows);
    assert_eq!(fold.keys(), [quote("B", 0, None).key()]);
    assert_eq!(
        fold.apply(Update::Quote(quote("A", 2, Some(&[2])))),
        Changed::default(),
        "late news"
    );
    assert_eq!(fold.apply(gone("A", 4)), Changed::default());
    fold.apply(Update::Quote(quote("A", 6, None)));
    assert_eq!(fold.apply(gone("A", 4)), Changed::default(), "it is back");
    let shown = fold.get(&quote("A", 0, None).key()).unwrap();
    assert_eq!((shown.version, shown.spark), (6, None));
}

#[test]
fn whoever_missed_that_lists_changed_hears_it_from_the_whole_board() {
    let mut fold = Fold::default();
    assert!(fold.apply(Update::Lists(3)).lists);
    assert_eq!(fold.apply(Update::Lists(3)), Changed::default());
    let board = |lists| {
        Update::Whole(Board {
            lists,
            cursor: 9,
            ..Board::default()
        })
    };
    assert!(!fold.apply(board(2)).lists && fold.apply(board(7)).lists);
    assert_eq!(fold.lists(), 7);
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
