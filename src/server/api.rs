//! `/api/v1`: what every feature offers to programs, put together. A bearer token; JSON; errors are problem documents (RFC
//! 9457). What it answers is described once, by the types and attributes of its handlers, and served as
//! `/api/v1/openapi.json`.

use axum::{Json, Router, routing::get};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};

use super::{problem::Problem, state::AppState};
use crate::{chat, error::AppError, paths, ticker};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Squawkbox",
        description = "Chat and prices for programs. Every request carries a token: `Authorization: Bearer sbx_…`. Its \
            scopes say what it may do: `read` what is asked with GET, `post` everything else, `admin` what is under \
            `/tokens`. One that lacks a scope is answered with 403."
    ),
    modifiers(&Token),
    security(("token" = []))
)]
struct Api;

struct Token;

impl Modify for Token {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        api.components
            .get_or_insert_default()
            .add_security_scheme("token", token);
    }
}

fn description() -> utoipa::openapi::OpenApi {
    Api::openapi()
        .merge_from(chat::server::rest::description())
        .merge_from(ticker::server::rest::description())
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
        .fallback(async || {
            Problem(AppError::NotFound(
                "There is no such call. All there are stand in /api/v1/openapi.json.".into(),
            ))
        });
    Router::new().nest(paths::API, api)
}
