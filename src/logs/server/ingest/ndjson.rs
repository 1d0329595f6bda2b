//! `POST /ingest/logs`: JSON objects, one a line, or an array of them, or a single one; `?message=&time=&level=&source=` name
//! their parts where they are called otherwise. A bad line is reported and skipped, the rest kept, a stack trace as one line;
//! the answer comes after the commit.

use axum::{
    extract::{Request, State},
    response::Response,
};
use serde_json::value::RawValue;

use super::{
    object::{self, Names},
    shipment::receive,
    traces::Joiner,
};
use crate::{
    accounts::server::tokens::Refused,
    error::AppError,
    logs::{
        model::Fields,
        server::{
            harmless::repair,
            record::{NewLine, STATEMENT},
        },
    },
    server::{limits::INGEST_BODY, report::Report, state::AppState},
    time::Timestamp,
};

/// Lines after which other tasks get a turn.
const TURN: usize = 500;

/// Takes lines.
///
/// # Errors
/// `Invalid` when none could be read, those of [`receive`], and those of recording: then the lines of earlier parts are kept.
pub async fn lines(State(state): State<AppState>, request: Request) -> Result<Response, Refused> {
    let body = receive(&state, request, INGEST_BODY).await?;
    let names = Names::asked(body.parts.uri.query().unwrap_or_default());
    let text = repair(body.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body.bytes));
    let (mut report, now) = (Report::default(), Timestamp::now());
    let mut items = split(text.trim_end())?;
    if body.token.limit.lines.is_some() {
        body.count(&state, split(text.trim_end())?.count())?;
    }
    let (mut lines, mut joiner) = (Vec::new(), Joiner::default());
    // In parts, so that neither all lines of a large body lie in memory at once nor others wait until they are read.
    loop {
        let (some, more) = read(&mut items, TURN, (&names, body.token.name.as_str()), now, &mut report);
        report.accepted += some.len();
        for line in some {
            joiner.push(line, &mut lines);
        }
        if !more {
            joiner.finish(&mut lines);
        }
        if !more || lines.len() >= STATEMENT {
            state.logs.recorder.record(std::mem::take(&mut lines)).await?;
        }
        if !more {
            break;
        }
        tokio::task::yield_now().await;
    }
    if report == Report::default() {
        return Err(nothing().into());
    }
    Ok(report.respond())
}

fn nothing() -> AppError {
    AppError::Invalid(
        "There is nothing to read: send a JSON object for each line, such as {\"message\":\"hello\"}.".into(),
    )
}

/// Reads some lines, with the names of their parts and the source of those that name none; tells whether there may be more.
fn read<'t>(
    items: &mut impl Iterator<Item = (usize, &'t str)>,
    part: usize,
    (names, source): (&Names, &str),
    now: Timestamp,
    report: &mut Report,
) -> (Vec<NewLine>, bool) {
    let (mut lines, mut count) = (Vec::new(), 0);
    for (line, json) in items.take(part) {
        count += 1;
        let object = serde_json::from_str::<Fields>(json).map_err(|error| not_read(&error));
        match object.and_then(|object| object::line(object, names, source, now)) {
            Ok(new) => lines.push(new),
            Err(error) => report.refuse(line, error),
        }
    }
    (lines, count == part)
}

/// The objects of a body with their numbers: the elements of an array, one object over several lines, or lines.
fn split(text: &str) -> Result<Box<dyn Iterator<Item = (usize, &str)> + Send + '_>, AppError> {
    if text.trim_start().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| AppError::Invalid(format!("The array can't be read: {}.", not_read(&error))))?;
        return Ok(Box::new((1..).zip(elements.into_iter().map(RawValue::get))));
    }
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let Some((number, first)) = lines.next() else {
        return Ok(Box::new(std::iter::empty()));
    };
    let is_open = serde_json::from_str::<&RawValue>(first).is_err_and(|error| error.is_eof());
    if is_open && serde_json::from_str::<&RawValue>(text).is_ok() {
        return Ok(Box::new(std::iter::once((number, text))));
    }
    Ok(Box::new(std::iter::once((number, first)).chain(lines)))
}

/// serde_json's words, without the line number that is always 1 here.
fn not_read(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let words = text.split(" at line ").next().unwrap_or_default();
    format!("{words} (character {})", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A whole body, in parts of two lines.
    fn read_all(body: &[u8]) -> Result<(Vec<NewLine>, Report), AppError> {
        let text = repair(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
        let (mut all, mut report) = (Vec::new(), Report::default());
        let mut items = split(text.trim_end())?;
        loop {
            let (lines, more) = read(
                &mut items,
                2,
                (&Names::default(), "token"),
                Timestamp::default(),
                &mut report,
            );
            all.extend(lines);
            if !more {
                return Ok((all, report));
            }
        }
    }

    fn messages(body: &[u8]) -> (Vec<String>, Vec<(usize, String)>) {
        let (lines, outcome) = read_all(body).unwrap();
        let rejected = outcome.rejected.into_iter().map(|bad| (bad.line, bad.error)).collect();
        (lines.into_iter().map(|line| line.message).collect(), rejected)
    }

    #[test]
    fn a_bad_line_is_reported_and_the_rest_kept() {
        let body = b"{\"msg\":\"one\"}\r\n\n{\"msg\":\n7\n{\"msg\":\"two\"}\n{\"level\":\"info\"}\n";
        let (kept, rejected) = messages(body);
        assert_eq!(kept, ["one", "two"]);
        assert_eq!(rejected.iter().map(|bad| bad.0).collect::<Vec<_>>(), [3, 4, 6]);
        assert!(rejected[0].1.starts_with("EOF while parsing"), "{rejected:?}");
        assert!(rejected[1].1.contains("expected a JSON object"), "{rejected:?}");
    }

    #[test]
    fn arrays_and_single_objects_too() {
        let (kept, rejected) = messages(br#" [{"msg":"one"}, 5, {"msg":"two"}]"#);
        assert_eq!((kept, rejected[0].0), (vec!["one".to_owned(), "two".to_owned()], 2));
        assert_eq!(messages(b"{\n  \"msg\": \"one\",\n  \"a\": 1\n}\n").0, ["one"]);
        assert_eq!(messages(b"\xef\xbb\xbf{\"msg\":\"one\"}").0, ["one"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_repaired() {
        let (kept, rejected) = messages(b"{\"msg\":\"caf\xe9\"}\n{\"msg\":\"ok\"}\n\xff\xfe\n");
        assert_eq!(kept, ["caf\u{fffd}", "ok"]);
        assert_eq!(rejected[0].0, 3);
    }

    #[test]
    fn an_array_that_is_none_says_why() {
        let error = read_all(b"[{\"msg\":1},").unwrap_err().to_string();
        assert!(error.starts_with("The array can't be read"));
        for empty in ["  \n", "[]"] {
            let (lines, report) = read_all(empty.as_bytes()).unwrap();
            assert!(lines.is_empty() && report == Report::default(), "{empty:?}");
        }
        let (lines, report) = read_all(b"hello\nworld").unwrap();
        assert_eq!((lines.len(), report.rejected.len()), (0, 2));
    }

    #[test]
    fn the_list_of_bad_lines_is_bounded() {
        let mut body = "nonsense\n".repeat(250);
        body.push_str(r#"{"msg":"ok"}"#);
        let (lines, outcome) = read_all(body.as_bytes()).unwrap();
        assert_eq!(
            (outcome.rejected.len(), outcome.more_rejected, lines.len()),
            (100, 150, 1)
        );
    }
}
