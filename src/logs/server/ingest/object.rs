//! From a JSON object, as programs write their log lines, to a line. Programs agree on what a line holds, not on
//! what to call it, so each part is found under any of its usual names; everything else is kept as a field.

use serde_json::Value;

use super::{level, times, understand::Raw};
use crate::{
    logs::{
        model::{Fields, Level},
        server::record::NewLine,
    },
    time::Timestamp,
};

/// What programs call the text.
pub const MESSAGE: &[&str] = &["message", "msg", "line"];
/// The same, and names that count only where a text is under them.
pub const TEXT: &[&str] = &[
    "message",
    "msg",
    "line",
    "log",
    "short_message",
    "_msg",
    "@m",
    "MESSAGE",
];
/// What they call its time.
pub const TIME: &[&str] = &["time", "timestamp", "ts", "@timestamp", "@t"];
/// What they call its level.
pub const LEVEL: &[&str] = &[
    "level",
    "severity",
    "lvl",
    "log.level",
    "levelname",
    "loglevel",
    "severity_text",
    "@l",
];
/// Under these is a number of syslog's.
const SYSLOG_LEVEL: &[&str] = &["PRIORITY", "syslog.severity.code"];
/// What they call themselves.
const SOURCE: &[&str] = &["source"];

/// The names under which the parts of a line are looked for. `a.b` is also the `b` in the object `a`.
#[derive(Clone, Debug)]
pub struct Names {
    message: Vec<String>,
    time: Vec<String>,
    level: Vec<String>,
    source: Vec<String>,
    /// A line without a text is refused; else its fields are its text.
    needs_message: bool,
}

impl Default for Names {
    fn default() -> Self {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            message: own(MESSAGE),
            time: own(TIME),
            level: own(LEVEL),
            source: own(SOURCE),
            needs_message: true,
        }
    }
}

impl Names {
    /// As the query of a URL has them: `message=text&time=at&level=sev,lvl&source=app` come before the usual names.
    pub fn asked(query: &str) -> Self {
        let mut names = Self::default();
        for (part, asked) in form_urlencoded::parse(query.as_bytes()) {
            let list = match &*part {
                "message" => &mut names.message,
                "time" => &mut names.time,
                "level" => &mut names.level,
                "source" => &mut names.source,
                _ => continue,
            };
            let asked = asked.split(',').map(str::trim).filter(|name| !name.is_empty()).take(16);
            drop(list.splice(..0, asked.map(str::to_owned).collect::<Vec<_>>()));
        }
        names
    }

    /// With further names of the source, which come after the usual ones, and for lines that need no text.
    pub fn with_sources(sources: &[&str]) -> Self {
        let mut names = Self::default();
        names.source.extend(sources.iter().map(|&name| name.to_owned()));
        names.needs_message = false;
        names
    }
}

/// Reads a line. `source` and `now` are for objects that don't say.
///
/// # Errors
/// What is wrong with it, in words for whoever sent it.
pub fn line(object: Fields, names: &Names, source: &str, now: Timestamp) -> Result<NewLine, String> {
    let mut fields = object;
    let any = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        // Some programs log values: shown as the JSON they are.
        other => Some(other.to_string()),
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let message = take_if(&mut fields, &names.message, any).or_else(|| take_if(&mut fields, TEXT, text));
    let message = match message {
        Some(text) => text,
        None if names.needs_message => {
            return Err(format!("no message: expected one of {}", names.message.join(", ")));
        }
        None => fields.to_string(),
    };
    let time = match find(&fields, &names.time) {
        Some((name, value)) => Some(times::read(value, now).ok_or_else(|| {
            format!("{name}: expected RFC 3339, such as 2026-11-20T14:03:07.5Z, or seconds, ms, µs or ns since 1970")
        })?),
        None => None,
    };
    take_if(&mut fields, &names.time, |_| Some(()));
    // A word or number of its own is no reason to lose the line: it stays readable as a field.
    let level = take_level(&mut fields, &names.level);
    let named = |value: &Value| value.as_str().filter(|text| !text.trim().is_empty()).map(str::to_owned);
    let source = take_if(&mut fields, &names.source, named).unwrap_or_else(|| source.to_owned());
    let raw = Raw {
        time,
        level,
        source,
        message,
        fields,
    };
    Ok(raw.understood(now))
}

/// Takes the level, if there is one that is known.
pub fn take_level<S: AsRef<str>>(fields: &mut Fields, names: &[S]) -> Option<Level> {
    let word = |value: &Value| value.as_str().and_then(Level::read);
    let number = |value: &Value| {
        let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
        number
            .filter(|number| *number < 8)
            .map(|number| level::of_syslog(number as u8))
    };
    take_if(fields, names, word).or_else(|| take_if(fields, SYSLOG_LEVEL, number))
}

