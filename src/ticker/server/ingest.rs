//! `POST /ingest/ticks`.

use super::{posted, record::Recorder, tick::Tick};
use crate::{
    accounts::server::tokens::IngestToken,
    error::AppError,
    server::{inflight::Brought, report::Report, state::AppState},
    time::Timestamp,
};
use axum::{extract::State, response::Response};

/// Ticks after which other tasks get a turn.
const TURN: usize = 500;

/// Takes ticks: 200 with a [`Report`] once the good ones are on the disk; 400 with the same when there was none.
///
/// # Errors
/// `Invalid` for a body without ticks, `TooLarge`, `Busy` when others bring too much; `DiskFull` or `Internal` when nothing
/// could be kept.
pub async fn ticks(State(state): State<AppState>, token: IngestToken, body: Brought) -> Result<Response, AppError> {
    let report = take(&state.ticker.recorder, &token.name, &body.bytes).await?;
    Ok(report.respond())
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
        if i % TURN == 0 {
            if recorder.is_behind() {
                recorder.committed().await?;
            }
            tokio::task::yield_now().await;
        }
        // One that says no time is later than the line before it.
        let arrived = Timestamp::from_micros(now.micros().saturating_add(i as i64));
        let record = |tick: Tick| match tick.time == arrived {
            true => recorder.record_undated(tick),
            false => recorder.record(tick),
        };
        match posted::tick(json, source, arrived).and_then(record) {
            Ok(_) => report.accepted += 1,
            Err(error) => report.refuse(line, error),
        }
    }
    if report.accepted > 0 {
        recorder.committed().await?;
    }
    Ok(report)
}
