//! What the page asks.

use leptos::prelude::*;

use super::model::{Moment, Wanted};
use crate::{error::AppError, json::Json};

/// What is around an instant, of what the person may see.
///
/// # Errors
/// `SignedOut`, `SlowDown`; `Invalid` for what is no time.
#[server(prefix = "/do", endpoint = "around", input = Json, output = Json)]
pub async fn around(wanted: Wanted) -> Result<Moment, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.logs.searches.check(&me)?;
    super::server::moment(&state, me, wanted).await
}
