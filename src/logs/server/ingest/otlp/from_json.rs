//! How OTLP's JSON differs from what serde reads by itself: whole numbers may be texts, anything may be null, ids are
//! hexadecimal and bytes Base64.

use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// Null is nothing.
pub fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// A list, or null.
pub fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    or_default(from)
}

/// A text as its bytes.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    or_default::<D, String>(from).map(String::into_bytes)
}

/// A number, or a text that is one.
pub fn number<'de, D: Deserializer<'de>, T: FromStr + Default>(from: D) -> Result<T, D::Error> {
    let text = match Option::deserialize(from)? {
        None => return Ok(T::default()),
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
    };
    let wrong = || D::Error::custom(format!("expected a whole number instead of {text:.40}"));
    text.trim().parse().map_err(|_| wrong())
}

/// An id: hexadecimal, as OTLP wants it, or Base64, as protobuf's JSON has bytes elsewhere and some send it.
pub fn base_64_or_hex<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text: String = or_default(from)?;
    let read = HEXLOWER_PERMISSIVE.decode(text.as_bytes());
    let read = read.or_else(|_| BASE64.decode(text.as_bytes()));
    read.map_err(|_| D::Error::custom("expected an id in hexadecimal"))
}

/// `AnyValue`: the first of its members that is there.
pub mod any_value {
    use serde::Deserialize;

    use super::{BASE64, number};
    use crate::logs::server::ingest::otlp::messages::{AnyValue, ArrayValue, KeyValueList, Kind};

    /// Its members.
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    pub struct Json {
        string_value: Option<String>,
        bool_value: Option<bool>,
        int_value: Option<Whole>,
        double_value: Option<Fraction>,
        array_value: Option<ArrayValue>,
        kvlist_value: Option<KeyValueList>,
        bytes_value: Option<String>,
    }

    #[derive(Deserialize)]
    struct Whole(#[serde(deserialize_with = "number")] i64);

    /// Also `"NaN"` and the like, which are no numbers in JSON.
    #[derive(Deserialize)]
    struct Fraction(#[serde(deserialize_with = "number")] f64);

    impl From<Json> for AnyValue {
        fn from(json: Json) -> Self {
            // What is no Base64 is kept as the text that it is.
            let bytes = |text: String| Kind::Bytes(BASE64.decode(text.as_bytes()).unwrap_or(text.into_bytes()));
            let kind = json.string_value.map(|text| Kind::Text(text.into_bytes()));
            let kind = kind.or(json.bool_value.map(Kind::Bool));
            let kind = kind.or(json.int_value.map(|Whole(number)| Kind::Int(number)));
            let kind = kind.or(json.double_value.map(|Fraction(number)| Kind::Double(number)));
            let kind = kind
                .or(json.array_value.map(Kind::Array))
                .or(json.kvlist_value.map(Kind::Map));
            Self {
                kind: kind.or(json.bytes_value.map(bytes)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::messages::{ExportLogs, Kind, LogRecord};

    #[test]
    fn numbers_texts_nulls_and_what_is_unknown() {
        let record = |json: &str| serde_json::from_str::<LogRecord>(json).map_err(|error| error.to_string());
        let read = record(
            r#"{"timeUnixNano":1700000000000000000,"severityNumber":null,"observedTimeUnixNano":"7","later":{"x":[1]},
                "traceId":"5B8EFFF798038103d269b633813fc60c","spanId":"","attributes":null,"severityText":null,
                "body":{"arrayValue":{"values":[{"intValue":"5"},{"intValue":6},{"doubleValue":"NaN"},{},
                        {"bytesValue":"aGk="},{"kvlistValue":{"values":[{"key":"k","value":null}]}},{"boolValue":true}]}}}"#,
        )
        .unwrap();
        assert_eq!(
            (read.time_unix_nano, read.observed_time_unix_nano),
            (1_700_000_000_000_000_000, 7)
        );
        assert_eq!(
            (read.trace_id.len(), read.trace_id[0], read.span_id.len()),
            (16, 0x5b, 0)
        );
        let Some(Kind::Array(array)) = read.body.unwrap().kind else {
            panic!("no array")
        };
        let kinds: Vec<_> = array.values.into_iter().map(|value| value.kind).collect();
        assert_eq!(kinds[..2], [Some(Kind::Int(5)), Some(Kind::Int(6))]);
        assert!(matches!(kinds[2], Some(Kind::Double(number)) if number.is_nan()) && kinds[3].is_none());
        assert_eq!(kinds[4], Some(Kind::Bytes(b"hi".to_vec())));
        assert!(matches!(&kinds[5], Some(Kind::Map(map)) if map.values[0].value.is_none()));
        assert!(
            record(r#"{"severityNumber":"SEVERITY_NUMBER_INFO"}"#)
                .unwrap_err()
                .contains("whole number")
        );
        assert!(record(r#"{"traceId":"xyz"}"#).is_err());
        assert_eq!(serde_json::from_str::<ExportLogs>("{}").unwrap(), ExportLogs::default());
    }
}
