//! What a headline may be. Pure; both ends use it.

use crate::error::AppError;

/// Longest headline, in characters.
pub const LONGEST: usize = 500;
/// Longest address that goes with one, in bytes.
pub const LONGEST_URL: usize = 2_000;
/// Longest search, in characters.
pub const LONGEST_QUERY: usize = 200;

/// The text as it will be kept: without space around it and without control characters.
///
/// # Errors
/// `Invalid` when nothing is left or it has several lines, `TooLarge` when it is longer than [`LONGEST`].
pub fn text(text: &str) -> Result<String, AppError> {
    let text = text.trim();
    if text.contains(['\n', '\r', '\u{2028}', '\u{2029}']) {
        return Err(AppError::Invalid(
            "A headline is one line. Send each line by itself, or the whole as a message.".into(),
        ));
    }
    let kept: String = text.chars().filter(|c| !c.is_control() || *c == '\t').collect();
    let kept = kept.trim();
    match kept.chars().count() {
        0 => Err(AppError::Invalid(
            "The headline is empty. Write something first.".into(),
        )),
        1..=LONGEST => Ok(kept.to_owned()),
        count => Err(AppError::TooLarge(format!(
            "A headline has {LONGEST} characters at most; this one has {count}."
        ))),
    }
}

/// A text of others as a headline: on one line, cut where it is too long; `None` when nothing is left.
pub fn cut(whole: &str) -> Option<String> {
    let words: Vec<&str> = whole.split_whitespace().collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    let line = match line.char_indices().nth(LONGEST) {
        Some(_) => {
            let kept: String = line.chars().take(LONGEST - 1).collect();
            format!("{}…", kept.trim_end())
        }
        None => line,
    };
    text(&line).ok()
}

/// The address as it will be kept; `None` where it is empty.
///
/// # Errors
/// `Invalid` for what is no http or https address, or too long.
pub fn url(url: Option<&str>) -> Result<Option<String>, AppError> {
    let Some(url) = url.map(str::trim).filter(|url| !url.is_empty()) else {
        return Ok(None);
    };
    match is_url(url) {
        true => Ok(Some(url.to_owned())),
        false => Err(AppError::Invalid(format!(
            "The address of a headline begins with https:// or http:// and has {LONGEST_URL} bytes at most."
        ))),
    }
}

/// True for an address that a headline may lead to.
pub fn is_url(url: &str) -> bool {
    let scheme = url.split_once("://");
    let is_web = scheme.is_some_and(|(scheme, rest)| {
        (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
            && rest.starts_with(|c: char| c.is_alphanumeric() || c == '[')
    });
    is_web && url.len() <= LONGEST_URL && !url.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Checks the sender's own name of a headline: 1 to 64 visible ASCII characters.
///
/// # Errors
/// `Invalid`.
pub fn outer_id(id: &str) -> Result<(), AppError> {
    if (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(AppError::Invalid(
        "client_id must be 1 to 64 visible ASCII characters, unique for each headline.".into(),
    ))
}

/// What is looked for: parts that an index knows, of three characters or more, and shorter ones.
pub fn parts(q: &str) -> (Vec<String>, Vec<String>) {
    let q: String = q.chars().take(LONGEST_QUERY).collect();
    q.split_whitespace()
        .map(|word| word.trim_matches('"').to_lowercase())
        .filter(|word| !word.is_empty())
        .partition(|word| word.chars().count() >= 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_headline_is_one_line_of_1_to_500_characters() {
        assert_eq!(text("  ECB holds\u{7} at 2.00% \n").unwrap(), "ECB holds at 2.00%");
        for several in ["a\nb", "a\r\nb", "a\u{2028}b"] {
            assert!(matches!(text(several), Err(AppError::Invalid(_))), "{several:?}");
        }
        for nothing in ["", " \n", "\u{7}"] {
            assert!(matches!(text(nothing), Err(AppError::Invalid(_))), "{nothing:?}");
        }
        assert!(text(&"é".repeat(LONGEST)).is_ok());
        let long = text(&"é".repeat(LONGEST + 1)).unwrap_err();
        assert!(
            matches!(&long, AppError::TooLarge(words) if words.contains("501")),
            "{long}"
        );
    }

    #[test]
    fn others_texts_are_cut_and_brought_on_a_line() {
        assert_eq!(cut("ECB\n  holds\t"), Some("ECB holds".into()));
        assert_eq!(cut(" \n"), None);
        let long = cut(&"word ".repeat(200)).unwrap();
        assert!(long.ends_with("word…") && long.chars().count() <= LONGEST, "{long}");
        assert_eq!(cut(&"x".repeat(LONGEST)).unwrap().chars().count(), LONGEST);
    }

    #[test]
    fn an_address_is_of_the_web() {
        assert_eq!(url(None), Ok(None));
        assert_eq!(url(Some(" ")), Ok(None));
        assert_eq!(
            url(Some("https://ecb.test/a?b#c")),
            Ok(Some("https://ecb.test/a?b#c".into()))
        );
        assert!(url(Some("HTTP://[::1]:80/")).is_ok());
        for bad in [
            "ecb.test",
            "javascript:alert(1)",
            "https://",
            "https:// x",
            "ftp://x",
            "data://x",
        ] {
            assert!(url(Some(bad)).is_err(), "{bad}");
        }
        assert!(url(Some(&format!("https://x/{}", "y".repeat(LONGEST_URL)))).is_err());
    }

    #[test]
    fn what_is_looked_for_is_long_or_short() {
        let (long, short) = parts(" ECB \"2.\" Über eu ");
        assert_eq!(
            (long, short),
            (vec!["ecb".into(), "über".into()], vec!["2.".into(), "eu".into()])
        );
        assert_eq!(parts("  "), (vec![], vec![]));
    }
}
