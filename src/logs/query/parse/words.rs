//! The words of a query: what is to be found, in quotes or without, and conditions on something by name.

use super::{
    Parser, Read, Wrong,
    values::{pieces, when, written},
};
use crate::logs::{
    model::Level,
    query::{Compare, Expr, Term, size},
};

impl Parser {
    /// A text in quotes; a backslash before a quote or a backslash takes its meaning away.
    pub(super) fn quoted(&mut self) -> Result<String, Wrong> {
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
    pub(super) fn regex_end(&self) -> Option<usize> {
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
    pub(super) fn bare(&mut self, top: bool) -> Result<Read, Wrong> {
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
                if compares_numbers && (value.len() > 1 || size::number(&value[0]).is_none()) {
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
