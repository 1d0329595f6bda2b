//! `/api/v1`: log lines for programs.

mod histogram;
mod lines;

use axum::{Router, routing::get};
use utoipa::OpenApi;

use crate::{error::AppError, logs::query::Query, server::state::AppState, time::Timestamp};

#[derive(OpenApi)]
#[openapi(paths(lines::logs, histogram::logs_histogram))]
struct Paths;

/// What the calls are, for the API's description.
pub fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// The calls, below the API's root.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/logs", get(lines::logs))
        .route("/logs/histogram", get(histogram::logs_histogram))
}

fn query(text: Option<&str>) -> Result<Query, AppError> {
    Query::parse(text.unwrap_or_default()).map_err(|wrong| AppError::Invalid(format!("`query`: {wrong}")))
}

fn time(name: &str, text: Option<&str>) -> Result<Option<Timestamp>, AppError> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    // A plus sign that was not encoded comes as a space.
    let read = Timestamp::parse(&text.replace(' ', "+"));
    read.map(Some).ok_or_else(|| {
        AppError::Invalid(format!(
            "`{name}`: expected RFC 3339 such as 2026-11-20T14:03:00Z, not {text:?}."
        ))
    })
}
