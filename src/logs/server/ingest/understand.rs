//! From what a shipper says of a line to the line: what its text says itself is found in it. Pure.

use serde_json::Value;

use super::{level, logfmt, object, times};
use crate::{
    logs::{
        colours::Colours,
        model::{Fields, Level},
        server::{
            harmless::coloured,
            record::{LONGEST, NewLine},
        },
    },
    time::Timestamp,
};

/// Longer texts are not looked into: their fields would be cut anyway.
const LOOKED_INTO: usize = 8 * LONGEST;

/// A line as it came in.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// When it happened, if that was said beside the text.
    pub time: Option<Timestamp>,
    /// How bad, the same.
    pub level: Option<Level>,
    /// What wrote it.
    pub source: String,
    /// The text as it came, colours and all.
    pub message: String,
    /// What was said beside the text.
    pub fields: Fields,
}

impl Raw {
    /// The line. A text that is a JSON object or pairs gives its fields, and its message becomes the text; what it says of
    /// time and level counts where nothing was said beside it, else these are fields as well. Without either, the level is
    /// the one that the text begins with. `now` is for lines that don't say when.
    pub fn understood(self, now: Timestamp) -> NewLine {
        let (mut time, mut level, mut fields) = (self.time, self.level, self.fields);
        let (mut message, mut colours) = clean(self.message);
        if let Some(mut inner) = looked_into(&message) {
            if time.is_none() {
                time = object::take_if(&mut inner, object::TIME, |value| times::read(value, now));
            }
            if level.is_none() {
                level = object::take_level(&mut inner, object::LEVEL);
            }
            let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
            if let Some(said) = object::take_if(&mut inner, object::TEXT, text) {
                (message, colours) = clean(said);
            }
            for field in inner.0 {
                if !fields.0.contains(&field) {
                    fields.0.push(field);
                }
            }
        }
        NewLine {
            time: time.unwrap_or(now),
            level: level.or_else(|| level::at_start(&message)).unwrap_or_default(),
            source: self.source,
            message,
            fields,
            colours,
        }
    }
}

/// The text and its colours, without the end of the line that programs leave on it.
fn clean(mut text: String) -> (String, Colours) {
    text.truncate(text.trim_end_matches(['\n', '\r']).len());
    let (text, colours) = coloured(text);
    (text, colours.unwrap_or_default())
}

/// The fields of a text that is nothing else.
fn looked_into(text: &str) -> Option<Fields> {
    let text = text.trim();
    if text.len() > LOOKED_INTO {
        return None;
    }
    if text.starts_with('{') {
        let fields: Fields = serde_json::from_str(text).ok()?;
        return (!fields.0.is_empty()).then_some(fields);
    }
    let pairs = logfmt::read(text)?;
    Some(Fields(
        pairs.into_iter().map(|(name, value)| (name, value.into())).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::server::harmless::harmless;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn understood(text: &str) -> NewLine {
        let raw = Raw {
            message: text.to_owned(),
            ..Raw::default()
        };
        raw.understood(NOW)
    }

    fn shown(line: &NewLine) -> (Level, &str, String) {
        (line.level, line.message.as_str(), line.fields.to_string())
    }

    #[test]
    fn a_text_of_json_or_pairs_becomes_fields() {
        let line = understood(r#"{"time":1700000000,"level":"warn","msg":"late","order":7,"in":{"a":1}}"#);
        assert_eq!(shown(&line), (Level::Warn, "late", r#"order=7 in={"a":1}"#.to_owned()));
        assert_eq!(line.time.micros(), 1_700_000_000_000_000);
        let line = understood("level=error msg=\"timed out\" order=007\n");
        assert_eq!(shown(&line), (Level::Error, "timed out", "order=007".to_owned()));
        let line = understood(r#"{"a":1}"#);
        assert_eq!(
            shown(&line),
            (Level::Info, r#"{"a":1}"#, "a=1".to_owned()),
            "without a message the text stays"
        );
        let docker = understood(r#"{"log":"WARN full\n","stream":"stderr","time":"2023-11-14T22:13:20Z"}"#);
        assert_eq!(shown(&docker), (Level::Warn, "WARN full", "stream=stderr".to_owned()));
        for plain in ["{not json}", "{}", "{\"a\":1} and more", "[1]", "a sentence with a=1"] {
            assert_eq!(
                shown(&understood(plain)),
                (Level::Info, plain, String::new()),
                "{plain}"
            );
        }
    }

    #[test]
    fn what_was_said_beside_the_text_counts_more() {
        let raw = Raw {
            time: Some(Timestamp::from_micros(7)),
            level: Some(Level::Debug),
            message: r#"{"time":1700000000,"level":"error","msg":"ERROR x","pod":"a"}"#.to_owned(),
            fields: Fields(vec![("pod".into(), "a".into())]),
            ..Raw::default()
        };
        let line = raw.understood(NOW);
        assert_eq!((line.time.micros(), line.level), (7, Level::Debug));
        assert_eq!(line.fields.to_string(), "pod=a time=1700000000 level=error");
    }

    #[test]
    fn colours_hide_no_level() {
        let line = understood("\u{1b}[2m2026-11-20T14:03:07Z\u{1b}[0m \u{1b}[33m WARN\u{1b}[0m late");
        assert_eq!(
            (line.level, line.message.as_str()),
            (Level::Warn, "2026-11-20T14:03:07Z  WARN late")
        );
        assert_eq!(line.colours.0.len(), 4, "{:?}", line.colours);
        let line = understood(r#"{"msg":"\u001b[31mERROR\u001b[0m x"}"#);
        assert_eq!((line.message.as_str(), line.colours.0.len()), ("ERROR x", 2));
    }

    proptest::proptest! {
        /// Whatever it is, it never panics, and no word of it is lost: it is in the message or in a field.
        #[test]
        fn no_text_is_lost(text in "\\PC*", pairs in proptest::collection::vec(("[a-z]{1,5}", "[a-zA-Z0-9]{1,8}"), 2..5)) {
            let line = understood(&text);
            proptest::prop_assert!(line.fields.0.is_empty() || line.message == harmless(text.clone()) || text.contains('='));
            let written: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let json: String = pairs.iter().map(|(name, value)| format!(",\"{name}\":\"{value}\"")).collect();
            for text in [written.join(" "), format!("{{{}}}", &json[1..])] {
                let line = understood(&text);
                let all = format!("{} {} {}", line.message, line.fields, line.level.name());
                for (name, value) in &pairs {
                    let is_level = object::LEVEL.contains(&name.as_str()) && Level::read(value).is_some();
                    let is_time = object::TIME.contains(&name.as_str());
                    proptest::prop_assert!(is_level || is_time || all.contains(value), "{} in {}", value, all);
                }
            }
        }
    }
}
