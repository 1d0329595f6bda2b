//! Lists as text: one entry a line, or several with commas between. `VENUE:SYMBOL`, as others' lists have it, or the symbol
//! alone. Pure.
//!
//! What begins with `#` is a comment to the end of its line; with `###` it is a heading, which ends at the next comma, as
//! TradingView writes its lists in one line. What stands in a venue's name and would be read as something else (`:`, `,`,
//! `%`) is written as in addresses: `%3A`.

use std::collections::HashSet;

use crate::{
    error::AppError,
    ticker::{
        lists::MOST_ENTRIES,
        model::{Key, VenueKind},
        server::tick::{check_symbol, check_venue},
    },
};

/// Bytes of a list as text at most.
pub const LONGEST: usize = 64 * 1024;
/// Faults that a refusal names at most.
const NAMED: usize = 5;

/// An entry as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where, counted from 1; 0 in a text of one line.
    pub line: usize,
    /// At which venue, where it says so.
    pub venue: Option<String>,
    /// Which symbol, in the writer's letters.
    pub symbol: String,
}

/// What is wrong in a line, in words: [`Written::line`], and why.
pub type Fault = (usize, String);

/// The entries that `text` names, in its order, each once.
///
/// # Errors
/// `TooLarge`, `Conflict` when they are too many, `Invalid` with the lines that can't be read.
pub fn read(text: &str) -> Result<Vec<Written>, AppError> {
    if text.len() > LONGEST {
        return Err(AppError::TooLarge(format!(
            "A list as text has {} KiB at most. Import it in parts.",
            LONGEST / 1024
        )));
    }
    let text = text
        .trim_start_matches('\u{feff}')
        .replace("\r\n", "\n")
        .replace('\r', "\n");
    let first = usize::from(text.trim_end().contains('\n'));
    let (mut entries, mut faults, mut known) = (Vec::new(), Vec::new(), HashSet::new());
    for (line, item) in text
        .split('\n')
        .enumerate()
        .flat_map(|(n, line)| items(line).map(move |item| ((n + 1) * first, item)))
    {
        match entry(item) {
            Ok((venue, symbol)) => {
                if known.insert((venue.clone(), symbol.clone())) {
                    entries.push(Written { line, venue, symbol });
                }
            }
            Err(why) => faults.push((line, why)),
        }
    }
    if !faults.is_empty() {
        return Err(refusal(faults));
    }
    if entries.len() > MOST_ENTRIES {
        return Err(AppError::Conflict(format!(
            "A list holds {MOST_ENTRIES} symbols, and this text has {}. Import it into several lists.",
            entries.len()
        )));
    }
    Ok(entries)
}

/// What `read` reads the same entries from.
pub fn write(entries: &[Key]) -> String {
    entries.iter().map(|key| format!("{}\n", written(key))).collect()
}

/// An entry as it is written: `coinbase:BTC-USD`.
pub fn written(key: &Key) -> String {
    format!("{}:{}", escaped(&key.venue), key.symbol)
}

/// The key of a symbol at a venue, checked; names of venues that the server knows in small letters.
///
/// # Errors
/// What is wrong, in words.
pub fn key(venue: &str, symbol: &str) -> Result<Key, String> {
    check_venue(venue)?;
    let known = VenueKind::ALL
        .into_iter()
        .find(|kind| kind.name().eq_ignore_ascii_case(venue));
    let (venue, symbol) = match known {
        // What is replayed is known by the venue that it was recorded of: `replay:coinbase`.
        Some(VenueKind::Replay) => match symbol.split_once(':').map(|(of, rest)| (replayed(of), rest)) {
            Some((Some(venue), rest)) => (venue, rest),
            _ => (VenueKind::Replay.name().to_owned(), symbol),
        },
        Some(kind) => (kind.name().to_owned(), symbol),
        None => match venue.split_once(':') {
            Some((replay, of)) if replay.eq_ignore_ascii_case(VenueKind::Replay.name()) => {
                (replayed(of).unwrap_or_else(|| venue.to_owned()), symbol)
            }
            _ => (venue.to_owned(), symbol),
        },
    };
    check_symbol(symbol)?;
    Ok(Key {
        symbol: symbol.to_owned(),
        venue,
    })
}

