//! What a line must have for a query to be worth asking of it, so that a line is judged by a few of a thousand queries: a
//! word, a source, or a level. Says yes too often rather than too rarely.

use std::collections::HashMap;

use crate::logs::{
    model::{Level, LogLine},
    query::{
        Compare, Expr, Query, Term,
        text::{is_unspaced, word_key, words},
    },
};
use serde_json::Value;

/// One of these must be in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// A word, by its key.
    Words(Vec<u64>),
    /// A source, in small letters.
    Sources(Vec<String>),
    /// A level.
    Levels(Vec<Level>),
    /// Nothing is known.
    Any,
}

impl Anchor {
    /// Of a query.
    pub fn of(query: &Query) -> Self {
        of(&query.expr)
    }

    /// How few lines have it, the fewest first.
    const fn rank(&self) -> u8 {
        match self {
            Self::Words(_) => 0,
            Self::Sources(_) => 1,
            Self::Levels(_) => 2,
            Self::Any => 3,
        }
    }
}

fn of(expr: &Expr) -> Anchor {
    match expr {
        Expr::Everything | Expr::Not(_) => Anchor::Any,
        Expr::All(all) => all.iter().map(of).min_by_key(Anchor::rank).unwrap_or(Anchor::Any),
        Expr::Any(any) => any.iter().map(of).reduce(either).unwrap_or(Anchor::Any),
        Expr::Is(term) => term_anchor(term),
    }
}

fn either(one: Anchor, other: Anchor) -> Anchor {
    match (one, other) {
        (Anchor::Words(mut one), Anchor::Words(other)) => {
            one.extend(other);
            Anchor::Words(one)
        }
        (Anchor::Sources(mut one), Anchor::Sources(other)) => {
            one.extend(other);
            Anchor::Sources(one)
        }
        (Anchor::Levels(mut one), Anchor::Levels(other)) => {
            one.extend(other);
            Anchor::Levels(one)
        }
        _ => Anchor::Any,
    }
}

fn term_anchor(term: &Term) -> Anchor {
    match term {
        Term::Words(text) => word(text),
        Term::Field { name, compare, value } => match (compare, &value[..]) {
            // As a rule the value says more than the name; without letters or digits it says nothing.
            (Compare::Is, [whole]) => match word(whole) {
                Anchor::Any => word(name),
                anchor => anchor,
            },
            _ => word(name),
        },
        Term::Level(compare, level) => {
            let levels = Level::ALL.into_iter().filter(|own| compare.holds(own.cmp(level)));
            Anchor::Levels(levels.collect())
        }
        Term::Source(pieces) => match &pieces[..] {
            [whole] => Anchor::Sources(vec![whole.to_lowercase()]),
            _ => Anchor::Any,
        },
        Term::Part(_) | Term::Regex(_) => Anchor::Any,
    }
}

/// The longest word of a text; a word of a script without spaces may be a part of another.
fn word(text: &str) -> Anchor {
    let known = words(text).filter(|word| !word.chars().any(is_unspaced));
    known
        .max_by_key(|word| word.len())
        .map_or(Anchor::Any, |word| Anchor::Words(vec![word_key(word)]))
}

/// Queries by their anchors.
#[derive(Default)]
pub struct Sieve {
    words: HashMap<u64, Vec<usize>>,
    sources: HashMap<String, Vec<usize>>,
    levels: [Vec<usize>; Level::ALL.len()],
    any: Vec<usize>,
}

impl Sieve {
    /// Of queries, which are numbered from 0.
    pub fn of<'a>(queries: impl Iterator<Item = &'a Query>) -> Self {
        let mut sieve = Self::default();
        for (number, query) in queries.enumerate() {
            match Anchor::of(query) {
                Anchor::Words(keys) => keys
                    .into_iter()
                    .for_each(|key| sieve.words.entry(key).or_default().push(number)),
                Anchor::Sources(names) => names
                    .into_iter()
                    .for_each(|name| sieve.sources.entry(name).or_default().push(number)),
                Anchor::Levels(levels) => levels
                    .into_iter()
                    .for_each(|level| sieve.levels[level as usize].push(number)),
                Anchor::Any => sieve.any.push(number),
            }
        }
        sieve
    }

    /// The queries that a line may be asked for by, each once, into `out`.
    pub fn sift(&self, line: &LogLine, out: &mut Vec<usize>) {
        out.clear();
        out.extend(&self.any);
        out.extend(&self.levels[line.level as usize]);
        if !self.sources.is_empty() {
            // Sources are few and short; most are in small letters.
            out.extend(self.sources.get(&line.source.to_lowercase()).into_iter().flatten());
        }
        if !self.words.is_empty() {
            let mut find = |text: &str| {
                for word in words(text) {
                    out.extend(self.words.get(&word_key(word)).into_iter().flatten());
                }
            };
            find(&line.message);
            for (name, value) in &line.fields.0 {
                find(name);
                texts(value, &mut find);
            }
        }
        out.sort_unstable();
        out.dedup();
    }
}

/// The texts of a value: its own, those inside of it, and all of it as JSON, which is how words are looked for in it.
fn texts(value: &Value, find: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => find(text),
        Value::Array(_) | Value::Object(_) => {
            find(&value.to_string());
            inside(value, find);
        }
        other => find(&other.to_string()),
    }
}

fn inside(value: &Value, find: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => find(text),
        Value::Array(list) => list.iter().for_each(|value| inside(value, find)),
        Value::Object(map) => map.values().for_each(|value| inside(value, find)),
        Value::Null | Value::Bool(_) | Value::Number(_) => (),
    }
}
