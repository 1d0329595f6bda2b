//! Which trades of a symbol came, by the numbers that its venue gives them. Pure.
//!
//! A trade that is told late, as after a newer one or once more when a line comes back, belongs into the bar of its time;
//! one that came before does not count again.

use rust_decimal::Decimal;

use crate::{
    ticker::server::{bars::seqs::Seqs, tick::Tick},
    time::Timestamp,
};

/// Stretches of numbers that are remembered at most. Of what is forgotten a repeat is taken for late, and the bars, which
/// remember longer, leave it out.
const STRETCHES: usize = 64;

/// The trades of a symbol that came.
#[derive(Debug, Default)]
pub struct Trades {
    newest: Option<(u64, Timestamp)>,
    seen: Seqs,
}

/// What one is among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// Newer than all; between it and the one before so many are missing.
    Newer(u64),
    /// Older than the newest, and it hadn't come.
    Late,
    /// It is known, or its time contradicts its number.
    Known,
}

impl Trades {
    /// Takes note of trade `id`, made at `time`.
    pub fn came(&mut self, id: u64, time: Timestamp) -> Came {
        let came = match self.newest {
            Some((newest, at)) if id < newest => {
                if time > at {
                    return Came::Known;
                }
                Came::Late
            }
            Some((newest, _)) if id > newest => Came::Newer(id - newest - 1),
            Some(_) => return Came::Known,
            None => Came::Newer(0),
        };
        if !self.seen.insert(id) {
            return Came::Known;
        }
        if self.seen.stretches() > STRETCHES {
            self.seen = Seqs::default();
            self.seen.insert(id);
        }
        if matches!(came, Came::Newer(_)) {
            self.newest = Some((id, time));
        }
        came
    }

    /// The highest number that came.
    pub fn newest(&self) -> Option<u64> {
        self.newest.map(|(id, _)| id)
    }
}

/// What a venue says of a symbol apart from its trades, as it said it last.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// [`Tick::bid`].
    pub bid: Option<Decimal>,
    /// [`Tick::ask`].
    pub ask: Option<Decimal>,
    /// [`Tick::volume`].
    pub volume: Option<Decimal>,
}

impl Figures {
    /// The tick with these.
    pub fn on(self, tick: Tick) -> Tick {
        let Self { bid, ask, volume } = self;
        Tick {
            bid,
            ask,
            volume,
            ..tick
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_trade_is_newer_late_or_known() {
        let at = |second: i64| Timestamp::default().plus_seconds(second);
        let mut trades = Trades::default();
        assert_eq!(trades.came(10, at(10)), Came::Newer(0));
        assert_eq!(trades.came(13, at(13)), Came::Newer(2));
        assert_eq!(trades.came(13, at(13)), Came::Known);
        assert_eq!(trades.came(12, at(12)), Came::Late);
        assert_eq!(trades.came(12, at(12)), Came::Known);
        assert_eq!(trades.came(4, at(4)), Came::Late, "from before the first");
        assert_eq!(trades.came(11, at(14)), Came::Known, "older, and made later");
        assert_eq!(trades.newest(), Some(13));
    }

    proptest! {
        #[test]
        fn what_came_counts_once(ids in prop::collection::vec(0u64..40, 0..80)) {
            let (mut trades, mut seen) = (Trades::default(), BTreeSet::new());
            for id in ids {
                let highest = seen.last().copied();
                let came = trades.came(id, Timestamp::from_micros(id as i64));
                prop_assert_eq!(came != Came::Known, seen.insert(id));
                prop_assert_eq!(matches!(came, Came::Newer(_)), highest.is_none_or(|highest| id > highest));
            }
            prop_assert!(trades.seen.stretches() <= STRETCHES);
        }
    }
}
