//! The calendar and small letters, as the server knows them.

use time::{OffsetDateTime, UtcDateTime, format_description::well_known::Rfc3339};

/// Microseconds since 1970 of a time in RFC 3339, any offset; finer than a microsecond is cut off.
pub fn parse_time(text: &str) -> Option<i64> {
    // Programs send thousands of times a second, and nearly all in this form.
    if let Some(micros) = in_utc(text.as_bytes()) {
        return Some(micros);
    }
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000).ok()
}

/// The same of `2026-11-20T14:03:07.204113Z`, with or without a fraction; `None` of any other form.
fn in_utc(text: &[u8]) -> Option<i64> {
    let number = |from: usize, to: usize| {
        text.get(from..to)?.iter().try_fold(0_i64, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
        })
    };
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if signs.iter().any(|&(at, sign)| text.get(at) != Some(&sign)) || text.last() != Some(&b'Z') {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let fraction = match text.len() {
        20 => 0,
        22..=30 if text[19] == b'.' => {
            let digits = text.len() - 21;
            number(20, 20 + digits)?;
            number(20, 20 + digits.min(6))? * 10_i64.pow(6 - digits.min(6) as u32)
        }
        _ => return None,
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if day < 1 || day > days || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    // Years that begin in March end with the leap day; 1970 began 306 days into one of them.
    let years = if month > 2 { year } else { year - 1 };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = years * 365 + years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400) + of_year - 719_468;
    Some((((days * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + fraction)
}

/// `2026-11-20T14:03:07.204113Z`. What lies outside of the calendar is its beginning.
pub fn time_text(micros: i64) -> String {
    let t = UtcDateTime::from_unix_timestamp_nanos(i128::from(micros) * 1_000).unwrap_or(UtcDateTime::UNIX_EPOCH);
    let (date, time) = (t.date(), t.time());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second(),
        time.microsecond()
    )
}

/// In small letters.
pub fn lowercase(text: &str) -> String {
    text.to_lowercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_the_library(text: &str) -> Option<i64> {
        let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos() / 1_000).ok()
    }

    #[test]
    fn what_is_in_no_calendar_is_no_time() {
        for text in [
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-04-31T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:0xZ",
        ] {
            assert_eq!((in_utc(text.as_bytes()), parse_time(text)), (None, None), "{text}");
        }
        for text in [
            "2024-02-29T23:59:59.999999999Z",
            "2000-02-29T00:00:00Z",
            "1970-01-01T00:00:00Z",
        ] {
            assert_eq!(in_utc(text.as_bytes()), by_the_library(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_usual_form_is_read_as_any_is(
            date in (1970u32..=9999, 0u32..=13, 0u32..=32), time in (0u32..=24, 0u32..=60, 0u32..=60), fraction in "(\\.[0-9]{1,9})?",
        ) {
            let text = format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}Z", date.0, date.1, date.2, time.0, time.1, time.2
            );
            if let Some(micros) = in_utc(text.as_bytes()) {
                prop_assert_eq!(Some(micros), by_the_library(&text));
            }
            prop_assert_eq!(parse_time(&text), by_the_library(&text));
        }
    }
}
