//! A rule as it is typed after `/alert`.

use super::lengths;
use crate::alerts::model::Draft;

/// How it is typed, in words.
pub const USAGE: &str = "BTC-USD > 100000";

/// The draft that `text` stands for; `None` where it is none.
///
/// `BTC-USD > 100000`, `< 90000`, `moves 2% 10m`, `rises 2% 10m`, `falls 2% 10m`, `spread 0.5%`, `stale 5m`; for lines
/// `logs > 10 in 5m QUERY`, `logs < 1 in 10m QUERY`, with `by FIELD` at the end for each of its values.
pub fn read(text: &str) -> Option<Draft> {
    let (subject, rest) = text.trim().split_once(char::is_whitespace)?;
    let rest = rest.trim();
    if subject.eq_ignore_ascii_case("logs") {
        return lines(rest);
    }
    let mut draft = Draft {
        symbol: subject.to_owned(),
        ..Draft::default()
    };
    let (sign, rest) = sign(rest)?;
    let mut parts = rest
        .split_whitespace()
        .filter(|part| *part != "in" && *part != "within");
    draft.test = match sign {
        ">" | "above" => "above",
        "<" | "below" => "below",
        "moves" | "rises" | "falls" | "spread" | "stale" => sign,
        _ => return None,
    }
    .to_owned();
    if sign == "spread" {
        draft.value = parts.find(|part| *part != ">")?.to_owned();
    } else if sign != "stale" {
        draft.value = parts.next()?.to_owned();
    }
    if matches!(sign, "moves" | "rises" | "falls" | "stale") {
        draft.within = parts.next().unwrap_or_default().to_owned();
        lengths::read(&draft.within)
            .filter(|_| !draft.within.is_empty())
            .or(Some(0).filter(|_| draft.within.is_empty()))?;
    }
    parts.next().is_none().then_some(draft)
}

fn lines(rest: &str) -> Option<Draft> {
    let (sign, rest) = sign(rest)?;
    let (value, rest) = rest.split_once(char::is_whitespace)?;
    let rest = rest.trim_start();
    let rest = rest
        .strip_prefix("in ")
        .or_else(|| rest.strip_prefix("within "))?
        .trim_start();
    let (within, query) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    lengths::read(within)?;
    // `… by venue` at the end: for each of its values.
    let words: Vec<&str> = query.split_whitespace().collect();
    let (query, by) = match words[..] {
        [.., "by", field] if !field.contains([':', '=', '"', '*']) => (
            query.trim_end().strip_suffix(field)?.trim_end().strip_suffix("by")?,
            field,
        ),
        _ => (query, ""),
    };
    Some(Draft {
        test: match sign {
            ">" => "more".to_owned(),
            "<" => "fewer".to_owned(),
            _ => return None,
        },
        value: value.to_owned(),
        within: within.to_owned(),
        query: query.trim().to_owned(),
        by: by.to_owned(),
        ..Draft::default()
    })
}

/// The sign or the word at the beginning, and the rest; a sign needs no space behind it.
fn sign(text: &str) -> Option<(&str, &str)> {
    if let Some(sign @ ('<' | '>')) = text.chars().next() {
        let rest = text[1..].trim_start_matches('=').trim();
        return Some((if sign == '>' { ">" } else { "<" }, rest));
    }
    Some(text.split_once(char::is_whitespace).unwrap_or((text, ""))).filter(|(word, _)| !word.is_empty())
}
