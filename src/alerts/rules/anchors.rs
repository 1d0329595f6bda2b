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

/// What lines of a query must have: each of these.
fn all_of(expr: &Expr) -> Vec<Anchor> {
    match expr {
        Expr::Everything | Expr::Not(_) => Vec::new(),
        Expr::All(all) => all.iter().flat_map(all_of).collect(),
        Expr::Any(any) => {
            let each = any.iter().map(|one| best(all_of(one), |_| 0));
            each.reduce(either).into_iter().collect()
        }
        Expr::Is(term) => of_term(term),
    }
}

/// The one that the fewest lines have; among words, the one that `weighs` least.
fn best(anchors: Vec<Anchor>, weighs: impl Fn(&Anchor) -> usize) -> Anchor {
    let best = anchors.into_iter().min_by_key(|anchor| (anchor.rank(), weighs(anchor)));
    best.unwrap_or(Anchor::Any)
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

fn of_term(term: &Term) -> Vec<Anchor> {
    match term {
        Term::Words(text) => of_words(text),
        Term::Field { name, compare, value } => {
            let mut anchors = of_words(name);
            if let (Compare::Is, [whole]) = (compare, &value[..]) {
                anchors.extend(of_words(whole));
            }
            anchors
        }
        Term::Level(compare, level) => {
            let levels = Level::ALL.into_iter().filter(|own| compare.holds(own.cmp(level)));
            vec![Anchor::Levels(levels.collect())]
        }
        Term::Source(pieces) => match &pieces[..] {
            [whole] => vec![Anchor::Sources(vec![whole.to_lowercase()])],
            _ => Vec::new(),
        },
        Term::Part(_) | Term::Regex(_) => Vec::new(),
    }
}

/// The words of a text; one of a script without spaces may be a part of another.
fn of_words(text: &str) -> Vec<Anchor> {
    let known = words(text).filter(|word| !word.chars().any(is_unspaced));
    known.map(|word| Anchor::Words(vec![word_key(word)])).collect()
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
        let all: Vec<Vec<Anchor>> = queries.map(|query| all_of(&query.expr)).collect();
        // What many queries have in common tells them apart least: an order's number is worth more than the word order.
        let mut common: HashMap<u64, usize> = HashMap::new();
        for anchor in all.iter().flatten() {
            if let Anchor::Words(keys) = anchor {
                keys.iter().for_each(|key| *common.entry(*key).or_default() += 1);
            }
        }
        let weighs = |anchor: &Anchor| match anchor {
            Anchor::Words(keys) => keys.iter().filter_map(|key| common.get(key)).sum(),
            _ => 0,
        };
        let mut sieve = Self::default();
        for (number, anchors) in all.into_iter().enumerate() {
            match best(anchors, weighs) {
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::{
        logs::{model::Fields, query::matcher::Matcher},
        time::Timestamp,
    };

    const QUERIES: [&str; 16] = [
        "",
        "timeout",
        "\"upstream timeout\"",
        "timeout -heartbeat",
        "timeout OR refused",
        "(timeout OR refused) level>=warn",
        "level>=warn",
        "level=info OR level=error",
        "source:gateway",
        "source:gate*",
        "venue=XLON",
        "venue!=XLON",
        "took>5",
        "nested.deep=a-b",
        "*time*",
        "/time(out)? \\d+/",
    ];

    /// Regular expressions take long to be made.
    static READY: LazyLock<(Sieve, Vec<Matcher>)> = LazyLock::new(|| {
        let queries = QUERIES.map(|text| Query::parse(text).unwrap());
        let matchers = queries.iter().map(|query| Matcher::new(query, Timestamp::default()));
        (Sieve::of(queries.iter()), matchers.collect())
    });

    fn line(level: u8, source: &str, message: String, venue: &str, deep: &str) -> LogLine {
        LogLine {
            id: 1,
            time: Timestamp::default(),
            level: Level::ALL[usize::from(level)],
            source: source.into(),
            message,
            fields: Fields(vec![
                ("venue".into(), venue.into()),
                ("took".into(), 7.into()),
                ("nested".into(), serde_json::json!({"deep": [deep, {"x": deep}]})),
            ]),
            colours: Default::default(),
        }
    }

    #[test]
    fn few_queries_are_asked_of_a_line() {
        let queries: Vec<Query> = (0..1_000)
            .map(|n| Query::parse(&format!("order {n} level>=warn")).unwrap())
            .collect();
        let (sieve, mut out) = (Sieve::of(queries.iter()), Vec::new());
        sieve.sift(&line(0, "gateway", "order 17 accepted".into(), "XLON", "y"), &mut out);
        assert_eq!(out, [7, 17], "it took 7");
        let either = Query::parse("a OR level=error").unwrap();
        assert_eq!(best(all_of(&either.expr), |_| 0), Anchor::Any);
    }

    proptest! {
        #[test]
        fn no_line_that_is_asked_for_is_passed_over(
            level in 0..5_u8,
            source in prop::sample::select(vec!["gateway", "Gateway", "risk"]),
            words in prop::collection::vec(prop::sample::select(vec![
                "timeout", "Timeout", "upstream", "refused", "heartbeat", "venue=XLON", "time 5", "took=9", "xlon",
            ]), 0..6),
            venue in prop::sample::select(vec!["XLON", "xlon", "XPAR", "timeout"]),
            deep in prop::sample::select(vec!["a-b", "refused", "upstream timeout"]),
        ) {
            let line = line(level, source, words.join(" "), venue, deep);
            let mut sifted = Vec::new();
            let (sieve, matchers) = &*READY;
            sieve.sift(&line, &mut sifted);
            for (number, matcher) in matchers.iter().enumerate() {
                let is_asked = matcher.matches(&(&line).into());
                prop_assert!(!is_asked || sifted.contains(&number), "{} of {line:?}", QUERIES[number]);
            }
        }
    }
}
