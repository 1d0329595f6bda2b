//! What is known of a rule at a moment. It is kept as JSON: whoever reads it again goes on as if nothing had been.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::window::{Counts, Range};
use crate::time::Timestamp;

/// Values of a field that are counted each by itself; those that come later are counted together, as [`OTHERS`].
pub const MOST_GROUPS: usize = 100;
/// The group of the values that are too many.
pub const OTHERS: &str = "(others)";
/// Characters of a line that are kept.
pub const LONGEST_LINE: usize = 240;

/// A rule's state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The latest instant that it has heard of.
    pub now: Timestamp,
    /// Watched without a hole since then.
    pub since: Timestamp,
    /// Nothing is said until then.
    pub snoozed: Option<Timestamp>,
    /// Where it is.
    pub phase: Phase,
    /// What is looked for holds.
    pub met: bool,
    /// Of prices.
    pub price: Price,
    /// Of lines, by the value of the rule's field; one without a name where it has none.
    pub groups: BTreeMap<String, Group>,
    /// The last firing.
    pub episode: Option<Episode>,
    /// The one before it, for whoever has yet to tell of its end.
    #[serde(skip)]
    pub before: Option<Box<Episode>>,
}

/// Where a rule is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing to say.
    #[default]
    Quiet,
    /// What is looked for holds, but it isn't the time to say so.
    Pending,
    /// It was said.
    Firing,
}

/// What is known of a price.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Price {
    /// When the last one is from.
    pub heard: Timestamp,
    /// Since when one is waited for: that, or when it began to be watched, or its market opened.
    pub at: Timestamp,
    /// It was seen on the other side, from where it can cross.
    pub is_armed: bool,
    /// The last one.
    pub last: Option<Decimal>,
    /// It is down rather than up, where it moves.
    pub is_down: bool,
    /// Where it went lately.
    pub range: Range,
    /// What a firing that begins now begins with.
    pub noted: Option<Decimal>,
}

/// What is known of the lines of one value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Group {
    /// Since when it is known.
    pub since: Timestamp,
    /// Lines within the rule's time.
    pub counts: Counts,
    /// What is looked for holds of it.
    pub met: bool,
    /// Since when it does.
    pub met_since: Timestamp,
    /// The last line, where its silence is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
}

/// A firing, from its first moment to its end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Episode {
    /// Counted from 1, for each rule.
    pub number: u64,
    /// When it began.
    pub began: Timestamp,
    /// When it ended, or ended last.
    pub ended: Option<Timestamp>,
    /// It didn't end: another goes on with it, since it was put off.
    pub is_continued: bool,
    /// How often it began, cool-downs between.
    pub times: u32,
    /// The newest price; of a spread or a move, the percent.
    pub price: Option<Decimal>,
    /// The newest price itself.
    pub quote: Option<Decimal>,
    /// It is down rather than up, where it moves.
    pub is_down: bool,
    /// The farthest that it went; of lines, the most that one value had within the rule's time.
    pub peak: Option<Decimal>,
    /// Lines within the rule's time, now.
    pub now: u64,
    /// Lines since it began, those that it began with too.
    pub all: u64,
    /// Values for which it holds, with how many lines, those with the most first; ten at most.
    pub groups: Vec<(String, u64)>,
    /// The last line.
    pub last: Option<Last>,
}

/// A line that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// `line.id`.
    pub id: u64,
    /// When it happened.
    pub at: Timestamp,
    /// How its text begins.
    pub text: String,
    /// Its value of the rule's field; empty without one.
    #[serde(default)]
    pub group: String,
}

impl Last {
    /// Makes it another line, of which it takes the beginning.
    pub fn set(&mut self, id: u64, at: Timestamp, group: &str, text: &str) {
        (self.id, self.at) = (id, at);
        self.text.clear();
        self.text.extend(text.chars().take(LONGEST_LINE));
        self.group.clear();
        self.group.push_str(group);
    }
}

impl State {
    /// Of a rule that is watched from `now` on, and has fired so often before.
    pub fn new(now: Timestamp, fired: u64) -> Self {
        let episode = Episode {
            number: fired,
            ..Episode::default()
        };
        Self {
            now,
            since: now,
            price: Price {
                at: now,
                ..Price::default()
            },
            episode: Some(episode),
            ..Self::default()
        }
    }
}
