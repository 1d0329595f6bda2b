//! What is taken in is handed over once, and comes back when it couldn't be kept.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::time::Timestamp;

fn tick(symbol: &str, last: &str, second: i64) -> Tick {
    Tick {
        key: Key {
            symbol: symbol.into(),
            venue: if symbol == "X" { "demo" } else { "v" }.into(),
        },
        last: last.parse().unwrap(),
        open: None,
        previous_close: None,
        bid: None,
        ask: None,
        volume: None,
        size: None,
        time: Timestamp::from_micros(second * 1_000_000),
        seq: None,
        is_trade: true,
        demo: false,
    }
}

fn take(taken: &mut Taken, tick: &Tick) -> Option<Outcome> {
    taken.take(tick, tick.is_trade.then(|| Trade::new(tick, false)), 3)
}

/// Symbol, prices for the bars, the newest price where it changed.
type Handed = (String, Vec<Decimal>, Option<Decimal>);

fn handed(taken: &mut Taken) -> Vec<Handed> {
    let mut all = Vec::new();
    taken.hand_over(|touched| {
        all.push((
            touched.key.symbol,
            touched.trades.iter().map(|trade| trade.last).collect(),
            touched.changed.map(|kept| kept.quote.last),
        ));
    });
    all
}

#[test]
fn each_symbol_is_handed_over_once_with_all_its_ticks() {
    let mut taken = Taken::default();
    for (symbol, last, second) in [("B", "1", 5), ("A", "2", 5), ("B", "3", 6), ("B", "4", 1)] {
        take(&mut taken, &tick(symbol, last, second)).unwrap();
    }
    let quote = Tick {
        is_trade: false,
        ..tick("A", "7", 9)
    };
    take(&mut taken, &quote).unwrap();
    assert_eq!(taken.waiting(), 4);
    let number = |n: i64| Decimal::from(n);
    assert_eq!(
        handed(&mut taken),
        [
            ("A".to_owned(), vec![number(2)], Some(number(7))),
            ("B".to_owned(), [1, 3, 4].map(number).to_vec(), Some(number(3))),
        ]
    );
    assert!(!taken.is_touched() && taken.waiting() == 0 && handed(&mut taken).is_empty());
    // A late one is for the bars, and changes what the day's figures are.
    assert_eq!(
        take(&mut taken, &tick("B", "9", 2)).map(|outcome| outcome.is_newest),
        Some(false)
    );
    assert_eq!(handed(&mut taken), [("B".to_owned(), vec![number(9)], Some(number(3)))]);
}

#[test]
fn what_could_not_be_kept_comes_before_what_came_since() {
    let mut taken = Taken::default();
    take(&mut taken, &tick("A", "1", 1)).unwrap();
    take(&mut taken, &tick("X", "1", 1)).unwrap();
    let mut failed = Vec::new();
    taken.hand_over(|touched| {
        let sampled = touched.changed.map(|kept| std::mem::take(&mut kept.sampled));
        failed.push((touched.key, touched.trades, sampled));
    });
    take(&mut taken, &tick("A", "2", 2)).unwrap();
    let gone = taken.forget(|key| key.venue == "demo");
    assert_eq!(gone.iter().map(|key| key.symbol.as_str()).collect::<Vec<_>>(), ["X"]);
    for (key, trades, sampled) in failed {
        taken.take_back(&key, trades, sampled);
    }
    assert_eq!(taken.waiting(), 2);
    let mut sampled = false;
    taken.hand_over(|touched| {
        let lasts: Vec<Decimal> = touched.trades.iter().map(|trade| trade.last).collect();
        assert_eq!((touched.key.symbol.as_str(), lasts), ("A", vec![1.into(), 2.into()]));
        sampled = touched.changed.is_some_and(|kept| kept.sampled);
    });
    assert!(sampled, "its earlier prices are to be kept as well");
}

