//! Times as programs write them. Pure.

use serde_json::Value;

use crate::time::Timestamp;

/// The end of the year 9999, which is as far as times can be written.
const LAST: i64 = 253_402_300_799_999_999;

/// RFC 3339, or seconds, milli-, micro- or nanoseconds since 1970, as number or text; 0 is how some say "now". `None` for
/// anything else.
pub fn read(value: &Value, now: Timestamp) -> Option<Timestamp> {
    match value {
        Value::String(text) => read_text(text.trim(), now),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => read_whole(whole, now),
            None => read_fraction(number.as_f64()?),
        },
        _ => None,
    }
}

/// Nanoseconds since 1970, as protocols count them; 0 is none. What can't be written is the nearest that can.
pub fn nanos(nanos: i128) -> Option<Timestamp> {
    let micros = i64::try_from(nanos / 1_000).unwrap_or(LAST);
    (nanos != 0).then(|| Timestamp::from_micros(micros.clamp(0, LAST)))
}

fn read_text(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(whole) = text.parse() {
        return read_whole(whole, now);
    }
    if let Ok(fraction) = text.parse() {
        return read_fraction(fraction);
    }
    // RFC 3339 lets people put a space where the T is.
    match text.split_once(' ') {
        Some((day, rest)) => Timestamp::parse(&format!("{day}T{rest}")),
        None => Timestamp::parse(text),
    }
}

/// By magnitude: as seconds the bounds are the year 5138, as ms the same, and so on.
fn read_whole(number: i64, now: Timestamp) -> Option<Timestamp> {
    Some(Timestamp::from_micros(match number {
        0 => return Some(now),
        1..100_000_000_000 => number * 1_000_000,
        100_000_000_000..100_000_000_000_000 => number * 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => number,
        100_000_000_000_000_000.. => number / 1_000,
        _ => return None,
    }))
}

fn read_fraction(number: f64) -> Option<Timestamp> {
    let micros = match number {
        n if (0.0..1e11).contains(&n) => n * 1e6,
        n if (1e11..1e14).contains(&n) => n * 1e3,
        n if (1e14..1e17).contains(&n) => n,
        _ => return None,
    };
    Some(Timestamp::from_micros(micros.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn json(text: &str) -> Option<i64> {
        read(&serde_json::from_str(text).unwrap(), NOW).map(Timestamp::micros)
    }

    #[test]
    fn by_text_and_by_magnitude() {
        for time in [
            r#""2023-11-14T22:13:20Z""#,
            r#""2023-11-14 23:13:20+01:00""#,
            "1700000000",
            "1700000000000",
            "1700000000000000",
            "1700000000000000000",
            "1700000000.0",
            r#""1700000000""#,
            r#""1700000000.000""#,
        ] {
            assert_eq!(json(time), Some(1_700_000_000_000_000), "{time}");
        }
        assert_eq!(json("0"), Some(NOW.micros()));
        assert_eq!(json("1700000000.123456"), Some(1_700_000_000_123_456));
        for time in [r#""yesterday""#, "-5", "null", "[]", r#""""#, "1e300"] {
            assert_eq!(json(time), None, "{time}");
        }
    }

    #[test]
    fn nanoseconds_of_any_size() {
        assert_eq!(nanos(0), None);
        assert_eq!(
            nanos(1_700_000_000_000_000_005).map(Timestamp::micros),
            Some(1_700_000_000_000_000)
        );
        assert_eq!(nanos(-1).map(Timestamp::micros), Some(0));
        assert_eq!(nanos(i128::MAX).map(|time| time.day()), Some("9999-12-31".to_owned()));
    }
}
