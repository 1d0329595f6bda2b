//! What pages ask of chat, and what plain forms send.

use leptos::prelude::*;

use super::model::{Change, History, RoomPage};
use crate::{error::AppError, ids::RoomId, json::Json};

/// A room's page: its newest messages, or those before `before`.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "room", input = Json, output = Json)]
pub async fn open_room(room: RoomId, before: Option<u64>) -> Result<RoomPage, AppError> {
    crate::accounts::server::session::Session::here()?;
    super::server::rooms::page(&crate::server::state::AppState::here()?.chat, room, before).await
}

/// Messages before `before`.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "earlier_messages", input = Json, output = Json)]
pub async fn earlier_messages(room: RoomId, before: u64) -> Result<History, AppError> {
    crate::accounts::server::session::Session::here()?;
    let state = crate::server::state::AppState::here()?;
    super::server::store::history(&state.chat.db.readers, room, Some(before), super::server::rooms::PAGE).await
}

/// Says something without the socket: what the plain form does.
///
/// # Errors
/// As `chat/server/post.rs`.
#[server(prefix = "/do", endpoint = "post_message", output = Json)]
pub async fn post_message(room: RoomId, client_id: String, body: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    let author = super::model::Person {
        id: me.id,
        name: me.name,
    };
    let draft = super::wire::Draft {
        room,
        client_id,
        body,
        reply: None,
    };
    super::server::post::post(&state.chat, author, draft).await?;
    Ok(())
}

/// Edits, deletes or reacts; the room hears of it over the socket.
///
/// # Errors
/// As `chat/server/change.rs`.
#[server(prefix = "/do", endpoint = "change_message", input = Json, output = Json)]
pub async fn change_message(room: RoomId, seq: u64, change: Change) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::change::change(&state.chat, &me, room, seq, change).await?;
    Ok(())
}

/// Makes a room and goes there.
///
/// # Errors
/// `SignedOut`, `Invalid` or `Conflict` about the name.
#[server(prefix = "/do", endpoint = "create_room", output = Json)]
pub async fn create_room(name: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let room = super::server::rooms::create(&crate::server::state::AppState::here()?.chat, me.id, &name).await?;
    leptos_axum::redirect(&format!("/rooms/{}", room.id));
    Ok(())
}
