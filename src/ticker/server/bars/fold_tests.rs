//! Tests of the fold, with a database of bytes: rounds of any size, and restarts between them.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{super::chunk, *};

const MORNING: i64 = 1_900_000_000 * 1_000_000;
const HOUR: i64 = 3_600_000_000;

/// What is kept: chunks and numbers as bytes, and what is open.
#[derive(Default)]
struct Kept {
    open: Open,
    chunks: HashMap<(Interval, i64), Vec<u8>>,
    seen: HashMap<i64, Vec<u8>>,
}

impl Kept {
    /// As a round does it: takes what it needs off the shelf, folds, and puts back what changed.
    fn round(&mut self, trades: &[Trade]) -> usize {
        let mut trades = trades.to_vec();
        trades.sort_by_key(|trade| trade.time);
        let needs = self.open.needs(&trades);
        let mut shelf = Shelf::default();
        for &(interval, slot) in &needs {
            if let Some(bytes) = self.chunks.get(&(interval, slot)) {
                shelf
                    .chunks
                    .insert((interval, slot), chunk::decode(interval, slot, bytes).unwrap());
            }
            if let Some(bytes) = self.seen.get(&slot).filter(|_| interval == Interval::Second) {
                shelf.seen.insert(slot, Seqs::decode(bytes).unwrap());
            }
        }
        let new = self.open.take(&trades, &mut shelf);
        assert!(shelf.changed.is_subset(&needs), "nothing is written that wasn't read");
        for place in shelf.changed {
            self.chunks.insert(place, chunk::encode(place.0, &shelf.chunks[&place]));
        }
        for (slot, seqs) in shelf.seen {
            assert!(needs.contains(&(Interval::Second, slot)));
            self.seen.insert(slot, seqs.encode());
        }
        new
    }

    /// All bars, with every digit.
    fn bars(&self) -> BTreeMap<(Interval, i64), String> {
        let mut out = BTreeMap::new();
        for (&(interval, slot), bytes) in &self.chunks {
            for (number, bar) in chunk::decode(interval, slot, bytes).unwrap() {
                out.insert((interval, number), format!("{bar:?}"));
            }
        }
        for interval in Interval::ALL {
            if let Some((number, bar)) = self.open.bar(interval) {
                assert!(out.insert((interval, *number), format!("{bar:?}")).is_none());
            }
        }
        out
    }
}

fn rounds<'a>(rounds: impl IntoIterator<Item = &'a [Trade]>) -> Kept {
    let mut kept = Kept::default();
    for round in rounds {
        kept.round(round);
    }
    kept
}

fn trade(time: i64, cents: i64) -> Trade {
    Trade {
        time: MORNING + time,
        seq: None,
        last: Decimal::new(cents, 2),
        size: None,
        is_undated: false,
    }
}

/// Ticks within some days, many of them close together, some at the same time; their numbers differ.
fn trades() -> impl Strategy<Value = Vec<Trade>> {
    let time = prop_oneof![0i64..3_000_000, 0i64..40_000_000, 0i64..60 * HOUR];
    let one = (time, 1i64..40, 0u32..3, prop::option::of(0i64..900), any::<bool>());
    prop::collection::vec(one, 0..60).prop_map(|list| {
        let trades = list
            .into_iter()
            .zip(0..)
            .map(|((time, price, scale, size, is_numbered), seq)| Trade {
                time: MORNING + time,
                seq: is_numbered.then_some(seq),
                last: Decimal::new(price * 10, scale),
                size: size.map(|size| Decimal::new(size, 3)),
                is_undated: false,
            });
        trades.collect()
    })
}

/// The bars by definition: every tick of a stretch, whatever the order.
fn by_definition(trades: &[Trade]) -> BTreeMap<(Interval, i64), String> {
    let mut out: BTreeMap<(Interval, i64), Bar> = BTreeMap::new();
    for interval in Interval::ALL {
        for trade in trades {
            let place = (interval, interval.number(trade.time));
            out.entry(place)
                .and_modify(|bar| bar.take(trade))
                .or_insert_with(|| Bar::of(trade));
        }
    }
    out.into_iter()
        .map(|(place, bar)| (place, format!("{bar:?}")))
        .collect()
}

