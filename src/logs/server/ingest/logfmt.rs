//! Texts that are nothing but pairs: `level=info msg="order sent" id=7`. Pure.

/// The pairs of a text in their order; `None` unless all of it is pairs, and at least two: a sentence with one in it stays a
/// sentence.
pub fn read(text: &str) -> Option<Vec<(String, String)>> {
    let mut rest = text.trim_matches(' ');
    let mut pairs = Vec::new();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        if !is_name(name) {
            return None;
        }
        let (value, left) = match after.strip_prefix('"') {
            Some(quoted) => unquote(quoted)?,
            None => bare(after)?,
        };
        if !left.is_empty() && !left.starts_with(' ') {
            return None;
        }
        pairs.push((name.to_owned(), value));
        rest = left.trim_start_matches(' ');
    }
    (pairs.len() > 1).then_some(pairs)
}

fn is_name(name: &str) -> bool {
    let is_first = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'@');
    name.as_bytes().first().is_some_and(is_first)
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'/' | b'@'))
}

/// Up to the next space.
fn bare(text: &str) -> Option<(String, &str)> {
    let (value, left) = text.split_at(text.find(' ').unwrap_or(text.len()));
    let is_plain = !value.contains(|c: char| c == '"' || c.is_control());
    is_plain.then(|| (value.to_owned(), left))
}

/// Up to the closing quote. Escapes that are none stay as they are.
fn unquote(text: &str) -> Option<(String, &str)> {
    let (mut value, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                same @ ('"' | '\\') => value.push(same),
                other => value.extend(['\\', other]),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_and_nothing_else() {
        let pairs = read(r#"level=warn msg="disk \"a\" is\nfull \d" at= url=/x?a=b log.file=x.go:7 "#).unwrap();
        let text: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            text,
            [
                ("level", "warn"),
                ("msg", "disk \"a\" is\nfull \\d"),
                ("at", ""),
                ("url", "/x?a=b"),
                ("log.file", "x.go:7")
            ]
        );
        for sentence in [
            "a=1",
            "set a=1 b=2",
            "a=1 b",
            "a=1, b=2 and",
            r#"a="open b=2"#,
            r#"a="x"b=2 c=3"#,
            r#"a=x"y b=2"#,
            "7=a 8=b",
            "a=1\nb=2 c=3",
            "",
            "=",
        ] {
            assert_eq!(read(sentence), None, "{sentence}");
        }
    }

    proptest::proptest! {
        #[test]
        fn it_never_panics(text in "\\PC*", sharp in "[a-c=\"\\\\ \u{e9}\n]*") {
            read(&text);
            read(&sharp);
        }

        #[test]
        fn what_is_written_is_read(pairs in proptest::collection::vec(("[a-z_][a-z0-9_.]{0,8}", "\\PC{0,12}"), 2..6)) {
            let written: Vec<String> = pairs
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
                .collect();
            proptest::prop_assert_eq!(read(&written.join(" ")), Some(pairs));
        }
    }
}
