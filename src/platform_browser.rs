//! The calendar and small letters, as the browser knows them: nobody loads them again.

use js_sys::{Date, JsString};

/// Microseconds since 1970 of a time as the server writes it; `None` for what is none.
pub fn parse_time(text: &str) -> Option<i64> {
    let millis = Date::parse(text);
    // A browser reckons in milliseconds: the rest is the last three digits.
    let rest = text
        .get(23..26)
        .and_then(|digits| digits.parse::<u16>().ok())
        .unwrap_or(0);
    (!millis.is_nan()).then_some(millis as i64 * 1_000 + i64::from(rest))
}

/// `2026-11-20T14:03:07.204113Z`.
pub fn time_text(micros: i64) -> String {
    let date = Date::new(&((micros.div_euclid(1_000)) as f64).into());
    let mut text = String::from(date.to_iso_string());
    text.pop();
    let rest = (1_000 + micros.rem_euclid(1_000)).to_string();
    text + &rest[1..] + "Z"
}

/// In small letters.
pub fn lowercase(text: &str) -> String {
    JsString::from(text).to_lower_case().into()
}
