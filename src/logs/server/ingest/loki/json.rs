//! Loki's JSON: `{"streams":[{"stream":{…},"values":[["NANOSECONDS","line",{…}]]}]}`. Pure.

use serde::Deserialize;
use serde_json::Value;

use super::{Pushed, streams};
use crate::{
    logs::{
        model::Fields,
        server::{harmless::repair, ingest::times},
    },
    time::Timestamp,
};

#[derive(Deserialize)]
struct Push {
    #[serde(default)]
    streams: Vec<Stream>,
}

#[derive(Deserialize)]
struct Stream {
    #[serde(default)]
    stream: Fields,
    #[serde(default)]
    values: Vec<Value>,
}

/// Reads a body; `source` is for streams that name none.
///
/// # Errors
/// What is wrong with the whole of it.
pub fn read(body: &[u8], source: &str, now: Timestamp) -> Result<Pushed, String> {
    let push: Push = serde_json::from_str(&repair(body)).map_err(|error| {
        format!("The body can't be read: {error}. Expected {{\"streams\":[{{\"stream\":{{…}},\"values\":[[\"ns\",\"line\"]]}}]}}.")
    })?;
    let mut pushed = Pushed::default();
    for Stream { stream, values } in push.streams {
        let stream = streams::Stream::of(stream, source);
        for value in values {
            let entry = entry(value, now);
            pushed.add(entry.map(|(time, line, metadata)| stream.line(time, line, metadata, now)));
        }
    }
    Ok(pushed)
}

fn entry(value: Value, now: Timestamp) -> Result<(Option<Timestamp>, String, Fields), String> {
    let Value::Array(parts) = value else {
        return Err("form: expected [\"NANOSECONDS\",\"line\"]".to_owned());
    };
    let count = parts.len();
    let mut parts = parts.into_iter();
    let (Some(time), Some(Value::String(line)), 2 | 3) = (parts.next(), parts.next(), count) else {
        return Err("form: expected [\"NANOSECONDS\",\"line\"], and perhaps an object after them".to_owned());
    };
    // Loki wants a text; a number may have lost its last digits on the way, which is no reason to lose the line.
    let nanos = match &time {
        Value::String(text) if text.is_empty() => Some(0),
        Value::String(text) => text.trim().parse::<i128>().ok(),
        Value::Number(number) => number.as_i64().map(i128::from),
        _ => None,
    };
    let nanos = nanos.ok_or("time: expected nanoseconds since 1970 as a text, such as \"1700000000000000000\"")?;
    let metadata = match parts.next() {
        Some(Value::Object(object)) => Fields(object.into_iter().collect()),
        Some(Value::Null) | None => Fields::default(),
        Some(_) => return Err("metadata: expected an object".to_owned()),
    };
    Ok((Some(times::nanos(nanos).unwrap_or(now)), line, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn entries_with_and_without_metadata() {
        let body = br#"{"streams":[{"stream":{"job":"api","host":"n1"},
            "values":[["1700000000000000005","hi"],["1700000000000000006","bye",{"trace_id":"ab12"}],["0","now"]]}]}"#;
        let pushed = read(body, "token", NOW).unwrap();
        let shown: Vec<_> = pushed
            .lines
            .iter()
            .map(|line| {
                (
                    line.time.micros(),
                    line.source.as_str(),
                    line.message.as_str(),
                    line.fields.to_string(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (1_700_000_000_000_000, "api", "hi", "host=n1".to_owned()),
                (1_700_000_000_000_000, "api", "bye", "host=n1 trace_id=ab12".to_owned()),
                (NOW.micros(), "api", "now", "host=n1".to_owned()),
            ]
        );
    }

    #[test]
    fn bad_entries_are_counted_and_the_rest_is_kept() {
        let body =
            br#"{"streams":[{"values":[["x","a"],["1"],["1",2],["1","a",{},1],7,["1","ok"],[1,"ok"],["1","a",5]]}]}"#;
        let pushed = read(body, "token", NOW).unwrap();
        assert_eq!((pushed.lines.len(), pushed.refused), (2, 6));
        assert!(
            pushed.first.starts_with("time: expected nanoseconds"),
            "{}",
            pushed.first
        );
        assert!(read(b"[1]", "token", NOW).is_err());
        assert_eq!(read(b"{}", "token", NOW).unwrap().lines.len(), 0);
        assert_eq!(
            read(b"{\"streams\":[{\"values\":[[\"1\",\"caf\xe9\"]]}]}", "t", NOW)
                .unwrap()
                .lines[0]
                .message,
            "caf\u{fffd}"
        );
    }
}
