//! Labels as Prometheus writes them: `{job="api", host="n\"1\""}`. Pure.

use crate::logs::model::Fields;

/// Reads them.
///
/// # Errors
/// What is expected where it can't go on.
pub fn read(text: &str) -> Result<Fields, String> {
    let wrong = |what: &str| format!("labels: expected {what}, such as {{job=\"api\"}}");
    let mut rest = text.trim();
    rest = rest.strip_prefix('{').ok_or_else(|| wrong("{"))?.trim_start();
    let mut labels = Vec::new();
    loop {
        if let Some(end) = rest.strip_prefix('}') {
            return match end.trim().is_empty() {
                true => Ok(Fields(labels)),
                false => Err(wrong("nothing after }")),
            };
        }
        let (name, after) = name(rest).ok_or_else(|| wrong("a name"))?;
        let after = after.trim_start().strip_prefix('=').ok_or_else(|| wrong("="))?;
        let (value, after) = quoted(after.trim_start()).ok_or_else(|| wrong("a value in quotes"))?;
        labels.push((name, value.into()));
        rest = after.trim_start();
        rest = match rest.strip_prefix(',') {
            Some(next) => next.trim_start(),
            None if rest.starts_with('}') => rest,
            None => return Err(wrong(", or }")),
        };
    }
}

fn name(text: &str) -> Option<(String, &str)> {
    if text.starts_with('"') {
        return quoted(text);
    }
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '-' | '/');
    let (name, rest) = text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()));
    (!name.is_empty()).then(|| (name.to_owned(), rest))
}

/// A text in quotes as Go writes it, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    if let Some(raw) = text.strip_prefix('`') {
        let (value, rest) = raw.split_once('`')?;
        return Some((value.to_owned(), rest));
    }
    let text = text.strip_prefix('"')?;
    // Escapes name bytes, so that what is no text can be written too.
    let (mut value, mut bytes) = (Vec::new(), text.bytes().enumerate());
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some((String::from_utf8_lossy(&value).into_owned(), &text[at + 1..])),
            b'\\' => {
                let (at, escape) = bytes.next()?;
                let simple = match escape {
                    b'n' => Some(b'\n'),
                    b't' => Some(b'\t'),
                    b'r' => Some(b'\r'),
                    b'a' => Some(7),
                    b'b' => Some(8),
                    b'f' => Some(12),
                    b'v' => Some(11),
                    same @ (b'"' | b'\\' | b'\'') => Some(same),
                    _ => None,
                };
                if let Some(byte) = simple {
                    value.push(byte);
                    continue;
                }
                let (from, length, radix) = match escape {
                    b'x' => (at + 1, 2, 16),
                    b'u' => (at + 1, 4, 16),
                    b'U' => (at + 1, 8, 16),
                    b'0'..=b'7' => (at, 3, 8),
                    _ => return None,
                };
                let digits = text.get(from..from + length)?;
                let number = u32::from_str_radix(digits, radix).ok()?;
                match escape {
                    b'u' | b'U' => value.extend(char::from_u32(number)?.to_string().into_bytes()),
                    _ => value.push(u8::try_from(number).ok()?),
                }
                // All but the one that was taken already.
                bytes.nth((from + length - at).checked_sub(2)?);
            }
            byte => value.push(byte),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Result<String, String> {
        read(text).map(|labels| serde_json::to_string(&labels).unwrap())
    }

    #[test]
    fn names_and_values_in_quotes() {
        for (text, labels) in [
            (r#"{job="a"}"#, r#"{"job":"a"}"#),
            ("{}", "{}"),
            (r#" { a = "1" , b="2", } "#, r#"{"a":"1","b":"2"}"#),
            (r#"{"a.b"="1"}"#, r#"{"a.b":"1"}"#),
            (r#"{a="x\"y\\z\n"}"#, r#"{"a":"x\"y\\z\n"}"#),
            (r#"{a="\x41\u00e9\101!\U0001f642."}"#, "{\"a\":\"A\u{e9}A!\u{1f642}.\"}"),
            (r#"{a="\xff"}"#, "{\"a\":\"\u{fffd}\"}"),
            (r#"{a=`\n`,b="ü, }"}"#, r#"{"a":"\\n","b":"ü, }"}"#),
        ] {
            assert_eq!(shown(text).as_deref(), Ok(labels), "{text}");
        }
        for text in [
            "",
            "a",
            "{a}",
            "{a=1}",
            r#"{a="1" b="2"}"#,
            r#"{a="1"#,
            r#"{a="1"} x"#,
            r#"{a="\q"}"#,
            "{=\"\"}",
        ] {
            assert!(shown(text).is_err(), "{text}");
        }
        assert_eq!(
            shown("{a=1}"),
            Err("labels: expected a value in quotes, such as {job=\"api\"}".into())
        );
    }

    proptest::proptest! {
        #[test]
        fn it_never_panics(text in "\\PC*", sharp in "\\{[a\"\\\\xuU017=,}\u{e9}` ]*") {
            let _ = (read(&text), read(&sharp));
        }

        #[test]
        fn what_is_written_is_read(values in proptest::collection::vec("\\PC{0,9}", 0..4)) {
            let written: Vec<String> = values
                .iter()
                .map(|value| format!("l=\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\"")))
                .collect();
            let labels = read(&format!("{{{}}}", written.join(", "))).unwrap();
            let back: Vec<&str> = labels.0.iter().filter_map(|(_, value)| value.as_str()).collect();
            proptest::prop_assert_eq!(back, values);
        }
    }
}
