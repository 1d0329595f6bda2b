//! Regular expressions that people write.

use std::{ops::Range, sync::OnceLock};

use memchr::memmem::Finder;
use regex::{Regex, RegexBuilder};

use super::needs::literals;

/// Memory that a regular expression may take, in bytes.
const REGEX_SIZE: usize = 1 << 20;
/// Memory that looking for it may take besides, in bytes; what needs more is looked for more slowly.
const CACHE_SIZE: usize = 1 << 18;

/// A regular expression. It takes a hundred times the memory of its text, so it is made when the first line comes that may
/// fit.
pub struct Pattern {
    text: String,
    /// What stands in whatever fits.
    literal: Option<Finder<'static>>,
    made: OnceLock<Option<Regex>>,
}

impl Pattern {
    /// This one.
    pub fn new(text: &str) -> Self {
        let longest = literals(text).into_iter().max_by_key(String::len);
        let literal = longest.filter(|literal| !literal.is_empty());
        Self {
            text: text.to_owned(),
            literal: literal.map(|literal| Finder::new(&literal).into_owned()),
            made: OnceLock::new(),
        }
    }

    /// Whether it fits a part of `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.may_be_in(text) && self.made().is_some_and(|regex| regex.is_match(text))
    }

    /// The parts of `text` that it fits.
    pub fn all<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let regex = self.made().filter(|_| self.may_be_in(text));
        let found = regex.into_iter().flat_map(|regex| regex.find_iter(text));
        found.map(|found| found.range())
    }

    fn may_be_in(&self, text: &str) -> bool {
        let literal = self.literal.as_ref();
        literal.is_none_or(|literal| literal.find(text.as_bytes()).is_some())
    }

    /// It was tried when it was read; what isn't one finds nothing.
    fn made(&self) -> Option<&Regex> {
        self.made.get_or_init(|| regex(&self.text).ok()).as_ref()
    }
}

/// A person's regular expression.
///
/// # Errors
/// What is wrong with it.
pub fn regex(text: &str) -> Result<Regex, String> {
    let mut builder = RegexBuilder::new(text);
    builder.size_limit(REGEX_SIZE).dfa_size_limit(CACHE_SIZE);
    builder.build().map_err(|cause| match cause {
        regex::Error::CompiledTooBig(_) => "This regular expression is too large; repeat less in it.".to_owned(),
        cause => {
            let cause = cause.to_string();
            let last = cause.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("This regular expression can't be read: {last}. A / at either end makes a text one; to find the text itself, put it in quotes.")
        }
    })
}
