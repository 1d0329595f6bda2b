//! RFC 5424: `1 TIME HOST PROGRAM PROCESS MESSAGE-ID [DATA] text`, `-` for what isn't known. Pure.

use super::message::{add, without_mark};
use crate::{
    logs::{model::Fields, server::ingest::understand::Raw},
    time::Timestamp,
};

/// Fields of structured data that are read of a message at most; it goes on after them.
const MOST: usize = 128;

/// Reads what follows the priority; `None` when it has another form.
pub fn read(text: &str) -> Option<Raw> {
    let rest = text.strip_prefix("1 ")?;
    let (time, rest) = rest.split_once(' ')?;
    let (host, rest) = rest.split_once(' ')?;
    let (program, rest) = rest.split_once(' ')?;
    let (process, rest) = rest.split_once(' ')?;
    let (id, rest) = rest.split_once(' ').unwrap_or((rest, "-"));
    let time = match time {
        "-" => None,
        time => Some(Timestamp::parse(time)?),
    };
    let mut fields = Fields::default();
    add(&mut fields, "hostname", host);
    add(&mut fields, "procid", process);
    add(&mut fields, "msgid", id);
    let text = match rest.strip_prefix('-') {
        Some(text) => text,
        None => data(rest, &mut fields)?,
    };
    if !text.is_empty() && !text.starts_with(' ') {
        return None;
    }
    let source = [program, host].into_iter().find(|name| *name != "-");
    Some(Raw {
        time,
        source: source.unwrap_or_default().to_owned(),
        message: said(without_mark(text.strip_prefix(' ').unwrap_or(text))).to_owned(),
        fields,
        ..Raw::default()
    })
}

/// Without the one space that rsyslog leaves before what a program says; more of them are the program's own.
fn said(text: &str) -> &str {
    let bare = text.strip_prefix(' ').filter(|bare| !bare.starts_with([' ', '\t']));
    bare.unwrap_or(text)
}

/// Reads `[id name="value" …]…`; gives what follows it.
fn data<'t>(text: &'t str, fields: &mut Fields) -> Option<&'t str> {
    let mut rest = text.strip_prefix('[')?;
    loop {
        let (id, after) = rest.split_at(rest.find([' ', ']'])?);
        // Whose name it is, after the `@`, is of no use to readers.
        let id = id.split('@').next().unwrap_or_default();
        rest = after;
        let mut is_bare = true;
        while let Some(parameter) = rest.strip_prefix(' ') {
            let (name, quoted) = parameter.split_once("=\"")?;
            if name.is_empty() || name.contains([' ', '"', ']', '=']) {
                return None;
            }
            let (value, after) = unquote(quoted)?;
            if fields.0.len() < MOST {
                fields.0.push((format!("{id}.{name}"), value.into()));
            }
            (rest, is_bare) = (after, false);
        }
        rest = rest.strip_prefix(']')?;
        if is_bare && !id.is_empty() && fields.0.len() < MOST {
            fields.0.push((id.to_owned(), true.into()));
        }
        match rest.strip_prefix('[') {
            Some(next) => rest = next,
            None => return Some(rest),
        }
    }
}

/// Up to the closing quote. A backslash is taken off before a quote, another and a bracket, and stays before anything else.
fn unquote(text: &str) -> Option<(String, &str)> {
    let (mut value, mut chars) = (String::new(), text.char_indices());
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => match chars.clone().next() {
                Some((_, escaped @ ('"' | '\\' | ']'))) => {
                    value.push(escaped);
                    chars.next();
                }
                _ => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<(String, String, String)> {
        let raw = read(text)?;
        Some((raw.source, raw.message, raw.fields.to_string()))
    }

    #[test]
    fn the_examples_of_the_rfc() {
        for (text, source, message, fields) in [
            (
                "1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{feff}'su root' failed for lonvick on /dev/pts/8",
                "su",
                "'su root' failed for lonvick on /dev/pts/8",
                "hostname=mymachine.example.com msgid=ID47",
            ),
            (
                "1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.",
                "myproc",
                "%% It's time to make the do-nuts.",
                "hostname=192.0.2.1 procid=8710",
            ),
            (
                "1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut=\"3\" eventSource=\
                 \"Application\" eventID=\"1011\"][examplePriority@32473 class=\"high\"]",
                "evntslog",
                "",
                "hostname=mymachine.example.com msgid=ID47 exampleSDID.iut=3 exampleSDID.eventSource=Application \
                 exampleSDID.eventID=1011 examplePriority.class=high",
            ),
        ] {
            assert_eq!(shown(text), Some((source.into(), message.into(), fields.into())));
        }
        let time = read("1 2003-08-24T05:14:15.000003-07:00 - - - - - x").unwrap().time;
        assert_eq!(time.unwrap().to_string(), "2003-08-24T12:14:15.000003Z");
    }

    #[test]
    fn nothing_known_escapes_and_bare_elements() {
        assert_eq!(shown("1 - - - - - -"), Some(("".into(), "".into(), "".into())));
        assert_eq!(shown("1 - - - - -"), Some(("".into(), "".into(), "".into())));
        assert_eq!(shown("1 - h - - - - x").unwrap().0, "h");
        for (text, message) in [
            ("1 - - - - - -  x", "x"),
            ("1 - - - - - -   x", "  x"),
            ("1 - - - - - - \tx", "\tx"),
        ] {
            assert_eq!(shown(text).unwrap().1, message);
        }
        assert_eq!(
            shown(r#"1 - - - - - [a@1 b="\"\\\]\n" c=""][d] x"#),
            Some(("".into(), "x".into(), r#"a.b="\"\\]\\n" a.c="" d=true"#.into()))
        );
    }

    #[test]
    fn another_form_is_none_of_it() {
        for text in [
            "Nov 20 14:03:07 host tag: x",
            "1 yesterday host app - - - x",
            "1 - - - - - [a b=\"c] x",
            "1 - - - - - [a b=c] x",
            "1 - - - - - [a b=\"c\"]x",
            "1 - - - - - -x",
            "1 - -",
            "2 - - - - - - x",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
