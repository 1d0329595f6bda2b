//! The demo's past: a day of minutes before its first price, made up as its prices are, and the same at every start. Pure.

use rust_decimal::Decimal;

use crate::{
    ticker::server::{
        bars::{
            Interval,
            bar::{Bar, Edge},
        },
        venues::demo::{Random, SIZES, SYMBOLS},
    },
    time::Timestamp,
};

/// Minutes that are made up.
const MINUTES: i64 = 1_440;
/// Ticks of a symbol in a minute, about.
const TICKS: i64 = 34;

/// The bars before `now` of one of the demo's symbols: minutes, and the days that they are of.
pub fn past(symbol: &str, now: Timestamp) -> Option<Vec<(Interval, Vec<Bar>)>> {
    let at = SYMBOLS.iter().position(|(name, ..)| *name == symbol)?;
    let (_, first, digits) = SYMBOLS[at];
    let mut random = Random(at as u64 + 1);
    let mut within = |bound: i64| random.below(bound.max(1) as u64) as i64;
    let end = Interval::Minute.number(now.micros());
    // Back from the first price, at which the ticks begin.
    let (mut close, mut minutes) = (first, Vec::new());
    for minute in (end - MINUTES..end).rev() {
        let most = (first / 900).max(3);
        let open = (close + within(2 * most + 1) - most + (first - close) / 120).max(1);
        let (low, high) = (open.min(close), open.max(close));
        let price = |units: i64| Decimal::new(units.max(1), digits);
        let start = minute * Interval::Minute.micros();
        let edge = |time, units| Edge {
            time,
            seq: None,
            price: price(units),
        };
        let size = (0..TICKS).map(|_| within(SIZES as i64) + 1).sum();
        minutes.push(Bar {
            open: edge(start, open),
            close: edge(start + Interval::Minute.micros() - 1, close),
            high: price(high + within(most / 2)),
            low: price(low - within(most / 2)),
            volume: Some(Decimal::new(size, 2)),
            ticks: 0,
        });
        close = open;
    }
    minutes.reverse();
    let mut days: Vec<Bar> = Vec::new();
    for minute in &minutes {
        let day = |bar: &Bar| Interval::Day.number(bar.open.time);
        match days.last_mut().filter(|last| day(last) == day(minute)) {
            Some(last) => last.absorb(minute),
            None => days.push(minute.clone()),
        }
    }
    Some(vec![(Interval::Minute, minutes), (Interval::Day, days)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_ticks_begin_and_is_the_same_at_every_start() {
        let now = Timestamp::parse("2026-11-20T14:03:07Z").unwrap();
        assert_eq!(past("NONE", now), None);
        for (symbol, first, digits) in SYMBOLS {
            let bars = past(symbol, now).unwrap();
            assert_eq!(past(symbol, now).unwrap(), bars);
            let [(_, minutes), (_, days)] = &bars[..] else {
                panic!("two lengths")
            };
            assert_eq!((minutes.len(), days.len()), (1_440, 2));
            assert_eq!(minutes[1_439].close.price, Decimal::new(first, digits));
            assert_eq!(
                minutes[1_439].open.time,
                now.micros() / 60_000_000 * 60_000_000 - 60_000_000
            );
            for pair in minutes.windows(2) {
                assert_eq!(pair[0].close.price, pair[1].open.price, "{symbol}");
            }
            for bar in minutes {
                let [open, close] = [bar.open.price, bar.close.price];
                assert!(bar.low <= open.min(close) && open.max(close) <= bar.high && bar.low > Decimal::ZERO);
                assert_eq!(bar.high.scale(), digits);
                let near = Decimal::new(first, digits);
                assert!(
                    bar.high < near * Decimal::TWO && bar.low > near / Decimal::TWO,
                    "{symbol}: {bar:?}"
                );
            }
            assert_eq!(days[1].close, minutes[1_439].close);
            assert!(days[1].volume > minutes[1_439].volume);
        }
    }
}
