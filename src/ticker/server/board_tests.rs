//! Tests of the board that every reader reads.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{ticker::board::Fold, time::Timestamp};

fn quote(symbol: &str, version: u64) -> Quote {
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
        time: Timestamp::default(),
        demo: false,
        spark: None,
    }
}

fn spark(symbol: &str, version: u64) -> Spark {
    Spark {
        version,
        key: quote(symbol, 0).key(),
        points: vec![version.into()],
    }
}

fn board(quotes: Vec<Quote>, sparks: Vec<Spark>) -> PublicBoard {
    let board = PublicBoard::new(0);
    publish(&board, quotes, sparks);
    board
}

fn publish(board: &PublicBoard, quotes: Vec<Quote>, sparks: Vec<Spark>) {
    let version = quotes.iter().map(|quote| quote.version).max().unwrap_or(0);
    board.publish(Changes {
        version,
        quotes,
        sparks,
        ..Changes::default()
    });
}

fn read(event: &Event) -> Update {
    let text = std::str::from_utf8(&event.bytes).unwrap();
    let json = text
        .strip_prefix("event: ticker\ndata: ")
        .unwrap()
        .strip_suffix("\n\n")
        .unwrap();
    serde_json::from_str(json).unwrap()
}

/// Everything a reader at `cursor` gets: symbol, or symbol with a tilde for its earlier prices, and version.
fn rest(board: &PublicBoard, mut cursor: u64) -> Vec<(String, u64)> {
    let mut out = Vec::new();
    while let Some(event) = board.next(Some(cursor), board.version(), &HashSet::new()) {
        assert!(event.cursor > cursor, "it goes on");
        cursor = event.cursor;
        let got = match read(&event) {
            Update::Quote(quote) => (quote.symbol, quote.version),
            Update::Spark(spark) => (format!("{}~", spark.key.symbol), spark.version),
            other => panic!("{other:?}"),
        };
        assert_eq!(got.1, cursor);
        out.push(got);
    }
    out
}

#[test]
fn a_slow_reader_gets_only_the_newest_and_a_fast_one_what_is_newer() {
    let board = board(vec![quote("A", 2), quote("B", 4)], vec![spark("A", 1), spark("B", 3)]);
    for version in 5..100 {
        publish(&board, vec![quote("A", version)], vec![]);
    }
    let named = |list: &[(&str, u64)]| list.iter().map(|&(name, n)| (name.to_owned(), n)).collect::<Vec<_>>();
    assert_eq!(rest(&board, 0), named(&[("A~", 1), ("B~", 3), ("B", 4), ("A", 99)]));
    assert_eq!(rest(&board, 98), named(&[("A", 99)]));
    assert_eq!(rest(&board, 99), []);
    let whole = board.whole();
    assert_eq!(whole.quotes[0].spark, Some(vec![1.into()]), "a page gets both together");
    let alone = board
        .quote(&whole.quotes[0].key())
        .map(|quote| (quote.version, quote.spark));
    assert_eq!(alone, Some((99, None)), "one alone is looked up without");
    assert_eq!(board.venues(), whole.venues);
}

#[test]
fn bytes_are_made_once() {
    let board = board(vec![quote("A", 1)], vec![]);
    let (one, two) = (
        board.next(Some(0), 1, &HashSet::new()).unwrap(),
        board.next(Some(0), 1, &HashSet::new()).unwrap(),
    );
    assert_eq!(one.bytes.as_ptr(), two.bytes.as_ptr());
}

#[test]
fn unknown_future_and_forgotten_cursors_get_everything() {
    let board = board(vec![quote("A", 1), quote("B", 2)], vec![]);
    for cursor in [None, Some(3), Some(u64::MAX)] {
        let event = board.next(cursor, 2, &HashSet::new()).unwrap();
        let Update::Whole(whole) = read(&event) else {
            panic!("{cursor:?}")
        };
        assert_eq!((whole.quotes.len(), event.cursor), (2, 2));
    }
    leave(&board, "A", 3);
    // As after a restart, when nobody knows what left before.
    board.publish(Changes {
        floor: 3,
        ..Changes::default()
    });
    let Update::Whole(whole) = read(&board.next(Some(2), 3, &HashSet::new()).unwrap()) else {
        panic!()
    };
    assert_eq!(whole.quotes.len(), 1, "a reader from before hears what is left");
    assert!(board.next(Some(3), 3, &HashSet::new()).is_none());
}

