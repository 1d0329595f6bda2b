//! A bar as venues tell it. Pure. Numbers are read as they are written, digit by digit.

use rust_decimal::Decimal;
use serde_json::value::RawValue;

use crate::ticker::server::{
    bars::{
        Interval,
        bar::{Bar, Edge},
    },
    tick::number,
};

/// A venue's bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Candle {
    /// When it begins, in seconds since 1970.
    pub start: i64,
    /// Its first price.
    pub open: Decimal,
    /// Its highest price.
    pub high: Decimal,
    /// Its lowest price.
    pub low: Decimal,
    /// Its last price.
    pub close: Decimal,
    /// What changed hands.
    pub volume: Decimal,
}

/// A row of a venue's table.
pub type Row<'a> = Vec<&'a RawValue>;

/// The candle that a row holds: which of its columns are open, high, low, close and volume.
///
/// # Errors
/// What is wrong with it.
pub fn candle(row: &Row, start: i64, columns: [usize; 5]) -> Result<Candle, String> {
    let column = |at: usize| decimal(row.get(at).ok_or_else(|| format!("a row of {}", row.len()))?);
    let [open, high, low, close, volume] = columns.map(column);
    Ok(Candle {
        start,
        open: open?,
        high: high?,
        low: low?,
        close: close?,
        volume: volume?,
    })
}

/// A whole number in a row.
///
/// # Errors
/// When it is none.
pub fn whole(row: &Row, at: usize) -> Result<i64, String> {
    let text = row.get(at).map_or("", |raw| raw.get());
    text.parse().map_err(|_| format!("{text:?} is no time"))
}

/// A number, or text that holds one; venues write very small ones with an exponent.
fn decimal(raw: &RawValue) -> Result<Decimal, String> {
    let text = raw.get().trim_matches('"');
    let read = number(text);
    match read {
        Err(_) if text.contains(['e', 'E']) => Decimal::from_scientific(text).map_err(|e| format!("{text:?}: {e}")),
        read => read,
    }
}

/// The newest of these, `most` at most, as bars that no tick has made.
pub fn newest(interval: Interval, mut candles: Vec<Candle>, most: usize) -> Vec<Bar> {
    candles.sort_by_key(|candle| candle.start);
    let older = candles.len().saturating_sub(most);
    // What doesn't begin where our bars do would be another bar than it says.
    let fits = |candle: &Candle| candle.start >= 0 && candle.start % interval.seconds() == 0;
    let bar = |candle: Candle| {
        let edge = |time, price| Edge { time, seq: None, price };
        let start = candle.start.saturating_mul(1_000_000);
        Bar {
            open: edge(start, candle.open),
            close: edge(start.saturating_add(interval.micros() - 1), candle.close),
            high: candle.high,
            low: candle.low,
            volume: Some(candle.volume),
            ticks: 0,
        }
    };
    candles.into_iter().skip(older).filter(fits).map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_is_kept_whichever_way_it_is_written() {
        for (json, digits) in [
            ("1285.20", "1285.20"),
            ("\"0.00001240\"", "0.00001240"),
            ("1.24e-5", "0.0000124"),
            ("7", "7"),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(decimal(raw).unwrap().to_string(), digits);
        }
        for bad in ["null", "\"x\"", "[1]", "\"1e\"", "1e99"] {
            let raw: &RawValue = serde_json::from_str(bad).unwrap();
            assert!(decimal(raw).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_newest_are_taken_in_the_order_of_their_times() {
        let candle = |start| Candle {
            start,
            open: 1.into(),
            high: 3.into(),
            low: 1.into(),
            close: 2.into(),
            volume: 9.into(),
        };
        let candles = [120, 60, 0, 180, 181, -60].map(candle).to_vec();
        let bars = newest(Interval::Minute, candles, 4);
        let starts: Vec<i64> = bars.iter().map(|bar| bar.open.time / 1_000_000).collect();
        assert_eq!(starts, [60, 120, 180], "one that begins in between is none");
        assert_eq!((bars[0].close.time, bars[0].ticks), (119_999_999, 0));
    }
}
