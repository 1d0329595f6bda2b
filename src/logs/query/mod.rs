//! The query language of logs: what a person types on one line, as a tree. Pure: no clock, no I/O.
//!
//! `error -heartbeat (timeout OR "connection refused") level>=warn source:gate* status>499 /x-id: \d+/ since:15m`
//!
//! [`parse`](Query::parse) reads it and says where it can't; it writes itself the same again. A [`matcher::Matcher`]
//! is the one judge of lines: those found in the past and those that come. What a [`needs::Needs`] says of a block of
//! lines only spares looking into it.

pub mod fields;
mod literal;
pub mod matcher;
pub mod needs;
mod parse;
mod patterns;
pub mod places;
#[cfg(test)]
mod same_tests;
mod size;
#[cfg(test)]
mod tests;
pub mod text;

use std::fmt;

pub use parse::Wrong;

use super::model::Level;
use crate::time::Timestamp;

/// Longest query, in characters.
pub const LONGEST: usize = 1_000;
/// Conditions in one query at most.
pub const MOST_TERMS: usize = 50;

/// A query as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What a line must be.
    pub expr: Expr,
    /// Only lines that happened at this instant or later.
    pub since: Option<When>,
    /// Only lines that happened before this instant.
    pub before: Option<When>,
    /// Those that came first come first, rather than those that came last.
    pub oldest: bool,
}

/// Conditions joined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expr {
    /// Any line.
    #[default]
    Everything,
    /// All of two or more.
    All(Vec<Expr>),
    /// One of two or more.
    Any(Vec<Expr>),
    /// Not this.
    Not(Box<Expr>),
    /// This.
    Is(Term),
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A word, or several one after the other, whatever stands between them: in the message, or in a field with its name.
    Words(String),
    /// Pieces in this order, with anything between: `*time*out*`. At either end a letter or digit is also a word's end.
    Part(Vec<String>),
    /// A regular expression over the message.
    Regex(String),
    /// How bad.
    Level(Compare, Level),
    /// What wrote it, by pieces with anything between.
    Source(Vec<String>),
    /// A field's value.
    Field {
        /// Its name; with points for what lies inside.
        name: String,
        /// How it compares.
        compare: Compare,
        /// With what: pieces with anything between for `=` and `!=`, one number else.
        value: Vec<String>,
    },
}

/// How two things compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `=`
    Is,
    /// `!=`
    Not,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

/// An instant, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// So many seconds before now.
    Ago(u32),
    /// This one.
    At(Timestamp),
}

impl When {
    /// The instant.
    pub fn at(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Ago(seconds) => now.plus_seconds(-i64::from(seconds)),
            Self::At(at) => at,
        }
    }
}

impl Compare {
    /// As it is typed.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Is => "=",
            Self::Not => "!=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }

    /// Whether `ordering`, of a line's value to the query's, is as asked.
    pub const fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Is => ordering.is_eq(),
            Self::Not => ordering.is_ne(),
            Self::Above => ordering.is_gt(),
            Self::AtLeast => ordering.is_ge(),
            Self::Below => ordering.is_lt(),
            Self::AtMost => ordering.is_le(),
        }
    }
}

impl Query {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// Where it can't be understood, and what to do.
    pub fn parse(text: &str) -> Result<Self, Wrong> {
        parse::parse(text)
    }

    /// True when it asks for nothing.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// This and one condition more: how a click adds what it names.
    #[must_use]
    pub fn with(mut self, more: Expr) -> Self {
        self.expr = match self.expr {
            Expr::Everything => more,
            Expr::All(mut all) => {
                if !all.contains(&more) {
                    all.push(more);
                }
                Expr::All(all)
            }
            one if one == more => one,
            one => Expr::All(vec![one, more]),
        };
        self
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut space = "";
        if self.expr != Expr::Everything {
            // At the top what is joined by AND needs no parentheses.
            match &self.expr {
                Expr::All(all) => write_list(f, all, " ")?,
                other => write!(f, "{other}")?,
            }
            space = " ";
        }
        for (name, when) in [("since", self.since), ("before", self.before)] {
            if let Some(when) = when {
                write!(f, "{space}{name}:{when}")?;
                space = " ";
            }
        }
        match self.oldest {
            true => write!(f, "{space}sort:oldest"),
            false => Ok(()),
        }
    }
}

fn write_list(f: &mut fmt::Formatter<'_>, list: &[Expr], between: &str) -> fmt::Result {
    for (i, expr) in list.iter().enumerate() {
        let before = if i == 0 { "" } else { between };
        write!(f, "{before}{expr}")?;
    }
    Ok(())
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => Ok(()),
            Self::All(all) => {
                f.write_str("(")?;
                write_list(f, all, " ")?;
                f.write_str(")")
            }
            Self::Any(any) => {
                f.write_str("(")?;
                write_list(f, any, " OR ")?;
                f.write_str(")")
            }
            Self::Not(expr) => write!(f, "-{expr}"),
            Self::Is(term) => write!(f, "{term}"),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(text) => write_value(f, std::slice::from_ref(text)),
            Self::Part(pieces) => write_value(f, pieces),
            Self::Regex(regex) => write!(f, "/{}/", regex.replace('/', "\\/")),
            Self::Level(compare, level) => write!(f, "level{}{}", compare.sign(), level.name()),
            Self::Source(pieces) => {
                f.write_str("source:")?;
                write_value(f, pieces)
            }
            Self::Field { name, compare, value } => {
                // A value that begins like the sign: `a==*` would be any value.
                let begins_alike = value.len() > 1 && value[0].starts_with('=');
                let sign = match compare {
                    Compare::Is if begins_alike => "==",
                    compare => compare.sign(),
                };
                write!(f, "{name}{sign}")?;
                write_value(f, value)
            }
        }
    }
}

/// As it stands where nothing in it could be taken for syntax, else quoted. Stars can't be quoted.
fn write_value(f: &mut fmt::Formatter<'_>, pieces: &[String]) -> fmt::Result {
    match pieces {
        [text] if !is_plain(text) => write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        pieces => f.write_str(&pieces.join("*")),
    }
}

fn is_plain(text: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | '@' | '+');
    text.starts_with(char::is_alphanumeric) && text.chars().all(inside) && !matches!(text, "AND" | "OR" | "NOT")
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::At(at) => {
                let text = at.to_string();
                let short = text.trim_end_matches('Z').trim_end_matches(".000000");
                let short = short.strip_suffix(":00").unwrap_or(short);
                match short.strip_suffix("T00:00") {
                    Some(day) => f.write_str(day),
                    None => write!(f, "{short}Z"),
                }
            }
            Self::Ago(seconds) => {
                let units = [(604_800, 'w'), (86_400, 'd'), (3_600, 'h'), (60, 'm')];
                let unit = units.into_iter().find(|(size, _)| seconds > 0 && seconds % size == 0);
                let (size, letter) = unit.unwrap_or((1, 's'));
                write!(f, "{}{letter}", seconds / size)
            }
        }
    }
}
