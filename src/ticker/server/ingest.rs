//! `POST /ingest/ticks`.
use axum::{body::Bytes, extract::State};

use crate::{accounts::server::tokens::IngestToken, error::AppError, server::state::AppState};

/// Takes ticks.
pub async fn ticks(State(_): State<AppState>, _: IngestToken, _: Bytes) -> Result<(), AppError> {
    Ok(())
}
