//! A line's fields as conditions read them.

use std::fmt::Write;

use serde_json::Value;

use crate::logs::model::Fields;

/// The fields as they are read: `name=value`.
pub fn texts(fields: &Fields) -> impl Iterator<Item = String> {
    fields.0.iter().map(|(name, value)| {
        let mut text = String::new();
        write(name, value, &mut text);
        text
    })
}

/// Whether one of them, read so, `is` what is asked for.
pub(super) fn any_text(fields: &Fields, is: &dyn Fn(&str) -> bool) -> bool {
    let mut text = String::new();
    fields.0.iter().any(|(name, value)| {
        text.clear();
        write(name, value, &mut text);
        is(&text)
    })
}

fn write(name: &str, value: &Value, text: &mut String) {
    text.push_str(name);
    text.push('=');
    match value {
        Value::String(value) => text.push_str(value),
        // A text takes whatever is written to it.
        other => {
            let _ = write!(text, "{other}");
        }
    }
}

/// Of a list, each part counts, and the whole as it is written.
pub(super) fn any_of(value: &Value, is: &dyn Fn(&str) -> bool) -> bool {
    let one = |value: &Value| match value {
        Value::String(text) => is(text),
        other => is(&other.to_string()),
    };
    one(value) || value.as_array().is_some_and(|list| list.iter().any(one))
}

/// What a field of this name holds; with points, what lies inside of one.
pub fn value<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
    let own = |name: &str| fields.0.iter().find(|(own, _)| own == name).map(|(_, value)| value);
    own(name).or_else(|| {
        let (first, rest) = name.split_once('.')?;
        rest.split('.').try_fold(own(first)?, |value, part| value.get(part))
    })
}
