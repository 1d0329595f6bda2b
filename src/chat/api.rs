//! What pages ask of chat, and what plain forms send.

use leptos::prelude::*;

use super::model::{
    About, Change, Found, History, Losses, Message, OtherRooms, Room, RoomPage, Teammate, Texts, ToDiscuss,
};
use crate::{
    error::AppError,
    ids::{RoomId, UserId},
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
    use super::server::{room_pages, threads};
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
    super::server::room_pages::more(&state.chat, me, room, at, back).await
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
        let words = super::server::marks::bookmark(&state.chat, me.id, room, seq).await;
        return words.map(Some);
    }
    super::server::change::change(&state.chat, &me, room, seq, change).await?;
    Ok(None)
}

/// A room's pinned messages.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "pins", input = Json, output = Json)]
pub async fn pins(room: RoomId) -> Result<Found, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let (title, pinned) = super::server::marks::pins(&state.chat, me, room).await?;
    let hit = |message| super::server::marks::hit(0, title.clone(), message);
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
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::change::change(&state.chat, &me, room, seq, Change::Pin(false)).await?;
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
    super::server::marks::bookmarks(&crate::server::state::AppState::here()?.chat, me, before).await
}

/// Takes a bookmark away.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "remove_bookmark", output = Json)]
pub async fn remove_bookmark(room: RoomId, seq: u64) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::marks::remove_bookmark(&crate::server::state::AppState::here()?.chat, me, room, seq).await?;
    leptos_axum::redirect("/bookmarks");
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
    super::server::room_pages::about(&crate::server::state::AppState::here()?.chat, me, room).await
}

/// Everyone else on the team, by name.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "team", input = Json, output = Json)]
pub async fn team() -> Result<Vec<Teammate>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    super::server::room_pages::others(&state.chat, me).await
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
    let me = crate::accounts::server::session::Session::here()?.me;
    let me = super::model::Person {
        id: me.id,
        name: me.name,
        ..Default::default()
    };
    super::server::rooms::invite(&crate::server::state::AppState::here()?.chat, me, room, person).await?;
    Ok(())
}

/// Leaves a room.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "leave_room", output = Json)]
pub async fn leave_room(room: RoomId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    if super::server::rooms::leave(&state.chat, me, room).await? {
        super::server::clear::begin(&state);
    }
    leptos_axum::redirect("/rooms");
    Ok(())
}

/// Comes into an open room.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "join_room", output = Json)]
pub async fn join_room(room: RoomId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::rooms::join(&crate::server::state::AppState::here()?.chat, me, room).await?;
    leptos_axum::redirect(&format!("/rooms/{room}"));
    Ok(())
}

/// Open rooms that one isn't in, and archived ones.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "other_rooms", input = Json, output = Json)]
pub async fn list_other_rooms() -> Result<OtherRooms, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::ends::others(&crate::server::state::AppState::here()?.chat, me).await
}

/// Archives a room, or brings it back.
///
/// # Errors
/// As `chat/server/ends.rs`.
#[server(prefix = "/do", endpoint = "archive_room", output = Json)]
pub async fn archive_room(room: RoomId, archived: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    super::server::ends::archive(&crate::server::state::AppState::here()?.chat, &me, room, archived).await?;
    leptos_axum::redirect(&format!("/rooms/{room}"));
    Ok(())
}

/// What would be lost with a room.
///
/// # Errors
/// As `chat/server/ends.rs`.
#[server(prefix = "/do", endpoint = "room_losses", input = Json, output = Json)]
pub async fn room_losses(room: RoomId) -> Result<Losses, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    super::server::ends::losses(&crate::server::state::AppState::here()?.chat, &me, room).await
}

/// Deletes a room, with all that is in it.
///
/// # Errors
/// As `chat/server/ends.rs`; `Invalid` when `name` isn't the room's, which the form asks for.
#[server(prefix = "/do", endpoint = "delete_room", output = Json)]
pub async fn delete_room(room: RoomId, name: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::ends::delete(&state.chat, &me, room, &name).await?;
    super::server::clear::begin(&state);
    leptos_axum::redirect("/rooms");
    Ok(())
}

/// The threads that one follows, each with its root.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "threads", input = Json, output = Json)]
pub async fn threads() -> Result<Vec<(Room, Message)>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::threads::page(&crate::server::state::AppState::here()?.chat, me).await
}

/// Follows a thread, or not any more; the form's page is shown again.
///
/// # Errors
/// As `chat/server/threads.rs`.
#[server(prefix = "/do", endpoint = "follow_thread", output = Json)]
pub async fn follow_thread(room: RoomId, #[server(default)] follows: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    super::server::threads::follow(&crate::server::state::AppState::here()?.chat, me, room, follows).await
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

/// What a link into Squawkbox shows, and the rooms where it can be said.
///
/// # Errors
/// `SignedOut`; `Invalid` for what is no such link.
#[server(prefix = "/do", endpoint = "before_discussing", input = Json, output = Json)]
pub async fn before_discussing(link: String) -> Result<ToDiscuss, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    super::server::quoting::discuss::shown(&state.chat, me, &link).await
}

/// Says in a room what a link into Squawkbox shows, and goes there.
///
/// # Errors
/// `SignedOut`; `Invalid` for what is no such link; as `chat/server/post.rs`.
#[server(prefix = "/do", endpoint = "discuss", output = Json)]
pub async fn discuss(room: RoomId, link: String, #[server(default)] words: String) -> Result<(), AppError> {
    use super::server::quoting::discuss;
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    let origin = crate::server::origin::origin(&state.config, use_context::<axum::http::request::Parts>().as_ref());
    let message = discuss::say(&state.chat, &me, room, &origin, &link, &words).await?;
    leptos_axum::redirect(&format!("/rooms/{}", message.room));
    Ok(())
}
