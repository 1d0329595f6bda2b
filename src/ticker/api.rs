//! What pages about prices ask for.

use leptos::prelude::*;

use super::{
    chart::{Asked, Chart},
    model::VenueReport,
};
use crate::{error::AppError, json::Json};

/// How every venue is.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "venues", input = Json, output = Json)]
pub async fn venue_reports() -> Result<Vec<VenueReport>, AppError> {
    crate::accounts::server::session::Session::here()?;
    Ok(crate::server::state::AppState::here()?.ticker.venues())
}

/// A symbol's newest price, its day and a stretch of its bars.
///
/// # Errors
/// `SignedOut`; `Invalid` when it isn't said which, `NotFound` when nothing was heard of it.
#[server(prefix = "/do", endpoint = "chart", input = Json, output = Json)]
pub async fn symbol_chart(asked: Asked) -> Result<Chart, AppError> {
    crate::accounts::server::session::Session::here()?;
    let state = crate::server::state::AppState::here()?;
    crate::ticker::server::chart::chart(&state.ticker, asked).await
}
