//! What a query needs of a block of lines, so that most blocks need not be looked into: words, letters, levels, sources.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use super::{Compare, Expr, Query, Term, text};
use crate::logs::model::Level;

/// Texts of which a database is asked to find one, at most.
const LIKES: usize = 8;

/// Letters of a value that tells more than the name of its field.
const TELLING: usize = 3;

/// What is known of a block without reading its lines.
pub trait Block {
    /// False when no line of it holds the word (see [`text::word_key`]).
    fn may_have_word(&self, key: u64) -> bool;
    /// False when no line of it holds these letters (see [`text::grams`]).
    fn may_have_gram(&self, gram: u32) -> bool;
    /// Whether a line of it has this level.
    fn has_level(&self, level: Level) -> bool;
    /// False when no line of it has one of these levels and comes from a source like this.
    fn has_source(&self, levels: &[Level], like: &dyn Fn(&str) -> bool) -> bool;
}

/// What some line of a block must have for the block to matter.
#[derive(Debug)]
pub struct Needs(Need);

#[derive(Debug)]
enum Need {
    Nothing,
    All(Vec<Need>),
    Any(Vec<Need>),
    Word(u64),
    Gram(u32),
    Levels(Vec<Level>),
    /// A source, on a line of one of these levels.
    Source(Vec<String>, Vec<Level>),
}

impl Needs {
    /// Of this query.
    pub fn of(query: &Query) -> Self {
        Self(need(&query.expr))
    }

    /// True when filters of words or letters can tell anything, and are worth being read.
    pub fn words(&self) -> bool {
        self.0.any(&|need| matches!(need, Need::Word(_)))
    }

    /// The levels of which a line must have one.
    pub fn levels(&self) -> Vec<Level> {
        let mut wanted = Level::ALL.to_vec();
        let all = match &self.0 {
            Need::All(all) => &all[..],
            one => std::slice::from_ref(one),
        };
        for need in all {
            if let Need::Levels(levels) = need {
                wanted.retain(|level| levels.contains(level));
            }
        }
        wanted
    }

    /// As [`Needs::words`], of letters.
    pub fn grams(&self) -> bool {
        self.0.any(&|need| matches!(need, Need::Gram(_)))
    }

    /// False when no line of the block is asked for.
    pub fn may_be_in(&self, block: &impl Block) -> bool {
        self.0.may_be_in(block)
    }
}

impl Need {
    fn any(&self, is: &impl Fn(&Self) -> bool) -> bool {
        match self {
            Self::All(list) | Self::Any(list) => list.iter().any(|need| need.any(is)),
            one => is(one),
        }
    }

    fn may_be_in(&self, block: &impl Block) -> bool {
        match self {
            Self::Nothing => true,
            Self::All(list) => list.iter().all(|need| need.may_be_in(block)),
            Self::Any(list) => list.iter().any(|need| need.may_be_in(block)),
            Self::Word(key) => block.may_have_word(*key),
            Self::Gram(gram) => block.may_have_gram(*gram),
            Self::Levels(levels) => levels.iter().any(|level| block.has_level(*level)),
            Self::Source(pieces, levels) => block.has_source(levels, &|source| is_like(source, pieces)),
        }
    }
}

fn need(expr: &Expr) -> Need {
    match expr {
        Expr::Everything | Expr::Not(_) => Need::Nothing,
        Expr::All(all) => Need::All(met(all.iter().map(need).collect())),
        Expr::Any(any) => Need::Any(any.iter().map(need).collect()),
        Expr::Is(term) => term_need(term),
    }
}

/// Sources that some line of these levels must come from, where both are asked for.
fn met(mut all: Vec<Need>) -> Vec<Need> {
    let mut wanted = Level::ALL.to_vec();
    for need in &all {
        if let Need::Levels(levels) = need {
            wanted.retain(|level| levels.contains(level));
        }
    }
    for need in &mut all {
        if let Need::Source(_, levels) = need {
            levels.clone_from(&wanted);
        }
    }
    all
}

fn term_need(term: &Term) -> Need {
    match term {
        Term::Words(words) => all_words(words),
        Term::Part(pieces) => all_grams(pieces.iter().map(String::as_str)),
        Term::Regex(regex) => all_grams(literals(regex).iter().map(String::as_str)),
        Term::Level(compare, level) => {
            let levels = Level::ALL.into_iter().filter(|own| compare.holds(own.cmp(level)));
            Need::Levels(levels.collect())
        }
        Term::Source(pieces) => Need::Source(pieces.clone(), Level::ALL.to_vec()),
        Term::Field { name, compare, value } => {
            let mut all = vec![all_words(name)];
            match (&value[..], compare) {
                ([whole], Compare::Is) => all.push(all_words(whole)),
                (pieces, Compare::Is) => all.push(all_grams(pieces.iter().map(String::as_str))),
                _ => (),
            }
            Need::All(all)
        }
    }
}

