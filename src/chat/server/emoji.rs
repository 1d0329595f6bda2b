//! Emoji in what is typed. Pure.

/// Emoji at most in a message that shows them larger, its bytes, and the characters of one emoji.
const MOST_EMOJI: usize = 6;
const LONGEST_OF_EMOJI: usize = 250;
const LONGEST_EMOJI: usize = 12;

/// What is said by emoji alone, a few of them.
pub fn only_emoji(body: &str) -> Option<String> {
    let text = (body.len() <= LONGEST_OF_EMOJI).then(|| with_emoji(body))?;
    let (mut rest, mut count) = (text.as_str(), 0);
    while let Some(next) = rest.chars().next() {
        if next == ' ' {
            rest = &rest[1..];
            continue;
        }
        // Families and flags are several characters.
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST_EMOJI);
        let end = ends.filter(|end| emojis::get(&rest[..*end]).is_some()).last()?;
        rest = &rest[end..];
        count += 1;
    }
    (1..=MOST_EMOJI).contains(&count).then_some(text)
}

/// `:tada:` as 🎉; what is no emoji's name stays.
pub fn with_emoji(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(':') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let name = rest[1..].find(':').map(|end| &rest[1..=end]);
        match name.and_then(|name| Some((name.len(), emojis::get_by_shortcode(name)?))) {
            Some((length, emoji)) => {
                out.push_str(emoji.as_str());
                rest = &rest[length + 2..];
            }
            None => {
                out.push(':');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}
