//! What the page of searching log lines asks, and is answered: ready to be shown, since queries are read on the server.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    colours::Style,
    model::{Level, LogLine},
};
use crate::time::Timestamp;

/// What is asked, as in the page's URL.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Wanted {
    /// The query.
    pub q: String,
    /// Lines before this id.
    pub before: Option<u64>,
    /// Lines after this id alone: what came since.
    pub after: Option<u64>,
    /// As many lines as one answer holds.
    #[serde(default)]
    pub many: bool,
    /// The line around which everything is shown, whatever the query.
    pub at: Option<u64>,
    /// How many lines on either side of it.
    pub around: Option<u32>,
    /// What is counted: `source`, `pattern`, `fields`, `field:venue`.
    pub by: String,
    /// Fields that stand in columns of their own, with commas between; the browser keeps them.
    #[serde(default)]
    pub columns: String,
}

/// Fields in columns at most.
pub const COLUMNS: usize = 6;
/// The cookie that keeps them; scripts write it.
pub const COLUMNS_COOKIE: &str = "squawkbox_log_columns";

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The query in its usual form.
    pub query: String,
    /// The same without bounds in time.
    pub base: String,
    /// The same the other way round.
    pub turned: String,
    /// Whether the oldest come first.
    pub oldest_first: bool,
    /// What can't be understood in it: where, in characters, and what to do.
    pub wrong: Option<(usize, String)>,
    /// The newest first, or the oldest.
    pub lines: Vec<FoundLine>,
    /// Where what is older begins, or newer, when there can be something.
    pub next: Option<u64>,
    /// Until when it was looked, when not to the end.
    pub reached: Option<Timestamp>,
    /// The newest id there was: what comes later is new.
    pub newest: u64,
    /// How many when.
    pub figures: Option<Figures>,
    /// What was asked to be counted.
    pub groups: Option<Groups>,
    /// Saved searches: one's own, then the team's.
    pub saved: Vec<Saved>,
    /// Fields that stand in columns of their own.
    pub columns: Vec<String>,
}

/// A line that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundLine {
    /// It.
    pub line: Arc<LogLine>,
    /// Its message in parts.
    pub parts: Vec<Part>,
    /// What it carries: its level and source, then its fields.
    pub fields: Vec<FoundField>,
    /// What it has of the fields in columns; empty where it has none.
    pub columns: Vec<String>,
    /// Of one that is opened: the query that finds its like, for an alert on them.
    #[serde(default)]
    pub alike: String,
}

/// A part of a line's message that looks the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Whether it is what was looked for.
    pub mark: bool,
    /// How it looks; [`Style::PLAIN`] without colours.
    pub style: Style,
    /// It.
    pub text: String,
}

/// Something that a line carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoundField {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// The query for lines that have it too.
    pub only: String,
    /// The query for lines without it.
    pub without: String,
}

/// How many lines when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Seconds from one bar to the next.
    pub step: i64,
    /// One after the other.
    pub bars: Vec<Bar>,
    /// Of all bars, by level.
    pub levels: [u64; 5],
    /// Whether they are of the last day alone, since the query says no other time.
    pub is_a_day: bool,
    /// Until when it was counted back, when not to the first bar.
    pub reached: Option<Timestamp>,
}

/// A stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// When it begins.
    pub start: Timestamp,
    /// How many lines of each level.
    pub levels: [u64; 5],
    /// The query for its lines alone.
    pub zoom: String,
}

/// What comes how often.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// What was counted, as in the URL.
    pub by: String,
    /// The most frequent.
    pub most: Vec<Group>,
    /// How many different there are.
    pub different: usize,
    /// How many lines were counted.
    pub lines: usize,
    /// Whether those were all.
    pub is_all: bool,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The value or the pattern.
    pub text: String,
    /// How often.
    pub count: u64,
    /// The worst level with it.
    pub level: Level,
    /// The query for its lines; of a field's name, what counts its values.
    pub only: String,
    /// The query for the others.
    pub without: String,
}

/// A search that was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// Its number.
    pub id: i64,
    /// How it is called.
    pub name: String,
    /// What it asks.
    pub query: String,
    /// Everybody's, or one's own.
    pub team: bool,
}
