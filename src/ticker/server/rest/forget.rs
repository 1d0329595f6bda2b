//! A symbol is forgotten, for programs.

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    accounts::server::tokens::Administrator,
    server::{
        problem::{Asked, Problem},
        state::AppState,
    },
    ticker::{model::Key, server::forgetting},
};

/// Which symbol: both, as they are written on its page and by `GET /api/v1/bars`.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct One {
    /// Such as `BTC/USD`.
    symbol: String,
    /// Such as `kraken`.
    venue: String,
}

/// Forgets a symbol at a venue: its price, its bars, and what it was known to be, unless its venue lists it. It begins anew when
/// it is sent again. Needs the scope `admin`.
#[utoipa::path(delete, path = "/api/v1/instruments", params(One),
    responses((status = 204, description = "It is forgotten."), (status = 404, description = "Nothing is known of it."),
        (status = 403, description = "The token lacks the scope `admin`.")))]
pub async fn forget(
    State(state): State<AppState>,
    _: Administrator,
    Asked(One { symbol, venue }): Asked<One>,
) -> Result<StatusCode, Problem> {
    forgetting::forget(&state.ticker, &Key { symbol, venue }).await?;
    Ok(StatusCode::NO_CONTENT)
}
