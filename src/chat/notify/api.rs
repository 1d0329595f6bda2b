//! What the forms about notifications send.

use leptos::prelude::*;

use super::model::{Level, NotifyPage};
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

/// One's page about notifications.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "notify_page", input = Json, output = Json)]
pub async fn own_notifications() -> Result<NotifyPage, AppError> {
    let session = crate::accounts::server::session::Session::here()?;
    crate::chat::server::notify::report::page(&crate::server::state::AppState::here()?.chat, &session).await
}

/// Pushes to this browser from now on; `public/notify.js` sends it.
///
/// # Errors
/// `SignedOut`, `Invalid` when that is no subscription, `SlowDown`.
#[server(prefix = "/do", endpoint = "subscribe", output = Json)]
pub async fn subscribe(endpoint: String, key: String, auth: String) -> Result<(), AppError> {
    let session = crate::accounts::server::session::Session::here()?;
    let chat = &crate::server::state::AppState::here()?.chat;
    crate::chat::server::notify::push::subscribe(chat, session.me.id, session.id, &endpoint, &key, &auth).await
}

/// Pushes to this browser no more.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "unsubscribe", output = Json)]
pub async fn unsubscribe() -> Result<(), AppError> {
    let session = crate::accounts::server::session::Session::here()?;
    let chat = &crate::server::state::AppState::here()?.chat;
    crate::chat::server::notify::push::unsubscribe(chat, session.id).await?;
    leptos_axum::redirect("/you/notifications?done=off");
    Ok(())
}

/// Sends oneself a notification by every way that is on.
///
/// # Errors
/// `SignedOut`, `SlowDown`.
#[server(prefix = "/do", endpoint = "test_notification", output = Json)]
pub async fn test_notification() -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let chat = &crate::server::state::AppState::here()?.chat;
    crate::chat::server::notify::test(chat, me).await?;
    leptos_axum::redirect("/you/notifications?done=test");
    Ok(())
}
