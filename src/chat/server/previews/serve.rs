//! Hands out the pictures of cards, so that browsers ask nobody else for them.

use axum::{
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY},
    response::{IntoResponse, Response},
};

use crate::{accounts::server::session::Session, chat::server::store, error::AppError, server::state::AppState};

/// `GET /previews/{key}`, for whoever is signed in.
///
/// # Errors
/// `SignedOut`, `NotFound`.
pub async fn picture(
    State(state): State<AppState>,
    _session: Session,
    Path(key): Path<String>,
) -> Result<Response, AppError> {
    let picture = store::picture(&state.chat.db.readers, &key).await?;
    let headers = [
        (CONTENT_TYPE, picture.kind.as_str()),
        (CONTENT_DISPOSITION, "inline"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (CACHE_CONTROL, "private, max-age=31536000, immutable"),
        (VARY, "cookie"),
    ];
    Ok((headers, picture.bytes).into_response())
}
