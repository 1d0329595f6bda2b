//! A stream of Loki's and the lines in it. Pure.

use serde_json::Value;

use crate::{
    logs::{
        model::{Fields, Level},
        server::{
            ingest::{object, understand::Raw},
            record::NewLine,
        },
    },
    time::Timestamp,
};

/// The labels by which Loki tells services apart, in its order.
const SOURCE: &[&str] = &[
    "service_name",
    "service",
    "app",
    "application",
    "app_name",
    "name",
    "app_kubernetes_io_name",
    "container",
    "container_name",
    "k8s_container_name",
    "component",
    "workload",
    "job",
];
const LEVEL: &[&str] = &["level", "detected_level", "severity", "severity_text", "lvl"];

/// What the labels of a stream say of each line in it.
pub struct Stream {
    source: String,
    level: Option<Level>,
    fields: Fields,
}

impl Stream {
    /// Reads labels; `source` is for those that name none.
    pub fn of(mut labels: Fields, source: &str) -> Self {
        let named = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
        Self {
            source: object::take_if(&mut labels, SOURCE, named).unwrap_or_else(|| source.to_owned()),
            level: object::take_level(&mut labels, LEVEL),
            fields: labels,
        }
    }

    /// A line of the stream, with its structured metadata.
    pub fn line(&self, time: Option<Timestamp>, message: String, mut metadata: Fields, now: Timestamp) -> NewLine {
        // Nearer to the line than the labels.
        let level = object::take_level(&mut metadata, LEVEL).or(self.level);
        let mut fields = self.fields.clone();
        fields.0.append(&mut metadata.0);
        let raw = Raw {
            time,
            level,
            source: self.source.clone(),
            message,
            fields,
        };
        raw.understood(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(json: &str) -> Fields {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn labels_name_the_source_and_the_level() {
        let stream = Stream::of(fields(r#"{"job":"j","app":"api","level":"warn","host":"n1"}"#), "token");
        let now = Timestamp::from_micros(7);
        let line = stream.line(None, "hi".into(), fields(r#"{"trace_id":"ab"}"#), now);
        assert_eq!(
            (
                line.source.as_str(),
                line.level,
                line.fields.to_string().as_str(),
                line.time
            ),
            ("api", Level::Warn, "job=j host=n1 trace_id=ab", now)
        );
        let line = stream.line(None, "hi".into(), fields(r#"{"detected_level":"error"}"#), now);
        assert_eq!(line.level, Level::Error);
        let bare = Stream::of(fields(r#"{"level":"unknown"}"#), "token");
        let line = bare.line(None, "ERROR hi".into(), Fields::default(), now);
        assert_eq!(
            (line.source.as_str(), line.level, line.fields.to_string().as_str()),
            ("token", Level::Error, "level=unknown")
        );
    }
}
