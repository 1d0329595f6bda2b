//! What pages about prices ask for.

use leptos::prelude::*;

use super::model::VenueReport;
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
