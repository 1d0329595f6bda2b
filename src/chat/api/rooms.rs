//! Rooms: how they begin and end, what they are, and who is in them.

use leptos::prelude::*;

use crate::{
    chat::model::{About, Losses, OtherRooms, Teammate},
    error::AppError,
    ids::{RoomId, UserId},
    json::Json,
};

/// Makes a room and goes there.
///
/// # Errors
/// `SignedOut`, `Invalid` or `Conflict` about the name.
#[server(prefix = "/do", endpoint = "create_room", output = Json)]
pub async fn create_room(name: String, #[server(default)] private: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let chat = &crate::server::state::AppState::here()?.chat;
    let room = crate::chat::server::rooms::create(chat, me.id, &name, private).await?;
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
    let room = crate::chat::server::rooms::direct(chat, me.id, &people).await?;
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
    crate::chat::server::room_pages::about(&crate::server::state::AppState::here()?.chat, me, room).await
}

/// Everyone else on the team, by name.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "team", input = Json, output = Json)]
pub async fn team() -> Result<Vec<Teammate>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    crate::chat::server::room_pages::others(&state.chat, me).await
}

/// Gives a room another name and topic.
///
/// # Errors
/// As `chat/server/rooms.rs`.
#[server(prefix = "/do", endpoint = "describe_room", output = Json)]
pub async fn describe_room(room: RoomId, name: String, #[server(default)] topic: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::rooms::describe(&crate::server::state::AppState::here()?.chat, me, room, &name, &topic)
        .await?;
    leptos_axum::redirect(&format!("/rooms/{room}"));
    Ok(())
}

/// Brings somebody into a private room.
///
/// # Errors
/// As `chat/server/members.rs`.
#[server(prefix = "/do", endpoint = "invite", output = Json)]
pub async fn invite(room: RoomId, person: UserId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let me = crate::chat::model::Person::from(&me);
    crate::chat::server::members::invite(&crate::server::state::AppState::here()?.chat, me, room, person).await?;
    leptos_axum::redirect(&format!("/rooms/{room}/about?done=invited"));
    Ok(())
}

/// Takes somebody out of a private room.
///
/// # Errors
/// As `chat/server/members.rs`.
#[server(prefix = "/do", endpoint = "remove_member", output = Json)]
pub async fn remove_member(room: RoomId, person: UserId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let me = crate::chat::model::Person {
        id: me.id,
        name: me.name,
        ..Default::default()
    };
    crate::chat::server::members::remove(&crate::server::state::AppState::here()?.chat, me, room, person).await?;
    leptos_axum::redirect(&format!("/rooms/{room}/about?done=removed"));
    Ok(())
}

/// Leaves a room.
///
/// # Errors
/// As `chat/server/members.rs`.
#[server(prefix = "/do", endpoint = "leave_room", output = Json)]
pub async fn leave_room(room: RoomId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    if crate::chat::server::members::leave(&state.chat, me, room).await? {
        crate::chat::server::clear::begin(&state);
    }
    leptos_axum::redirect("/rooms");
    Ok(())
}

/// Comes into an open room.
///
/// # Errors
/// As `chat/server/members.rs`.
#[server(prefix = "/do", endpoint = "join_room", output = Json)]
pub async fn join_room(room: RoomId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::chat::server::members::join(&crate::server::state::AppState::here()?.chat, me, room).await?;
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
    crate::chat::server::ends::others(&crate::server::state::AppState::here()?.chat, me).await
}

/// Archives a room, or brings it back.
///
/// # Errors
/// As `chat/server/ends.rs`.
#[server(prefix = "/do", endpoint = "archive_room", output = Json)]
pub async fn archive_room(room: RoomId, archived: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    crate::chat::server::ends::archive(&crate::server::state::AppState::here()?.chat, &me, room, archived).await?;
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
    crate::chat::server::ends::losses(&crate::server::state::AppState::here()?.chat, &me, room).await
}

/// Deletes a room, with all that is in it.
///
/// # Errors
/// As `chat/server/ends.rs`; `Invalid` when `name` isn't the room's, which the form asks for.
#[server(prefix = "/do", endpoint = "delete_room", output = Json)]
pub async fn delete_room(room: RoomId, name: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    crate::chat::server::ends::delete(&state.chat, &me, room, &name).await?;
    crate::chat::server::clear::begin(&state);
    leptos_axum::redirect("/rooms");
    Ok(())
}
