//! What a message of syslog says: RFC 5424, RFC 3164 as programs write it, or neither. Pure.

use super::{old, structured};
use crate::{
    logs::{
        model::Fields,
        server::ingest::{level, understand::Raw},
    },
    time::Timestamp,
};

/// What the codes of facilities stand for, as programs name them.
const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];
/// Longest name of a program in a message.
pub const LONGEST_TAG: usize = 64;

/// Reads a message. `from` is the source of what names none, and `now` the time of what says none.
pub fn read(text: &str, from: &str, now: Timestamp) -> Raw {
    let whole = || Raw {
        source: from.to_owned(),
        message: text.to_owned(),
        ..Raw::default()
    };
    let Some((priority, rest)) = priority(text) else {
        return whole();
    };
    let mut raw = structured::read(rest)
        .or_else(|| old::read(rest, now))
        .unwrap_or_else(|| Raw {
            message: rest.trim_start_matches(' ').to_owned(),
            ..whole()
        });
    if raw.source.is_empty() {
        raw.source = from.to_owned();
    }
    raw.level = Some(level::of_syslog(priority % 8));
    let facility = FACILITIES[usize::from(priority / 8)];
    add(&mut raw.fields, "facility", facility);
    raw
}

/// The number at the beginning, and what follows it.
fn priority(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.strip_prefix('<')?.split_once('>')?;
    let is_number = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let priority = digits.parse().ok().filter(|_| is_number)?;
    (usize::from(priority) < FACILITIES.len() * 8).then_some((priority, rest))
}

/// Adds a field, unless it says nothing.
pub fn add(fields: &mut Fields, name: &str, value: &str) {
    if !value.is_empty() && value != "-" {
        fields.0.push((name.to_owned(), value.into()));
    }
}

/// Without the mark that says that a text is UTF-8.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::model::Level;

    /// 2026-11-20T14:03:08Z
    const NOW: &str = "2026-11-20T14:03:08Z";

    fn shown(text: &str) -> (String, Option<String>, Level, String, String) {
        let raw = read(text, "192.0.2.7", Timestamp::parse(NOW).unwrap());
        let level = raw.level.unwrap_or_default();
        let time = raw.time.map(|time| time.to_string());
        (raw.source, time, level, raw.message, raw.fields.to_string())
    }

    #[test]
    fn both_forms() {
        assert_eq!(
            shown("<165>1 2026-11-20T14:00:00.003Z host1 app 123 ID47 [ex@32473 k=\"v\" note=\"a\\\"b\"] text"),
            (
                "app".into(),
                Some("2026-11-20T14:00:00.003000Z".into()),
                Level::Info,
                "text".into(),
                r#"hostname=host1 procid=123 msgid=ID47 ex.k=v ex.note="a\"b" facility=local4"#.into()
            )
        );
        assert_eq!(
            shown("<34>Nov 20 14:03:07 host su[99]: failed for lonvick"),
            (
                "su".into(),
                Some("2026-11-20T14:03:07.000000Z".into()),
                Level::Error,
                "failed for lonvick".into(),
                "hostname=host procid=99 facility=auth".into()
            )
        );
    }

    #[test]
    fn what_is_neither_is_kept_whole() {
        for text in ["hello", "<", "<>x", "<1a>x", "<192>x", "<0013>x", "< 13>x", "", "<13"] {
            assert_eq!(
                shown(text),
                ("192.0.2.7".into(), None, Level::Info, text.into(), String::new())
            );
        }
        // As Python's handler writes it, and a header that breaks off.
        for (text, message) in [
            ("<11>disk is full", "disk is full"),
            ("<11>1 nonsense", "1 nonsense"),
            ("<11>1 2026-11-20T14:00:00Z host app", "1 2026-11-20T14:00:00Z host app"),
            ("<11>", ""),
        ] {
            assert_eq!(
                shown(text),
                (
                    "192.0.2.7".into(),
                    None,
                    Level::Error,
                    message.into(),
                    "facility=user".into()
                )
            );
        }
    }

    #[test]
    fn severities() {
        for (priority, level) in [
            (0, Level::Error),
            (3, Level::Error),
            (12, Level::Warn),
            (14, Level::Info),
            (191, Level::Debug),
        ] {
            assert_eq!(shown(&format!("<{priority}>x")).2, level, "{priority}");
        }
    }

    proptest::proptest! {
        /// Whatever it is, it never panics, and no word of a text is lost.
        #[test]
        fn no_text_is_lost(
            text in "\\PC*",
            sharp in "(<[0-9]{0,4}>)?(1 )?([0-9a-zA-Z:\\[\\]=\"\\\\ @<>.\u{e9}\u{feff}-]*)",
            words in "[a-z]{1,8}( [a-z]{1,8}){0,5}",
        ) {
            let now = Timestamp::parse(NOW).unwrap();
            for text in [&text, &sharp] {
                read(text, "x", now);
            }
            for header in [
                "", "<13>", "<13>Nov 20 14:03:07 host tag[7]: ", "<13>Nov 20 14:03:07 host ", "<13>Nov 20 14:03:07 ",
                "<13>1 2026-11-20T14:03:07Z - - - - - ", "<13>1 - host app 7 id [a b=\"c\"] ", "<13>1 - - - - - [a b=\"c\" ",
            ] {
                let raw = read(&format!("{header}{words}"), "x", now);
                let all = format!("{} {} {}", raw.source, raw.fields, raw.message);
                for word in words.split(' ') {
                    proptest::prop_assert!(all.contains(word), "{} of {}{} in {}", word, header, words, all);
                }
            }
        }
    }
}
