//! Loki's protobuf, of which the part that shippers write is four messages (package `logproto`, `push.proto`). Pure.
//! Texts are bytes, since prost refuses a message with one that isn't UTF-8 as a whole.

use prost::Message;

use super::{Pushed, labels, streams::Stream};
use crate::{
    logs::{
        model::Fields,
        server::{harmless::repair, ingest::times},
    },
    time::Timestamp,
};

#[derive(Clone, PartialEq, Message)]
struct PushRequest {
    #[prost(message, repeated, tag = "1")]
    streams: Vec<StreamAdapter>,
}

#[derive(Clone, PartialEq, Message)]
struct StreamAdapter {
    #[prost(bytes = "vec", tag = "1")]
    labels: Vec<u8>,
    #[prost(message, repeated, tag = "2")]
    entries: Vec<EntryAdapter>,
}

#[derive(Clone, PartialEq, Message)]
struct EntryAdapter {
    #[prost(message, optional, tag = "1")]
    timestamp: Option<Instant>,
    #[prost(bytes = "vec", tag = "2")]
    line: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    metadata: Vec<LabelPair>,
}

#[derive(Clone, PartialEq, Message)]
struct Instant {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, PartialEq, Message)]
struct LabelPair {
    #[prost(bytes = "vec", tag = "1")]
    name: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    value: Vec<u8>,
}

/// Reads a message; `source` is for streams that name none.
///
/// # Errors
/// What is wrong with the whole of it.
pub fn read(body: &[u8], source: &str, now: Timestamp) -> Result<Pushed, String> {
    let push = PushRequest::decode(body).map_err(|error| format!("The body is no push of Loki's: {error}."))?;
    let mut pushed = Pushed::default();
    for StreamAdapter { labels, entries } in push.streams {
        let stream = match labels::read(&repair(&labels)) {
            Ok(labels) => Stream::of(labels, source),
            Err(error) => {
                entries.iter().for_each(|_| pushed.add(Err(error.clone())));
                continue;
            }
        };
        for entry in entries {
            let time = entry.timestamp.unwrap_or_default();
            let time = times::nanos(i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos));
            let pairs = entry.metadata.into_iter();
            let pairs = pairs.map(|pair| (text(pair.name), text(pair.value).into()));
            pushed.add(Ok(stream.line(time, text(entry.line), Fields(pairs.collect()), now)));
        }
    }
    Ok(pushed)
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|wrong| repair(wrong.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels `{job="a"}`, 1700000000 s and 5 ns, `hi`, metadata `t="1"`.
    const BODY: &str = "0a230a097b6a6f623d2261227d12160a080880e2cfaa06100512026869 1a060a0174120131";

    fn body() -> Vec<u8> {
        data_encoding::HEXLOWER
            .decode(BODY.replace(' ', "").as_bytes())
            .unwrap()
    }

    #[test]
    fn a_push_byte_by_byte() {
        let now = Timestamp::from_micros(7);
        let pushed = read(&body(), "token", now).unwrap();
        let line = &pushed.lines[0];
        assert_eq!(
            (
                line.time.micros(),
                line.source.as_str(),
                line.message.as_str(),
                line.fields.to_string().as_str()
            ),
            (1_700_000_000_000_000, "a", "hi", "t=1")
        );
        assert_eq!(PushRequest::decode(&body()[..]).unwrap().encode_to_vec(), body());
        assert!(read(&body()[..20], "token", now).is_err(), "cut off");
        assert_eq!(read(b"", "token", now).unwrap().lines.len(), 0);
    }

    #[test]
    fn what_is_no_text_is_repaired_and_labels_that_are_none_refuse_their_stream() {
        let entry = |line: &[u8]| EntryAdapter {
            line: line.to_vec(),
            ..EntryAdapter::default()
        };
        let stream = |labels: &[u8], entries: Vec<EntryAdapter>| StreamAdapter {
            labels: labels.to_vec(),
            entries,
        };
        let push = PushRequest {
            streams: vec![
                stream(b"{a=\"\xff\"}", vec![entry(b"caf\xe9")]),
                stream(b"job=a", vec![entry(b"x"), entry(b"y")]),
            ],
        };
        let now = Timestamp::from_micros(7);
        let pushed = read(&push.encode_to_vec(), "token", now).unwrap();
        assert_eq!(pushed.lines.len(), 1);
        assert_eq!(
            (
                pushed.lines[0].time,
                pushed.lines[0].message.as_str(),
                pushed.lines[0].fields.to_string().as_str()
            ),
            (now, "caf\u{fffd}", "a=\u{fffd}")
        );
        assert_eq!(
            (pushed.refused, pushed.first.starts_with("labels: expected {")),
            (2, true)
        );
    }
}
