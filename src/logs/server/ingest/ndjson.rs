//! `POST /ingest/logs`.
use axum::{body::Bytes, extract::State};

use crate::{accounts::server::tokens::IngestToken, error::AppError, server::state::AppState};

/// Takes lines.
pub async fn lines(State(_): State<AppState>, _: IngestToken, _: Bytes) -> Result<(), AppError> {
    Ok(())
}
