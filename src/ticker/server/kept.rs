//! What is kept of a symbol at a venue, and how a tick changes it. Pure: the only times are those of the ticks.

use rust_decimal::Decimal;

use super::{
    bars::{Interval, bar::Edge},
    tick::Tick,
};
use crate::{
    ticker::model::{Quote, SPARK_EVERY, SPARK_POINTS},
    time::Timestamp,
};

/// A price that a sender said of a UTC day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Said {
    /// The time of the tick that said so, in microseconds since 1970: it is of that time's day.
    pub time: i64,
    /// What was said.
    pub price: Decimal,
}

impl Said {
    /// The one that was said last, whichever came first.
    fn newer(ours: Option<Self>, price: Option<Decimal>, time: i64) -> Option<Self> {
        let theirs = price.map(|price| Self { time, price });
        let order = |said: &Self| (said.time, said.price, said.price.scale());
        ours.into_iter().chain(theirs).max_by_key(order)
    }

    fn of_day(said: Option<Self>, day: i64) -> Option<Decimal> {
        let said = said.filter(|said| Interval::Day.number(said.time) == day)?;
        Some(said.price)
    }
}

/// A quote with what the next tick needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// As shown, but for `version`, `spark` and what the board says of its day.
    pub quote: Quote,
    /// What a day opened at, as far as senders say so.
    pub said_open: Option<Said>,
    /// What the day before a day closed at, as far as senders say so.
    pub said_close: Option<Said>,
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
        let said = |price| Said::newer(None, price, tick.time.micros());
        Self {
            said_open: said(tick.open),
            said_close: said(tick.previous_close),
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
                open: None,
                previous_close: None,
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

    /// From a tick of a symbol that was away from the board, and whose newest price was `last`; and whether the tick is newer.
    pub fn again(last: &Edge, tick: &Tick) -> (Self, bool) {
        let mut kept = Self::first(&Tick {
            last: last.price,
            time: Timestamp::from_micros(last.time),
            seq: last.seq,
            open: None,
            previous_close: None,
            bid: None,
            ask: None,
            volume: None,
            ..tick.clone()
        });
        let is_newest = kept.take(tick);
        (kept, is_newest)
    }

    /// The newest price, for when it comes back.
    pub fn last(&self) -> Edge {
        Edge {
            time: self.quote.time.micros(),
            seq: self.seq,
            price: self.quote.last,
        }
    }

    /// Takes a tick in; `false` when it is older than what is here, and changes at most what was said of the day.
    pub fn take(&mut self, tick: &Tick) -> bool {
        self.said_open = Said::newer(self.said_open, tick.open, tick.time.micros());
        self.said_close = Said::newer(self.said_close, tick.previous_close, tick.time.micros());
        if !self.is_older_than(tick) {
            return false;
        }
        let seconds = tick.time.micros() / 1_000_000;
        let slot = seconds.div_euclid(SPARK_EVERY);
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
        quote.last = tick.last;
        (quote.bid, quote.ask, quote.volume) = (tick.bid, tick.ask, tick.volume);
        (quote.time, quote.demo) = (tick.time, tick.demo);
        true
    }

    /// The quote, with what senders said of its day; the board adds what bars say (`day`).
    pub fn said(&self) -> Quote {
        let day = Interval::Day.number(self.quote.time.micros());
        Quote {
            open: Said::of_day(self.said_open, day),
            previous_close: Said::of_day(self.said_close, day),
            ..self.quote.clone()
        }
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
    use crate::ticker::model::Key;

    fn tick(last: i64, second: i64) -> Tick {
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

    #[test]
    fn what_is_said_of_a_day_holds_for_that_day_whatever_comes_first() {
        let said = |open: i64, second| Tick {
            open: Some(open.into()),
            previous_close: Some((open - 1).into()),
            ..tick(20, second)
        };
        let mut kept = Kept::first(&tick(10, 100));
        let figures = |kept: &Kept| (kept.said().open, kept.said().previous_close);
        assert_eq!(figures(&kept), (None, None));
        kept.take(&said(14, 300));
        let first = (Some(14.into()), Some(13.into()));
        assert_eq!(figures(&kept), first);
        assert!(!kept.take(&said(9, 200)), "a late one, which was put right since");
        assert_eq!(figures(&kept), first);
        kept.take(&tick(15, 86_405));
        assert_eq!(figures(&kept), (None, None), "a new day");
        assert!(!kept.take(&said(16, 86_401)), "late, and of this day");
        assert_eq!(figures(&kept), (Some(16.into()), Some(15.into())));
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

    #[test]
    fn what_was_away_goes_on_from_its_last_price() {
        let last = Edge {
            time: 50 * 1_000_000,
            seq: Some(4),
            price: 7.into(),
        };
        let at = |second, seq| Tick {
            seq,
            open: Some(3.into()),
            bid: Some(2.into()),
            ..tick(9, second)
        };
        let told = |tick: &Tick| {
            let (kept, is_newest) = Kept::again(&last, tick);
            let quote = kept.said();
            assert_eq!(
                quote.open,
                Some(3.into()),
                "what is said of the day counts, late or not"
            );
            (
                is_newest,
                quote.last,
                quote.bid,
                kept.last().time / 1_000_000,
                kept.spark.len(),
            )
        };
        let before = (false, 7.into(), None, 50, 1);
        assert_eq!(told(&at(40, Some(9))), before, "late");
        assert_eq!(told(&at(50, Some(4))), before, "the same again");
        assert_eq!(told(&at(60, None)), (true, 9.into(), Some(2.into()), 60, 2));
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
