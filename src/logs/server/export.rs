//! `GET /logs/export?q=…&format=…`: everything that a query finds, the newest first unless it says otherwise, as it is found.

use std::{fmt::Write, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Query as Params, State},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures::stream;
use serde::Deserialize;

use super::search::{Look, newest};
use crate::{
    accounts::server::session::Session,
    error::AppError,
    logs::{model::LogLine, query::Query},
    server::{error::internal, state::AppState},
    time::Timestamp,
};

/// Lines looked for at once.
const PIECE: usize = 2_000;
/// Longest that a piece is looked for; then it is looked for further.
const PATIENCE: Duration = Duration::from_secs(5);

/// How lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// `2026-11-20T14:03:07.204113Z ERROR gateway: Upstream timed out venue=XLON`
    Text,
    /// A JSON object each.
    Ndjson,
    /// With a head; line breaks as RFC 4180 has them.
    Csv,
}

impl Form {
    /// The content type.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Text => "log",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }

    /// What stands before all lines.
    const fn head(self) -> &'static str {
        match self {
            Self::Csv => "id,time,level,source,message,fields\r\n",
            _ => "",
        }
    }

    /// All lines of an answer.
    pub fn whole(self, lines: &[Arc<LogLine>]) -> String {
        let mut out = self.head().to_owned();
        lines.iter().for_each(|line| self.write(line, &mut out));
        out
    }

    fn write(self, line: &LogLine, out: &mut String) {
        // Into a string it can't fail, and a line is always JSON.
        let _ = match self {
            Self::Ndjson => writeln!(out, "{}", serde_json::to_string(&line.plain()).unwrap_or_default()),
            Self::Text => {
                let fields = if line.fields.0.is_empty() {
                    String::new()
                } else {
                    format!(" {}", line.fields)
                };
                writeln!(
                    out,
                    "{} {} {}: {}{fields}",
                    line.time,
                    line.level.word(),
                    line.source,
                    line.message
                )
            }
            Self::Csv => {
                let fields = match line.fields.0.is_empty() {
                    true => String::new(),
                    false => serde_json::to_string(&line.fields).unwrap_or_default(),
                };
                let (time, level) = (line.time, line.level.name());
                let [source, message, fields] = [&line.source, &line.message, &fields].map(|text| cell(text));
                write!(out, "{},{time},{level},{source},{message},{fields}\r\n", line.id)
            }
        };
    }
}

/// A cell of CSV. What a spreadsheet would take for a formula is kept from it by an apostrophe.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if guard.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

/// What is exported.
#[derive(Deserialize)]
pub struct Which {
    #[serde(default)]
    q: String,
    format: Form,
}

/// Streams what the query finds, to whoever is signed in.
///
/// # Errors
/// `SlowDown`; `Invalid` for a query that can't be understood.
pub async fn export(
    State(state): State<AppState>,
    session: Session,
    Params(which): Params<Which>,
) -> Result<Response, AppError> {
    state.logs.searches.check(&session.me.id)?;
    let query = Query::parse(&which.q).map_err(|wrong| AppError::Invalid(wrong.to_string()))?;
    let (now, form, archive) = (Timestamp::now(), which.format, state.logs.archive.clone());
    // Where it begins, from where it goes on.
    let pieces = stream::try_unfold(Some(None), move |from: Option<Option<u64>>| {
        let (query, archive) = (query.clone(), archive.clone());
        async move {
            let Some(from) = from else { return Ok(None) };
            let (after, before) = match query.oldest {
                true => (from.unwrap_or(0), u64::MAX),
                false => (0, from.unwrap_or(u64::MAX)),
            };
            let look = Look::of(&query, now).between(after, before);
            let look = look.oldest_first(query.oldest).patient(PATIENCE);
            let found = newest(&archive, look, PIECE).await;
            // What is written already can't be taken back: the answer ends short, which the browser notices.
            let (lines, reached) = found.map_err(|error| std::io::Error::other(error.to_string()))?;
            let mut text = match from {
                None => form.head().to_owned(),
                Some(_) => String::new(),
            };
            lines.iter().for_each(|line| form.write(line, &mut text));
            Ok::<_, std::io::Error>(Some((Bytes::from(text), reached.next.map(Some))))
        }
    });
    let name = format!("attachment; filename=\"logs-{}.{}\"", now.day(), form.extension());
    let mut answer = Body::from_stream(pieces).into_response();
    for (header, value) in [(CONTENT_TYPE, form.kind().to_owned()), (CONTENT_DISPOSITION, name)] {
        let value = value.parse().map_err(|cause| internal("a header", &cause))?;
        answer.headers_mut().insert(header, value);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::{
        colours::{Colours, Style},
        model::Level,
    };

    #[test]
    fn lines_are_written_in_each_form() {
        let fields = serde_json::from_str(r#"{"venue":"XLON","n":[1]}"#).unwrap();
        let line = LogLine {
            id: 7,
            time: Timestamp::from_micros(1_700_000_000_000_000),
            level: Level::Warn,
            source: "gate,way".into(),
            message: "=SUM(1)\nsaid \"no\"".into(),
            fields,
            colours: Colours(vec![(0, Style(2))]),
        };
        let plain = LogLine {
            message: "plain".into(),
            fields: Default::default(),
            colours: Default::default(),
            ..line.clone()
        };
        let lines = [Arc::new(line), Arc::new(plain)];
        assert_eq!(
            Form::Csv.whole(&lines),
            "id,time,level,source,message,fields\r\n\
             7,2023-11-14T22:13:20.000000Z,warn,\"gate,way\",\"'=SUM(1)\nsaid \"\"no\"\"\",\"{\"\"venue\"\":\"\"XLON\"\",\"\"n\"\":[1]}\"\r\n\
             7,2023-11-14T22:13:20.000000Z,warn,\"gate,way\",plain,\r\n"
        );
        assert_eq!(
            Form::Text.whole(&lines[1..]),
            "2023-11-14T22:13:20.000000Z WARN gate,way: plain\n"
        );
        let back: LogLine = serde_json::from_str(Form::Ndjson.whole(&lines).lines().next().unwrap()).unwrap();
        assert_eq!(back, *lines[0].plain());
        assert!(back.colours.is_empty());
    }
}
