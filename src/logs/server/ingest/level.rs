//! How bad a line is where no field says so: by a protocol's number, or by the word that it begins with. Pure.

use super::traces;
use crate::logs::model::Level;

/// How far into a line its level is looked for, in bytes and in words.
const WITHIN: usize = 240;
const WORDS: usize = 14;

/// OpenTelemetry's severity number; `None` for 0, which says nothing, and for what is no such number.
pub fn of_otlp(number: i32) -> Option<Level> {
    Some(match number {
        1..=4 => Level::Trace,
        5..=8 => Level::Debug,
        9..=12 => Level::Info,
        13..=16 => Level::Warn,
        17..=24 => Level::Error,
        _ => return None,
    })
}

/// Syslog's severity, 0 (emergency) to 7 (debug).
pub fn of_syslog(severity: u8) -> Level {
    match severity {
        0..=3 => Level::Error,
        4 => Level::Warn,
        5 | 6 => Level::Info,
        _ => Level::Debug,
    }
}

/// The level with which a line begins, as programs write it: `ERROR …`, `[warn] …`, `info: …`, `WARNING:root:…`, each also
/// after a time, a thread in brackets or the columns of Python's and Java's formats. A level's word within a sentence is
/// none: what stands before it may only be what no sentence begins with.
pub fn at_start(text: &str) -> Option<Level> {
    let line = text.trim_start().lines().next()?;
    let line = &line[..line.floor_char_boundary(WITHIN.min(line.len()))];
    if traces::begins(line) {
        return Some(Level::Error);
    }
    let mut words = line.split_whitespace().take(WORDS).peekable();
    let first = *words.peek()?;
    if let Some(level) = of_klog(first).filter(|_| line.split_whitespace().nth(1).is_some_and(holds_time)) {
        return Some(level);
    }
    // After a time a level needs no other mark; within an open bracket anything may stand before one.
    let (mut after_time, mut in_bracket) = (false, false);
    while let Some(word) = words.next() {
        let ends_column = words.peek().is_some_and(|next| matches!(*next, "-" | "|" | ":"));
        match read(word, ends_column, after_time) {
            Word::Level(level) => return Some(level),
            Word::Passed => (),
            Word::Time => after_time = true,
            Word::Column => after_time = false,
            Word::Sentence if in_bracket => (),
            Word::Sentence if word.starts_with('[') && line.contains(']') => in_bracket = true,
            Word::Sentence => return None,
        }
        in_bracket &= !word.contains(']');
    }
    None
}

enum Word {
    Level(Level),
    /// Holds a time.
    Time,
    /// Goes before a level without telling anything: a dash, a number, a month.
    Passed,
    /// A name in brackets, or with a dash after it.
    Column,
    /// Of a sentence, as far as one can tell.
    Sentence,
}

fn read(word: &str, ends_column: bool, after_time: bool) -> Word {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if bare.is_empty() {
        return Word::Passed;
    }
    if let Some((name, value)) = word.split_once('=') {
        return pair(name, value);
    }
    let is_closed =
        word.starts_with(['[', '(', '<', '{']) && word.trim_end_matches(':').ends_with([']', ')', '>', '}']);
    let (head, mark) = match bare.find([':', '|', '/']) {
        Some(at) => (&bare[..at], bare[at..].chars().next()),
        // What follows the word in the same breath, such as the colon of `error:` and of `[error]:`.
        None => (
            bare,
            word.trim_end_matches([']', ')', '>', '}'])
                .chars()
                .next_back()
                .filter(|c| matches!(c, ':' | '|')),
        ),
    };
    if let Some(level) = Level::read(head) {
        let is_shouted = head.len() > 1 && head.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_marked = matches!(mark, Some(':' | '|'));
        return match is_shouted || is_marked || is_closed || ends_column || after_time {
            true => Word::Level(level),
            false => Word::Sentence,
        };
    }
    if is_closed {
        // Apache's `[core:error]`.
        let last = bare.rsplit(':').next().and_then(Level::read);
        return match last {
            Some(level) => Word::Level(level),
            None if holds_time(bare) => Word::Time,
            None => Word::Column,
        };
    }
    if holds_time(bare) {
        return Word::Time;
    }
    if bare.bytes().any(|byte| byte.is_ascii_digit()) || is_calendar(bare) {
        return Word::Passed;
    }
    if ends_column { Word::Column } else { Word::Sentence }
}

/// `level=error` tells; other pairs are passed, unless a sentence begins in one.
fn pair(name: &str, value: &str) -> Word {
    let name = name.trim_start_matches(['[', '(', '{']);
    let is_level = ["level", "lvl", "severity", "loglevel", "log.level"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known));
    if is_level && let Some(level) = Level::read(value.trim_matches(|c: char| !c.is_alphanumeric())) {
        return Word::Level(level);
    }
    let is_open = value.starts_with('"') && (value.len() == 1 || !value.ends_with('"'));
    if name.is_empty() || is_open {
        Word::Sentence
    } else {
        Word::Passed
    }
}

