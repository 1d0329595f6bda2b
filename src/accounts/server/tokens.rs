//! Tokens for programs.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::{error::AppError, server::state::AppState};

/// The bearer token of an ingest request. As an extractor it refuses (401, 403, 429).
#[derive(Clone, Debug)]
pub struct IngestToken {
    /// `token.id`.
    pub id: i64,
    /// What the token is called: the default source of what it sends.
    pub name: String,
}

impl FromRequestParts<AppState> for IngestToken {
    type Rejection = AppError;
    async fn from_request_parts(_: &mut Parts, _: &AppState) -> Result<Self, AppError> {
        Err(AppError::SignedOut)
    }
}
