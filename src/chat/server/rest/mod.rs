//! `/api/v1`: chat for programs, and its tokens. A bearer token; JSON; errors are problem documents (RFC 9457). What it
//! answers is described once, by the types and attributes here, and served as `/api/v1/openapi.json`.

mod described;
mod files;
mod message;
mod messages;
mod rooms;
mod search;
mod tokens;

use axum::{
    Json, Router,
    http::StatusCode,
    routing::{delete, get, patch, post, put},
};
use utoipa::OpenApi;

use crate::server::state::AppState;

use described::Alike;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Squawkbox",
        description = "Chat for programs. Every request carries a token: `Authorization: Bearer sbx_…`. Its scopes say \
            what it may do: `read` what is asked with GET, `post` everything else, `admin` what is under `/tokens`. One \
            that lacks a scope is answered with 403."
    ),
    paths(
        rooms::list,
        rooms::create,
        rooms::members,
        messages::list,
        messages::post,
        messages::edit,
        messages::delete,
        messages::react,
        messages::unreact,
        messages::thread,
        messages::pins,
        messages::pin,
        messages::unpin,
        search::search,
        tokens::list,
        tokens::revoke,
        files::bring,
        files::read
    ),
    modifiers(&Alike),
    security(("token" = []))
)]
struct Api;

/// Files under `/api/v1`: apart, since they take longer than other requests may.
pub fn file_routes() -> Router<AppState> {
    let files = Router::new()
        .route("/files", post(files::bring))
        .route("/files/{file}", get(files::read));
    Router::new().nest(crate::paths::API, files)
}

/// Everything else under `/api/v1`.
pub fn routes() -> Router<AppState> {
    let api = Router::new()
        .route("/openapi.json", get(async || Json(Api::openapi())))
        .route("/rooms", get(rooms::list).post(rooms::create))
        .route("/rooms/{room}/members", get(rooms::members))
        .route("/rooms/{room}/messages", get(messages::list).post(messages::post))
        .route(
            "/rooms/{room}/messages/{seq}",
            patch(messages::edit).delete(messages::delete),
        )
        .route(
            "/rooms/{room}/messages/{seq}/reactions/{emoji}",
            put(messages::react).delete(messages::unreact),
        )
        .route("/rooms/{room}/messages/{seq}/thread", post(messages::thread))
        .route(
            "/rooms/{room}/messages/{seq}/pin",
            put(messages::pin).delete(messages::unpin),
        )
        .route("/rooms/{room}/pins", get(messages::pins))
        .route("/search", get(search::search))
        .route("/tokens", get(tokens::list))
        .route("/tokens/{id}", delete(tokens::revoke))
        // What is refused here becomes a problem document on its way out, with words of its own.
        .fallback(async || StatusCode::NOT_FOUND);
    Router::new().nest(crate::paths::API, api)
}
