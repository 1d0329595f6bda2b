//! What the page asks.

use leptos::prelude::*;

use super::model::{Happened, Moment, OfSymbol, Wanted};
use crate::{error::AppError, json::Json};

/// What is around an instant, of what the person may see.
///
/// # Errors
/// `SignedOut`, `SlowDown`; `Invalid` for what is no time.
#[server(prefix = "/do", endpoint = "around", input = Json, output = Json)]
pub async fn around(wanted: Wanted) -> Result<Moment, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    state.logs.searches.check(&me.id)?;
    super::server::moment(&state, &me, wanted).await
}

/// What happened to a symbol, of what the person may see, the newest first.
///
/// # Errors
/// `SignedOut`, `SlowDown`; `Invalid` or `NotFound` when it isn't known which.
#[server(prefix = "/do", endpoint = "moments_of", input = Json, output = Json)]
pub async fn moments_of(asked: OfSymbol) -> Result<Vec<Happened>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.chat.searches.check(&me)?;
    super::server::of_symbol::of_symbol(&state, me, asked).await
}