/// `I1120`: the way of Kubernetes' own programs.
fn of_klog(word: &str) -> Option<Level> {
    let (letter, digits) = word.split_at_checked(1)?;
    if digits.len() != 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(match letter {
        "I" => Level::Info,
        "W" => Level::Warn,
        "E" | "F" => Level::Error,
        _ => return None,
    })
}

/// `14:03` is in it.
fn holds_time(word: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit();
    word.as_bytes()
        .windows(3)
        .any(|three| is_digit(three[0]) && three[1] == b':' && is_digit(three[2]))
}

fn is_calendar(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu",
        "Fri", "Sat", "Sun", "UTC", "GMT", "CET", "CEST", "BST", "EST", "EDT", "CST", "CDT", "PST", "PDT", "JST", "AM",
        "PM",
    ];
    WORDS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_many_programs() {
        for (line, level) in [
            ("ERROR upstream timed out", Level::Error),
            ("error: could not compile", Level::Error),
            ("[warn] queue is long", Level::Warn),
            ("<debug> x", Level::Debug),
            ("WARNING:root:disk", Level::Warn),
            ("2026-11-20T14:03:07Z  WARN squawkbox: late", Level::Warn),
            ("[2026-11-20T14:03:07Z ERROR my::module] gone", Level::Error),
            ("2026-11-20 14:03:07,204 - app.module - ERROR - failed", Level::Error),
            ("14:03:07.204 [main] DEBUG com.example.App - x", Level::Debug),
            ("14:03:07.204 [nio 8080 exec] ERROR com.example.App - x", Level::Error),
            ("2026/11/20 14:03:07 [error] 7#0: *1 open() failed", Level::Error),
            (
                "2026-11-20 14:03:07.204 UTC [7] ERROR:  relation \"x\" does not exist",
                Level::Error,
            ),
            ("2026-11-20T14:03:07.204113Z 0 [Warning] [MY-010068] x", Level::Warn),
            ("[Fri Nov 20 14:03:07.204113 2026] [core:error] [pid 7] x", Level::Error),
            ("[2026-11-20 14:03:07,204: ERROR/MainProcess] x", Level::Error),
            ("2026-11-20 14:03:07 | WARNING | module:f:7 - x", Level::Warn),
            ("2026-11-20 14:03:07 info user came in", Level::Info),
            ("E1120 14:03:07.204113       7 server.go:7] x", Level::Error),
            (
                "ts=2026-11-20T14:03:07Z caller=x.go:7 level=error and then a sentence",
                Level::Error,
            ),
            ("error - retries are used up", Level::Error),
            ("  FATAL: no", Level::Error),
            ("Traceback (most recent call last):", Level::Error),
            ("java.io.IOException: closed", Level::Error),
            ("thread 'main' panicked at src/main.rs:2:5:", Level::Error),
        ] {
            assert_eq!(at_start(line), Some(level), "{line}");
        }
    }

    #[test]
    fn a_word_in_a_sentence_is_no_level() {
        for line in [
            "there was an error in the upstream",
            "no ERROR was found",
            "Error handling was improved",
            "info desk opens at nine",
            "3 errors found",
            "42 error rows skipped",
            "GET /error 200",
            "error-prone code",
            "NoErrors: 7",
            "errors: 7",
            "msg=\"an error: x\"",
            "[see the ERROR",
            "May error bars be drawn",
            "http://example.com/error: gone",
            "",
            "   ",
            "\u{1f642}",
        ] {
            assert_eq!(at_start(line), None, "{line}");
        }
    }

    #[test]
    fn numbers() {
        let otlp: Vec<_> = [0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 24, 25, -1]
            .into_iter()
            .map(of_otlp)
            .collect();
        use Level::{Debug, Error, Info, Trace, Warn};
        let some = [Trace, Trace, Debug, Debug, Info, Info, Warn, Warn, Error, Error].map(Some);
        assert_eq!(otlp[1..11], some);
        assert_eq!((otlp[0], otlp[11], otlp[12]), (None, None, None));
        let syslog: Vec<_> = (0..8).map(of_syslog).collect();
        assert_eq!(syslog, [Error, Error, Error, Error, Warn, Info, Info, Debug]);
    }

    proptest::proptest! {
        #[test]
        fn it_never_panics(text in "\\PC*", sharp in "[\\[\\]<>(){}:|/= \"0-9a-zA-Z\u{e9}\u{1f642}-]*") {
            at_start(&text);
            at_start(&sharp);
        }

        #[test]
        fn what_follows_words_of_a_sentence_is_no_level(words in "[b-z]{3,9}( [b-z]{3,9}){0,4}", level in "ERROR|WARN|FATAL|DEBUG") {
            proptest::prop_assume!(words.split(' ').all(|word| Level::read(word).is_none()));
            let line = format!("{} {} more", words, level);
            proptest::prop_assert_eq!(at_start(&line), None);
        }
    }
}
