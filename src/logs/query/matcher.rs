//! The judge: whether a line is what a query asks for.

use std::{cell::OnceCell, ops::Range};

use super::{
    Compare, Expr, Query, Term,
    fields::{any_of, any_text, value},
    patterns::Pattern,
    places::{InText, Whole, Written},
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
    Text(InText),
    /// In the message alone.
    Message(Box<Pattern>),
    Level(Compare, Level),
    Source(Whole),
    Field(Field),
}

struct Field {
    name: String,
    compare: Compare,
    /// The whole value is like this.
    like: Option<Whole>,
    /// So it would stand in a message.
    written: Option<Written>,
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
            Self::Text(sought) => {
                sought.is_in(line.message) || any_text(line.fields(), &|text: &str| sought.is_in(text))
            }
            Self::Message(pattern) => pattern.is_in(line.message),
            Self::Level(compare, level) => compare.holds(line.level.cmp(level)),
            Self::Source(like) => like.is(line.source),
            Self::Field(field) => field.holds(line),
        }
    }

    fn mark(&self, message: &str, marks: &mut Vec<Range<usize>>) {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|node| node.mark(message, marks)),
            Self::Text(sought) => {
                let mut at = 0;
                while let Some(found) = sought.find(message, at).filter(|found| !found.is_empty()) {
                    // The sign after one word is the sign before the next.
                    at = found.end;
                    marks.push(found);
                }
            }
            Self::Message(pattern) => marks.extend(pattern.all(message).filter(|range| !range.is_empty())),
            Self::Field(Field {
                written: Some(written), ..
            }) => marks.extend(written.find(message)),
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
                .is_some_and(|written| written.find(line.message).is_some()),
            (Compare::Not, Some(value)) => !any_of(value, &|text| self.is_like(text)),
            (_, Some(value)) => any_of(value, &|text| {
                by_size(text, &self.asked).is_some_and(|ordering| self.compare.holds(ordering))
            }),
            (_, None) => false,
        }
    }

    fn is_like(&self, value: &str) -> bool {
        self.like.as_ref().is_some_and(|like| like.is(value))
    }
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
        Term::Words(text) => Node::Text(InText::words(text)),
        Term::Part(pieces) => Node::Text(InText::pieces(pieces)),
        Term::Regex(text) => Node::Message(Box::new(Pattern::new(text))),
        Term::Level(compare, level) => Node::Level(*compare, *level),
        Term::Source(pieces) => Node::Source(Whole::new(pieces)),
        Term::Field { name, compare, value } => {
            let is = matches!(compare, Compare::Is | Compare::Not);
            Node::Field(Field {
                name: name.clone(),
                compare: *compare,
                like: is.then(|| Whole::new(value)),
                written: (*compare == Compare::Is).then(|| Written::new(name, value)),
                asked: value.first().cloned().unwrap_or_default(),
            })
        }
    }
}
