//! `POST /ingest/ticks`.

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{posted, record::Recorder};
use crate::{
    accounts::server::tokens::IngestToken,
    error::AppError,
    server::{limits::INGEST_BODY, state::AppState},
    time::Timestamp,
};

/// Refusals that an answer lists at most; the rest is counted.
const LISTED: usize = 100;
/// Ticks after which other tasks get a turn.
const TURN: usize = 500;

/// What became of a request's ticks.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many are kept, or were older than what is kept.
    pub accepted: usize,
    /// Those refused, the first hundred of them.
    pub rejected: Vec<Refusal>,
    /// How many more were refused.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

/// One refused tick.
#[derive(Debug, PartialEq, Serialize)]
pub struct Refusal {
    /// The line in NDJSON, the item in an array; the first is 1.
    pub line: usize,
    /// What to change.
    pub error: String,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Takes ticks: 200 with a [`Report`] once the good ones are on the disk; 400 with the same when there was none.
///
/// # Errors
/// `Invalid` for a body without ticks, `TooLarge`, `Internal` when nothing could be kept.
pub async fn ticks(
    State(state): State<AppState>,
    token: IngestToken,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, AppError> {
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge(format!(
            "A request can hold {} MiB at most: send fewer ticks at once.",
            INGEST_BODY / (1024 * 1024)
        )),
        _ => AppError::Invalid("The body could not be read to its end.".to_owned()),
    })?;
    let report = take(&state.ticker.recorder, &token.name, &body).await?;
    let Some(first) = report.rejected.first().filter(|_| report.accepted == 0) else {
        return Ok(Json(report).into_response());
    };
    let error = AppError::Invalid(format!("No tick could be taken. Line {}: {}.", first.line, first.error));
    let mut answer = serde_json::to_value(&report).unwrap_or_default();
    answer["error"] = "invalid".into();
    answer["message"] = error.to_string().into();
    Ok((StatusCode::BAD_REQUEST, Json(answer)).into_response())
}

/// Records the ticks of a body and waits until they are kept. `source` is the venue of those that name none.
///
/// # Errors
/// As [`ticks`].
pub async fn take(recorder: &Recorder, source: &str, body: &[u8]) -> Result<Report, AppError> {
    let items = posted::items(body).map_err(AppError::Invalid)?;
    let now = Timestamp::now();
    let mut report = Report::default();
    for (i, (line, json)) in items.into_iter().enumerate() {
        match posted::tick(json, source, now).and_then(|tick| recorder.record(tick)) {
            Ok(_) => report.accepted += 1,
            Err(error) if report.rejected.len() < LISTED => report.rejected.push(Refusal { line, error }),
            Err(_) => report.more += 1,
        }
        if i % TURN == TURN - 1 {
            tokio::task::yield_now().await;
        }
    }
    if report.accepted > 0 {
        recorder.committed().await?;
    }
    Ok(report)
}
