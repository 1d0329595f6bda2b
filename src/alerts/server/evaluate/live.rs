//! A rule that is watched: what it knows, and what it has yet to say.

use std::{
    borrow::Cow,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    alerts::{
        rules::{
            machine::{Event, Opens, Step},
            state::{Episode, State},
            telling::Telling,
        },
        server::{fire::Report, store::Kept},
    },
    logs::{model::LogLine, query::fields::value},
    ticker::server::instruments::guess::guess,
    time::Timestamp,
};

/// A message is said differently once in this time at most.
const PACE: Duration = Duration::from_secs(5);
/// Firings of a rule that ended before they could be told, which only looking back brings about; of more, the newest.
const UNTOLD: usize = 50;
/// Longest value that is counted by itself, in bytes.
pub const LONGEST_GROUP: usize = 80;

/// A rule that is watched.
pub(super) struct Live {
    pub(super) kept: Kept,
    pub(super) opens: Opens,
    pub(super) state: State,
    /// Lines up to this one are in its state.
    pub(super) line: u64,
    /// It has yet to see the price that there is.
    pub(super) is_unfed: bool,
    /// Its state isn't kept yet.
    pub(super) is_new: bool,
    /// It has something to say.
    pub(super) has_news: bool,
    /// And not only that it goes on.
    pub(super) has_turned: bool,
    /// And that at once.
    pub(super) is_urgent: bool,
    /// Firings that ended and aren't told.
    pub(super) untold: Vec<Episode>,
    pub(super) told: Option<Instant>,
}

/// The value by which a line is counted; of one that lacks the field, none.
pub fn group_of<'a>(by: &str, line: &'a LogLine) -> Cow<'a, str> {
    match by {
        "" => Cow::Borrowed(""),
        "source" => Cow::Borrowed(line.source.as_str()),
        "level" => Cow::Borrowed(line.level.name()),
        by => match value(&line.fields, by) {
            Some(Value::String(text)) => Cow::Borrowed(text.as_str()),
            Some(other) => Cow::Owned(other.to_string()),
            None => Cow::Borrowed("(none)"),
        },
    }
}

impl Live {
    /// A rule, with what is known of it where something is; else it begins after log line `line`.
    pub(super) fn of(kept: Kept, known: Option<(u64, String)>, line: u64, now: Timestamp) -> Self {
        let (line, state) = known.map_or((line, None), |(line, json)| (line, serde_json::from_str(&json).ok()));
        Self {
            opens: guess(&kept.spec.key).1,
            state: state.unwrap_or_else(|| State::new(now, 0)),
            line,
            is_unfed: true,
            is_new: false,
            has_news: false,
            has_turned: false,
            is_urgent: false,
            untold: Vec::new(),
            told: None,
            kept,
        }
    }

    /// Something happens.
    pub(super) fn take(&mut self, event: Event) {
        let step = self.state.take(&self.kept.spec, self.opens, event);
        let Some(step) = step else { return };
        self.is_new = true;
        if step == Step::Fired {
            if let Some(before) = self.state.before.take() {
                self.untold.push(*before);
                let surplus = self.untold.len().saturating_sub(UNTOLD);
                self.untold.drain(..surplus);
            }
            self.is_urgent = true;
        }
        self.has_news |= step != Step::Pending;
        self.has_turned |= !matches!(step, Step::Pending | Step::Updated);
    }

    /// A line comes that it asks for.
    pub(super) fn line(&mut self, line: &LogLine, now: Timestamp) {
        self.line = line.id;
        self.is_new = true;
        let group = group_of(&self.kept.spec.by, line);
        let group: &str = &group[..group.floor_char_boundary(LONGEST_GROUP)];
        self.take(Event::Line {
            at: line.time.min(now),
            id: line.id,
            group,
            text: &line.message,
        });
    }

    /// It is time for what it has to say.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let is_time = || self.told.is_none_or(|told| now.duration_since(told) >= PACE);
        self.has_news && (self.is_urgent || is_time())
    }

    /// What it has to say.
    pub(super) fn report(&mut self) -> Option<Report> {
        let spec = &self.kept.spec;
        if self.state.is_firing() {
            self.state.gather(spec);
        }
        let untold = self
            .untold
            .iter()
            .map(|episode| (episode.number, Telling::of(spec, episode)));
        let mut tellings: Vec<(u64, Telling)> = untold.collect();
        if let Some(telling) = self.state.telling(spec) {
            let number = self.state.episode.as_ref().map_or(0, |episode| episode.number);
            tellings.push((number, telling));
        }
        Some(Report {
            rule: self.kept.id,
            version: self.kept.version,
            room: spec.room,
            hook: spec.hook.clone(),
            tellings,
            state: serde_json::to_string(&self.state).ok()?,
        })
    }
}
