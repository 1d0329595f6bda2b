//! Reads a query, and says of a mistake where it is and what to do.

use std::fmt;

use super::{Compare, Expr, LONGEST, MOST_TERMS, Query, Term, When, text};
use crate::{logs::model::Level, time::Timestamp};

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
                super::patterns::regex(&regex).map_err(|words| Wrong { at: start, words })?;
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

    /// A text in quotes; a backslash before a quote or a backslash takes its meaning away.
    fn quoted(&mut self) -> Result<String, Wrong> {
        let start = self.at;
        let mut text = String::new();
        self.at += 1;
        loop {
            match self.peek() {
                None => return self.wrong(start, "This quote isn't closed; add another where the text ends."),
                Some('"') => break,
                Some('\\') if self.text.get(self.at + 1).is_some_and(|c| matches!(c, '"' | '\\')) => {
                    text.extend(self.text.get(self.at + 1));
                    self.at += 2;
                }
                Some(c) => {
                    text.push(c);
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        Ok(text)
    }

    /// Where the expression that begins here ends: at a slash after which nothing of the word comes, so that `/api/v1` is
    /// a word.
    fn regex_end(&self) -> Option<usize> {
        let mut at = self.at + 1;
        loop {
            match self.text.get(at)? {
                '\\' => at += 2,
                '/' => break,
                _ => at += 1,
            }
        }
        let ends = self.text.get(at + 1).is_none_or(|c| c.is_whitespace() || *c == ')');
        (ends && at > self.at + 1).then_some(at)
    }

    /// A word that stands without quotes: a condition on something by name, or what is to be found.
    fn bare(&mut self, top: bool) -> Result<Read, Wrong> {
        let start = self.at;
        let end = self.word_end(start, false);
        let name_end = start + self.text[start..end].iter().take_while(|c| is_name(**c)).count();
        let name: String = self.text[start..name_end].iter().collect();
        let signs = [">=", "<=", "!=", "==", "=", ">", "<", ":"];
        let rest: String = self.text[name_end..end].iter().collect();
        let sign = signs.into_iter().find(|sign| rest.starts_with(sign));
        let low = name.to_ascii_lowercase();
        let is_known = matches!(
            low.as_str(),
            "level" | "source" | "since" | "after" | "before" | "until" | "sort"
        );
        let starts_well = name.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '@'));
        let Some(sign) = sign.filter(|sign| starts_well && (*sign != ":" || is_known)) else {
            self.at = end;
            let text: String = self.text[start..end].iter().collect();
            if signs.contains(&text.as_str()) && text != ":" {
                let words =
                    format!("Write it without spaces, such as took{text}1000. To find the sign, put it in quotes.");
                return self.wrong(start, words);
            }
            return self.term(start, written(pieces(&text)));
        };
        self.at = name_end + sign.len();
        let value_at = self.at;
        let value = if self.peek() == Some('"') {
            vec![self.quoted()?]
        } else {
            let end = self.word_end(value_at, true);
            self.at = end;
            pieces(&self.text[value_at..end].iter().collect::<String>())
        };
        let compare = match sign {
            ">=" => Compare::AtLeast,
            "<=" => Compare::AtMost,
            "!=" => Compare::Not,
            ">" => Compare::Above,
            "<" => Compare::Below,
            _ => Compare::Is,
        };
        match low.as_str() {
            "level" => {
                let level = Level::read(&value.join("*"));
                let Some(level) = level else {
                    return self.wrong(value_at, "A level is one of trace, debug, info, warn and error.");
                };
                self.term(start, Some(Term::Level(compare, level)))
            }
            "source" => {
                let is = Expr::Is(Term::Source(value.clone()));
                if value == [""] {
                    return self.wrong(
                        value_at,
                        "After source: comes a name, such as source:gateway or source:gate*.",
                    );
                }
                match compare {
                    Compare::Is => self.term(start, Some(Term::Source(value))),
                    Compare::Not => self.term(start, None).map(|_| Read::Expr(Expr::Not(Box::new(is)))),
                    _ => self.wrong(
                        name_end,
                        "A source is equal or isn't: source:gateway or -source:gateway.",
                    ),
                }
            }
            "since" | "after" | "before" | "until" => self.bound(top, start, value_at, &low, &value.join("*")),
            "sort" if sign == ":" => self.sort(top, start, value_at, &value.join("*")),
            _ => {
                let compares_numbers = !matches!(compare, Compare::Is | Compare::Not);
                if compares_numbers && (value.len() > 1 || super::size::number(&value[0]).is_none()) {
                    let words = format!(
                        "After {} comes a number, such as {name}{}100.",
                        compare.sign(),
                        compare.sign()
                    );
                    return self.wrong(value_at, words);
                }
                self.term(start, Some(Term::Field { name, compare, value }))
            }
        }
    }

    /// Where a word ends: at a space, or at a parenthesis that it didn't open.
    fn word_end(&self, start: usize, mut in_value: bool) -> usize {
        let mut open = 0_usize;
        let mut at = start;
        while let Some(c) = self.text.get(at) {
            match c {
                c if c.is_whitespace() => break,
                // name="value with spaces" goes on after its name as a value.
                '"' if !in_value && at > start && matches!(self.text[at - 1], '=' | ':' | '<' | '>') => break,
                '(' => open += 1,
                ')' if open == 0 && (self.depth > 0 || at == start) => break,
                ')' => open = open.saturating_sub(1),
                _ => (),
            }
            in_value |= *c == '"';
            at += 1;
        }
        at
    }

    fn sort(&mut self, top: bool, start: usize, value_at: usize, value: &str) -> Result<Read, Wrong> {
        if !top {
            let words = "sort: is for the whole query; put it outside of parentheses, OR and minus signs.";
            return self.wrong(start, words);
        }
        self.oldest = match value.to_ascii_lowercase().as_str() {
            "oldest" => true,
            "newest" => false,
            _ => {
                return self.wrong(
                    value_at,
                    "Lines are sorted by when they came: sort:oldest, or sort:newest as is usual.",
                );
            }
        };
        Ok(Read::Bound)
    }

    fn bound(&mut self, top: bool, start: usize, value_at: usize, name: &str, value: &str) -> Result<Read, Wrong> {
        if !top {
            let words = format!("{name}: is for the whole query; put it outside of parentheses, OR and minus signs.");
            return self.wrong(start, words);
        }
        let Some(when) = when(value) else {
            let words = "A time is a while ago, such as 15m, 2h or 7d, or a moment in UTC, such as 2026-11-20 or 2026-11-20T14:03Z.";
            return self.wrong(value_at, words);
        };
        if matches!(name, "since" | "after") {
            self.since = Some(when);
        } else {
            self.before = Some(when);
        }
        Ok(Read::Bound)
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '@' | '/')
}

