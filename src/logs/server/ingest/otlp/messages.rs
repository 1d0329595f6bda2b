//! The messages of OTLP's logs (`opentelemetry/proto/{common,resource,logs,collector}`), written by hand: published ones bring
//! the whole SDK along and refuse a message of which one text isn't UTF-8. Read from JSON as well, by `from_json`.

use prost::{Message, Oneof};
use serde::Deserialize;

use super::from_json::{any_value, base_64_or_hex, list, number, or_default, text};

/// `ExportLogsServiceRequest`.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportLogs {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "list")]
    pub resource_logs: Vec<ResourceLogs>,
}

/// The logs of one program.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "list")]
    pub scope_logs: Vec<ScopeLogs>,
}

/// A program.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Resource {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "list")]
    pub attributes: Vec<KeyValue>,
}

/// The logs of one of its parts.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    pub scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "list")]
    pub log_records: Vec<LogRecord>,
}

/// A part of a program: a library, a logger.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Scope {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "text")]
    pub name: Vec<u8>,
}

/// A line.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LogRecord {
    #[prost(fixed64, tag = "1")]
    #[serde(deserialize_with = "number")]
    pub time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    #[serde(deserialize_with = "number")]
    pub severity_number: i32,
    #[prost(bytes = "vec", tag = "3")]
    #[serde(deserialize_with = "text")]
    pub severity_text: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    pub body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    #[serde(deserialize_with = "list")]
    pub attributes: Vec<KeyValue>,
    #[prost(bytes = "vec", tag = "9")]
    #[serde(deserialize_with = "base_64_or_hex")]
    pub trace_id: Vec<u8>,
    #[prost(bytes = "vec", tag = "10")]
    #[serde(deserialize_with = "base_64_or_hex")]
    pub span_id: Vec<u8>,
    #[prost(fixed64, tag = "11")]
    #[serde(deserialize_with = "number")]
    pub observed_time_unix_nano: u64,
    #[prost(bytes = "vec", tag = "12")]
    #[serde(deserialize_with = "text")]
    pub event_name: Vec<u8>,
}

/// An attribute.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KeyValue {
    #[prost(bytes = "vec", tag = "1")]
    #[serde(deserialize_with = "text")]
    pub key: Vec<u8>,
    #[prost(message, optional, tag = "2")]
    pub value: Option<AnyValue>,
}

/// A value of any kind; none is null.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(from = "any_value::Json")]
pub struct AnyValue {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5, 6, 7")]
    pub kind: Option<Kind>,
}

/// The kinds.
#[derive(Clone, PartialEq, Oneof)]
pub enum Kind {
    #[prost(bytes = "vec", tag = "1")]
    Text(Vec<u8>),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Double(f64),
    #[prost(message, tag = "5")]
    Array(ArrayValue),
    #[prost(message, tag = "6")]
    Map(KeyValueList),
    #[prost(bytes = "vec", tag = "7")]
    Bytes(Vec<u8>),
}

/// Values.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "or_default")]
    pub values: Vec<AnyValue>,
}

/// Values with names.
#[derive(Clone, PartialEq, Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KeyValueList {
    #[prost(message, repeated, tag = "1")]
    #[serde(deserialize_with = "list")]
    pub values: Vec<KeyValue>,
}

/// `ExportLogsServiceResponse`.
#[derive(Clone, PartialEq, Message)]
pub struct ExportLogsAnswer {
    #[prost(message, optional, tag = "1")]
    pub partial_success: Option<PartialSuccess>,
}

/// `ExportLogsPartialSuccess`.
#[derive(Clone, PartialEq, Message)]
pub struct PartialSuccess {
    #[prost(int64, tag = "1")]
    pub rejected: i64,
    #[prost(string, tag = "2")]
    pub message: String,
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, Message)]
pub struct Status {
    #[prost(int32, tag = "1")]
    pub code: i32,
    #[prost(string, tag = "2")]
    pub message: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_byte_by_byte() {
        let answer = ExportLogsAnswer {
            partial_success: Some(PartialSuccess {
                rejected: 2,
                message: "too old".into(),
            }),
        };
        assert_eq!(answer.encode_to_vec(), *b"\x0a\x0b\x08\x02\x12\x07too old");
        assert!(ExportLogsAnswer::default().encode_to_vec().is_empty());
        let record = b"\x0a\x15\x12\x13\x12\x11\x09\x00\x00\x2a\x36\xfe\x9c\x97\x17\x10\x09\x2a\x04\x0a\x02hi";
        let export = ExportLogs::decode(&record[..]).unwrap();
        let line = &export.resource_logs[0].scope_logs[0].log_records[0];
        assert_eq!(
            (line.time_unix_nano, line.severity_number),
            (1_700_000_000_000_000_000, 9)
        );
        assert_eq!(line.body.clone().unwrap().kind, Some(Kind::Text(b"hi".to_vec())));
        assert_eq!(export.encode_to_vec(), record);
    }
}
