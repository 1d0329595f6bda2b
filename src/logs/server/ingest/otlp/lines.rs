//! From OTLP's records to lines. Pure.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::{Map, Value};

use super::messages::{AnyValue, ExportLogs, KeyValue, Kind, LogRecord};
use crate::{
    logs::{
        model::{Fields, Level},
        server::{
            harmless::repair,
            ingest::{level, object, times, understand::Raw},
            record::NewLine,
        },
    },
    time::Timestamp,
};

const SOURCE: &[&str] = &["service.name"];

/// The lines of an export, and how many of its records say nothing; `source` is for programs that name themselves not.
pub fn of(export: ExportLogs, source: &str, now: Timestamp) -> (Vec<NewLine>, usize) {
    let (mut lines, mut rejected) = (Vec::new(), 0);
    for logs in export.resource_logs {
        let mut program = fields(logs.resource.unwrap_or_default().attributes);
        let named = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        let source = object::take_if(&mut program, SOURCE, named).unwrap_or_else(|| source.to_owned());
        for logs in logs.scope_logs {
            let scope = text(logs.scope.unwrap_or_default().name);
            for record in logs.log_records {
                match raw(record, &source, &scope, &program) {
                    Some(raw) => lines.push(raw.understood(now)),
                    None => rejected += 1,
                }
            }
        }
    }
    (lines, rejected)
}

fn raw(record: LogRecord, source: &str, scope: &str, program: &Fields) -> Option<Raw> {
    let body = record.body.and_then(|body| body.kind);
    let (mut all, event) = (fields(record.attributes), text(record.event_name));
    let message = match body {
        Some(Kind::Text(bytes)) => text(bytes),
        // A map of a body is read as the JSON that others write.
        Some(kind) => value(AnyValue { kind: Some(kind) }).to_string(),
        None if !event.is_empty() => event.clone(),
        None if !all.0.is_empty() => all.to_string(),
        None => return None,
    };
    let word = text(record.severity_text);
    let known = Level::read(&word);
    let mut add = |name: &str, value: String| {
        if !value.is_empty() {
            all.0.push((name.to_owned(), value.into()));
        }
    };
    if known.is_none() {
        add("severity_text", word);
    }
    if event != message {
        add("event_name", event);
    }
    add("trace_id", HEXLOWER.encode(&record.trace_id));
    add("span_id", HEXLOWER.encode(&record.span_id));
    add("scope", scope.to_owned());
    all.0.extend(program.0.iter().cloned());
    let time = times::nanos(record.time_unix_nano.into());
    Some(Raw {
        time: time.or_else(|| times::nanos(record.observed_time_unix_nano.into())),
        level: level::of_otlp(record.severity_number).or(known),
        source: source.to_owned(),
        message,
        fields: all,
    })
}

fn fields(attributes: Vec<KeyValue>) -> Fields {
    let pairs = attributes.into_iter();
    Fields(
        pairs
            .map(|pair| (text(pair.key), value(pair.value.unwrap_or_default())))
            .collect(),
    )
}

fn value(any: AnyValue) -> Value {
    match any.kind {
        None => Value::Null,
        Some(Kind::Text(bytes)) => text(bytes).into(),
        Some(Kind::Bool(yes)) => yes.into(),
        Some(Kind::Int(number)) => number.into(),
        // JSON knows no infinity: that stays a word.
        Some(Kind::Double(number)) if !number.is_finite() => number.to_string().into(),
        Some(Kind::Double(number)) => number.into(),
        Some(Kind::Array(array)) => array.values.into_iter().map(value).collect(),
        Some(Kind::Map(map)) => {
            let pairs = map.values.into_iter();
            let pairs = pairs.map(|pair| (text(pair.key), value(pair.value.unwrap_or_default())));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Some(Kind::Bytes(bytes)) => BASE64.encode(&bytes).into(),
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|wrong| repair(wrong.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn read(records: &str) -> (Vec<NewLine>, usize) {
        let resource = r#"{"attributes":[{"key":"service.name","value":{"stringValue":"api"}},
                                         {"key":"host.name","value":{"stringValue":"n1"}}]}"#;
        let json = format!(
            r#"{{"resourceLogs":[{{"resource":{resource},"scopeLogs":[{{"scope":{{"name":"lib"}},"logRecords":[{records}]}}]}}]}}"#
        );
        of(serde_json::from_str(&json).unwrap(), "token", NOW)
    }

    #[test]
    fn a_record_with_everything() {
        let (lines, rejected) = read(
            r#"{"timeUnixNano":"1700000000000000000","severityNumber":9,"severityText":"INFO","body":{"stringValue":"hi"},
                "attributes":[{"key":"n","value":{"intValue":"5"}}],"traceId":"5b8efff798038103d269b633813fc60c",
                "spanId":"eee19b7ec3c1b174"}"#,
        );
        let line = &lines[0];
        assert_eq!(
            (
                rejected,
                line.time.micros(),
                line.level,
                line.source.as_str(),
                line.message.as_str()
            ),
            (0, 1_700_000_000_000_000, Level::Info, "api", "hi")
        );
        assert_eq!(
            line.fields.to_string(),
            "n=5 trace_id=5b8efff798038103d269b633813fc60c span_id=eee19b7ec3c1b174 scope=lib host.name=n1"
        );
    }

    #[test]
    fn what_a_record_leaves_out() {
        let (lines, rejected) = read(
            r#"{"observedTimeUnixNano":"1700000000000000000","severityText":"Warning","body":{"stringValue":"a"}},
               {"severityText":"loud","body":{"kvlistValue":{"values":[{"key":"msg","value":{"stringValue":"b"}},
                                                                       {"key":"k","value":{"doubleValue":1.5}}]}}},
               {"eventName":"started"},{"attributes":[{"key":"k","value":{"boolValue":true}}]},{},{"body":{}}"#,
        );
        let shown: Vec<_> = lines.iter().map(|line| (line.level, line.message.as_str())).collect();
        assert_eq!(
            shown,
            [
                (Level::Warn, "a"),
                (Level::Info, "b"),
                (Level::Info, "started"),
                (Level::Info, "k=true")
            ]
        );
        assert_eq!((lines[0].time.micros(), lines[1].time), (1_700_000_000_000_000, NOW));
        assert_eq!(
            lines[1].fields.to_string(),
            "severity_text=loud scope=lib host.name=n1 k=1.5"
        );
        assert_eq!(rejected, 2);
    }
}
