//! What is pinned in a room, and what one has bookmarked.

use leptos::prelude::*;

use crate::{chat::model::Found, error::AppError, ids::RoomId, json::Json};

/// A room's pinned messages.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "pins", input = Json, output = Json)]
pub async fn pins(room: RoomId) -> Result<Found, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let (title, pinned) = crate::chat::server::marks::pins(&state.chat, me, room).await?;
    let hit = |message| crate::chat::server::marks::hit(0, title.clone(), message);
    Ok(Found {
        hits: pinned.into_iter().map(hit).collect(),
        before: None,
    })
}

/// Unpins a message.
///
/// # Errors
/// As `chat/server/change.rs`.
#[server(prefix = "/do", endpoint = "unpin", output = Json)]
pub async fn unpin(room: RoomId, seq: u64) -> Result<(), AppError> {
    use crate::chat::model::Change::Pin;
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    crate::chat::server::change::change(&state.chat, &me, room, seq, Pin(false)).await?;
    leptos_axum::redirect(&format!("/rooms/{room}/pins"));
    Ok(())
}

/// What one has bookmarked.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "bookmarks", input = Json, output = Json)]
pub async fn bookmarks(before: Option<i64>) -> Result<Found, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::marks::bookmarks(&crate::server::state::AppState::here()?.chat, me, before).await
}

/// Takes a bookmark away.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "remove_bookmark", output = Json)]
pub async fn remove_bookmark(room: RoomId, seq: u64) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::marks::remove_bookmark(&crate::server::state::AppState::here()?.chat, me, room, seq).await?;
    leptos_axum::redirect("/bookmarks");
    Ok(())
}
