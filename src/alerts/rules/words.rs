//! What a rule says: its own words with what is known put into them.

use super::{lengths, sentence::grouped, spec::Spec, state::Episode, telling::plain};
use crate::{
    alerts::model::{LONGEST_WORDS, Test},
    error::AppError,
};

/// What can stand in braces.
const NAMES: [&str; 9] = [
    "name", "symbol", "price", "percent", "value", "count", "within", "group", "line",
];

/// The words as they will be kept.
///
/// # Errors
/// `Invalid` where they are too long, or something else stands in braces.
pub fn template(text: &str) -> Result<String, AppError> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
    if text.chars().count() > LONGEST_WORDS {
        return Err(AppError::Invalid(format!(
            "The words have {LONGEST_WORDS} characters at most."
        )));
    }
    match parts(&text).find(|part| matches!(part, Part::Name(name) if !NAMES.contains(name))) {
        Some(Part::Name(name)) => Err(AppError::Invalid(format!(
            "The words know no {{{name}}}: there is {}.",
            NAMES.map(|name| format!("{{{name}}}")).join(", ")
        ))),
        _ => Ok(text.trim().to_owned()),
    }
}

/// What a firing says first, as Markdown.
pub fn filled(spec: &Spec, episode: &Episode) -> String {
    if spec.words.is_empty() {
        return usual(spec);
    }
    let filled = parts(&spec.words).map(|part| match part {
        Part::Text(text) => text.to_owned(),
        Part::Name(name) => plain(&known(name, spec, episode)),
    });
    filled.collect()
}

fn known(name: &str, spec: &Spec, episode: &Episode) -> String {
    let is_percent = matches!(spec.test, Test::Moves | Test::Rises | Test::Falls | Test::Spread);
    match name {
        "name" => spec.name.clone(),
        "symbol" => spec.subject(),
        "price" => {
            // What began before the price itself was noted has it where that is what is compared.
            let known = episode.quote.or(episode.price.filter(|_| !is_percent));
            known.map(grouped).unwrap_or_default()
        }
        "percent" => episode.price.filter(|_| is_percent).map(grouped).unwrap_or_default(),
        "value" => grouped(spec.value),
        "count" => match spec.test.is_price() {
            true => episode.times.to_string(),
            false => grouped(episode.now),
        },
        "within" => lengths::words(spec.seconds),
        "group" => {
            let names: Vec<&str> = episode.groups.iter().map(|(name, _)| name.as_str()).collect();
            names.join(", ")
        }
        "line" => episode.last.as_ref().map(|last| last.text.clone()).unwrap_or_default(),
        _ => String::new(),
    }
}

fn usual(spec: &Spec) -> String {
    let sentence = spec.sentence();
    // What has no name of its own is called so.
    match sentence == spec.name {
        true => String::new(),
        false => plain(&sentence),
    }
}

enum Part<'a> {
    Text(&'a str),
    Name(&'a str),
}

/// Text, and names in braces; a brace that no other closes is text.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some(inner) = rest.strip_prefix('{')
            && let Some(end) = inner.find('}')
            && !inner[..end].contains(['{', '\n'])
        {
            rest = &inner[end + 1..];
            return Some(Part::Name(&inner[..end]));
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| *c == '{')
            .map_or(rest.len(), |(at, _)| at);
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Part::Text(text))
    })
}
