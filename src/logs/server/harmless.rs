//! Makes text from anywhere harmless to show: whoever can make a program log can put anything into a line.

use super::pen::Pen;
use crate::logs::colours::Colours;

/// The text of `bytes`, with what is not UTF-8 replaced.
pub fn repair(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

/// [`coloured`] without the colours.
pub fn harmless(text: String) -> String {
    coloured(text).0
}

/// `text` without terminal escapes, and with control characters replaced by visible ones. Line breaks and tabs
/// stay: stack traces need them. Characters that reverse the direction of writing go too, since they make a
/// line read as what it is not. Beside it, the colours that the escapes gave it; `None` where the text was harmless as it was.
pub fn coloured(text: String) -> (String, Option<Colours>) {
    if !text.contains(is_harmful) {
        return (text, None);
    }
    let mut clean = String::with_capacity(text.len());
    let (mut colours, mut pen) = (Colours::default(), Pen::default());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => {
                if let Some(parameters) = skip_escape(&mut rest) {
                    pen.follow(&parameters);
                    colours.set(clean.len(), pen.style());
                }
            }
            '\r' if rest.peek() == Some(&'\n') => (),
            // The Control Pictures block has a visible twin of each.
            '\0'..='\u{1f}' if is_harmful(c) => clean.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => clean.push('\u{2421}'),
            c if is_harmful(c) => clean.push(char::REPLACEMENT_CHARACTER),
            c => clean.push(c),
        }
    }
    colours.cut(clean.len());
    (clean, Some(colours))
}

fn is_harmful(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

/// Skips the rest of an escape sequence: colours and cursor moves (`[…m`), titles and links (`]…`), others. Gives the parameters
/// of one that is about colours.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    match rest.peek() {
        Some('[') => {
            rest.next();
            let mut parameters = String::new();
            while let Some(c) = rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')) {
                parameters.push(c);
            }
            let end = rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
            return (end == Some('m')).then_some(parameters);
        }
        Some(']') => {
            // Ends with BEL or ESC \. One that never ends must not eat the line: its text then stays.
            let mut ahead = rest.clone();
            while let Some(c) = ahead.next() {
                let ends = c == '\u{7}' || (c == '\u{1b}' && ahead.next_if_eq(&'\\').is_some());
                if ends {
                    *rest = ahead;
                    break;
                }
            }
        }
        Some('\u{20}'..='\u{7e}') => {
            rest.next();
        }
        _ => (),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{super::pen::written, *};

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
    fn colours_are_kept_beside_the_text() {
        let (text, colours) = coloured("\u{1b}[1;31mErr\u{1b}[0mor \u{1b}[32m\u{1b}[Kü\u{1b}[39m\u{1b}[m".to_owned());
        let colours = colours.unwrap();
        let shown: Vec<_> = colours
            .runs(&text)
            .into_iter()
            .map(|(style, piece)| (style.class(), piece))
            .collect();
        let shown: Vec<_> = shown.iter().map(|(class, piece)| (class.as_str(), *piece)).collect();
        assert_eq!(shown, [("sgr f1 bold", "Err"), ("sgr", "or "), ("sgr f2", "ü")]);
        assert_eq!(coloured("plain".to_owned()), ("plain".to_owned(), None));
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

        /// Whatever bytes come, what is kept is the text without the escapes, and the colours lie within it; written to a
        /// terminal, it reads the same again.
        #[test]
        fn colours_lie_beside_the_text(
            pieces in proptest::collection::vec("[aü🙂\n]{0,3}|\u{1b}\\[[0-9;:]{0,9}m|\u{1b}\\[(3|4|9|10)[0-7]m|\u{1b}.|[\x00-\x1f\u{80}-\u{9f}]|\\PC", 0..30),
        ) {
            let bytes: String = pieces.concat();
            let (clean, colours) = coloured(bytes.clone());
            proptest::prop_assert_eq!(&clean, &harmless(bytes.clone()));
            let colours = colours.unwrap_or_default();
            let mut last = None;
            for (at, _) in &colours.0 {
                proptest::prop_assert!(clean.is_char_boundary(*at as usize) && (*at as usize) < clean.len(), "{} in {:?}", at, clean);
                proptest::prop_assert!(last.is_none_or(|last| last < *at));
                last = Some(*at);
            }
            let (again, same) = coloured(written(&clean, &colours));
            proptest::prop_assert_eq!(again, clean);
            proptest::prop_assert_eq!(same.unwrap_or_default(), colours);
        }

        /// Bytes that are no text, too.
        #[test]
        fn any_bytes_can_be_shown(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..60)) {
            let (clean, colours) = coloured(repair(&bytes).into_owned());
            let shown: String = colours.unwrap_or_default().runs(&clean).into_iter().map(|(_, piece)| piece).collect();
            proptest::prop_assert_eq!(shown, clean);
        }
    }
}
