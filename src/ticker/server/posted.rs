//! Reads what programs post: a JSON object, a JSON array of them, or one per line (NDJSON). Pure.

use std::{borrow::Cow, fmt};

use rust_decimal::Decimal;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::tick::{Tick, number};
use crate::{
    ticker::model::{Key, VenueKind},
    time::Timestamp,
};

/// Ticks of one body at most: more than fit into it, unless they are none.
const MOST: usize = 100_000;

/// A tick as posted. Other fields are ignored.
#[derive(Deserialize)]
struct Posted<'a> {
    #[serde(borrow)]
    symbol: Option<Text<'a>>,
    #[serde(borrow)]
    venue: Option<Text<'a>>,
    #[serde(borrow)]
    last: Option<&'a RawValue>,
    #[serde(borrow)]
    open: Option<&'a RawValue>,
    #[serde(borrow)]
    previous_close: Option<&'a RawValue>,
    #[serde(borrow)]
    bid: Option<&'a RawValue>,
    #[serde(borrow)]
    ask: Option<&'a RawValue>,
    #[serde(borrow)]
    volume: Option<&'a RawValue>,
    #[serde(borrow)]
    size: Option<&'a RawValue>,
    #[serde(borrow)]
    time: Option<Text<'a>>,
    seq: Option<u64>,
    trade_id: Option<u64>,
}

/// A text, copied only where it holds escapes. (An `Option<Cow<str>>` would always be a copy.)
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The ticks of a body, each with its place for error messages: the line in NDJSON, the item in an array.
///
/// # Errors
/// When there is nothing to take apart; in words for the sender.
pub fn items(body: &[u8]) -> Result<Vec<(usize, &[u8])>, String> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_end();
    if body.trim_ascii().is_empty() {
        return Err("The body is empty. Send a JSON object, an array of them, or one per line.".to_owned());
    }
    if body.trim_ascii_start().starts_with(b"[") {
        let List(list) = serde_json::from_slice(body).map_err(|e| format!("The array can't be read: {e}."))?;
        if list.is_empty() {
            return Err("The array is empty.".to_owned());
        }
        return Ok((1..).zip(list.into_iter().map(|item| item.get().as_bytes())).collect());
    }
    // One object may be spread over lines for people to read.
    if body.contains(&b'\n') && serde_json::from_slice::<&RawValue>(body).is_ok() {
        return Ok(vec![(1, body)]);
    }
    let lines = (1..).zip(body.split(|&byte| byte == b'\n'));
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    let lines: Vec<(usize, &[u8])> = lines.take(MOST + 1).collect();
    match lines.len() {
        0..=MOST => Ok(lines),
        _ => Err(too_many()),
    }
}

fn too_many() -> String {
    format!("A body holds {MOST} ticks at most. Send them in several.")
}

/// The items of an array, of which there are only so many.
struct List<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> Deserialize<'de> for List<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;
        impl<'de> Visitor<'de> for Items {
            type Value = Vec<&'de RawValue>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of objects")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    if list.len() == MOST {
                        return Err(A::Error::custom(too_many()));
                    }
                    list.push(item);
                }
                Ok(list)
            }
        }
        deserializer.deserialize_seq(Items).map(Self)
    }
}

