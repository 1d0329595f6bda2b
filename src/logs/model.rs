//! Log lines as both ends know them.

use std::{borrow::Cow, fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;

use super::colours::Colours;
use crate::time::Timestamp;

/// How bad it is, least first. Kept in the database as its place in [`Level::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Every step.
    Trace,
    /// For whoever mends it.
    Debug,
    /// As expected.
    #[default]
    Info,
    /// Worth a look.
    Warn,
    /// Failed.
    Error,
}

impl Level {
    /// All, least first.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error];

    /// Its name in URLs, on chips and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }

    /// Its word in a row.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }

    /// What programs call it, in any case: `warning`, `ERR`, `fatal`, `notice`, … `None` for a word unknown.
    pub fn read(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "trace" | "trc" | "verbose" | "finest" | "silly" => Self::Trace,
            "debug" | "dbg" | "fine" => Self::Debug,
            "info" | "inf" | "information" | "informational" | "notice" | "log" => Self::Info,
            "warn" | "warning" | "wrn" => Self::Warn,
            "error" | "err" | "eror" | "severe" | "critical" | "crit" | "fatal" | "alert" | "emerg" | "emergency"
            | "panic" => Self::Error,
            _ => return None,
        })
    }
}

/// What a line carries beside its text: names and values, in the order they were sent. JSON on the wire and in
/// the database, `name=value` for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub Vec<(String, Value)>);

impl fmt::Display for Fields {
    /// `order_id=8812 reason="timed out"`: quoted where a reader could not tell the end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (name, value)) in self.0.iter().enumerate() {
            let space = if i == 0 { "" } else { " " };
            match value {
                Value::String(text) if text.is_empty() || text.contains([' ', '"', '=', '\n', '\t']) => {
                    write!(f, "{space}{name}={text:?}")?;
                }
                Value::String(text) => write!(f, "{space}{name}={text}")?,
                other => write!(f, "{space}{name}={other}")?,
            }
        }
        Ok(())
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// One kept line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// In the order of keeping; never reused.
    pub id: u64,
    /// When the source says it happened.
    pub time: Timestamp,
    /// How bad.
    pub level: Level,
    /// What wrote it, such as `gateway`.
    pub source: String,
    /// The text.
    pub message: String,
    /// The rest.
    #[serde(default, skip_serializing_if = "no_fields")]
    pub fields: Fields,
    /// How the text looks.
    #[serde(default, skip_serializing_if = "Colours::is_empty")]
    pub colours: Colours,
}

impl LogLine {
    /// Without its colours.
    pub fn plain(&self) -> Cow<'_, Self> {
        match self.colours.is_empty() {
            true => Cow::Borrowed(self),
            false => Cow::Owned(Self {
                colours: Colours::default(),
                ..self.clone()
            }),
        }
    }
}

fn no_fields(fields: &Fields) -> bool {
    fields.0.is_empty()
}

/// Lines that were not sent because the reader was too far behind; they can be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// Id of the last line before them.
    pub after: u64,
    /// Id of the first line after them.
    pub before: u64,
    /// How many they were when it was noticed.
    pub count: u64,
}

/// Lines of a gap or of a search, as far as one answer goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// The newest of those asked for, oldest first.
    pub lines: Vec<Arc<LogLine>>,
    /// How many more there are before the first of these.
    pub more: u64,
}

/// The panel as the server rendered it, and where the stream goes on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tail {
    /// Oldest first.
    pub lines: Vec<Arc<LogLine>>,
    /// Cursor of topic `logs`.
    pub cursor: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_read_well() {
        let json = r#"{"venue":"XLON","order_id":8812,"reason":"timed out","empty":"","nested":{"b":1,"a":null}}"#;
        let fields: Fields = serde_json::from_str(json).unwrap();
        assert_eq!(
            fields.to_string(),
            r#"venue=XLON order_id=8812 reason="timed out" empty="" nested={"a":null,"b":1}"#
        );
        let names: Vec<&str> = fields.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["venue", "order_id", "reason", "empty", "nested"]);
        let back: Fields = serde_json::from_str(&serde_json::to_string(&fields).unwrap()).unwrap();
        assert_eq!(back, fields);
    }

    #[test]
    fn levels_by_any_name() {
        for level in Level::ALL {
            assert_eq!(Level::read(level.name()), Some(level));
            assert_eq!(Level::read(level.word()), Some(level));
        }
        for (word, level) in [
            ("Warning", Level::Warn),
            ("FATAL", Level::Error),
            (" notice ", Level::Info),
        ] {
            assert_eq!(Level::read(word), Some(level), "{word}");
        }
        assert_eq!(Level::read("loud"), None);
    }
}
