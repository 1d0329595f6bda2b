//! Tests of the figures of a day: the same ones in any order of the ticks.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;
use crate::{
    ticker::{
        model::Key,
        server::{
            bars::bar::{Bar, Trade},
            kept::Kept,
            tick::Tick,
        },
    },
    time::Timestamp,
};

const DAY: i64 = 86_400;

fn tick(second: i64, last: i64) -> Tick {
    Tick {
        key: Key {
            symbol: "A".into(),
            venue: "v".into(),
        },
        last: last.into(),
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

/// The quote, and the newest day, as the recorder and the bars make them of ticks that come in this order.
fn shown(ticks: &[Tick]) -> (Quote, Option<DayStats>) {
    let mut kept = Kept::first(&ticks[0]);
    let mut days: BTreeMap<i64, Bar> = BTreeMap::new();
    for tick in ticks {
        kept.take(tick);
        if tick.is_trade {
            let bar = Bar::of(&Trade::new(tick, false));
            let day = Interval::Day.number(tick.time.micros());
            days.entry(day).and_modify(|day| day.absorb(&bar)).or_insert(bar);
        }
    }
    let mut newest = days.iter().rev();
    let day = newest.next().map(|(day, bar)| DayStats {
        day: *day,
        open: bar.open.price,
        high: bar.high,
        low: bar.low,
        close: bar.close.price,
        volume: bar.volume,
        previous_close: newest.next().map(|(_, bar)| bar.close.price),
    });
    let mut quote = kept.said();
    let settled = settle(&mut quote, day.as_ref());
    (quote, settled)
}

fn amount(quote: &Quote) -> Option<&str> {
    quote.change.as_ref().map(|change| change.0.as_str())
}

#[test]
fn a_late_tick_moves_the_open_and_what_the_change_is_counted_from() {
    let on_time = [tick(100, 110), tick(200, 120)];
    let (quote, day) = shown(&on_time);
    assert_eq!((quote.open, amount(&quote)), (Some(110.into()), Some("+10")));
    assert_eq!(day.map(|day| day.open), Some(110.into()));
    let (quote, day) = shown(&[&on_time[..], &[tick(50, 100)]].concat());
    assert_eq!((quote.open, amount(&quote)), (Some(100.into()), Some("+20")));
    let day = day.unwrap();
    assert_eq!((day.open, day.low), (100.into(), 100.into()));
}

#[test]
fn a_change_is_counted_from_the_previous_close_and_what_is_said_goes_before() {
    let (quote, _) = shown(&[tick(100, 90), tick(DAY + 1, 100), tick(DAY + 2, 120)]);
    assert_eq!((quote.previous_close, amount(&quote)), (Some(90.into()), Some("+30")));
    let said = Tick {
        open: Some(130.into()),
        previous_close: Some(80.into()),
        ..tick(DAY + 1, 100)
    };
    let (quote, day) = shown(&[tick(100, 90), said.clone(), tick(DAY + 2, 120)]);
    let day = day.unwrap();
    assert_eq!((quote.open, amount(&quote)), (Some(130.into()), Some("+40")));
    assert_eq!((day.open, day.previous_close), (130.into(), quote.previous_close));
    // The open is one of the day's prices.
    assert_eq!(quote.range.as_deref(), Some(&(100.into(), 130.into())));
    // What was said of a day is of no other.
    let (quote, _) = shown(&[said, tick(2 * DAY + 1, 125)]);
    assert_eq!((quote.previous_close, quote.open), (Some(100.into()), Some(125.into())));
    // Nothing was traded since midnight.
    let news = Tick {
        is_trade: false,
        ..tick(2 * DAY, 101)
    };
    let (quote, day) = shown(&[tick(DAY + 9, 100), news.clone()]);
    assert_eq!(
        (amount(&quote), quote.open, quote.range.as_deref(), day),
        (Some("+1"), None, None, None)
    );
    // Nor ever: there is nothing to compare with.
    assert_eq!(shown(&[news]).0.change, None);
}

proptest! {
    #[test]
    fn any_order_of_ticks_gives_the_same_figures(
        ticks in prop::collection::btree_map(
            0..3 * DAY,
            (1i64..1_000, prop::option::of(1i64..1_000), prop::option::of(1i64..1_000), any::<bool>()),
            1..30,
        ),
        seed in any::<u64>(),
    ) {
        let mut ticks: Vec<Tick> = ticks
            .into_iter()
            .map(|(second, (last, open, close, is_trade))| Tick {
                open: open.filter(|open| open % 3 == 0).map(Decimal::from),
                previous_close: close.filter(|close| close % 3 == 0).map(Decimal::from),
                is_trade,
                ..tick(second, last)
            })
            .collect();
        let (quote, day) = shown(&ticks);
        // What the day says is what the quote says.
        if let Some(day) = &day {
            prop_assert_eq!((Some(day.open), day.previous_close), (quote.open, quote.previous_close));
            prop_assert_eq!(quote.range.as_deref(), Some(&(day.low, day.high)));
            prop_assert!(day.low <= day.open && day.open <= day.high);
        }
        ticks.sort_by_key(|tick| (tick.time.micros() as u64).wrapping_mul(seed | 1) >> 7);
        let (again, same) = shown(&ticks);
        prop_assert_eq!(same, day);
        let figures = |quote: &Quote| (quote.last, quote.time, quote.open, quote.previous_close, quote.range.clone(), quote.change.clone());
        prop_assert_eq!(figures(&again), figures(&quote));
    }
}
