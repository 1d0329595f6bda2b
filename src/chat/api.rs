//! What pages ask of chat, and what plain forms send.

use leptos::prelude::*;

use super::model::{About, Change, Found, History, RoomPage, Teammate, Texts};
use crate::{
    error::AppError,
    ids::{RoomId, UserId},
    json::Json,
};

/// A room's page: its newest messages, or those before `before`.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "room", input = Json, output = Json)]
pub async fn open_room(room: RoomId, before: Option<u64>) -> Result<RoomPage, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::rooms::page(&crate::server::state::AppState::here()?.chat, me, room, before).await
}

/// Messages before `before`.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "earlier_messages", input = Json, output = Json)]
pub async fn earlier_messages(room: RoomId, before: u64) -> Result<History, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let joined = super::server::store::room(&state.chat.db.readers, room, me).await?;
    joined.ok_or_else(super::server::store::no_room)?;
    super::server::store::history(&state.chat.db.readers, room, Some(before), super::server::rooms::PAGE).await
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

/// What a message says and has said, for administrators who are in its room.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "earlier_texts", input = Json, output = Json)]
pub async fn earlier_texts(room: RoomId, seq: u64) -> Result<Texts, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    super::server::change::texts(&crate::server::state::AppState::here()?.chat, &me, room, seq).await
}

/// Makes a room and goes there.
///
/// # Errors
/// `SignedOut`, `Invalid` or `Conflict` about the name.
#[server(prefix = "/do", endpoint = "create_room", output = Json)]
pub async fn create_room(name: String, #[server(default)] private: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let chat = &crate::server::state::AppState::here()?.chat;
    let room = super::server::rooms::create(chat, me.id, &name, private).await?;
    leptos_axum::redirect(&format!("/rooms/{}", room.id));
    Ok(())
}

/// Goes to the conversation with these people.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "open_direct", output = Json)]
pub async fn open_direct(#[server(default)] people: Vec<UserId>) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let chat = &crate::server::state::AppState::here()?.chat;
    let room = super::server::rooms::direct(chat, me.id, &people).await?;
    leptos_axum::redirect(&format!("/rooms/{room}"));
    Ok(())
}

/// What a room is and who is in it.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "about_room", input = Json, output = Json)]
pub async fn about_room(room: RoomId) -> Result<About, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::rooms::about(&crate::server::state::AppState::here()?.chat, me, room).await
}

/// Everyone else on the team, by name.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "team", input = Json, output = Json)]
pub async fn team() -> Result<Vec<Teammate>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    super::server::rooms::others(&state.chat, me).await
}

/// Gives a room another name and topic.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "describe_room", output = Json)]
pub async fn describe_room(room: RoomId, name: String, #[server(default)] topic: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::rooms::describe(&crate::server::state::AppState::here()?.chat, me, room, &name, &topic).await?;
    leptos_axum::redirect(&format!("/rooms/{room}"));
    Ok(())
}

/// Brings somebody into a private room.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "invite", output = Json)]
pub async fn invite(room: RoomId, person: UserId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::rooms::invite(&crate::server::state::AppState::here()?.chat, me, room, person).await
}

/// Leaves a private room.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "leave_room", output = Json)]
pub async fn leave_room(room: RoomId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::rooms::leave(&crate::server::state::AppState::here()?.chat, me, room).await?;
    leptos_axum::redirect("/rooms");
    Ok(())
}

/// Finds what was said.
///
/// # Errors
/// As `chat/server/search.rs`.
#[server(prefix = "/do", endpoint = "search_messages", input = Json, output = Json)]
pub async fn search_messages(query: String, before: Option<i64>) -> Result<Found, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::search::search(&crate::server::state::AppState::here()?.chat, me, &query, before).await
}
