//! The judge: whether a line is what a query asks for.

use std::{cell::OnceCell, ops::Range};

use regex::Regex;
use serde_json::Value;

use super::{
    Compare, Expr, Query, Term,
    patterns::{built, part_pattern, regex, whole, words_pattern, written},
    size::by_size,
};
use crate::{
    logs::model::{Fields, Level, LogLine},
    time::Timestamp,
};

/// A line as it is judged.
pub struct Seen<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// How bad.
    pub level: Level,
    /// What wrote it.
    pub source: &'a str,
    /// Its text.
    pub message: &'a str,
    fields: Read<'a>,
}

enum Read<'a> {
    Whole(&'a Fields),
    /// As JSON, or nothing; read when somebody asks.
    Raw(&'a str, OnceCell<Fields>),
}

impl<'a> From<&'a LogLine> for Seen<'a> {
    fn from(line: &'a LogLine) -> Self {
        Self {
            time: line.time,
            level: line.level,
            source: &line.source,
            message: &line.message,
            fields: Read::Whole(&line.fields),
        }
    }
}

impl<'a> Seen<'a> {
    /// A line whose fields are still JSON (empty when it has none).
    pub fn raw(time: Timestamp, level: Level, source: &'a str, message: &'a str, fields: &'a str) -> Self {
        Self {
            time,
            level,
            source,
            message,
            fields: Read::Raw(fields, OnceCell::new()),
        }
    }

    /// Its fields.
    pub fn fields(&self) -> &Fields {
        match &self.fields {
            Read::Whole(fields) => fields,
            Read::Raw("", cell) => cell.get_or_init(Fields::default),
            Read::Raw(json, cell) => cell.get_or_init(|| serde_json::from_str(json).unwrap_or_default()),
        }
    }
}

/// A query made ready; cheap to use on many lines.
pub struct Matcher {
    expr: Node,
    since: Option<Timestamp>,
    before: Option<Timestamp>,
}

enum Node {
    Everything,
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// In the message or in a field.
    Text(Regex),
    /// In the message alone.
    Message(Regex),
    Level(Compare, Level),
    Source(Regex),
    Field(Field),
}

struct Field {
    name: String,
    compare: Compare,
    /// The whole value is like this.
    like: Option<Regex>,
    /// So it would stand in a message.
    written: Option<Regex>,
    /// As it was asked for, where it is compared by size.
    asked: String,
}

impl Matcher {
    /// Makes `query` ready for lines, as seen at `now`.
    pub fn new(query: &Query, now: Timestamp) -> Self {
        Self {
            expr: node(&query.expr),
            since: query.since.map(|when| when.at(now)),
            before: query.before.map(|when| when.at(now)),
        }
    }

    /// Only lines that happened then or later.
    pub fn since(&self) -> Option<Timestamp> {
        self.since
    }

    /// Only lines that happened before.
    pub fn before(&self) -> Option<Timestamp> {
        self.before
    }

    /// Narrows the time further: to lines of `from` or later and before `to`.
    #[must_use]
    pub fn within(mut self, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        self.since = self.since.max(from);
        self.before = match (self.before, to) {
            (Some(before), Some(to)) => Some(before.min(to)),
            (before, to) => before.or(to),
        };
        self
    }

    /// Whether the line is asked for.
    pub fn matches(&self, line: &Seen) -> bool {
        self.since.is_none_or(|since| line.time >= since)
            && self.before.is_none_or(|before| line.time < before)
            && self.expr.holds(line)
    }

    /// The parts of a message that are what was looked for: byte ranges, in order, none inside another.
    pub fn marks(&self, message: &str) -> Vec<Range<usize>> {
        let mut marks = Vec::new();
        self.expr.mark(message, &mut marks);
        marks.sort_by_key(|mark: &Range<usize>| mark.start);
        let mut joined: Vec<Range<usize>> = Vec::new();
        for mark in marks {
            match joined.last_mut() {
                Some(last) if mark.start <= last.end => last.end = last.end.max(mark.end),
                _ => joined.push(mark),
            }
        }
        joined
    }
}

