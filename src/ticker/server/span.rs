//! What a span of time brought to a symbol.

use sqlx::SqlitePool;

use super::{
    bars::query::{STEPS, Shown, Step, Stretch, page},
    change::change,
};
use crate::{error::AppError, ticker::chart::Span, time::Timestamp};

/// Bars of a span at most: a month of minutes.
const MOST: u32 = 45_000;

/// The shortest bars that are all there, of a span: seconds where it begins or ends within a minute and they are still kept,
/// then minutes, then days.
///
/// # Errors
/// When the database can't be read.
pub async fn bars(db: &SqlitePool, series: i64, (from, to): (Timestamp, Timestamp)) -> Result<Vec<Shown>, AppError> {
    let read = async |step: Step| {
        let stretch = Stretch {
            step,
            from: Some(from.micros()),
            to: Some(to.micros()),
            limit: MOST,
        };
        page(db, series, stretch).await
    };
    let [second, minute, .., day] = STEPS;
    let length = to.micros() - from.micros();
    let is_whole = |step: Step| [from, to].iter().all(|end| end.micros() % step.micros() == 0);
    let is_long = |step: Step| length > step.micros() * i64::from(MOST);
    if is_long(minute) {
        return Ok(read(day).await?.bars);
    }
    let minutes = read(minute).await?.bars;
    if !is_whole(minute) && !is_long(second) {
        let seconds = read(second).await?.bars;
        // Those of its first minute would not be missing.
        let inside = minutes.iter().find(|bar| bar.start >= from.micros());
        let is_all = |first: &Shown| inside.is_none_or(|bar| first.start < bar.start + minute.micros());
        if seconds.first().is_some_and(is_all) {
            return Ok(seconds);
        }
    }
    if minutes.is_empty() {
        return Ok(read(day).await?.bars);
    }
    Ok(minutes)
}

/// What these brought, which are in the order of their times; `None` of none.
pub fn span(bars: &[Shown], (from, to): (Timestamp, Timestamp)) -> Option<Span> {
    let (first, last) = (&bars.first()?.bar, &bars.last()?.bar);
    let (open, close) = (first.open.price, last.close.price);
    Some(Span {
        from,
        to,
        open,
        high: bars.iter().map(|shown| shown.bar.high).max()?,
        low: bars.iter().map(|shown| shown.bar.low).min()?,
        close,
        change: change(close, open),
    })
}

/// At most `most` of them, evenly chosen, the last among them: enough for a small line.
pub fn thinned<T: Copy>(all: &[T], most: usize) -> Vec<T> {
    let every = all.len().div_ceil(most.max(1)).max(1);
    let mut some: Vec<T> = all.iter().rev().step_by(every).copied().collect();
    some.reverse();
    some
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticker::server::bars::bar::{Bar, Trade};

    #[test]
    fn a_span_is_what_its_bars_brought() {
        let bar = |second: i64, last: i64| Shown {
            start: second * 1_000_000,
            bar: Bar::of(&Trade {
                time: second * 1_000_000,
                seq: None,
                last: last.into(),
                size: None,
                is_undated: false,
            }),
            parts: 1,
        };
        let ends = (Timestamp::default(), Timestamp::default().plus_seconds(9));
        let found = span(&[bar(1, 100), bar(2, 130), bar(5, 90), bar(8, 110)], ends).unwrap();
        let figures = [found.open, found.high, found.low, found.close].map(|price| price.to_string());
        assert_eq!(figures, ["100", "130", "90", "110"]);
        assert_eq!(found.change.unwrap().1.as_deref(), Some("+10.00%"));
        assert_eq!(span(&[], ends), None);
    }

    #[test]
    fn a_line_of_many_is_thinned_and_ends_at_the_last() {
        let all: Vec<usize> = (0..1_000).collect();
        for most in [1, 7, 120, 999, 1_000, 5_000] {
            let some = thinned(&all, most);
            assert!(some.len() <= most && some.last() == Some(&999), "{most}: {some:?}");
            assert!(some.len() * 2 > most.min(1_000), "{most}: {}", some.len());
        }
        assert!(thinned::<usize>(&[], 5).is_empty());
    }
}
