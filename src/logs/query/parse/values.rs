//! What words say: pieces between stars, what is to be found, and times.

use crate::{
    logs::query::{Term, When, text},
    time::Timestamp,
};

/// Splits at stars; several are one.
pub(super) fn pieces(text: &str) -> Vec<String> {
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
pub(super) fn written(pieces: Vec<String>) -> Option<Term> {
    match &pieces[..] {
        [text] if text.trim().is_empty() => None,
        [text] if text::words(text).next().is_some() => Some(Term::Words(text.clone())),
        pieces if pieces.iter().all(String::is_empty) => None,
        _ => Some(Term::Part(pieces)),
    }
}

/// `15m`, `2026-11-20`, `2026-11-20T14:03`, or RFC 3339.
pub(super) fn when(text: &str) -> Option<When> {
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
