//! Numbers as people write them: `100000`, `100,000`, `100k`, `1.5m`, `2%`.

use rust_decimal::Decimal;

/// What marks thousands.
const MARKS: [char; 5] = [',', '_', ' ', '\u{a0}', '\u{202f}'];
/// Letters behind a number, and by what they multiply it.
const SIZES: [(&str, i64); 5] = [
    ("bn", 1_000_000_000),
    ("b", 1_000_000_000),
    ("m", 1_000_000),
    ("k", 1_000),
    ("", 1),
];

/// The number that a text is; a percent sign behind it says nothing.
///
/// # Errors
/// What it could mean, where it could mean two things; what a number looks like, where it is none.
pub fn read(text: &str) -> Result<Decimal, String> {
    let none = || "The value is a number, such as 100000, 2.5, 100k or 1.5m.".to_owned();
    let text = text.trim();
    let low = text.trim_end_matches('%').trim_end().to_ascii_lowercase();
    let known = SIZES
        .iter()
        .find_map(|(letters, size)| Some((low.strip_suffix(letters)?, letters, size)));
    let (digits, letters, size) = known.ok_or_else(none)?;
    let digits = digits.trim_end();
    let (whole, rest) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let is_number = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    if whole.contains(MARKS) || rest.is_some_and(|rest| rest.contains(MARKS) || rest.contains('.')) {
        are_thousands(whole, rest).map_err(|()| unclear(text))?;
    }
    let whole: String = whole.chars().filter(|c| !MARKS.contains(c)).collect();
    if whole.is_empty() || !is_number(&whole) || rest.is_some_and(|rest| rest.is_empty() || !is_number(rest)) {
        return Err(none());
    }
    let plain = format!(
        "{sign}{whole}{}",
        rest.map(|rest| format!(".{rest}")).unwrap_or_default()
    );
    let number: Decimal = plain.parse().map_err(|_| none())?;
    match letters.is_empty() {
        true => Ok(number),
        false => number
            .checked_mul((*size).into())
            .map(|number| number.normalize())
            .ok_or_else(none),
    }
}

/// Three digits stand behind each mark, one to three before the first, and all marks are the same.
fn are_thousands(whole: &str, rest: Option<&str>) -> Result<(), ()> {
    let mut marks = whole.chars().filter(|c| MARKS.contains(c));
    let first = marks.next().ok_or(())?;
    let mut groups = whole.split(first);
    let is_begin = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    let is_rest = rest.is_none_or(|rest| !rest.contains(MARKS) && !rest.contains('.'));
    (is_begin && is_rest && marks.all(|mark| mark == first) && groups.all(|group| group.len() == 3))
        .then_some(())
        .ok_or(())
}

fn unclear(text: &str) -> String {
    format!("{text} can be read in two ways: write 1.5 for one and a half, and 1500 or 1,500 for fifteen hundred.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in [
            ("100000", "100000"),
            ("100,000", "100000"),
            ("1,234,567.50", "1234567.50"),
            ("100_000", "100000"),
            ("100 000", "100000"),
            ("100k", "100000"),
            ("1.5m", "1500000"),
            ("1.5 M", "1500000"),
            ("2b", "2000000000"),
            ("1,500k", "1500000"),
            ("0.25%", "0.25"),
            ("2 %", "2"),
            ("1.085", "1.085"),
            ("-37.63", "-37.63"),
        ] {
            assert_eq!(
                read(text).map(|number| number.to_string()),
                Ok(number.to_owned()),
                "{text}"
            );
        }
        for text in [
            "1,5",
            "10,00",
            "1.234,56",
            "1.000.000",
            "1000,000",
            "1,234 567",
            ",500",
            "1,,000",
            "1,0000",
        ] {
            let words = read(text).expect_err(text);
            assert!(words.contains("two ways") && words.contains(text), "{words}");
        }
        for text in [
            "",
            "many",
            "k",
            "1e5",
            "5x",
            ".5",
            "5.",
            "--5",
            "1.5.k",
            "99999999999999999999999999999k",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
