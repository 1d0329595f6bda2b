//! How many log lines each token may bring, where somebody has set it. A request is taken whole or not at all, so that nothing
//! of it is kept twice when it is sent again: the one that goes over the limit is taken, and the next waits for as long as that
//! was too much.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use crate::{accounts::model::Limit, error::AppError};

/// Seconds for which a limit holds.
const MINUTE: f64 = 60.0;
/// Tokens that are remembered before those that have been quiet are forgotten.
const TOKENS: usize = 1_000;

/// What tokens with limits have brought of late; in memory.
#[derive(Default)]
pub struct Quotas(Mutex<HashMap<i64, Brought>>);

/// What a token brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Much {
    /// A body of so many bytes, whose lines aren't known yet.
    Bytes(usize),
    /// The lines of one whose bytes were counted.
    Lines(usize),
}

#[derive(Clone, Copy)]
struct Brought {
    lines: f64,
    bytes: f64,
    at: Instant,
}

impl Quotas {
    /// Counts what a token brings, or refuses it when what it has brought in the last minute is as much as it may.
    ///
    /// # Errors
    /// `SlowDown` with the seconds to wait.
    pub fn bring(&self, token: i64, limit: Limit, much: Much, now: Instant) -> Result<(), AppError> {
        if limit == Limit::default() {
            return Ok(());
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= TOKENS {
            // A minute's worth is gone after a minute; what went over it is let off.
            all.retain(|_, brought| now.saturating_duration_since(brought.at).as_secs_f64() < MINUTE);
        }
        let brought = all.entry(token).or_insert(Brought {
            lines: 0.0,
            bytes: 0.0,
            at: now,
        });
        let passed = now.saturating_duration_since(brought.at).as_secs_f64();
        brought.at = now;
        let (lines, bytes) = (
            wait(&mut brought.lines, limit.lines, passed),
            wait(&mut brought.bytes, limit.bytes, passed),
        );
        let seconds = match much {
            Much::Bytes(_) => lines.max(bytes),
            Much::Lines(_) => lines,
        };
        if let Some(seconds) = seconds {
            return Err(AppError::SlowDown(seconds));
        }
        match much {
            Much::Bytes(count) if limit.bytes.is_some() => brought.bytes += count as f64,
            Much::Lines(count) if limit.lines.is_some() => brought.lines += count as f64,
            Much::Bytes(_) | Much::Lines(_) => (),
        }
        Ok(())
    }
}

/// A limit as a form has it: lines and megabytes a minute.
///
/// # Errors
/// `Invalid` for what is no number, or no number of use.
pub fn limit(lines: &str, megabytes: &str) -> Result<Limit, AppError> {
    let number = |text: &str, most: u64| match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .ok()
            .filter(|number| (1..=most).contains(number))
            .map(Some)
            .ok_or_else(|| {
                AppError::Invalid(format!(
                    "A limit is a whole number from 1 to {most}, or nothing for none."
                ))
            }),
    };
    Ok(Limit {
        lines: number(lines, 100_000_000)?,
        bytes: number(megabytes, 100_000)?.map(|mega: u64| mega * 1_000_000),
    })
}

/// Lets go of what time has, and says how many seconds to wait when there is no room.
fn wait(level: &mut f64, a_minute: Option<u64>, passed: f64) -> Option<u32> {
    let Some(most) = a_minute.map(|most| most as f64) else {
        *level = 0.0;
        return None;
    };
    *level = (*level - most * passed / MINUTE).max(0.0);
    let over = *level - most;
    (over >= 0.0).then(|| ((over * MINUTE / most).ceil() as u32).max(1))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_limit_is_a_number_or_nothing() {
        let read = |lines, megabytes| limit(lines, megabytes).map(|limit| (limit.lines, limit.bytes));
        assert_eq!(read("", " "), Ok((None, None)));
        assert_eq!(read(" 600 ", "2"), Ok((Some(600), Some(2_000_000))));
        for wrong in ["0", "-1", "1.5", "many", "100000001"] {
            assert!(read(wrong, "").is_err() && read("", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn who_brings_more_than_a_minute_s_worth_waits_until_there_is_room() {
        let (quotas, begin) = (Quotas::default(), Instant::now());
        let limit = Limit {
            lines: Some(60),
            bytes: Some(6_000),
        };
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        let both = |token, limit, (lines, bytes), now| {
            quotas.bring(token, limit, Much::Bytes(bytes), now)?;
            quotas.bring(token, limit, Much::Lines(lines), now)
        };
        let bring = |token, lines, bytes, seconds| both(token, limit, (lines, bytes), at(seconds));
        assert_eq!(bring(1, 59, 10, 0), Ok(()));
        assert_eq!(bring(1, 91, 10, 0), Ok(()), "there was room for one");
        assert_eq!(bring(1, 1, 10, 0), Err(AppError::SlowDown(90)));
        assert_eq!(bring(2, 1, 10, 0), Ok(()), "each has its own");
        assert_eq!(bring(1, 1, 10, 89), Err(AppError::SlowDown(1)));
        assert_eq!(bring(1, 1, 10, 91), Ok(()));
        assert_eq!(bring(3, 1, 6_500, 0), Ok(()));
        assert_eq!(bring(3, 1, 1, 0), Err(AppError::SlowDown(5)));
        assert_eq!(bring(3, 1, 1, 6), Ok(()));
        // A limit that is taken away holds no more, and a new one begins anew.
        assert_eq!(both(1, Limit::default(), (500, 0), at(91)), Ok(()));
        let bytes_only = Limit { lines: None, ..limit };
        assert_eq!(both(1, bytes_only, (500, 0), at(92)), Ok(()));
        assert_eq!(bring(1, 1, 10, 93), Ok(()));
    }

    proptest::proptest! {
        /// However it comes, in the long run it is as much as may come, and one request and a minute's worth more.
        #[test]
        fn in_the_long_run_it_is_as_much_as_may_come(requests in proptest::collection::vec((1_usize..50, 0_u64..8_000), 1..200)) {
            let (quotas, mut now) = (Quotas::default(), Instant::now());
            let (limit, begin) = (Limit { lines: Some(120), bytes: None }, now);
            let mut kept = 0;
            for (lines, later) in requests {
                now += Duration::from_millis(later);
                kept += if quotas.bring(1, limit, Much::Lines(lines), now).is_ok() { lines } else { 0 };
            }
            let most = 120.0 + 2.0 * (now - begin).as_secs_f64() + 50.0;
            proptest::prop_assert!((kept as f64) < most, "{} of {}", kept, most);
        }
    }
}