/// What is said of lines that can't be taken; of a single entry, what is wrong with that one and no more.
pub fn refusal(faults: Vec<Fault>) -> AppError {
    let is_one = matches!(&faults[..], [(0, _)]);
    let (more, lines) = (faults.len().saturating_sub(NAMED), faults.into_iter().take(NAMED));
    let said = |(line, why): Fault| match (line, why.split_at(why.ceil_char_boundary(1))) {
        (0, (first, rest)) => format!("{}{rest}. ", first.to_uppercase()),
        _ => format!("Line {line}: {why}. "),
    };
    let mut words: String = lines.map(said).collect();
    if more > 0 {
        words.push_str(&format!("And {more} more. "));
    }
    if !is_one {
        words.push_str("Nothing was changed. Write one entry a line, as VENUE:SYMBOL or SYMBOL.");
    }
    let words = words.trim_end().to_owned();
    AppError::Invalid(words)
}

/// What is said of a text that was taken: what in it was taken as what, and what wasn't.
pub fn told(taken: &[(Written, Key)], faults: &[Fault]) -> Option<String> {
    let is_same = |(one, key): &&(Written, Key)| {
        let is_symbol = one.symbol.eq_ignore_ascii_case(&key.symbol);
        is_symbol && one.venue.as_ref().is_none_or(|venue| *venue == key.venue)
    };
    let as_what = taken.iter().filter(|one| !is_same(one)).map(|(one, key)| {
        let venue = one.venue.as_ref().map_or(String::new(), |venue| format!("{venue}:"));
        format!("{venue}{} as {}", one.symbol, written(key))
    });
    let why = |(line, why): &Fault| match line {
        0 => why.clone(),
        line => format!("line {line}, {why}"),
    };
    let parts = [
        ("Taken: ", as_what.collect::<Vec<_>>(), ", "),
        ("Left out: ", faults.iter().map(why).collect(), "; "),
    ];
    let said = parts
        .into_iter()
        .filter(|(_, all, _)| !all.is_empty())
        .map(|(head, all, between)| {
            let more = match all.len().saturating_sub(NAMED) {
                0 => String::new(),
                more => format!("{between}and {more} more"),
            };
            format!("{head}{}{more}.", all[..all.len().min(NAMED)].join(between))
        });
    let said = said.collect::<Vec<_>>().join(" ");
    (!said.is_empty()).then_some(said)
}

/// The name of what is replayed of the venue `of`.
fn replayed(of: &str) -> Option<String> {
    let kind = VenueKind::ALL
        .into_iter()
        .find(|kind| kind.name().eq_ignore_ascii_case(of))?;
    Some(format!("{}:{}", VenueKind::Replay.name(), kind.name()))
}

/// What stands between the commas of a line, without comments and headings.
fn items(line: &str) -> impl Iterator<Item = &str> {
    let is_comment = |item: &&str| item.starts_with('#') && !item.starts_with("###");
    line.split(',')
        .map(str::trim)
        .take_while(move |item| !is_comment(item))
        .filter(|item| !item.is_empty() && !item.starts_with('#'))
}

fn entry(item: &str) -> Result<(Option<String>, String), String> {
    let Some((venue, symbol)) = item.split_once(':') else {
        check_symbol(item)?;
        return Ok((None, item.to_owned()));
    };
    let venue = unescaped(venue.trim_end())
        .ok_or_else(|| format!("{item:?} has a % in its venue that stands for nothing: write %25"))?;
    let Key { symbol, venue } = key(&venue, symbol.trim_start())?;
    Ok((Some(venue), symbol))
}

/// A venue's name, so that it is read as itself.
fn escaped(venue: &str) -> String {
    let is_replayed = venue.split_once(':').and_then(|(_, of)| replayed(of)).as_deref() == Some(venue);
    if is_replayed {
        return venue.to_owned();
    }
    let last = venue.chars().count().saturating_sub(1);
    let mut out = String::new();
    for (at, c) in venue.chars().enumerate() {
        let at_the_edge = (at == 0 && matches!(c, '#' | '\u{feff}')) || ((at == 0 || at == last) && c.is_whitespace());
        if at_the_edge || matches!(c, '%' | ':' | ',') {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        } else {
            out.push(c);
        }
    }
    out
}

fn unescaped(text: &str) -> Option<String> {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                bytes.push(u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?);
                after
            }
            (b'%', _) => return None,
            (byte, after) => {
                bytes.push(*byte);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
