//! What pages ask about prices.

use leptos::prelude::*;

use super::model::Board;
use crate::error::AppError;

/// Every symbol's newest price.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "quotes")]
pub async fn quotes() -> Result<Board, AppError> {
    crate::accounts::server::session::Session::here()?;
    Ok(crate::server::state::AppState::here()?.ticker.board())
}