/// Takes the first of `names`, in their order, of which `read` makes something.
pub fn take_if<S: AsRef<str>, T>(fields: &mut Fields, names: &[S], read: impl Fn(&Value) -> Option<T>) -> Option<T> {
    for name in names {
        let name = name.as_ref();
        if let Some(found) = at(fields, name).and_then(&read) {
            remove(fields, name);
            return Some(found);
        }
    }
    None
}

fn find<'a>(fields: &'a Fields, names: &'a [String]) -> Option<(&'a str, &'a Value)> {
    names.iter().find_map(|name| Some((name.as_str(), at(fields, name)?)))
}

fn at<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
    let of = |name: &str| fields.0.iter().find(|(field, _)| field == name).map(|(_, value)| value);
    of(name).or_else(|| {
        let mut parts = name.split('.');
        let first = of(parts.next()?)?;
        parts.try_fold(first, |value, part| value.as_object()?.get(part))
    })
}

/// Removes what [`at`] finds, and the objects that held nothing else.
fn remove(fields: &mut Fields, name: &str) {
    if let Some(place) = fields.0.iter().position(|(field, _)| field == name) {
        fields.0.remove(place);
    } else if let Some((first, rest)) = name.split_once('.')
        && let Some(place) = fields.0.iter().position(|(field, _)| field == first)
        && is_emptied(&mut fields.0[place].1, rest)
    {
        fields.0.remove(place);
    }
}

fn is_emptied(value: &mut Value, name: &str) -> bool {
    let Some(object) = value.as_object_mut() else {
        return false;
    };
    match name.split_once('.') {
        None => drop(object.remove(name)),
        Some((first, rest)) => {
            if object.get_mut(first).is_some_and(|inner| is_emptied(inner, rest)) {
                object.remove(first);
            }
        }
    }
    object.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn read_as(json: &str, names: &Names) -> Result<NewLine, String> {
        line(serde_json::from_str(json).unwrap(), names, "token", NOW)
    }

    fn read(json: &str) -> Result<NewLine, String> {
        read_as(json, &Names::default())
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
        let ecs = read(r#"{"log":{"level":"error","file":{"path":"/x"}},"message":"hi"}"#).unwrap();
        assert_eq!(
            (ecs.level, ecs.fields.to_string().as_str()),
            (Level::Error, r#"log={"file":{"path":"/x"}}"#)
        );
        let journal = read(r#"{"MESSAGE":"hi","PRIORITY":"3"}"#).unwrap();
        assert_eq!((journal.level, journal.fields.0.len()), (Level::Error, 0));
    }

    #[test]
    fn names_that_are_asked_for_come_first() {
        let names = Names::asked("message=text&time=at&level=sev%2Chow&source=app.name&token=sbx_x&else=1");
        let json = r#"{"text":"hi","message":"kept","at":1700000000,"how":"warn","app":{"name":"api"}}"#;
        let line = read_as(json, &names).unwrap();
        assert_eq!(
            (line.level, line.source.as_str(), line.message.as_str()),
            (Level::Warn, "api", "hi")
        );
        assert_eq!(
            (line.time.micros(), line.fields.to_string().as_str()),
            (1_700_000_000_000_000, "message=kept")
        );
        assert_eq!(read_as(r#"{"msg":"usual"}"#, &names).unwrap().message, "usual");
        let error = read_as("{}", &names).unwrap_err();
        assert_eq!(error, "no message: expected one of text, message, msg, line");
    }

    #[test]
    fn a_time_that_is_none_is_refused() {
        let error = read(r#"{"msg":"x","time":"yesterday"}"#).unwrap_err();
        assert!(error.starts_with("time: expected RFC 3339"), "{error}");
        let error = read(r#"{"msg":"x","ts":null}"#).unwrap_err();
        assert!(error.starts_with("ts: expected RFC 3339"), "{error}");
        assert_eq!(read(r#"{"msg":"x","time":0}"#).unwrap().time, NOW);
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
    fn a_line_without_a_message_is_none_unless_its_fields_may_be_it() {
        assert!(read(r#"{"level":"info"}"#).unwrap_err().starts_with("no message"));
        assert!(read(r#"{"msg":null}"#).is_err());
        let line = read_as(
            r#"{"cpu":7,"service":{"name":"api"}}"#,
            &Names::with_sources(&["service.name"]),
        )
        .unwrap();
        assert_eq!(
            (line.source.as_str(), line.fields.to_string().as_str()),
            ("api", "cpu=7")
        );
        assert!(line.message.starts_with("cpu=7 service="), "{}", line.message);
    }
}