fn one_or(mut list: Vec<Expr>, join: impl FnOnce(Vec<Expr>) -> Expr) -> Expr {
    match list.len() {
        0 => Expr::Everything,
        1 => list.swap_remove(0),
        _ => join(list),
    }
}

/// Splits at stars; several are one.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for (i, piece) in text.split('*').enumerate() {
        let repeats = piece.is_empty() && i > 0 && pieces.last().is_some_and(String::is_empty) && i > 1;
        if !repeats {
            pieces.push(piece.to_owned());
        }
    }
    if pieces.len() > 2 {
        let last = pieces.len() - 1;
        let mut at = 0;
        pieces.retain(|piece| {
            at += 1;
            !piece.is_empty() || at == 1 || at == last + 1
        });
    }
    pieces
}

/// What is to be found; `None` where it is everything.
fn written(pieces: Vec<String>) -> Option<Term> {
    match &pieces[..] {
        [text] if text.trim().is_empty() => None,
        [text] if text::words(text).next().is_some() => Some(Term::Words(text.clone())),
        pieces if pieces.iter().all(String::is_empty) => None,
        _ => Some(Term::Part(pieces)),
    }
}

/// `15m`, `2026-11-20`, `2026-11-20T14:03`, or RFC 3339.
fn when(text: &str) -> Option<When> {
    if let Some(letter) = text.chars().last().filter(char::is_ascii_alphabetic)
        && let Ok(count) = text[..text.len() - 1].parse::<u32>()
    {
        let size = match letter.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        return count.checked_mul(size).map(When::Ago);
    }
    let bare = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    [
        text.to_owned(),
        format!("{bare}Z"),
        format!("{bare}:00Z"),
        format!("{bare}T00:00:00Z"),
    ]
    .iter()
    .find_map(|text| Timestamp::parse(text))
    .map(When::At)
}