/// Reads one tick; `venue` is what it is from when it doesn't say, `now` is when.
///
/// # Errors
/// What is wrong with it, in words for the sender.
pub fn tick(json: &[u8], venue: &str, now: Timestamp) -> Result<Tick, String> {
    let text = std::str::from_utf8(json).map_err(|_| "the line is not UTF-8".to_owned())?;
    // Of a list serde would make the fields in their order.
    if !text.trim_start().starts_with('{') {
        return Err(r#"expected an object such as {"symbol":"BTC-USD","last":"97000.50"}"#.to_owned());
    }
    let posted: Posted = serde_json::from_str(text.trim()).map_err(|e| said(&e))?;
    let venue = posted.venue.as_ref().map_or(venue, |Text(venue)| venue);
    // What is replayed has a venue's name behind it: `replay:coinbase`.
    let first = venue.split(':').next().unwrap_or_default();
    if VenueKind::ALL
        .iter()
        .any(|kind| kind.name().eq_ignore_ascii_case(first))
    {
        return Err(format!(
            "the venue {venue:?} is one that the server watches itself; give `venue` another name"
        ));
    }
    let time = match posted.time {
        None => now,
        Some(Text(text)) => Timestamp::parse(&text)
            .ok_or_else(|| format!("`time`: expected RFC 3339 such as 2026-11-20T14:03:07Z, not {text:?}"))?,
    };
    Ok(Tick {
        key: Key {
            symbol: posted.symbol.ok_or("`symbol` is missing")?.0.into_owned(),
            venue: venue.to_owned(),
        },
        last: decimal("last", posted.last)?.ok_or("`last` is missing")?,
        open: decimal("open", posted.open)?,
        previous_close: decimal("previous_close", posted.previous_close)?,
        bid: decimal("bid", posted.bid)?,
        ask: decimal("ask", posted.ask)?,
        volume: decimal("volume", posted.volume)?,
        size: decimal("size", posted.size)?,
        time,
        seq: posted.seq.or(posted.trade_id),
        is_trade: true,
        demo: false,
    })
}

/// A number or a string that holds one; `null` is as good as absent.
fn decimal(field: &str, raw: Option<&RawValue>) -> Result<Option<Decimal>, String> {
    let Some(raw) = raw.map(RawValue::get).filter(|&raw| raw != "null") else {
        return Ok(None);
    };
    let quoted = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    let text = match quoted {
        Some(text) if !text.contains('\\') => Cow::Borrowed(text),
        Some(_) => serde_json::from_str(raw).map_err(|e| format!("`{field}`: {}", said(&e)))?,
        None => Cow::Borrowed(raw),
    };
    number(&text).map(Some).map_err(|error| format!("`{field}`: {error}"))
}

/// serde_json's words; every item is a document of its own to it, so its line number would mislead.
fn said(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(json: &str) -> Result<Tick, String> {
        tick(json.as_bytes(), "bot", Timestamp::from_micros(7))
    }

    #[test]
    fn a_body_holds_only_so_many() {
        let most = "1\n".repeat(MOST);
        assert_eq!(items(most.as_bytes()).map(|items| items.len()), Ok(MOST));
        let array = |count| format!("[{}1]", "1,".repeat(count - 1));
        assert_eq!(items(array(MOST).as_bytes()).map(|items| items.len()), Ok(MOST));
        for more in [most + "1", array(MOST + 1)] {
            let words = items(more.as_bytes()).expect_err("too many");
            assert!(words.contains("100000 ticks at most"), "{words}");
        }
    }

    #[test]
    fn strings_and_numbers_keep_their_digits() {
        let tick = read(
            r#"{"symbol":"A","last":1.10,"open":"1.0","bid":1.09,"ask":null,"volume":"245532.790","size":0.50,"seq":4,
                "time":"2026-11-20T14:03:07.5Z","extra":[1]}"#,
        )
        .unwrap();
        assert_eq!(tick.last.to_string(), "1.10");
        assert_eq!(tick.open.unwrap().to_string(), "1.0");
        assert_eq!(tick.volume.unwrap().to_string(), "245532.790");
        assert_eq!(tick.size.unwrap().to_string(), "0.50");
        assert_eq!(read(r#"{"symbol":"A","last":1,"trade_id":8}"#).unwrap().seq, Some(8));
        assert_eq!((tick.ask, tick.seq, tick.key.venue.as_str()), (None, Some(4), "bot"));
        assert_eq!(tick.time.milli(), "14:03:07.500");
        assert_eq!(
            read(r#"{"symbol":"A","last":2}"#).unwrap().time,
            Timestamp::from_micros(7)
        );
    }

    #[test]
    fn refusals_name_the_field() {
        for (json, words) in [
            (r#"{"last":1}"#, "`symbol` is missing"),
            (r#"{"symbol":"A"}"#, "`last` is missing"),
            (r#"{"symbol":"A","last":null}"#, "`last` is missing"),
            (r#"{"symbol":"A","last":1e5}"#, "`last`: write \"1e5\" out in full"),
            (r#"{"symbol":"A","last":"x"}"#, "`last`: expected a number"),
            (r#"{"symbol":"A","last":[1]}"#, "`last`: expected a number"),
            (r#"{"symbol":"A","last":1,"bid":true}"#, "`bid`: expected a number"),
            (r#"{"symbol":"A","last":1,"time":"noon"}"#, "`time`: expected RFC 3339"),
            (r#"{"symbol":"A","last":1,"seq":-1}"#, "at column"),
            (r#"{"symbol":"A","last":1,"venue":"Coinbase"}"#, "watches itself"),
            (r#"{"symbol":"A","last":1,"venue":"replay:kraken"}"#, "watches itself"),
            (r#"{"symbol":"A","last":1"#, "at column"),
            (r#""A 1""#, "expected an object"),
            (r#"["A", "x", 1]"#, "expected an object"),
            ("price 12", "expected an object"),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.contains(words), "{json}: {error}");
        }
    }

    #[test]
    fn bodies_of_every_shape() {
        let places = |body: &str| items(body.as_bytes()).map(|items| items.iter().map(|i| i.0).collect::<Vec<_>>());
        assert_eq!(places("{\"a\":1}"), Ok(vec![1]));
        assert_eq!(
            places("\u{feff}{\n  \"a\": 1\n}\n"),
            Ok(vec![1]),
            "an object spread over lines"
        );
        assert_eq!(places(" [{}, {},\n{}]"), Ok(vec![1, 2, 3]));
        assert_eq!(
            places("{}\r\n\n{}\noops\n"),
            Ok(vec![1, 3, 4]),
            "lines, empty ones skipped"
        );
        for (body, words) in [
            ("", "empty"),
            (" \n ", "empty"),
            ("[]", "empty"),
            ("[{}", "array can't be read"),
        ] {
            assert!(places(body).unwrap_err().contains(words), "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200)) {
            for (_, item) in items(&body).unwrap_or_default() {
                let _ = tick(item, "bot", Timestamp::default());
            }
        }
    }
}
