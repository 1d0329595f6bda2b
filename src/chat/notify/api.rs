//! What the forms about notifications send.

use leptos::prelude::*;

use super::model::Level;
use crate::{error::AppError, ids::RoomId, json::Json};

/// Chooses what one is notified of in a room. `all` when the form stands on the page of all rooms.
///
/// # Errors
/// `SignedOut`, `NotFound` for the room, `SlowDown`.
#[server(prefix = "/do", endpoint = "set_level", output = Json)]
pub async fn set_level(room: RoomId, level: Level, #[server(default)] all: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let chat = &crate::server::state::AppState::here()?.chat;
    crate::chat::server::notify::levels::set(chat, me, room, level).await?;
    leptos_axum::redirect(&match all {
        true => "/you/notifications?done=level".to_owned(),
        false => format!("/rooms/{room}/about?done=level"),
    });
    Ok(())
}
