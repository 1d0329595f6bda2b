//! `POST /ingest/logs`: JSON objects, one a line, or an array of them, or a single one. A bad line is reported
//! and skipped, the rest kept; the answer comes after the commit.

use axum::{
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, header::CONTENT_ENCODING},
    response::Response,
};
use serde_json::value::RawValue;

use super::object;
use crate::{
    accounts::server::tokens::IngestToken,
    error::AppError,
    logs::{
        model::Fields,
        server::{harmless::repair, record::NewLine},
    },
    server::{limits::INGEST_BODY, report::Report, state::AppState},
    time::Timestamp,
};

/// Takes lines.
///
/// # Errors
/// `Invalid` when none could be read, `TooLarge` over the limit, those of the token, and those of recording.
pub async fn lines(
    State(state): State<AppState>,
    token: IngestToken,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        return Err(AppError::Invalid(
            "Compressed bodies can't be read: send it as it is.".into(),
        ));
    }
    let body = body.map_err(|rejection| match rejection.status().as_u16() {
        413 => AppError::TooLarge(format!(
            "A request can hold {} MiB at most: send fewer lines at once.",
            INGEST_BODY / 1024 / 1024
        )),
        _ => AppError::Invalid("The body broke off before its end.".into()),
    })?;
    let (lines, report) = read(&body, &token.name, Timestamp::now())?;
    state.logs.recorder.record(lines).await?;
    Ok(report.respond())
}

/// Reads a body.
fn read(body: &[u8], source: &str, now: Timestamp) -> Result<(Vec<NewLine>, Report), AppError> {
    let text = repair(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    let text = text.trim_end();
    let mut lines = Vec::new();
    let mut report = Report::default();
    for (line, json) in split(text)? {
        let object = serde_json::from_str::<Fields>(json).map_err(|error| not_read(&error));
        match object.and_then(|object| object::line(object, source, now)) {
            Ok(new) => lines.push(new),
            Err(error) => report.refuse(line, error),
        }
    }
    report.accepted = lines.len();
    if lines.is_empty() && report.rejected.is_empty() {
        return Err(AppError::Invalid(
            "There is nothing to read: send a JSON object for each line, such as {\"message\":\"hello\"}.".into(),
        ));
    }
    Ok((lines, report))
}

/// The objects of a body with their numbers: the elements of an array, one object over several lines, or lines.
fn split(text: &str) -> Result<Vec<(usize, &str)>, AppError> {
    if text.trim_start().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(text)
            .map_err(|error| AppError::Invalid(format!("The array can't be read: {}.", not_read(&error))))?;
        return Ok((1..).zip(elements.into_iter().map(RawValue::get)).collect());
    }
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    if let Some((number, first)) = lines.next() {
        let is_open = serde_json::from_str::<&RawValue>(first).is_err_and(|error| error.is_eof());
        if is_open && serde_json::from_str::<&RawValue>(text).is_ok() {
            return Ok(vec![(number, text)]);
        }
        return Ok(std::iter::once((number, first)).chain(lines).collect());
    }
    Ok(Vec::new())
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

    fn messages(body: &[u8]) -> (Vec<String>, Vec<(usize, String)>) {
        let (lines, outcome) = read(body, "token", Timestamp::default()).unwrap();
        assert_eq!(outcome.accepted, lines.len());
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
    fn nothing_readable_is_an_error_that_says_why() {
        let error = |body: &[u8]| read(body, "token", Timestamp::default()).unwrap_err().to_string();
        assert!(error(b"  \n").starts_with("There is nothing to read"));
        assert!(error(b"[]").starts_with("There is nothing to read"));
        let (_, report) = read(b"hello\nworld", "token", Timestamp::default()).unwrap();
        assert_eq!((report.accepted, report.rejected.len()), (0, 2));
        assert!(error(b"[{\"msg\":1},").starts_with("The array can't be read"));
    }

    #[test]
    fn the_list_of_bad_lines_is_bounded() {
        let mut body = "nonsense\n".repeat(250);
        body.push_str(r#"{"msg":"ok"}"#);
        let (_, outcome) = read(body.as_bytes(), "token", Timestamp::default()).unwrap();
        assert_eq!(
            (outcome.rejected.len(), outcome.more_rejected, outcome.accepted),
            (100, 150, 1)
        );
    }
}