#[test]
fn there_are_so_many_symbols_at_most_and_digits_are_told_once() {
    let mut taken = Taken::default();
    let digits = |taken: &mut Taken, symbol: &str, last: &str| take(taken, &tick(symbol, last, 1)).unwrap().digits;
    assert_eq!(digits(&mut taken, "A", "415.00"), Some(2), "zeros as sent");
    assert_eq!(digits(&mut taken, "A", "415.5"), None);
    assert_eq!(digits(&mut taken, "A", "415.250"), Some(3));
    assert_eq!(digits(&mut taken, "B", "1"), Some(0), "that it is there");
    assert_eq!(digits(&mut taken, "B", "2"), None);
    assert_eq!(digits(&mut taken, "C", "0.001"), Some(3));
    assert_eq!(take(&mut taken, &tick("D", "1", 1)), None);
    assert!(take(&mut taken, &tick("A", "2", 2)).is_some());
    // What was calculated has no end; what is filled up says nothing.
    assert_eq!(digits(&mut taken, "A", "0.3333333333333333333"), Some(12));
    let price = |text: &str, is_padded| digits_of(text.parse().unwrap(), is_padded);
    assert_eq!((price("96412.50000000", true), price("96412.50000000", false)), (1, 8));
}

#[test]
fn what_was_away_comes_back_with_its_newest_price_or_a_newer() {
    let key = |symbol: &str| tick(symbol, "1", 0).key;
    let last = |price: i64, second: i64| Edge {
        time: second * 1_000_000,
        seq: None,
        price: price.into(),
    };
    // As after a start: one on the board, of which bars know too, and two that aren't there.
    let lasts = [("A", 90, 9), ("B", 5, 50), ("X", 6, 60)].map(|(symbol, price, at)| (key(symbol), last(price, at)));
    let mut taken = Taken::new(vec![Kept::first(&tick("A", "1", 10))], lasts.into());
    let newest = |taken: &mut Taken, tick: &Tick| take(taken, tick).unwrap().is_newest;
    assert!(newest(&mut taken, &tick("A", "2", 11)), "the board's own counts");
    assert!(!newest(&mut taken, &tick("B", "4", 40)), "late, but it is back");
    let number = |n: i64| Decimal::from(n);
    assert_eq!(
        handed(&mut taken),
        [
            ("A".to_owned(), vec![number(2)], Some(number(2))),
            ("B".to_owned(), vec![number(4)], Some(number(5))),
        ]
    );
    // The same of one that left since.
    taken.let_go(&key("B"));
    assert!(!newest(&mut taken, &tick("B", "3", 45)));
    assert!(newest(&mut taken, &tick("B", "8", 51)));
    assert_eq!(
        handed(&mut taken),
        [("B".to_owned(), vec![number(3), number(8)], Some(number(8)))]
    );
    // What is away is forgotten with the rest of its venue, and then begins anew.
    assert_eq!(taken.forget(|key| key.venue == "demo"), [key("X")]);
    assert!(newest(&mut taken, &tick("X", "1", 1)));
}

proptest! {
    #[test]
    fn nothing_is_lost_whatever_fails(steps in prop::collection::vec((0u8..4, 0usize..3, 0i64..50), 0..80)) {
        let (mut taken, mut sent, mut kept) = (Taken::default(), 0, 0);
        for (what, symbol, second) in steps {
            match what {
                0 => {
                    let mut round = Vec::new();
                    taken.hand_over(|touched| round.push((touched.key, touched.trades, touched.changed.is_some())));
                    for (key, trades, changed) in round {
                        taken.take_back(&key, trades, changed.then_some(false));
                    }
                }
                1 => taken.hand_over(|touched| kept += touched.trades.len()),
                _ => {
                    take(&mut taken, &tick(["A", "B", "C"][symbol], "1", second)).unwrap();
                    sent += 1;
                }
            }
            prop_assert_eq!(taken.waiting() + kept, sent);
        }
        taken.hand_over(|touched| kept += touched.trades.len());
        prop_assert_eq!(kept, sent);
    }
}
