//! What lines have in common that differ only in numbers and ids. Pure.

use crate::logs::query::text::is_inside;

/// What stands for a number or an id.
pub const VARIES: char = '#';
/// Longest pattern, in bytes: what lines share, they share at the beginning.
const LONGEST: usize = 400;

/// The pattern of a message: each word with a digit in it, or of hexadecimal digits alone, is [`VARIES`], and such words with
/// nothing but a point, a colon, a dash or the like between them are one.
pub fn pattern(message: &str) -> String {
    let mut pattern = String::new();
    let mut rest = message;
    while let Some(c) = rest.chars().next() {
        if pattern.len() >= LONGEST {
            pattern.push('…');
            break;
        }
        let length = if is_inside(c) {
            rest.find(|c| !is_inside(c)).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        if !is_inside(c) {
            pattern.push(c);
        } else if !varies(word) {
            pattern.push_str(word);
        } else {
            let joined = pattern.strip_suffix(['.', ':', '-', ',', '/', '+']);
            match joined.filter(|before| before.ends_with(VARIES)).map(str::len) {
                Some(end) => pattern.truncate(end),
                None if pattern.ends_with(VARIES) => (),
                None => pattern.push(VARIES),
            }
        }
    }
    pattern
}

fn varies(word: &str) -> bool {
    let is_hexadecimal = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hexadecimal || word.chars().any(char::is_numeric)
}

/// A regular expression for the lines of a pattern.
pub fn regex(pattern: &str) -> String {
    let whole = pattern.strip_suffix('…');
    let parts: Vec<String> = whole
        .unwrap_or(pattern)
        .split(VARIES)
        .map(|part| regex::escape(part).replace('\n', "\\n"))
        .collect();
    let end = if whole.is_some() { "" } else { "$" };
    format!("^{}{end}", parts.join(r"\S+"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_and_ids_are_left_out() {
        for (message, is) in [
            ("order 8812 accepted after 3.25 ms", "order # accepted after # ms"),
            ("10.0.0.5:443 - GET /users/42/x", "# - GET /users/#/x"),
            ("id=3f2504e0-4f89-11d3-9a0c-0305e82c3301 done", "id=# done"),
            ("at 2026-11-20T14:03:07.204Z", "at #"),
            ("sha deadbeef facade", "sha # facade"),
            ("user_8812 left", "user_# left"),
            ("", ""),
        ] {
            assert_eq!(pattern(message), is, "{message}");
        }
    }

    proptest! {
        #[test]
        fn a_line_is_found_by_its_pattern(message in "[a-c1-3 .:#*(-]{0,30}", long in 0_usize..30) {
            let message = message.repeat(long);
            let found = regex::Regex::new(&regex(&pattern(&message))).unwrap();
            prop_assert!(found.is_match(&message), "{}", found);
        }
    }
}
