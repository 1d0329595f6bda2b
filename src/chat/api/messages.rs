//! Messages: read, changed, followed, found and discussed.

use leptos::prelude::*;

use crate::{
    chat::model::{Change, Found, History, Message, Room, RoomPage, Texts, ToDiscuss},
    error::AppError,
    ids::RoomId,
    json::Json,
};

/// A room's page: its newest messages, those before `before`, or those around the first `on` a day; or the page of the
/// `thread` of its message at that place, where `on` is a place in it. Whoever could be in the room and isn't is led to
/// where they can come in.
///
/// # Errors
/// `SignedOut`, `NotFound`, `Invalid`.
#[server(prefix = "/do", endpoint = "room", input = Json, output = Json)]
pub async fn open_room(
    room: RoomId,
    before: Option<u64>,
    on: Option<String>,
    thread: Option<u64>,
) -> Result<RoomPage, AppError> {
    use crate::chat::server::{room_pages, threads};
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let chat = &crate::server::state::AppState::here()?.chat;
    let (room, mark, on) = match thread {
        Some(root) => (
            threads::open(chat, me, (room, root)).await?,
            on.and_then(|place| place.parse().ok()),
            None,
        ),
        None => (room, None, on),
    };
    let opened = room_pages::page(chat, me, room, room_pages::Opening { before, on, mark }).await;
    if matches!(opened, Err(AppError::NotFound(_))) && room_pages::may_join(chat, me, room).await? {
        leptos_axum::redirect(&crate::paths::not_in(room));
    }
    opened
}

/// A step back in a room's history from the place `at`, or a step on.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "more_messages", input = Json, output = Json)]
pub async fn more_messages(room: RoomId, at: u64, back: bool) -> Result<History, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    crate::chat::server::room_pages::more(&state.chat, me, room, at, back).await
}

/// Edits, deletes, reacts or pins, of which the room hears over the socket; or bookmarks, which is told in words.
///
/// # Errors
/// As `chat/server/change.rs`.
#[server(prefix = "/do", endpoint = "change_message", input = Json, output = Json)]
pub async fn change_message(room: RoomId, seq: u64, change: Change) -> Result<Option<String>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    if change == Change::Bookmark {
        let words = crate::chat::server::marks::bookmark(&state.chat, me.id, room, seq).await;
        return words.map(Some);
    }
    crate::chat::server::change::change(&state.chat, &me, room, seq, change).await?;
    Ok(None)
}

/// What a message says and has said, for administrators who are in its room.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "earlier_texts", input = Json, output = Json)]
pub async fn earlier_texts(room: RoomId, seq: u64) -> Result<Texts, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    crate::chat::server::change::texts(&crate::server::state::AppState::here()?.chat, &me, room, seq).await
}

/// The threads that one follows, each with its root.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "threads", input = Json, output = Json)]
pub async fn threads() -> Result<Vec<(Room, Message)>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::threads::page(&crate::server::state::AppState::here()?.chat, me).await
}

/// Follows a thread, or not any more; the form's page is shown again.
///
/// # Errors
/// As `chat/server/threads.rs`.
#[server(prefix = "/do", endpoint = "follow_thread", output = Json)]
pub async fn follow_thread(room: RoomId, #[server(default)] follows: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::threads::follow(&crate::server::state::AppState::here()?.chat, me, room, follows).await
}

/// Finds what was said.
///
/// # Errors
/// As `chat/server/search.rs`.
#[server(prefix = "/do", endpoint = "search_messages", input = Json, output = Json)]
pub async fn search_messages(query: String, before: Option<i64>) -> Result<Found, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::search::search(&crate::server::state::AppState::here()?.chat, me, &query, before).await
}

/// What a link into Squawkbox shows, and the rooms where it can be said.
///
/// # Errors
/// `SignedOut`; `Invalid` for what is no such link.
#[server(prefix = "/do", endpoint = "before_discussing", input = Json, output = Json)]
pub async fn before_discussing(link: String) -> Result<ToDiscuss, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    crate::chat::server::quoting::discuss::shown(&state.chat, me, &link).await
}

/// Says in a room what a link into Squawkbox shows, and goes there.
///
/// # Errors
/// `SignedOut`; `Invalid` for what is no such link; as `chat/server/post.rs`.
#[server(prefix = "/do", endpoint = "discuss", output = Json)]
pub async fn discuss(room: RoomId, link: String, #[server(default)] words: String) -> Result<(), AppError> {
    use crate::chat::server::quoting::discuss;
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    let origin = crate::server::origin::origin(&state.config, use_context::<axum::http::request::Parts>().as_ref());
    let message = discuss::say(&state.chat, &me, room, &origin, &link, &words).await?;
    leptos_axum::redirect(&format!("/rooms/{}", message.room));
    Ok(())
}
