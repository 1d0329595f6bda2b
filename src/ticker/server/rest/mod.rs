//! `/api/v1`: prices for programs.

mod bars;
mod forget;
mod quotes;
mod watchlists;

use axum::{Router, routing::get};
use utoipa::OpenApi;

use crate::server::state::AppState;

#[derive(OpenApi)]
#[openapi(paths(
    quotes::quotes,
    quotes::instruments,
    forget::forget,
    bars::bars,
    watchlists::watchlists
))]
struct Paths;

/// What the calls are, for the API's description.
pub fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// The calls, below the API's root.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/quotes", get(quotes::quotes))
        .route("/instruments", get(quotes::instruments).delete(forget::forget))
        .route("/bars", get(bars::bars))
        .route("/watchlists", get(watchlists::watchlists))
}
