//! Bars for those who ask: of the lengths that are kept, and of those made from them.

use sqlx::SqlitePool;

use super::{CHUNK, Interval, bar::Bar, slot, store};
use crate::error::AppError;

/// Chunks that an answer reads at most, whatever was asked for.
const CHUNKS: i64 = 5_000;

/// A length of bars that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// As it is asked for.
    pub name: &'static str,
    /// What it is made from.
    pub of: Interval,
    /// How many of these.
    pub count: i64,
}

/// All of them, the shortest first.
pub const STEPS: [Step; 6] = [
    step("1s", Interval::Second, 1),
    step("1m", Interval::Minute, 1),
    step("5m", Interval::Minute, 5),
    step("15m", Interval::Minute, 15),
    step("1h", Interval::Minute, 60),
    step("1d", Interval::Day, 1),
];

const fn step(name: &'static str, of: Interval, count: i64) -> Step {
    Step { name, of, count }
}

impl Step {
    /// The one of this name.
    ///
    /// # Errors
    /// `Invalid`, which names them all.
    pub fn named(name: &str) -> Result<Self, AppError> {
        STEPS.into_iter().find(|step| step.name == name).ok_or_else(|| {
            let names = STEPS.map(|step| step.name).join(", ");
            AppError::Invalid(format!("`interval`: there is no {name:?}; there are {names}."))
        })
    }

    /// Its length, in microseconds.
    pub const fn micros(self) -> i64 {
        self.of.micros() * self.count
    }
}

/// Which bars.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Of which length.
    pub step: Step,
    /// From the bar that this time falls into, in microseconds since 1970; the newest when absent.
    pub from: Option<i64>,
    /// To before the bar that begins then or later.
    pub to: Option<i64>,
    /// So many at most, at least 1.
    pub limit: u32,
}

/// A bar as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// When it begins, in microseconds since 1970.
    pub start: i64,
    /// What happened in it.
    pub bar: Bar,
    /// Of how many kept bars it is made.
    pub parts: u32,
}

/// Bars in the order of their times: a stretch in which nothing was heard has none.
#[derive(Debug, Default, PartialEq)]
pub struct Page {
    /// What was found.
    pub bars: Vec<Shown>,
    /// From when to ask on, in microseconds since 1970, where there may be more.
    pub next: Option<i64>,
}

/// Reads a page of bars of a series.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn page(db: &SqlitePool, series: i64, stretch: Stretch) -> Result<Page, AppError> {
    let Stretch { step, from, to, limit } = stretch;
    let (count, limit) = (step.count, limit as usize);
    // Bars of the kept length, whole stretches of them.
    let whole = |micros: i64| step.of.number(micros).div_euclid(count) * count;
    let to = to.map_or(i64::MAX, |to| whole(to.saturating_sub(1)) + count);
    // More than the bars need, which may begin in the middle of a chunk.
    let mut chunks = (limit as i64 * count / CHUNK + 2 + count / CHUNK).min(CHUNKS);
    // A stretch may go on in a chunk more.
    let more = count / CHUNK + 1;
    let (mut bars, mut next) = match from {
        Some(from) => {
            let (mut first, mut read, mut kept) = (whole(from), 0, Vec::new());
            loop {
                let (found, next) = store::bars(db, series, step.of, (first, to), chunks + more).await?;
                kept.extend(found);
                read += chunks + more;
                // Of what is seldom traded there are few in a chunk.
                match next.filter(|_| read < CHUNKS && stretches(step, &kept) <= limit) {
                    Some(on) => (first, chunks) = (on, (chunks * 8).min(CHUNKS - read)),
                    None => break (together(step, kept), next),
                }
            }
        }
        None => {
            let mut last = None;
            loop {
                let oldest = store::newest_slots(db, series, step.of, slot(to.saturating_sub(1)), chunks).await?;
                // Of a stretch that begins before it not all is known.
                let first = (oldest * CHUNK).div_euclid(count) * count;
                let (kept, next) = store::bars(db, series, step.of, (first, to), chunks + more).await?;
                let bars = together(step, kept);
                if bars.len() >= limit || chunks == CHUNKS || last == Some(first) {
                    break (bars, next);
                }
                (last, chunks) = (Some(first), (chunks * 8).min(CHUNKS));
            }
        }
    };
    if let Some(unread) = next {
        // The last stretch may go on there.
        let whole = unread.div_euclid(count) * count;
        bars.retain(|shown| shown.start < whole * step.of.micros());
        next = (whole < to).then_some(whole);
    }
    let mut next = next.map(|number| number * step.of.micros());
    if bars.len() > limit {
        if from.is_some() {
            next = Some(bars[limit].start);
            bars.truncate(limit);
        } else {
            bars.drain(..bars.len() - limit);
        }
    }
    Ok(Page { bars, next })
}

/// Of how many longer bars these are, which are in the order of their times.
fn stretches(step: Step, kept: &[(i64, Bar)]) -> usize {
    let starts = kept.iter().map(|(number, _)| number.div_euclid(step.count));
    starts
        .fold((None, 0), |(last, many), start| {
            (Some(start), many + usize::from(last != Some(start)))
        })
        .1
}

/// Makes longer bars of kept ones, which are in the order of their times.
fn together(step: Step, kept: Vec<(i64, Bar)>) -> Vec<Shown> {
    let mut out: Vec<Shown> = Vec::with_capacity(kept.len() / step.count as usize + 1);
    for (number, bar) in kept {
        let start = number.div_euclid(step.count) * step.micros();
        match out.last_mut().filter(|last| last.start == start) {
            Some(last) => {
                last.bar.absorb(&bar);
                last.parts += 1;
            }
            None => out.push(Shown { start, bar, parts: 1 }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rust_decimal::Decimal;

    use super::{super::bar::Trade, *};

    #[test]
    fn five_minutes_are_of_those_that_there_are() {
        let minute = |number: i64, last: i64| {
            let trade = Trade {
                time: number * 60_000_000 + 7,
                seq: None,
                last: last.into(),
                size: Some(Decimal::TEN),
                is_undated: false,
            };
            (number, Bar::of(&trade))
        };
        let step = Step::named("5m").unwrap();
        let shown = together(step, vec![minute(10, 4), minute(11, 9), minute(14, 3), minute(20, 5)]);
        let starts: Vec<_> = shown
            .iter()
            .map(|shown| (shown.start / 60_000_000, shown.parts))
            .collect();
        assert_eq!(starts, [(10, 3), (20, 1)]);
        let Bar {
            open,
            high,
            low,
            close,
            volume,
            ticks,
        } = &shown[0].bar;
        let figures = [open.price, *high, *low, close.price, volume.unwrap(), (*ticks).into()];
        assert_eq!(figures, [4, 9, 3, 3, 30, 3].map(Decimal::from));
        assert!(
            Step::named("2m")
                .unwrap_err()
                .to_string()
                .contains("1s, 1m, 5m, 15m, 1h, 1d")
        );
    }
}
