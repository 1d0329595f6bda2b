//! The figures of the page of searching: bars, and counts with the queries that narrow to them.

use std::time::Duration;

use super::{
    archive::Archive,
    found::field,
    search::{Look, Reached},
    stats::{
        groups::{By, Groups},
        histogram::{histogram, oldest},
        pattern,
    },
};
use crate::{
    error::AppError,
    logs::{
        find::{self, Bar, Figures, Group},
        model::Level,
        query::{Compare, Query, Term, When},
    },
    time::Timestamp,
};

/// How long figures are counted before the page goes out with what there is.
const PATIENCE: Duration = Duration::from_millis(400);
/// Bars about.
const BARS: i64 = 60;
/// How far back the histogram goes where the query doesn't say, in seconds.
const USUAL: i64 = 86_400;
/// Groups shown.
const GROUPS: usize = 30;

/// Bars over what is asked for, or over the last day.
///
/// # Errors
/// When the database fails.
pub async fn figures(archive: &Archive, query: &Query, now: Timestamp) -> Result<Figures, AppError> {
    // The bars go from the first bound to the last; without the first, over the day before the last.
    let end = query.before.map_or(now.plus_seconds(1), |before| before.at(now));
    let day = end.plus_seconds(-USUAL);
    let begin = oldest(&archive.readers, now).await?.min(end);
    let from = query.since.map_or(day, |since| since.at(now)).max(begin);
    let look = Look::of(query, now).patient(PATIENCE).within(Some(from), Some(end));
    let (counted, reached) = histogram(archive, look, (from, end), BARS).await?;
    let mut figures = Figures {
        step: counted.step,
        reached: reached.next.and(reached.time),
        is_a_day: query.since.is_none() && from == day,
        ..Figures::default()
    };
    for (i, levels) in counted.bars.iter().enumerate() {
        figures.levels.iter_mut().zip(levels).for_each(|(all, one)| *all += one);
        let (start, end) = (counted.start(i), counted.start(i + 1));
        let zoom = Query {
            since: Some(When::At(start)),
            before: Some(When::At(end)),
            ..query.clone()
        };
        figures.bars.push(Bar {
            start,
            levels: *levels,
            zoom: zoom.to_string(),
        });
    }
    Ok(figures)
}

/// What comes how often, with the queries that narrow to it.
pub fn groups(query: &Query, by: &By, name: String, counted: &Groups, reached: Reached) -> find::Groups {
    let group = |(text, count, level): (&str, u64, Level)| {
        let term = match by {
            By::Level => Term::Level(Compare::Is, level),
            By::Source => Term::Source(vec![text.to_owned()]),
            By::Pattern => Term::Regex(pattern::regex(text)),
            By::Field(name) => Term::Field {
                name: name.clone(),
                compare: Compare::Is,
                value: vec![text.to_owned()],
            },
            By::Names => Term::Field {
                name: text.to_owned(),
                compare: Compare::Is,
                value: vec![String::new(), String::new()],
            },
        };
        let is = field(query, "", String::new(), term);
        Group {
            text: text.to_owned(),
            count,
            level,
            only: is.only,
            without: is.without,
        }
    };
    find::Groups {
        by: name,
        most: counted.most(GROUPS).into_iter().map(group).collect(),
        different: counted.different(),
        lines: counted.lines,
        is_all: reached.next.is_none(),
    }
}
