//! The calendar and small letters, as the server knows them.

use time::{OffsetDateTime, UtcDateTime, format_description::well_known::Rfc3339};

/// Microseconds since 1970 of a time in RFC 3339, any offset; finer than a microsecond is cut off.
pub fn parse_time(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000).ok()
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
