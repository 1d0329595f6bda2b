//! What is kept of a symbol at a venue, and how a tick changes it. Pure: the only times are those of the ticks.

use rust_decimal::Decimal;

use super::{change::change, tick::Tick};
use crate::ticker::model::{Quote, SPARK_EVERY, SPARK_POINTS};

const DAY: i64 = 86_400;

/// A quote with what the next tick needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// As shown, but for `version`, `change` and `spark`, which are given when it is committed.
    pub quote: Quote,
    /// What the change is measured from.
    pub open: Decimal,
    /// The UTC day to which `open` belongs, in days since 1970.
    pub open_day: i64,
    /// The newest tick's.
    pub seq: Option<u64>,
    /// Earlier prices, oldest first.
    pub spark: Vec<Decimal>,
    /// When the newest of them was taken, in steps of [`SPARK_EVERY`] since 1970.
    pub slot: i64,
    /// The version at which the earlier prices last changed.
    pub spark_version: u64,
    /// They changed since the last commit.
    pub sampled: bool,
}

impl Kept {
    /// From the first tick of a symbol at a venue.
    pub fn first(tick: &Tick) -> Self {
        let seconds = tick.time.micros() / 1_000_000;
        let open = tick.open.unwrap_or(tick.last);
        Self {
            open,
            open_day: seconds.div_euclid(DAY),
            seq: tick.seq,
            spark: vec![tick.last],
            slot: seconds.div_euclid(SPARK_EVERY),
            spark_version: 0,
            sampled: true,
            quote: Quote {
                version: 0,
                symbol: tick.key.symbol.clone(),
                venue: tick.key.venue.clone(),
                change: None,
                last: tick.last,
                open: Some(open),
                bid: tick.bid,
                ask: tick.ask,
                volume: tick.volume,
                range: None,
                rest: None,
                time: tick.time,
                demo: tick.demo,
                spark: None,
            },
        }
    }

    /// Takes a tick in; `false` when it is older than what is here and changes nothing.
    pub fn take(&mut self, tick: &Tick) -> bool {
        if !self.is_older_than(tick) {
            return false;
        }
        let seconds = tick.time.micros() / 1_000_000;
        let (day, slot) = (seconds.div_euclid(DAY), seconds.div_euclid(SPARK_EVERY));
        if let Some(open) = tick.open {
            (self.open, self.open_day) = (open, day);
        } else if day > self.open_day {
            (self.open, self.open_day) = (tick.last, day);
        }
        if slot > self.slot {
            if self.spark.len() >= SPARK_POINTS {
                self.spark.remove(0);
            }
            self.spark.push(tick.last);
            self.slot = slot;
            self.sampled = true;
        }
        self.seq = tick.seq;
        let quote = &mut self.quote;
        (quote.last, quote.open) = (tick.last, Some(self.open));
        (quote.bid, quote.ask, quote.volume) = (tick.bid, tick.ask, tick.volume);
        (quote.time, quote.demo) = (tick.time, tick.demo);
        true
    }

    /// Has it say how far it is from its open: once for all ticks of a round, as it takes longer than any of them.
    pub fn measure(&mut self) {
        self.quote.change = change(self.quote.last, self.open);
    }

    /// The later time wins; at the same time the higher sequence number, or where there is none the later arrival.
    fn is_older_than(&self, tick: &Tick) -> bool {
        let same = match (self.seq, tick.seq) {
            (Some(ours), Some(theirs)) => theirs > ours,
            _ => true,
        };
        tick.time > self.quote.time || (tick.time == self.quote.time && same)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{ticker::model::Key, time::Timestamp};

    fn tick(last: i64, second: i64) -> Tick {
        Tick {
            key: Key {
                symbol: "A".into(),
                venue: "v".into(),
            },
            last: last.into(),
            open: None,
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

    #[test]
    fn the_first_price_of_the_day_is_the_open() {
        let mut kept = Kept::first(&tick(10, 100));
        kept.take(&tick(12, 200));
        assert_eq!(kept.quote.open, Some(10.into()));
        kept.measure();
        assert_eq!(kept.quote.change.as_ref().unwrap().0, "+2");
        kept.take(&tick(15, DAY + 5));
        assert_eq!(kept.quote.open, Some(15.into()), "a new day");
        kept.take(&Tick {
            open: Some(14.into()),
            ..tick(16, DAY + 6)
        });
        kept.take(&tick(17, DAY + 7));
        assert_eq!(
            kept.quote.open,
            Some(14.into()),
            "what the sender says, for the rest of its day"
        );
    }

    #[test]
    fn time_then_sequence_decide() {
        let at = |last, second, seq| Tick {
            seq,
            ..tick(last, second)
        };
        let mut kept = Kept::first(&at(1, 10, Some(5)));
        assert!(!kept.take(&at(2, 9, Some(9))), "an earlier time");
        assert!(!kept.take(&at(2, 10, Some(5))), "the same again");
        assert!(!kept.take(&at(2, 10, Some(4))));
        assert!(kept.take(&at(2, 10, Some(6))));
        assert!(kept.take(&at(3, 10, None)), "the later arrival");
        assert_eq!(kept.quote.last, 3.into());
    }

    proptest! {
        #[test]
        fn earlier_prices_are_bounded_and_apart(seconds in prop::collection::vec(0i64..2_000, 1..400)) {
            let mut kept = Kept::first(&tick(0, seconds[0]));
            for (i, second) in seconds.iter().enumerate() {
                kept.take(&tick(i as i64, *second));
            }
            prop_assert!(kept.spark.len() <= SPARK_POINTS);
            let mut slots: Vec<i64> = seconds.iter().map(|s| s / SPARK_EVERY).collect();
            slots.sort_unstable();
            slots.dedup();
            prop_assert!(kept.spark.len() <= slots.len());
            prop_assert_eq!(kept.quote.time.micros() / 1_000_000, *seconds.iter().max().unwrap());
        }
    }
}
