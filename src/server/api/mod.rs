//! `/api/v1`: what every feature offers to programs, put together. A bearer token; JSON; errors are problem documents (RFC
//! 9457). What it answers is described once, by the types and attributes of its handlers, and served as
//! `/api/v1/openapi.json`.

mod described;

use axum::{Json, Router, http::StatusCode, routing::get};
use utoipa::{Modify, OpenApi};

use self::described::Alike;
use super::state::AppState;
use crate::{alerts, chat, logs, paths, squawk, ticker};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Squawkbox",
        description = "Chat, prices and logs for programs. Every request carries a token: `Authorization: Bearer sbx_…`. Its \
            scopes say what it may do: `read` what is asked with GET, `post` everything else, `admin` what is under \
            `/tokens`. One that lacks a scope is answered with 403."
    ),
    security(("token" = []))
)]
struct Api;

fn description() -> utoipa::openapi::OpenApi {
    let mut api = Api::openapi()
        .merge_from(chat::server::rest::description())
        .merge_from(ticker::server::rest::description())
        .merge_from(logs::server::rest::description())
        .merge_from(alerts::server::rest::description())
        .merge_from(squawk::server::rest::description());
    Alike.modify(&mut api);
    api
}

/// Files under `/api/v1`: apart, since they take longer than other requests may.
pub fn file_routes() -> Router<AppState> {
    Router::new().nest(paths::API, chat::server::rest::file_routes())
}

/// Everything else under `/api/v1`.
pub fn routes() -> Router<AppState> {
    let api = Router::new()
        .route("/openapi.json", get(async || Json(description())))
        .merge(chat::server::rest::routes())
        .merge(ticker::server::rest::routes())
        .merge(logs::server::rest::routes())
        .merge(alerts::server::rest::routes())
        .merge(squawk::server::rest::routes())
        // What is refused here becomes a problem document on its way out, with words of its own.
        .fallback(async || StatusCode::NOT_FOUND);
    Router::new().nest(paths::API, api)
}