impl Node {
    fn holds(&self, line: &Seen) -> bool {
        match self {
            Self::Everything => true,
            Self::All(all) => all.iter().all(|node| node.holds(line)),
            Self::Any(any) => any.iter().any(|node| node.holds(line)),
            Self::Not(node) => !node.holds(line),
            Self::Text(regex) => regex.is_match(line.message) || texts(line.fields()).any(|text| regex.is_match(&text)),
            Self::Message(regex) => regex.is_match(line.message),
            Self::Level(compare, level) => compare.holds(line.level.cmp(level)),
            Self::Source(regex) => regex.is_match(line.source),
            Self::Field(field) => field.holds(line),
        }
    }

    fn mark(&self, message: &str, marks: &mut Vec<Range<usize>>) {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|node| node.mark(message, marks)),
            Self::Text(regex) => {
                let mut at = 0;
                while let Some(found) = regex.captures_at(message, at) {
                    let Some(found) = found.get(1).or_else(|| found.get(0)) else {
                        return;
                    };
                    marks.push(found.range());
                    // The sign after one word is the sign before the next.
                    at = found.end().max(at + 1);
                    if !message.is_char_boundary(at) {
                        return;
                    }
                }
            }
            Self::Message(regex) => {
                marks.extend(
                    regex
                        .find_iter(message)
                        .map(|found| found.range())
                        .filter(|range| !range.is_empty()),
                );
            }
            Self::Field(Field {
                written: Some(regex), ..
            }) => {
                marks.extend(
                    regex
                        .captures(message)
                        .and_then(|found| found.get(1))
                        .map(|found| found.range()),
                );
            }
            _ => (),
        }
    }
}

impl Field {
    fn holds(&self, line: &Seen) -> bool {
        match (self.compare, value(line.fields(), &self.name)) {
            (Compare::Is, Some(value)) if any_of(value, &|text| self.is_like(text)) => true,
            (Compare::Is, _) => self
                .written
                .as_ref()
                .is_some_and(|written| written.is_match(line.message)),
            (Compare::Not, Some(value)) => !any_of(value, &|text| self.is_like(text)),
            (_, Some(value)) => any_of(value, &|text| {
                by_size(text, &self.asked).is_some_and(|ordering| self.compare.holds(ordering))
            }),
            (_, None) => false,
        }
    }

    fn is_like(&self, value: &str) -> bool {
        self.like.as_ref().is_some_and(|like| like.is_match(value))
    }
}

/// The fields as they are read: `name=value`.
pub fn texts(fields: &Fields) -> impl Iterator<Item = String> {
    fields
        .0
        .iter()
        .map(|(name, value)| format!("{name}={}", value_text(value)))
}

/// Of a list, each part counts, and the whole as it is written.
fn any_of(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    is(&value_text(value))
        || value
            .as_array()
            .is_some_and(|list| list.iter().any(|part| is(&value_text(part))))
}

fn value_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What a field of this name holds; with points, what lies inside of one.
pub fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
    let own = |name: &str| fields.0.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    own(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(own(first)?, |value, part| value.get(part))
    })
}

fn node(expr: &Expr) -> Node {
    match expr {
        Expr::Everything => Node::Everything,
        Expr::All(all) => Node::All(all.iter().map(node).collect()),
        Expr::Any(any) => Node::Any(any.iter().map(node).collect()),
        Expr::Not(expr) => Node::Not(Box::new(node(expr))),
        Expr::Is(term) => term_node(term),
    }
}

fn term_node(term: &Term) -> Node {
    match term {
        Term::Words(text) => text_node(&words_pattern(text)),
        Term::Part(pieces) => text_node(&part_pattern(pieces)),
        // It was tried when it was read; what isn't one finds nothing.
        Term::Regex(text) => regex(text).map_or(Node::Any(Vec::new()), Node::Message),
        Term::Level(compare, level) => Node::Level(*compare, *level),
        Term::Source(pieces) => whole(pieces).map_or(Node::Any(Vec::new()), Node::Source),
        Term::Field { name, compare, value } => {
            let is = matches!(compare, Compare::Is | Compare::Not);
            Node::Field(Field {
                name: name.clone(),
                compare: *compare,
                like: if is { whole(value) } else { None },
                written: if *compare == Compare::Is {
                    written(name, value)
                } else {
                    None
                },
                asked: value.first().cloned().unwrap_or_default(),
            })
        }
    }
}

fn text_node(pattern: &str) -> Node {
    built(pattern, true).map_or(Node::Any(Vec::new()), Node::Text)
}