fn leave(board: &PublicBoard, symbol: &str, version: u64) {
    let key = quote(symbol, 0).key();
    board.publish(Changes {
        version,
        gone: vec![Gone { version, key }],
        ..Changes::default()
    });
}

#[test]
fn a_departure_is_told_by_itself_until_it_is_back_or_too_many_have_left() {
    let board = board(vec![quote("A", 2), quote("B", 4)], vec![spark("A", 1), spark("B", 3)]);
    leave(&board, "A", 5);
    let only = HashSet::from(["B".to_owned()]);
    assert!(
        board.next(Some(4), 5, &only).is_none(),
        "who asks for another hears nothing"
    );
    let event = board.next(Some(4), 5, &HashSet::new()).unwrap();
    let key = quote("A", 0).key();
    assert_eq!(
        (read(&event), event.cursor),
        (Update::Gone(Gone { version: 5, key }), 5)
    );
    assert!(board.keys().len() == 1 && board.quote(&quote("A", 0).key()).is_none());
    publish(&board, vec![quote("A", 7)], vec![spark("A", 6)]);
    assert_eq!(rest(&board, 4), [("A~".to_owned(), 6), ("A".to_owned(), 7)]);
    board.inner.write().unwrap().remembered = 1;
    leave(&board, "A", 8);
    leave(&board, "B", 9);
    for (cursor, is_whole) in [(7, true), (8, false)] {
        let update = read(&board.next(Some(cursor), 9, &HashSet::new()).unwrap());
        assert_eq!(matches!(update, Update::Whole(_)), is_whole, "{cursor}: {update:?}");
    }
}

/// Has a reader, who has come so far and knows that, hear so many events at most.
fn hear(board: &PublicBoard, (cursor, fold): &mut (Option<u64>, Fold), most: usize) {
    for _ in 0..most {
        let Some(event) = board.next(*cursor, board.version(), &HashSet::new()) else {
            return;
        };
        *cursor = Some(event.cursor);
        fold.apply(read(&event));
    }
}

proptest! {
    #[test]
    fn every_reader_ends_with_what_is_there_whatever_left(
        steps in prop::collection::vec((0u8..8, 0u8..6, 0usize..4), 0..120),
    ) {
        let (board, mut version, mut there) = (PublicBoard::new(0), 0, BTreeSet::new());
        board.inner.write().unwrap().remembered = 3;
        let mut readers = vec![(None, Fold::default()); 4];
        for (what, n, reader) in steps {
            let symbol = format!("S{n}");
            match what {
                0 | 1 if there.remove(&symbol) => {
                    version += 1;
                    leave(&board, &symbol, version);
                }
                2..5 => {
                    version += 2;
                    // What is new comes with its earlier prices, others now and then.
                    let sparks = if there.insert(symbol.clone()) || what == 2 {
                        vec![spark(&symbol, version - 1)]
                    } else {
                        vec![]
                    };
                    publish(&board, vec![quote(&symbol, version)], sparks);
                }
                _ => hear(&board, &mut readers[reader], usize::from(n)),
            }
        }
        for reader in &mut readers {
            hear(&board, reader, usize::MAX);
            let shown: Vec<Quote> = reader.1.keys().iter().filter_map(|key| reader.1.get(key)).collect();
            prop_assert_eq!(shown, board.whole().quotes);
        }
    }
}

#[test]
fn who_asks_for_some_symbols_hears_of_no_other() {
    let board = board(vec![quote("A", 2), quote("B", 4)], vec![spark("A", 1), spark("B", 3)]);
    let only = HashSet::from(["B".to_owned()]);
    let Update::Whole(whole) = read(&board.next(None, 4, &only).unwrap()) else {
        panic!()
    };
    assert_eq!(
        whole
            .quotes
            .iter()
            .map(|quote| quote.symbol.as_str())
            .collect::<Vec<_>>(),
        ["B"]
    );
    assert_eq!(board.next(Some(0), 4, &only).map(|event| event.cursor), Some(3));
    assert_eq!(board.next(Some(3), 4, &only).map(|event| event.cursor), Some(4));
    publish(&board, vec![quote("A", 5)], vec![]);
    assert!(board.next(Some(4), 5, &only).is_none());
}
