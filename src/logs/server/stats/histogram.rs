//! How many lines of each level, by time.

use sqlx::SqlitePool;

use super::super::{
    archive::Archive,
    block::about::About,
    search::{Hit, Look, Reached, Visit, walk},
    store,
};
use crate::{error::AppError, logs::filter::Levels, logs::model::Level, time::Timestamp};

/// Lengths of a bar that people can read, in seconds.
const STEPS: [i64; 15] = [
    1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000,
];
/// Bars at most.
pub const MOST_BARS: i64 = 120;

/// Counts by level, by the levels' places in [`Level::ALL`].
pub type Counts = [u64; 5];

/// The bars between two instants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// When the first bar begins: at a whole step.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
    /// Length of a bar, in seconds.
    pub step: i64,
    /// One after the other, without a hole.
    pub bars: Vec<Counts>,
}

impl Histogram {
    /// Empty ones for a stretch of time, of about `wanted` bars.
    pub fn of(from: Timestamp, to: Timestamp, wanted: i64) -> Self {
        let seconds = to.seconds_since(from).max(1);
        let fits = |step: &i64| seconds / step <= wanted.clamp(1, MOST_BARS);
        let step = STEPS.into_iter().find(fits).unwrap_or(seconds / MOST_BARS + 1);
        let size = step * 1_000_000;
        let from = Timestamp::from_micros(from.micros().div_euclid(size) * size);
        let count = ((to.micros() - from.micros()).max(1) + size - 1) / size;
        Self {
            from,
            to,
            step,
            bars: vec![Counts::default(); usize::try_from(count).unwrap_or(1)],
        }
    }

    fn bar(&self, time: Timestamp) -> Option<usize> {
        let i = (time.micros() - self.from.micros()).div_euclid(self.step * 1_000_000);
        usize::try_from(i).ok().filter(|i| *i < self.bars.len())
    }

    /// When the bar at `i` begins.
    pub fn start(&self, i: usize) -> Timestamp {
        self.from.plus_seconds(self.step * i as i64)
    }
}

impl Visit for Histogram {
    fn take_all(&mut self, about: &About, levels: Levels) -> bool {
        let (first, last) = (self.bar(about.time.0), self.bar(about.time.1));
        let Some(i) = first.filter(|first| Some(*first) == last) else {
            return false;
        };
        for (level, count) in Level::ALL.into_iter().zip(about.levels) {
            if levels.has(level) {
                self.bars[i][level as usize] += u64::from(count);
            }
        }
        true
    }

    fn take(&mut self, hit: &Hit) {
        let seen = hit.seen();
        if let Some(i) = self.bar(seen.time) {
            self.bars[i][seen.level as usize] += 1;
        }
    }
}

/// The earliest time that a line claims; `now` when there is none.
///
/// # Errors
/// When the database fails.
pub async fn oldest(readers: &SqlitePool, now: Timestamp) -> Result<Timestamp, AppError> {
    Ok(store::earliest(readers).await?.unwrap_or(now).min(now))
}

/// Counts what is looked for by time, in about `wanted` bars over the times that `look` has, or else from `from` to `to`.
///
/// # Errors
/// When the database fails.
pub async fn histogram(
    archive: &Archive,
    look: Look,
    (from, to): (Timestamp, Timestamp),
    wanted: i64,
) -> Result<(Histogram, Reached), AppError> {
    let from = look.matcher.since().unwrap_or(from);
    let to = look.matcher.before().unwrap_or(to);
    let empty = Histogram::of(from.min(to), to, wanted);
    walk(archive, look.within(Some(from), Some(to)), empty).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_begin_at_whole_steps_and_cover_everything() {
        let at = |seconds: i64| Timestamp::from_micros(1_700_000_000_000_000).plus_seconds(seconds);
        for (seconds, step) in [
            (1, 1),
            (30, 1),
            (3_600, 60),
            (86_400, 1_800),
            (14 * 86_400, 21_600),
            (10_000 * 86_400, 7_200_001),
        ] {
            let histogram = Histogram::of(at(0), at(seconds), 60);
            assert_eq!(histogram.step, step, "{seconds}");
            assert!(histogram.bars.len() as i64 <= MOST_BARS + 1, "{}", histogram.bars.len());
            assert_eq!(histogram.bar(at(0)), Some(0));
            assert_eq!(
                histogram.bar(at(seconds).plus_seconds(-1)),
                Some(histogram.bars.len() - 1)
            );
            assert_eq!(histogram.bar(histogram.from.plus_seconds(-1)), None);
        }
    }
}
