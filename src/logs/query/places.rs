//! Where in a text the words or pieces of a condition stand: what [`super::matcher`] asks of messages and fields.

use std::ops::Range;

use super::{
    literal::Literal,
    text::{is_inside, is_unspaced, words},
};

/// Words, or pieces of them, one after the other.
pub struct InText {
    pieces: Vec<Literal>,
    /// Between two of them stand signs alone; else anything.
    are_words: bool,
    /// A word begins with the first.
    opens: bool,
    /// A word ends with the last.
    closes: bool,
}

impl InText {
    /// Words one after the other, whatever signs stand between them.
    pub fn words(text: &str) -> Self {
        let words: Vec<&str> = words(text).collect();
        Self {
            pieces: words.iter().map(|word| Literal::new(word)).collect(),
            are_words: true,
            opens: words.first().is_some_and(|word| is_edge_of_word(word.chars().next())),
            closes: words.last().is_some_and(|word| is_edge_of_word(word.chars().last())),
        }
    }

    /// Pieces in this order, with anything between; an empty one at either end opens it.
    pub fn pieces(pieces: &[String]) -> Self {
        let known = pieces.iter().filter(|piece| !piece.is_empty());
        Self {
            pieces: known.map(|piece| Literal::new(piece)).collect(),
            are_words: false,
            opens: pieces
                .first()
                .is_some_and(|piece| is_edge_of_word(piece.chars().next())),
            closes: pieces.last().is_some_and(|piece| is_edge_of_word(piece.chars().last())),
        }
    }

    /// Whether they stand in `text`.
    pub fn is_in(&self, text: &str) -> bool {
        self.find(text, 0).is_some()
    }

    /// The first place where they stand. Nothing that lies before byte `from` counts as the sign before a word.
    pub fn find(&self, text: &str, from: usize) -> Option<Range<usize>> {
        let Some((first, rest)) = self.pieces.split_first() else {
            return Some(from..from);
        };
        for hit in first.all(text, from) {
            if self.opens && !is_edge_before(text, from, hit.start) {
                continue;
            }
            let end = match rest.split_last() {
                None => self.may_end(text, hit.end).then_some(hit.end),
                Some(_) if self.are_words => self.words_after(rest, text, hit.end),
                // Where the rest doesn't come after this one, it doesn't after a later one.
                Some((last, between)) => Some(self.pieces_after(between, last, text, hit.end)?),
            };
            if let Some(end) = end {
                return Some(hit.start..end);
            }
        }
        None
    }

    fn may_end(&self, text: &str, end: usize) -> bool {
        !self.closes || !text[end..].starts_with(is_inside)
    }

    fn words_after(&self, rest: &[Literal], text: &str, mut at: usize) -> Option<usize> {
        for word in rest {
            let signs = text[at..].find(is_inside).filter(|signs| *signs > 0)?;
            at += signs;
            at += word.begins(&text[at..])?;
        }
        self.may_end(text, at).then_some(at)
    }

    fn pieces_after(&self, between: &[Literal], last: &Literal, text: &str, mut at: usize) -> Option<usize> {
        for piece in between {
            at = piece.find(text, at)?.end;
        }
        let mut ends = last.all(text, at).map(|hit| hit.end);
        ends.find(|end| self.may_end(text, *end))
    }
}

/// At a letter or digit a word begins and ends, unless its script sets no spaces.
fn is_edge_of_word(c: Option<char>) -> bool {
    c.is_some_and(|c| is_inside(c) && !is_unspaced(c))
}

fn is_edge_before(text: &str, from: usize, at: usize) -> bool {
    at == 0 || (at > from && !text[..at].ends_with(is_inside))
}

/// What a whole text is like: pieces with anything between.
#[derive(Clone, Debug)]
pub struct Whole(Vec<Literal>);

impl Whole {
    /// Of these pieces.
    pub fn new(pieces: &[String]) -> Self {
        Self(pieces.iter().map(|piece| Literal::new(piece)).collect())
    }

    /// Whether it is like this.
    pub fn is(&self, text: &str) -> bool {
        match &self.0[..] {
            [] => text.is_empty(),
            [one] => one.begins(text) == Some(text.len()),
            [first, between @ .., last] => {
                let ends = first
                    .begins(text)
                    .and_then(|begin| Some((begin, begin + last.ends(&text[begin..])?)));
                ends.is_some_and(|(mut at, end)| {
                    between.iter().all(|piece| match piece.find(&text[..end], at) {
                        Some(hit) => {
                            at = hit.end;
                            true
                        }
                        None => false,
                    })
                })
            }
        }
    }
}

/// `name=value` as it is written in a text, the value in quotes or not.
pub struct Written {
    /// With the sign behind it.
    name: Literal,
    value: Vec<Literal>,
}

impl Written {
    /// Of this field with a value of these pieces.
    pub fn new(name: &str, value: &[String]) -> Self {
        Self {
            name: Literal::new(&format!("{name}=")),
            value: value.iter().map(|piece| Literal::new(piece)).collect(),
        }
    }

    /// The first place where it is written.
    pub fn find(&self, text: &str) -> Option<Range<usize>> {
        let is_other = |c: char| is_inside(c) || matches!(c, '_' | '.');
        let names = self.name.all(text, 0);
        let mut own = names.filter(|hit| !text[..hit.start].ends_with(is_other));
        own.find_map(|hit| {
            let end = self.value(text, hit.end, "").or_else(|| {
                let inside = text[hit.end..].strip_prefix('"')?;
                self.value(text, text.len() - inside.len(), "\"")
            })?;
            Some(hit.start..end)
        })
    }

    /// Where the value ends that begins at byte `at`, `quote` behind it included.
    fn value(&self, text: &str, at: usize, quote: &str) -> Option<usize> {
        let ends = |end: usize| {
            let after = text[end..].strip_prefix(quote)?;
            let is_end = after.is_empty() || after.starts_with(|c: char| c.is_whitespace() || ",;)]}".contains(c));
            is_end.then(|| text.len() - after.len())
        };
        let (first, rest) = match self.value.split_first() {
            None => return ends(at),
            Some(parts) => parts,
        };
        let mut at = at + first.begins(&text[at..])?;
        let Some((last, between)) = rest.split_last() else {
            return ends(at);
        };
        for piece in between {
            let until = run(text, at);
            at = piece.find(text, at).filter(|hit| hit.start <= until)?.end;
        }
        // What stands for anything takes as much as it can.
        let until = run(text, at);
        let places = last.all(text, at).take_while(|hit| hit.start <= until);
        places.filter_map(|hit| ends(hit.end)).last()
    }
}

/// Where what a star stands for in a value ends at the latest.
fn run(text: &str, at: usize) -> usize {
    let end = text[at..].find(|c: char| c.is_whitespace() || c == '"');
    end.map_or(text.len(), |end| at + end)
}
