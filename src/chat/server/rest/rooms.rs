//! Rooms, for programs.

use axum::{Json, extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::server::tokens::Bot,
    chat::{
        model::{Person, Room, RoomKind, Teammate},
        server::{members, room_pages, rooms, store},
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::{
        problem::{Asked, At, Body, Problem},
        state::AppState,
    },
};

/// A room.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "id": 1, "name": "desk", "topic": "What everyone should hear", "kind": "open", "unread": 3, "archived": false
})))]
pub struct ApiRoom {
    /// Its number, as in its URL.
    id: i64,
    /// Without the `#`; of a conversation, the names of the others in it.
    name: String,
    /// What it is for.
    topic: String,
    /// `open`, `private` or `direct`.
    #[schema(value_type = String)]
    kind: RoomKind,
    /// Messages of others that the bot has not read, counted up to 1,000.
    unread: u32,
    /// It can be read, and nothing changes in it.
    archived: bool,
}

/// Which rooms.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The archived ones too.
    #[serde(default)]
    archived: bool,
}

impl ApiRoom {
    fn of(room: Room, bot: &Bot) -> Self {
        let name = match room.kind {
            RoomKind::Direct | RoomKind::Thread => room.title(bot.me.id),
            _ => room.name,
        };
        Self {
            id: room.id.0,
            name,
            topic: room.topic,
            kind: room.kind,
            unread: room.unread,
            archived: room.archived,
        }
    }
}

/// A member of the team.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({"id": 2, "name": "Ines Tan", "bot": false})))]
pub struct ApiPerson {
    /// Their number.
    pub id: i64,
    /// The name they speak with.
    pub name: String,
    /// It is a program.
    pub bot: bool,
}

impl From<Person> for ApiPerson {
    fn from(person: Person) -> Self {
        Self {
            id: person.id.0,
            name: person.name,
            bot: person.bot,
        }
    }
}

/// A member of the team, as others call them.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({"id": 2, "name": "Ines Tan", "username": "ines", "bot": false})))]
pub struct ApiMember {
    /// Their number.
    pub id: i64,
    /// The name they speak with.
    pub name: String,
    /// What they are called by in a text, after an `@`.
    pub username: String,
    /// It is a program.
    pub bot: bool,
}

/// A room to be made.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({"name": "releases", "private": false})))]
pub struct NewRoom {
    /// 1 to 40 letters, digits, hyphens, dots and underscores.
    name: String,
    /// Known only to those who are invited.
    #[serde(default)]
    private: bool,
}

/// The rooms that the bot is in; those that are archived only when asked for, and not the threads in them.
#[utoipa::path(get, path = "/api/v1/rooms", params(Which), responses((status = 200, body = Vec<ApiRoom>)))]
pub async fn list(
    State(state): State<AppState>,
    bot: Bot,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<ApiRoom>>, Problem> {
    let db = &state.chat.db.readers;
    let rooms = match which.archived {
        true => store::all_rooms(db, bot.me.id).await?,
        false => store::rooms(db, bot.me.id).await?,
    };
    Ok(Json(rooms.into_iter().map(|room| ApiRoom::of(room, &bot)).collect()))
}

/// Makes a room.
#[utoipa::path(post, path = "/api/v1/rooms", request_body = NewRoom,
    responses((status = 201, body = ApiRoom), (status = 409, description = "The name is taken.")))]
pub async fn create(
    State(state): State<AppState>,
    bot: Bot,
    Body(new): Body<NewRoom>,
) -> Result<(StatusCode, Json<ApiRoom>), Problem> {
    let room = rooms::create(&state.chat, bot.me.id, &new.name, new.private).await?;
    Ok((StatusCode::CREATED, Json(ApiRoom::of(room, &bot))))
}

/// Who is in a room.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/members", params(("room" = i64, Path,)),
    responses((status = 200, body = Vec<ApiMember>), (status = 404, description = "No such room, or not for the bot.")))]
pub async fn members(
    State(state): State<AppState>,
    bot: Bot,
    At(room): At<String>,
) -> Result<Json<Vec<ApiMember>>, Problem> {
    let about = room_pages::about(&state.chat, bot.me.id, number(&room)?).await?;
    let member = |mate: Teammate| ApiMember {
        id: mate.person.id.0,
        name: mate.person.name,
        username: mate.username,
        bot: mate.person.bot,
    };
    Ok(Json(about.people.into_iter().map(member).collect()))
}

/// Takes a member out of a private room that the bot is in, and says so there. What they said stays.
#[utoipa::path(delete, path = "/api/v1/rooms/{room}/members/{user}", params(("room" = i64, Path,), ("user" = i64, Path,)),
    responses((status = 204, description = "They are not in the room, or not any more."),
        (status = 400, description = "The room is not a private one, it is the bot itself, or something in the address can't be read."),
        (status = 404, description = "No such room, or not for the bot; or nobody on the team has this number."),
        (status = 409, description = "The room is archived.")))]
pub async fn remove(
    State(state): State<AppState>,
    bot: Bot,
    At((room, user)): At<(String, i64)>,
) -> Result<StatusCode, Problem> {
    let me = Person {
        id: bot.me.id,
        name: bot.me.name,
        ..Person::default()
    };
    members::remove(&state.chat, me, number(&room)?, UserId(user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A room's number in a URL.
///
/// # Errors
/// `NotFound` for what is no number.
pub fn number(text: &str) -> Result<RoomId, AppError> {
    text.parse().map_err(|_| store::no_room())
}
