//! Slack's own marks in a text.

/// A stretch of what a text becomes.
enum Piece {
    /// Words, in which `*` and `~` are marks.
    Words(String),
    /// What is as it is: code, addresses.
    Fixed(String),
}

/// Slack's mrkdwn as Markdown: `*bold*`, `_italic_`, `~struck~`, `<url|label>`, `<!here>`, `&lt;`. Code stays as it is.
pub fn markdown(text: &str) -> String {
    let mut pieces = Vec::new();
    // What stands between backticks is as typed.
    for (i, part) in text.split('`').enumerate() {
        if i > 0 {
            pieces.push(Piece::Fixed("`".to_owned()));
        }
        if i % 2 == 1 {
            pieces.push(Piece::Fixed(unescaped(part)));
        } else {
            links(part, &mut pieces);
        }
    }
    marked(&pieces)
}

fn links(text: &str, pieces: &mut Vec<Piece>) {
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        words(&unescaped(&rest[..start]), pieces);
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else {
            pieces.push(Piece::Fixed("<".to_owned()));
            break;
        };
        let (inside, text) = rest[..end]
            .split_once('|')
            .map_or((&rest[..end], None), |(a, b)| (a, Some(b)));
        let is_address = inside.starts_with("http") || inside.starts_with("mailto:");
        match (inside, text) {
            ("!here", _) => pieces.push(Piece::Fixed("@here".to_owned())),
            ("!channel" | "!everyone", _) => pieces.push(Piece::Fixed("@room".to_owned())),
            (_, Some(text)) if is_address => {
                pieces.push(Piece::Fixed("[".to_owned()));
                words(&label(&unescaped(text)), pieces);
                pieces.push(Piece::Fixed(format!("]({})", address(&unescaped(inside)))));
            }
            (_, None) if is_address => pieces.push(Piece::Fixed(unescaped(inside))),
            (_, text) => words(&unescaped(text.unwrap_or(inside)), pieces),
        }
        rest = &rest[end + 1..];
    }
    words(&unescaped(rest), pieces);
}

/// Text, in which the bare addresses stay as they are.
fn words(text: &str, pieces: &mut Vec<Piece>) {
    // What ends a sentence or a mark around the address is no part of it.
    let around = |c: char| {
        matches!(
            c,
            '*' | '~' | '_' | '.' | ',' | ':' | ';' | '!' | '?' | ')' | ']' | '"' | '\''
        )
    };
    let mut rest = text;
    while let Some(start) = ["https://", "http://"]
        .iter()
        .filter_map(|scheme| rest.find(scheme))
        .min()
    {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
        let address = from[..end.unwrap_or(from.len())].trim_end_matches(around);
        pieces.push(Piece::Words(before.to_owned()));
        pieces.push(Piece::Fixed(address.to_owned()));
        rest = &from[address.len()..];
    }
    pieces.push(Piece::Words(rest.to_owned()));
}

/// A link in Markdown, whatever stands in its label and its address.
pub fn link(text: &str, url: &str) -> String {
    format!("[{}]({})", label(text), address(url))
}

/// A text in a link's brackets.
fn label(text: &str) -> String {
    let mut open = 0_i32;
    let is_balanced = text.chars().all(|c| {
        open += i32::from(c == '[') - i32::from(c == ']');
        open >= 0
    });
    match is_balanced && open == 0 {
        true => text.to_owned(),
        false => text.replace('[', "\\[").replace(']', "\\]"),
    }
}

/// An address in a link's parentheses.
fn address(url: &str) -> String {
    let coded = |c: char| matches!(c, ' ' | '(' | ')' | '<' | '>');
    url.chars()
        .map(|c| {
            if coded(c) {
                format!("%{:02X}", u32::from(c))
            } else {
                c.to_string()
            }
        })
        .collect()
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// The pieces together, in whose words the `*` and `~` are doubled that open or close one; Markdown's `_` is the same.
fn marked(pieces: &[Piece]) -> String {
    let mut chars = pieces
        .iter()
        .flat_map(|piece| {
            let (text, in_words) = match piece {
                Piece::Words(text) => (text, true),
                Piece::Fixed(text) => (text, false),
            };
            text.chars().map(move |c| (c, in_words))
        })
        .peekable();
    let mut out = String::new();
    let mut before = None;
    while let Some((c, in_words)) = chars.next() {
        out.push(c);
        let (same, after) = (Some((c, true)), chars.peek().copied());
        if in_words && matches!(c, '*' | '~') && before != same && after != same {
            let opens = before.is_none_or(|(b, _): (char, bool)| !b.is_alphanumeric())
                && after.is_some_and(|(n, _)| !n.is_whitespace());
            let closes =
                before.is_some_and(|(b, _)| !b.is_whitespace()) && after.is_none_or(|(n, _)| !n.is_alphanumeric());
            if opens || closes {
                out.push(c);
            }
        }
        before = Some((c, in_words));
    }
    out
}
