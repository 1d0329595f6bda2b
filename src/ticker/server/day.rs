//! What the UTC day of a price is: what it opened at, how far it went, and what a change is counted from. Pure, and the only
//! place that says so, so that whoever shows a price shows the same figures.

use super::{
    bars::{Interval, keeper::DayStats},
    change::change,
};
use crate::ticker::model::Quote;

/// Gives `quote`, which has what its sender said of its day, the figures of that day, from the newest day of its bars; and
/// says what that day is then. `None` where nothing was traded in it.
///
/// What a sender says goes before what bars say. A change is counted from the previous close, or where there is none, from
/// the open.
pub fn settle(quote: &mut Quote, newest: Option<&DayStats>) -> Option<DayStats> {
    let day = Interval::Day.number(quote.time.micros());
    let own = newest.filter(|bar| bar.day == day);
    // Without a trade since midnight the newest day is the one before.
    let before = newest.filter(|bar| bar.day < day).map(|bar| bar.close);
    let previous_close = own.and_then(|bar| bar.previous_close).or(before);
    quote.open = quote.open.or(own.map(|bar| bar.open));
    quote.previous_close = quote.previous_close.or(previous_close);
    quote.change = quote.base().and_then(|base| change(quote.last, *base));
    let settled = own.map(|bar| {
        let open = quote.open.unwrap_or(bar.open);
        DayStats {
            open,
            high: open.max(bar.high),
            low: bar.low.min(open),
            previous_close: quote.previous_close,
            ..bar.clone()
        }
    });
    quote.volume = quote.volume.or(settled.as_ref().and_then(|day| day.volume));
    quote.range = settled.as_ref().map(|day| Box::new((day.low, day.high)));
    settled
}

#[cfg(test)]
#[path = "day_tests.rs"]
mod tests;
