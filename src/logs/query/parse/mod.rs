//! Reads a query, and says of a mistake where it is and what to do.

mod values;
mod words;

use std::fmt;

use super::{Expr, LONGEST, MOST_TERMS, Query, Term, When, patterns};

use values::written;

/// Parentheses and minus signs inside each other at most.
const DEEPEST: usize = 20;

/// What can't be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Where, in characters from the beginning.
    pub at: usize,
    /// What is wrong and what to do, as a sentence.
    pub words: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "At character {}: {}", self.at + 1, self.words)
    }
}

struct Parser {
    text: Vec<char>,
    at: usize,
    depth: usize,
    terms: usize,
    since: Option<When>,
    before: Option<When>,
    oldest: bool,
}

/// What one word of a query is.
enum Read {
    Expr(Expr),
    /// A bound in time, which is of the whole query.
    Bound,
}

pub fn parse(text: &str) -> Result<Query, Wrong> {
    let text: Vec<char> = text.chars().collect();
    if text.len() > LONGEST {
        let words = format!("A query has {LONGEST} characters at most; this one has {}.", text.len());
        return Err(Wrong { at: LONGEST, words });
    }
    let mut parser = Parser {
        text,
        at: 0,
        depth: 0,
        terms: 0,
        since: None,
        before: None,
        oldest: false,
    };
    let expr = parser.any(true)?;
    if parser.peek().is_some() {
        return parser.wrong(
            parser.at,
            "This parenthesis closes nothing; take it out, or put it in quotes.",
        );
    }
    if parser.ends_before_it_begins() {
        return parser.wrong(0, "since: lies after before:, so no line can fit.");
    }
    Ok(Query {
        expr,
        since: parser.since,
        before: parser.before,
        oldest: parser.oldest,
    })
}

impl Parser {
    fn wrong<T>(&self, at: usize, words: impl Into<String>) -> Result<T, Wrong> {
        Err(Wrong {
            at,
            words: words.into(),
        })
    }

    fn ends_before_it_begins(&self) -> bool {
        match (self.since, self.before) {
            (Some(When::Ago(since)), Some(When::Ago(before))) => since <= before,
            (Some(When::At(since)), Some(When::At(before))) => since >= before,
            _ => false,
        }
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether the word of syntax stands here, alone.
    fn is_next(&self, word: &str) -> bool {
        let end = self.at + word.chars().count();
        let ends = self
            .text
            .get(end)
            .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'));
        ends && self
            .text
            .get(self.at..end)
            .is_some_and(|part| part.iter().copied().eq(word.chars()))
    }

    /// Alternatives, up to a closing parenthesis or the end.
    fn any(&mut self, top: bool) -> Result<Expr, Wrong> {
        let mut list = Vec::new();
        loop {
            let began = self.at;
            let is_first = list.is_empty();
            let expr = self.all(top && is_first)?;
            self.skip_spaces();
            let or = self.is_next("OR");
            if expr == Expr::Everything && (or || !is_first) {
                let words = if is_first {
                    "OR stands between two conditions; before this one there is none. To find the word, put it in quotes."
                } else {
                    "After OR comes another condition. To find the word, put it in quotes."
                };
                return self.wrong(if is_first { self.at } else { began.saturating_sub(2) }, words);
            }
            if or && top && (self.since.is_some() || self.before.is_some()) && is_first {
                // What was read as a bound of the whole stands in an alternative.
                return self.wrong(
                    self.at,
                    "since: and before: are for the whole query; put what is joined by OR in parentheses.",
                );
            }
            match expr {
                Expr::Any(more) => list.extend(more),
                expr => list.push(expr),
            }
            if !or {
                break;
            }
            self.at += 2;
        }
        Ok(one_or(list, Expr::Any))
    }

    /// Conditions that must all hold, up to OR, a closing parenthesis or the end.
    fn all(&mut self, top: bool) -> Result<Expr, Wrong> {
        let mut list = Vec::new();
        loop {
            self.skip_spaces();
            if self.peek().is_none_or(|c| c == ')') || self.is_next("OR") {
                return Ok(one_or(list, Expr::All));
            }
            if self.is_next("AND") {
                self.at += 3;
                continue;
            }
            match self.one(top)? {
                Read::Bound => (),
                Read::Expr(Expr::Everything) => (),
                Read::Expr(Expr::All(more)) => list.extend(more),
                Read::Expr(expr) => list.push(expr),
            }
        }
    }

    fn deeper<T>(&mut self, at: usize, read: impl FnOnce(&mut Self) -> Result<T, Wrong>) -> Result<T, Wrong> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return self.wrong(at, format!("Parentheses and minus signs go {DEEPEST} deep at most."));
        }
        let done = read(self)?;
        self.depth -= 1;
        Ok(done)
    }

    fn one(&mut self, top: bool) -> Result<Read, Wrong> {
        let start = self.at;
        let negated = match self.peek() {
            Some('-')
                if self
                    .text
                    .get(start + 1)
                    .is_some_and(|c| !c.is_whitespace() && *c != '-' && *c != '>') =>
            {
                1
            }
            _ if self.is_next("NOT") => 3,
            _ => 0,
        };
        if negated > 0 {
            self.at += negated;
            self.skip_spaces();
            if self.peek().is_none_or(|c| c == ')') {
                return self.wrong(
                    start,
                    "After NOT comes a condition. To find the word, put it in quotes.",
                );
            }
            let inner = self.deeper(start, |parser| parser.one(false))?;
            return Ok(Read::Expr(match inner {
                Read::Expr(Expr::Not(inner)) => *inner,
                Read::Expr(Expr::Everything) | Read::Bound => Expr::Everything,
                Read::Expr(inner) => Expr::Not(Box::new(inner)),
            }));
        }
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let inner = self.deeper(start, |parser| parser.any(false))?;
                if self.peek() != Some(')') {
                    return self.wrong(
                        start,
                        "This parenthesis isn't closed; add ) where it ends, or put it in quotes.",
                    );
                }
                self.at += 1;
                Ok(Read::Expr(inner))
            }
            Some('"') => {
                let text = self.quoted()?;
                self.term(start, written(vec![text]))
            }
            Some('/') if self.regex_end().is_some() => {
                let end = self.regex_end().unwrap_or(start);
                let regex = self.text[start + 1..end].iter().collect::<String>().replace("\\/", "/");
                self.at = end + 1;
                patterns::regex(&regex).map_err(|words| Wrong { at: start, words })?;
                self.term(start, Some(Term::Regex(regex)))
            }
            _ => self.bare(top),
        }
    }

    fn term(&mut self, at: usize, term: Option<Term>) -> Result<Read, Wrong> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return self.wrong(at, format!("A query has {MOST_TERMS} conditions at most."));
        }
        Ok(Read::Expr(term.map_or(Expr::Everything, Expr::Is)))
    }
}

fn one_or(mut list: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match list.len() {
        0 => Expr::Everything,
        1 => list.swap_remove(0),
        _ => join(list),
    }
}