proptest! {
    #[test]
    fn any_order_in_any_rounds_gives_the_same_bars(
        (trades, shuffled) in trades().prop_flat_map(|trades| (Just(trades.clone()), Just(trades).prop_shuffle())),
        size in 1usize..9,
    ) {
        let kept = rounds(shuffled.chunks(size));
        prop_assert_eq!(kept.bars(), by_definition(&trades));
        prop_assert_eq!(rounds([&trades[..]]).bars(), kept.bars());
        let days = kept.bars().into_keys().filter(|(interval, _)| *interval == Interval::Day);
        let before = days.map(|(_, number)| number).rev().nth(1);
        prop_assert_eq!(kept.open.before.map(|(day, _)| day), before, "the day before the newest");
        if let Some((day, close)) = kept.open.before {
            let last = trades.iter().filter(|trade| Interval::Day.number(trade.time) == day).max_by_key(|trade| {
                (trade.time, trade.seq, trade.last)
            });
            prop_assert_eq!(Some(close), last.map(|trade| trade.last));
        }
    }

    #[test]
    fn a_late_tick_changes_only_its_own_bars(trades in trades(), late in trades(), size in 1usize..9) {
        let Some(late) = late.first() else { return Ok(()) };
        let mut kept = rounds(trades.chunks(size));
        let mut before = kept.bars();
        kept.round(std::slice::from_ref(&Trade { seq: Some(999), ..*late }));
        let mut after = kept.bars();
        for interval in Interval::ALL {
            before.remove(&(interval, interval.number(late.time)));
            prop_assert!(after.remove(&(interval, interval.number(late.time))).is_some());
        }
        prop_assert_eq!(after, before);
    }

    #[test]
    fn what_comes_again_is_not_counted_again(
        trades in trades(),
        again in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        size in 1usize..9,
    ) {
        let numbered: Vec<Trade> = trades.into_iter().filter(|trade| trade.seq.is_some()).collect();
        let mut kept = rounds(numbered.chunks(size));
        let before = kept.bars();
        if !numbered.is_empty() {
            let again: Vec<Trade> = again.into_iter().map(|index| *index.get(&numbered)).collect();
            let news: usize = again.chunks(size).map(|round| kept.round(round)).sum();
            prop_assert_eq!(news, 0);
        }
        prop_assert_eq!(kept.bars(), before);
    }
}

#[test]
fn open_and_close_go_by_time_then_number() {
    let at = |time, seq, cents| Trade {
        seq,
        ..trade(time, cents)
    };
    let kept = rounds([&[at(500, Some(2), 102), at(900, Some(9), 101), at(500, Some(1), 103)][..]]);
    let (_, bar) = kept.open.bar(Interval::Second).unwrap();
    assert_eq!(
        (bar.open.price, bar.close.price),
        (Decimal::new(103, 2), Decimal::new(101, 2))
    );
    assert_eq!(
        (bar.high, bar.low, bar.ticks),
        (Decimal::new(103, 2), Decimal::new(101, 2), 3)
    );
}

#[test]
fn a_second_without_ticks_has_no_bar() {
    let kept = rounds([&[trade(0, 100), trade(3_000_000, 101)][..]]);
    let seconds = kept
        .bars()
        .into_keys()
        .filter(|(interval, _)| *interval == Interval::Second);
    assert_eq!(
        seconds.map(|(_, number)| number - 1_900_000_000).collect::<Vec<_>>(),
        [0, 3]
    );
}

#[test]
fn a_venue_s_bars_stand_only_where_there_are_none() {
    let mut kept = rounds([&[trade(0, 100)][..], &[trade(HOUR, 101)][..]]);
    let before = kept.bars();
    let venue = |time| Bar {
        ticks: 0,
        ..Bar::of(&trade(time, 555))
    };
    let bars = vec![venue(-60_000_000), venue(0), venue(HOUR), venue(2 * HOUR)];
    let mut shelf = Shelf::default();
    for (interval, slot) in Open::needs_to_fill(Interval::Minute, &bars) {
        if let Some(bytes) = kept.chunks.get(&(interval, slot)) {
            shelf
                .chunks
                .insert((interval, slot), chunk::decode(interval, slot, bytes).unwrap());
        }
    }
    kept.open.fill(Interval::Minute, bars, &mut shelf);
    for place in shelf.changed {
        kept.chunks.insert(place, chunk::encode(place.0, &shelf.chunks[&place]));
    }
    let after = kept.bars();
    let new: Vec<_> = after.keys().filter(|place| !before.contains_key(place)).collect();
    assert_eq!(
        new,
        [&(Interval::Minute, Interval::Minute.number(MORNING) - 1)],
        "what ticks made stays, and what is to come is not told"
    );
    assert!(before.iter().all(|(place, bar)| after[place] == *bar));
    // A late tick that a venue's bar knew of.
    kept.round(&[trade(-60_000_000, 1)]);
    assert_eq!(kept.bars()[new[0]], after[new[0]]);
}
