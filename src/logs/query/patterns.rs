//! Conditions as regular expressions.

use regex::{Regex, RegexBuilder};

use super::text;

/// What stands before or after a word.
const EDGE: &str = r"[^\p{Alphabetic}\p{N}]";
/// Memory that one regular expression may take, in bytes.
const REGEX_SIZE: usize = 1 << 20;

/// Words one after the other, whatever stands between them.
pub fn words_pattern(text: &str) -> String {
    let words: Vec<&str> = text::words(text).collect();
    let first = words.first().and_then(|word| word.chars().next());
    let last = words.last().and_then(|word| word.chars().last());
    let escaped: Vec<String> = words.into_iter().map(regex::escape).collect();
    between_edges(first, &escaped.join(&format!("{EDGE}+")), last)
}

/// A pattern for `inner`, which begins and ends with these: at a letter or digit a word begins and ends, unless its script
/// sets no spaces.
fn between_edges(first: Option<char>, inner: &str, last: Option<char>) -> String {
    let closed = |c: Option<char>| c.is_some_and(|c| text::is_inside(c) && !text::is_unspaced(c));
    let before = if closed(first) {
        format!(r"(?:\A|{EDGE})")
    } else {
        String::new()
    };
    let after = if closed(last) {
        format!(r"(?:\z|{EDGE})")
    } else {
        String::new()
    };
    format!("{before}({inner}){after}")
}

/// Pieces in this order, with anything between.
pub fn part_pattern(pieces: &[String]) -> String {
    let first = pieces.first().and_then(|piece| piece.chars().next());
    let last = pieces.last().and_then(|piece| piece.chars().last());
    between_edges(first, &joined(pieces), last)
}

fn joined(pieces: &[String]) -> String {
    let escaped: Vec<String> = pieces.iter().map(|piece| regex::escape(piece)).collect();
    // The star at either end only opens it.
    let inner: Vec<&str> = escaped
        .iter()
        .map(String::as_str)
        .filter(|piece| !piece.is_empty())
        .collect();
    inner.join(".*?")
}

/// The whole of a text is like this.
pub fn whole(pieces: &[String]) -> Option<Regex> {
    let escaped: Vec<String> = pieces.iter().map(|piece| regex::escape(piece)).collect();
    built(&format!(r"\A{}\z", escaped.join(".*")), true)
}

/// `name=value` in a text, the value in quotes or not.
pub fn written(name: &str, value: &[String]) -> Option<Regex> {
    let escaped: Vec<String> = value.iter().map(|piece| regex::escape(piece)).collect();
    let value = escaped.join(r#"[^\s"]*"#);
    let name = regex::escape(name);
    let edge = r#"(?:\A|[^\p{Alphabetic}\p{N}_.])"#;
    built(
        &format!(r#"{edge}({name}=(?:{value}|"{value}"))(?:\z|[\s,;)\]}}])"#),
        true,
    )
}

/// A person's regular expression.
///
/// # Errors
/// What is wrong with it.
pub fn regex(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text).size_limit(REGEX_SIZE).build().map_err(|cause| match cause {
        regex::Error::CompiledTooBig(_) => "This regular expression is too large; repeat less in it.".to_owned(),
        cause => {
            let cause = cause.to_string();
            let last = cause.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            format!("This regular expression can't be read: {last}. A / at either end makes a text one; to find the text itself, put it in quotes.")
        }
    })
}

/// A pattern of ours.
pub fn built(pattern: &str, any_case: bool) -> Option<Regex> {
    RegexBuilder::new(pattern)
        .case_insensitive(any_case)
        .dot_matches_new_line(true)
        .size_limit(8 * REGEX_SIZE)
        .build()
        .ok()
}
