//! Which lines are shown: a set of levels and a piece of text. Pure, the same on both ends.

use serde::{Deserialize, Serialize};

use super::model::{Level, LogLine};
use crate::platform::lowercase;

/// Longest text that is looked for, in characters; the rest is ignored.
pub const LONGEST_TEXT: usize = 200;

/// A set of levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Levels(u8);

impl Levels {
    /// Every level.
    pub const ALL: Self = Self(0b1_1111);
    /// None of them.
    pub const NONE: Self = Self(0);

    /// Reads `error,warn`; nothing or no word known is every level, `none` is none.
    pub fn read(text: &str) -> Self {
        let words = || text.split(',').map(str::trim);
        let known = words().filter_map(Level::read).fold(Self::NONE, Self::toggled_on);
        if known == Self::NONE && !words().any(|word| word == "none") {
            return Self::ALL;
        }
        known
    }

    /// What [`Levels::read`] reads; empty for every level.
    pub fn text(self) -> String {
        if self == Self::ALL {
            return String::new();
        }
        let names: Vec<&str> = Level::ALL
            .into_iter()
            .filter(|level| self.has(*level))
            .map(Level::name)
            .collect();
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.join(",")
        }
    }

    /// Whether `level` is in it.
    pub const fn has(self, level: Level) -> bool {
        self.0 & (1 << level as u8) != 0
    }

    /// With `level` in when it was out, and the other way round.
    #[must_use]
    pub const fn toggled(self, level: Level) -> Self {
        Self(self.0 ^ (1 << level as u8))
    }

    const fn toggled_on(self, level: Level) -> Self {
        Self(self.0 | (1 << level as u8))
    }
}

impl FromIterator<Level> for Levels {
    fn from_iter<I: IntoIterator<Item = Level>>(levels: I) -> Self {
        levels.into_iter().fold(Self::NONE, Self::toggled_on)
    }
}

/// What a line must have to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// One of these levels.
    pub levels: Levels,
    /// This text, whatever its case, in its message, fields or source. Empty asks for nothing.
    pub text: String,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            levels: Levels::ALL,
            text: String::new(),
        }
    }
}

impl Filter {
    /// From the query of a page's URL, `?level=error,warn&text=timeout`.
    pub fn read(level: Option<&str>, text: Option<&str>) -> Self {
        Self {
            levels: Levels::read(level.unwrap_or_default()),
            text: text.unwrap_or_default().trim().chars().take(LONGEST_TEXT).collect(),
        }
    }

    /// True when every line passes.
    pub fn is_everything(&self) -> bool {
        self.levels == Levels::ALL && self.text.is_empty()
    }

    /// The lines that pass, in their order.
    pub fn of<'a, L: AsRef<LogLine> + 'a>(&self, lines: impl Iterator<Item = L> + 'a) -> impl Iterator<Item = L> + 'a {
        let (levels, needle) = (self.levels, lowercase(&self.text));
        lines.filter(move |line| levels.has(line.as_ref().level) && has_text(line.as_ref(), &needle))
    }

    /// How many lines of each level have the text, by the levels' places in [`Level::ALL`]: what the chips say.
    pub fn counts<L: AsRef<LogLine>>(&self, lines: impl Iterator<Item = L>) -> [usize; 5] {
        let needle = lowercase(&self.text);
        let mut counts = [0; 5];
        for line in lines.filter(|line| has_text(line.as_ref(), &needle)) {
            counts[line.as_ref().level as usize] += 1;
        }
        counts
    }
}

/// `needle` is in lower case already.
fn has_text(line: &LogLine, needle: &str) -> bool {
    needle.is_empty()
        || lowercase(&line.message).contains(needle)
        || lowercase(&line.source).contains(needle)
        || (!line.fields.0.is_empty() && lowercase(&line.fields.to_string()).contains(needle))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::logs::model::Fields;

    fn line(id: u64, level: Level, source: &str, message: &str) -> Arc<LogLine> {
        let fields = Fields(vec![("venue".into(), "XLON".into()), ("order_id".into(), id.into())]);
        Arc::new(LogLine {
            id,
            time: Default::default(),
            level,
            source: source.into(),
            message: message.into(),
            fields,
            colours: Default::default(),
        })
    }

    fn passing(filter: &Filter) -> Vec<u64> {
        let lines = [
            line(1, Level::Error, "gateway", "Upstream timed out"),
            line(2, Level::Info, "gateway", "order accepted"),
            line(3, Level::Debug, "md-feed", "Überlauf"),
        ];
        filter.of(lines.iter()).map(|line| line.id).collect()
    }

    #[test]
    fn levels_and_text_both_count() {
        assert_eq!(passing(&Filter::default()), [1, 2, 3]);
        assert_eq!(passing(&Filter::read(Some("error,debug"), None)), [1, 3]);
        assert_eq!(passing(&Filter::read(None, Some("UPSTREAM"))), [1]);
        assert_eq!(passing(&Filter::read(None, Some("überLAUF"))), [3]);
        assert_eq!(passing(&Filter::read(None, Some("gate"))), [1, 2], "the source counts");
        assert_eq!(passing(&Filter::read(None, Some("order_id=2"))), [2], "fields count");
        assert_eq!(passing(&Filter::read(Some("info"), Some("upstream"))), [0u64; 0]);
        assert_eq!(passing(&Filter::read(Some("none"), None)), [0u64; 0]);
    }

    #[test]
    fn chips_count_what_has_the_text_whatever_is_pressed() {
        let lines = [
            line(1, Level::Error, "gateway", "one"),
            line(2, Level::Error, "gateway", "two"),
            line(3, Level::Info, "gateway", "one"),
        ];
        assert_eq!(Filter::read(Some("none"), None).counts(lines.iter()), [0, 0, 1, 0, 2]);
        assert_eq!(Filter::read(None, Some("ONE")).counts(lines.iter()), [0, 0, 1, 0, 1]);
    }

    #[test]
    fn levels_read_back_what_they_write() {
        for bits in 0..=0b1_1111 {
            assert_eq!(Levels::read(&Levels(bits).text()), Levels(bits));
        }
        assert_eq!(Levels::read(""), Levels::ALL);
        assert_eq!(Levels::read("loud"), Levels::ALL, "a word unknown hides nothing");
        assert_eq!(Levels::ALL.toggled(Level::Info).toggled(Level::Info), Levels::ALL);
    }
}