fn all_words(words: &str) -> Need {
    // A word of a script without spaces is a part of a longer run, of which no filter knows.
    let known = text::words(words).filter(|word| !word.chars().any(text::is_unspaced));
    Need::All(known.map(|word| Need::Word(text::word_key(word))).collect())
}

fn all_grams<'a>(pieces: impl Iterator<Item = &'a str>) -> Need {
    Need::All(pieces.flat_map(text::grams).map(Need::Gram).collect())
}

/// Whether a source is made of these pieces, with anything between; whatever the case. Says yes too often rather than too
/// rarely.
fn is_like(source: &str, pieces: &[String]) -> bool {
    let low = source.to_lowercase();
    match pieces {
        [whole] => low == whole.to_lowercase(),
        pieces => pieces.iter().all(|piece| low.contains(&piece.to_lowercase())),
    }
}

/// Texts that each match of a regular expression holds; none where its letters may be of any case.
pub(super) fn literals(regex: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(hir) = regex_syntax::parse(regex) {
        collect(&hir, &mut found);
    }
    found
}

fn collect(hir: &Hir, found: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Literal(literal) => found.extend(String::from_utf8(literal.0.to_vec())),
        HirKind::Concat(parts) => parts.iter().for_each(|part| collect(part, found)),
        HirKind::Capture(capture) => collect(&capture.sub, found),
        HirKind::Repetition(repetition) if repetition.min > 0 => collect(&repetition.sub, found),
        _ => (),
    }
}

/// Patterns for `LIKE`: each line that is asked for fits one of them, by its message or by its fields as JSON. Empty where
/// none can tell.
pub fn likes(query: &Query) -> Vec<String> {
    let texts = one_of(&query.expr).unwrap_or_default();
    if texts.len() > LIKES || texts.iter().any(|text| !text.is_ascii()) {
        return Vec::new();
    }
    texts.iter().map(|text| like(text)).collect()
}

fn like(text: &str) -> String {
    let sign = |c: char| match c {
        // There are others whose small letters these are: the sign of kelvin, and the long s.
        'k' | 'K' | 's' | 'S' => "_".to_owned(),
        '%' | '_' | '\\' => format!("\\{c}"),
        c => c.to_string(),
    };
    format!("%{}%", text.chars().map(sign).collect::<String>())
}

/// Finds where in many lines at once one may be that is asked for: each such line holds one of these texts, in its message
/// or in its fields as JSON.
///
/// `None` when there is no such text.
pub fn finder(query: &Query) -> Option<Regex> {
    let texts = one_of(&query.expr)?;
    let patterns: Vec<String> = texts.iter().map(|text| regex::escape(text)).collect();
    RegexBuilder::new(&patterns.join("|"))
        .case_insensitive(true)
        .build()
        .ok()
}

fn one_of(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Everything | Expr::Not(_) => None,
        // The one whose commonest text is rarest stops least often.
        Expr::All(all) => all
            .iter()
            .filter_map(one_of)
            .max_by_key(|texts| texts.iter().map(|text| rarity(text)).min()),
        Expr::Any(any) => any
            .iter()
            .map(one_of)
            .collect::<Option<Vec<_>>>()
            .map(|lists| lists.concat()),
        Expr::Is(term) => {
            let longest = match term {
                Term::Words(words) => longest(text::words(words)),
                Term::Part(pieces) => longest(pieces.iter().flat_map(|piece| plain_runs(piece))),
                Term::Regex(regex) => {
                    return longest(literals(regex).iter().flat_map(|text| plain_runs(text))).map(|text| vec![text]);
                }
                Term::Field {
                    name,
                    compare: Compare::Is,
                    value,
                } => longest(value.iter().flat_map(|piece| text::words(piece)))
                    .filter(|text| text.len() >= TELLING)
                    .or_else(|| longest(text::words(name))),
                Term::Field { name, .. } => longest(text::words(name)),
                Term::Level(..) | Term::Source(_) => None,
            };
            longest.map(|text| vec![text])
        }
    }
}

fn longest<'a>(texts: impl Iterator<Item = &'a str>) -> Option<String> {
    texts
        .filter(|text| !text.is_empty())
        .max_by_key(|text| rarity(text))
        .map(str::to_owned)
}

/// Numbers and ids are rarer than words, and what is long is rarer than what is short.
fn rarity(text: &str) -> (bool, usize) {
    let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
    (has_digit && text.len() >= TELLING, text.len())
}

/// What JSON writes as it is.
fn plain_runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_control() || matches!(c, '"' | '\\' | '=' | '{' | '}' | '[' | ']' | ',' | ':'))
}
