//! From a JSON object, as programs write their log lines, to a line. Programs agree on what a line holds, not on
//! what to call it, so each part is found under any of its usual names; everything else is kept as a field.

use serde_json::Value;

use crate::{
    logs::{
        model::{Fields, Level},
        server::record::NewLine,
    },
    time::Timestamp,
};

const MESSAGE: &[&str] = &["message", "msg", "line"];
const TIME: &[&str] = &["time", "timestamp", "ts", "@timestamp"];
const LEVEL: &[&str] = &["level", "severity", "lvl"];
const SOURCE: &[&str] = &["source"];

/// Reads a line. `source` and `now` are for objects that don't say.
///
/// # Errors
/// What is wrong with it, in words for whoever sent it.
pub fn line(object: Fields, source: &str, now: Timestamp) -> Result<NewLine, String> {
    let mut fields = object;
    let message = match take(&mut fields, MESSAGE) {
        Some((_, Value::String(text))) => text,
        Some((_, Value::Null)) | None => return Err(format!("no message: expected one of {}", MESSAGE.join(", "))),
        // Some programs log values: shown as the JSON they are.
        Some((_, other)) => other.to_string(),
    };
    let time = match take(&mut fields, TIME) {
        Some((name, value)) => time(&value, now).ok_or_else(|| {
            format!("{name}: expected RFC 3339, such as 2026-11-20T14:03:07.5Z, or seconds, ms, µs or ns since 1970")
        })?,
        None => now,
    };
    let level = match take(&mut fields, LEVEL) {
        Some((name, value)) => match value.as_str().and_then(Level::read) {
            Some(level) => level,
            None => {
                // A word or number of its own is no reason to lose the line: it stays readable as a field.
                fields.0.insert(0, (name, value));
                Level::default()
            }
        },
        None => Level::default(),
    };
    let source = match take(&mut fields, SOURCE) {
        Some((_, Value::String(text))) if !text.trim().is_empty() => text,
        _ => source.to_owned(),
    };
    Ok(NewLine {
        time,
        level,
        source,
        message,
        fields,
    })
}

/// Takes the first of `names` that is there, in the order of `names`.
fn take(fields: &mut Fields, names: &[&str]) -> Option<(String, Value)> {
    let place = names
        .iter()
        .find_map(|name| fields.0.iter().position(|(field, _)| field == name))?;
    Some(fields.0.remove(place))
}

fn time(value: &Value, now: Timestamp) -> Option<Timestamp> {
    match value {
        Value::String(text) => read_text(text.trim(), now),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => read_whole(whole, now),
            None => read_fraction(number.as_f64()?),
        },
        _ => None,
    }
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

/// By magnitude: as seconds the bounds are the year 5138, as ms the same, and so on; 0 is how some say "now".
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

    fn read(json: &str) -> Result<NewLine, String> {
        line(serde_json::from_str(json).unwrap(), "token", NOW)
    }

    #[test]
    fn parts_are_found_under_any_name() {
        let line = read(r#"{"ts":1700000000,"lvl":"WARNING","msg":"hi","source":"api","order":1,"line":7}"#).unwrap();
        assert_eq!(line.time.to_string(), "2023-11-14T22:13:20.000000Z");
        assert_eq!(
            (line.level, line.source.as_str(), line.message.as_str()),
            (Level::Warn, "api", "hi")
        );
        assert_eq!(
            line.fields.to_string(),
            "order=1 line=7",
            "the second best name is a field"
        );
        let bare = read(r#"{"line":"hi"}"#).unwrap();
        assert_eq!(
            (bare.time, bare.level, bare.source.as_str()),
            (NOW, Level::Info, "token")
        );
        assert_eq!(read(r#"{"message":{"a":1}}"#).unwrap().message, r#"{"a":1}"#);
    }

    #[test]
    fn times_by_text_and_by_magnitude() {
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
            let line = read(&format!(r#"{{"msg":"x","time":{time}}}"#)).unwrap();
            assert_eq!(line.time.micros(), 1_700_000_000_000_000, "{time}");
        }
        assert_eq!(read(r#"{"msg":"x","time":0}"#).unwrap().time, NOW);
        assert_eq!(
            read(r#"{"msg":"x","ts":1700000000.123456}"#).unwrap().time.micros(),
            1_700_000_000_123_456
        );
        for time in [r#""yesterday""#, "-5", "null", "[]", r#""""#, "1e300"] {
            let error = read(&format!(r#"{{"msg":"x","time":{time}}}"#)).unwrap_err();
            assert!(error.starts_with("time: expected RFC 3339"), "{time}: {error}");
        }
    }

    #[test]
    fn a_level_of_its_own_stays_as_a_field() {
        let line = read(r#"{"msg":"x","level":30,"pid":1}"#).unwrap();
        assert_eq!(
            (line.level, line.fields.to_string().as_str()),
            (Level::Info, "level=30 pid=1")
        );
    }

    #[test]
    fn a_line_without_a_message_is_none() {
        assert!(read(r#"{"level":"info"}"#).unwrap_err().starts_with("no message"));
        assert!(read(r#"{"msg":null}"#).is_err());
    }
}
