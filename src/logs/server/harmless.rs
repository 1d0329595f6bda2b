//! Makes text from anywhere harmless to show: whoever can make a program log can put anything into a line.

/// The text of `bytes`, with what is not UTF-8 replaced.
pub fn repair(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// `text` without terminal escapes, and with control characters replaced by visible ones. Line breaks and tabs
/// stay: stack traces need them. Characters that reverse the direction of writing go too, since they make a
/// line read as what it is not.
pub fn harmless(text: String) -> String {
    if !text.contains(is_harmful) {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_escape(&mut rest),
            '\r' if rest.peek() == Some(&'\n') => (),
            // The Control Pictures block has a visible twin of each.
            '\0'..='\u{1f}' if is_harmful(c) => clean.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => clean.push('\u{2421}'),
            c if is_harmful(c) => clean.push(char::REPLACEMENT_CHARACTER),
            c => clean.push(c),
        }
    }
    clean
}

fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Skips the rest of an escape sequence: colours and cursor moves (`[…m`), titles and links (`]…`), others.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
            rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
        }
        Some(']') => {
            // Ends with BEL or ESC \. One that never ends must not eat the line: its text then stays.
            let mut ahead = rest.clone();
            while let Some(c) = ahead.next() {
                let ends = c == '\u{7}' || (c == '\u{1b}' && ahead.next_if_eq(&'\\').is_some());
                if ends {
                    *rest = ahead;
                    return;
                }
            }
        }
        Some('\u{20}'..='\u{7e}') => {
            rest.next();
        }
        _ => (),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_escapes_go_and_the_text_stays() {
        for (dirty, clean) in [
            ("\u{1b}[31;1mfailed\u{1b}[0m twice", "failed twice"),
            ("\u{1b}]8;;http://evil.test\u{7}link\u{1b}]8;;\u{1b}\\ end", "link end"),
            ("\u{1b}]0;no end", "]0;no end"),
            ("\u{1b}", ""),
            ("one\r\ntwo\tthree", "one\ntwo\tthree"),
            ("bell\u{7} null\0 back\u{8}", "bell\u{2407} null\u{2400} back\u{2408}"),
            ("\u{9b}31m c1", "\u{fffd}31m c1"),
            ("user \u{202e}nimda", "user \u{fffd}nimda"),
            ("plain, ünï¢ödé 🙂", "plain, ünï¢ödé 🙂"),
        ] {
            assert_eq!(harmless(dirty.to_owned()), clean, "{dirty:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(repair(b"caf\xe9 ok"), "caf\u{fffd} ok");
    }

    proptest::proptest! {
        #[test]
        fn nothing_harmful_is_left(text in "\\PC*|[\\x00-\\x1f\\x7f\u{80}-\u{9f}\\[\\]m;0-9\u{202e}]*") {
            let clean = harmless(text);
            proptest::prop_assert!(!clean.contains(is_harmful), "{:?}", clean);
        }
    }
}
