//! What pages ask about people.

use leptos::prelude::*;

use super::model::Visitor;
use crate::error::AppError;

/// Who asks.
///
/// # Errors
/// `Internal` when the database can't be read.
#[server(prefix = "/do", endpoint = "who")]
pub async fn who() -> Result<Visitor, AppError> {
    crate::server::state::AppState::here()?.accounts.visitor().await
}
