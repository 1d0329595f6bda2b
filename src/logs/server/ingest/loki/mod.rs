//! `POST /loki/api/v1/push`: lines as Loki takes them, in JSON or in protobuf within a block of snappy. What can't be read of
//! a request is told with status 400 after the rest is kept, as Loki does it.

mod json;
mod labels;
mod protobuf;
mod streams;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{
    refusal::Refusal,
    shipment::{aside, receive},
    traces::joined,
};
use crate::{
    error::AppError,
    logs::server::record::NewLine,
    server::{limits::SHIPPED_BODY, state::AppState},
    time::Timestamp,
};

/// What a request came to.
#[derive(Debug, Default)]
struct Pushed {
    lines: Vec<NewLine>,
    /// Entries that can't be read, and what is wrong with the first.
    refused: usize,
    first: String,
}

impl Pushed {
    fn add(&mut self, line: Result<NewLine, String>) {
        match line {
            Ok(line) => self.lines.push(line),
            Err(error) => {
                if self.refused == 0 {
                    self.first = error;
                }
                self.refused += 1;
            }
        }
    }
}

/// Takes lines: 204 after the commit.
pub async fn push(State(state): State<AppState>, request: Request) -> Response {
    match take(&state, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal.respond("text/plain; charset=utf-8", format!("{}\n", refusal.words)),
    }
}

/// What Loki's shippers ask before they begin.
pub async fn ready() -> &'static str {
    "ready\n"
}

async fn take(state: &AppState, request: Request) -> Result<(), Refusal> {
    let mut body = receive(state, request, SHIPPED_BODY).await?;
    let is_json = body.is_json();
    if !is_json {
        body.unsnap(state, SHIPPED_BODY).await?;
    }
    let (bytes, source, now) = (body.bytes.clone(), body.token.name.clone(), Timestamp::now());
    let read = aside(move || match is_json {
        true => json::read(&bytes, &source, now),
        false => protobuf::read(&bytes, &source, now),
    });
    let pushed = read.await?.map_err(AppError::Invalid)?;
    let kept = pushed.lines.len();
    body.count(state, kept)?;
    state.logs.recorder.record(joined(pushed.lines)).await?;
    match pushed.refused {
        0 => Ok(()),
        refused => Err(AppError::Invalid(format!(
            "{kept} entries were kept, {refused} were not, the first because of its {}.",
            pushed.first
        ))
        .into()),
    }
}
