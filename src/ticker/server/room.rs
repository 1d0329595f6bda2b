//! Who makes room on a board that is full: all that has been silent for long, and is on no list and in no alert. Its bars stay,
//! and with its next price it is back, where there is room.

use super::rounds::State;
use crate::time::Timestamp;

/// Days without a price after which a symbol may have to make room.
pub const QUIET_DAYS: i64 = 7;
/// Symbols with bars at most, those included that made room: of each something is in memory.
pub const SERIES: usize = 20_000;
/// Those that say what is to stay: lists and alerts. Until each has, nothing goes.
const HOLDERS: usize = 2;
/// For how long none is looked for after there was none, in seconds: each look goes over the whole board.
const PATIENCE: i64 = 60;

impl State {
    /// Lets the symbols go of which nothing has come for long; `false` where none may go. All at once, for each look goes over
    /// the whole board.
    pub(super) fn make_room(&mut self, now: Timestamp) -> bool {
        if now < self.full_until || self.held.len() < HOLDERS {
            return false;
        }
        let held = &self.held;
        let silent = self.taken.silent(now.plus_seconds(-QUIET_DAYS * 86_400), |key| {
            held.values().any(|keys| keys.contains(key))
        });
        if silent.is_empty() {
            self.full_until = now.plus_seconds(PATIENCE);
            return false;
        }
        tracing::info!(
            count = silent.len(),
            "silent symbols make room on the board; their bars stay"
        );
        for key in silent {
            self.taken.let_go(&key);
            self.silent.insert(key);
        }
        true
    }

    /// Whether there are bars of as many symbols as are kept.
    pub(super) fn has_all_series(&self) -> bool {
        self.series >= SERIES
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::ticker::{
        model::Key,
        server::{meant::tests::quote, taken::Taken, tick::Tick},
    };

    fn tick(symbol: &str, days: i64) -> Tick {
        let quote = quote("desk", symbol, days * 86_400);
        Tick {
            key: quote.key(),
            last: quote.last,
            open: None,
            previous_close: None,
            bid: None,
            ask: None,
            volume: None,
            size: None,
            time: quote.time,
            seq: None,
            is_trade: false,
            demo: false,
        }
    }

    #[test]
    fn what_is_silent_goes_unless_somebody_holds_it() {
        let mut state = State::default();
        for (symbol, days) in [("OLD", 1), ("OLDER", 0), ("HELD", 0), ("NEW", 95)] {
            state.taken.take(&tick(symbol, days), None, 4).expect("room");
        }
        let now = Timestamp::default().plus_seconds(100 * 86_400);
        state.held.insert("lists", HashSet::from([tick("HELD", 0).key]));
        assert!(!state.make_room(now), "alerts haven't said yet");
        state.held.insert("alerts", HashSet::new());
        assert!(!state.make_room(now), "all of it waits to be kept");
        state.taken.hand_over(|_| {});
        let later = now.plus_seconds(PATIENCE);
        assert!(
            !state.make_room(now.plus_seconds(PATIENCE - 1)),
            "not looked for again so soon"
        );
        assert!(state.make_room(later));
        let gone: Vec<&str> = state.silent.iter().map(|Key { symbol, .. }| symbol.as_str()).collect();
        assert_eq!(gone, ["OLD", "OLDER"]);
        assert!(!state.make_room(later) && state.has_work());
        let take = |taken: &mut Taken, symbol| taken.take(&tick(symbol, 100), None, 4);
        assert!(take(&mut state.taken, "ONE").is_some() && take(&mut state.taken, "TWO").is_some());
        assert_eq!(take(&mut state.taken, "THREE"), None);
    }
}
