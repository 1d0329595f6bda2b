//! `/api/v1`: chat for programs, and its tokens.

mod files;
mod message;
mod messages;
mod rooms;
mod search;
mod tokens;

use axum::{
    Router,
    routing::{delete, get, post, put},
};
use utoipa::OpenApi;

use crate::server::state::AppState;

#[derive(OpenApi)]
#[openapi(paths(
    rooms::list,
    rooms::create,
    rooms::members,
    rooms::remove,
    messages::list,
    messages::read,
    messages::post,
    messages::edit,
    messages::delete,
    messages::react,
    messages::unreact,
    messages::open_thread,
    messages::pins,
    messages::pin,
    messages::unpin,
    search::search,
    tokens::list,
    tokens::revoke,
    files::bring,
    files::read
))]
struct Paths;

/// What the calls are, for the API's description.
pub fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// The calls that bring and read files, below the API's root.
pub fn file_routes() -> Router<AppState> {
    Router::new()
        .route("/files", post(files::bring))
        .route("/files/{file}", get(files::read))
}

/// All other calls, below the API's root.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/rooms", get(rooms::list).post(rooms::create))
        .route("/rooms/{room}/members", get(rooms::members))
        .route("/rooms/{room}/members/{user}", delete(rooms::remove))
        .route("/rooms/{room}/messages", get(messages::list).post(messages::post))
        .route(
            "/rooms/{room}/messages/{seq}",
            get(messages::read).patch(messages::edit).delete(messages::delete),
        )
        .route(
            "/rooms/{room}/messages/{seq}/reactions/{emoji}",
            put(messages::react).delete(messages::unreact),
        )
        .route("/rooms/{room}/messages/{seq}/thread", post(messages::open_thread))
        .route(
            "/rooms/{room}/messages/{seq}/pin",
            put(messages::pin).delete(messages::unpin),
        )
        .route("/rooms/{room}/pins", get(messages::pins))
        .route("/search", get(search::search))
        .route("/tokens", get(tokens::list))
        .route("/tokens/{id}", delete(tokens::revoke))
}
