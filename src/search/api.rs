//! What the page asks.

use leptos::prelude::*;

use super::model::Elsewhere;
use crate::{error::AppError, json::Json};

/// What is found besides messages.
///
/// # Errors
/// `SignedOut`, `SlowDown`.
#[server(prefix = "/do", endpoint = "search_elsewhere", input = Json, output = Json)]
pub async fn search_elsewhere(query: String) -> Result<Elsewhere, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.logs.searches.check(&me)?;
    super::server::elsewhere(&state, me, &query).await
}
