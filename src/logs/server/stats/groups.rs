//! How often each source, each value of a field, or each pattern comes among lines.

use std::collections::HashMap;

use super::{
    super::search::{Hit, Visit},
    pattern::pattern,
};
use crate::logs::{model::Level, query::fields::value};

/// Lines that are counted at most, the newest.
pub const LINES: usize = 100_000;
/// Different things that are told apart at most; what comes later is counted together.
const DIFFERENT: usize = 10_000;
/// Longest value that is told apart, in bytes.
const LONGEST: usize = 200;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Levels.
    Level,
    /// Sources.
    Source,
    /// Values of this field.
    Field(String),
    /// Names of fields.
    Names,
    /// Patterns of messages.
    Pattern,
}

impl By {
    /// From its name in a URL: `level`, `source`, `fields`, `pattern`, or `field:venue`.
    pub fn read(text: &str) -> Option<Self> {
        Some(match text {
            "level" => Self::Level,
            "source" => Self::Source,
            "fields" => Self::Names,
            "pattern" => Self::Pattern,
            text => Self::Field(text.strip_prefix("field:").filter(|name| !name.is_empty())?.to_owned()),
        })
    }
}

/// Counts as lines come.
pub struct Groups {
    by: By,
    counts: HashMap<String, (u64, Level)>,
    /// Lines that have nothing to count, or more different things than are told apart.
    pub others: u64,
    /// Lines counted.
    pub lines: usize,
}

impl Groups {
    /// None yet.
    pub fn new(by: By) -> Self {
        Self {
            by,
            counts: HashMap::new(),
            others: 0,
            lines: 0,
        }
    }

    /// The most frequent `most`, each with how often it came and the worst level with it.
    pub fn most(&self, most: usize) -> Vec<(&str, u64, Level)> {
        let mut list: Vec<_> = self
            .counts
            .iter()
            .map(|(text, (count, level))| (&**text, *count, *level))
            .collect();
        list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        list.truncate(most);
        list
    }

    /// How many different there are.
    pub fn different(&self) -> usize {
        self.counts.len()
    }

    fn count(&mut self, mut text: String, level: Level) {
        text.truncate(text.floor_char_boundary(2 * LONGEST));
        if let Some((count, worst)) = self.counts.get_mut(&text) {
            *count += 1;
            *worst = level.max(*worst);
        } else if self.counts.len() < DIFFERENT {
            self.counts.insert(text, (1, level));
        } else {
            self.others += 1;
        }
    }
}

impl Visit for Groups {
    fn room(&self) -> usize {
        LINES - self.lines
    }

    fn take(&mut self, hit: &Hit) {
        self.lines += 1;
        let seen = hit.seen();
        let text = match &self.by {
            By::Level => Some(seen.level.name().to_owned()),
            By::Source => Some(seen.source.to_owned()),
            By::Pattern => Some(pattern(seen.message)),
            By::Names => {
                for (name, _) in &seen.fields().0 {
                    self.count(name.clone(), seen.level);
                }
                None
            }
            By::Field(name) => value(seen.fields(), name).map(|value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
        };
        match text {
            Some(text) => self.count(text, seen.level),
            None => self.others += 1,
        }
    }
}
