//! Messages, for programs.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, StatusCode, header::LOCATION},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    message::{ApiChanged, ApiMessage, ApiOpened, NewMessage, NewText},
    rooms::number,
};
use crate::{
    accounts::server::tokens::Bot,
    chat::{
        model::{Change, Person},
        server::{change, marks, post as born, rooms::new_client_id, store, threads},
        wire::Draft,
    },
    error::AppError,
    server::{
        problem::{Asked, At, Body, Problem},
        state::AppState,
    },
};

/// Messages in one answer at most.
const MOST: u32 = 200;

/// A stretch of messages.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Stretch {
    /// Those said before this place, the newest of them; oldest first.
    before: Option<u64>,
    /// Those new or changed after this change, in the order of the changes.
    after: Option<u64>,
    /// 1 to 200; 60 when absent.
    limit: Option<u32>,
}

/// The newest messages of a room, or those before a place, or what changed after a change.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/messages", params(("room" = i64, Path,), Stretch),
    responses((status = 200, body = Vec<ApiMessage>), (status = 404, description = "No such room, or not for the bot.")))]
pub async fn list(
    State(state): State<AppState>,
    bot: Bot,
    At(room): At<String>,
    Asked(stretch): Asked<Stretch>,
) -> Result<Json<Vec<ApiMessage>>, Problem> {
    let (db, room) = (&state.chat.db.readers, number(&room)?);
    store::room(db, room, bot.me.id).await?.ok_or_else(store::no_room)?;
    let limit = stretch.limit.unwrap_or(60).clamp(1, MOST);
    let messages = match (stretch.before, stretch.after) {
        (Some(_), Some(_)) => {
            return Err(Problem(AppError::Invalid(
                "Ask for `before` or for `after`, not both.".into(),
            )));
        }
        (None, Some(after)) => store::changed_after(db, room, after, limit).await?,
        (before, None) => store::history(db, room, before, limit).await?.messages,
    };
    Ok(Json(messages.into_iter().map(ApiMessage::from).collect()))
}

/// One message. Of one that was taken back there is what the lists have: its place, and that it was.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/messages/{seq}", params(("room" = i64, Path,), ("seq" = u64, Path,)),
    responses((status = 200, body = ApiMessage), (status = 404, description = "No such message, or not for the bot.")))]
pub async fn read(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq)): At<(String, u64)>,
) -> Result<Json<ApiMessage>, Problem> {
    let room = number(&room)?;
    let mut conn = state.chat.db.readers.acquire().await.map_err(AppError::from)?;
    store::must_be_in(&mut conn, room, bot.me.id).await?;
    let message = store::message(&mut conn, room, seq).await?;
    Ok(Json(message.ok_or_else(store::no_message)?.into()))
}

/// Says something. The same `client_id` again answers 200 with the message that it is already; of that a token that may not
/// `read` is told the place alone.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/messages", params(("room" = i64, Path,)), request_body = NewMessage,
    responses((status = 201, body = ApiMessage), (status = 200, body = ApiChanged, description = "It was said before."),
        (status = 404, description = "No such room, or not for the bot."),
        (status = 409, description = "The room is archived.")))]
pub async fn post(
    State(state): State<AppState>,
    bot: Bot,
    At(room): At<String>,
    Body(new): Body<NewMessage>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<ApiChanged>), Problem> {
    let draft = Draft {
        room: number(&room)?,
        client_id: new.client_id.unwrap_or_else(new_client_id),
        body: new.text,
        reply: new.reply,
        files: new.files,
    };
    let author = Person::from(&bot.me);
    let (message, is_new) = born::post(&state.chat, author, draft).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/v1/rooms/{}/messages/{}", message.room, message.seq);
    let message = ApiChanged::of(message, bot.may_read || is_new);
    Ok((status, [(LOCATION, location)], Json(message)))
}

async fn changed(state: &AppState, bot: &Bot, room: &str, seq: u64, what: Change) -> Result<Json<ApiChanged>, Problem> {
    let is_text = matches!(what, Change::Edit(_) | Change::Delete);
    let (message, has_changed) = change::change(&state.chat, &bot.me, number(room)?, seq, what).await?;
    // Under the bot's own words, too, others react, and a link shows what it leads to.
    let is_said = is_text && has_changed && message.author.id == bot.me.id;
    Ok(Json(ApiChanged::of(message, bot.may_read || is_said)))
}

/// Replaces what a message of the bot's says.
#[utoipa::path(patch, path = "/api/v1/rooms/{room}/messages/{seq}", params(("room" = i64, Path,), ("seq" = u64, Path,)),
    request_body = NewText, responses((status = 200, body = ApiChanged), (status = 403, description = "Not the bot's, or the token lacks the scope `post`.")))]
pub async fn edit(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq)): At<(String, u64)>,
    Body(new): Body<NewText>,
) -> Result<Json<ApiChanged>, Problem> {
    changed(&state, &bot, &room, seq, Change::Edit(new.text)).await
}

/// Takes a message of the bot's back; its place stays.
#[utoipa::path(delete, path = "/api/v1/rooms/{room}/messages/{seq}", params(("room" = i64, Path,), ("seq" = u64, Path,)),
    responses((status = 200, body = ApiChanged), (status = 403, description = "Not the bot's, or the token lacks the scope `post`.")))]
pub async fn delete(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq)): At<(String, u64)>,
) -> Result<Json<ApiChanged>, Problem> {
    changed(&state, &bot, &room, seq, Change::Delete).await
}

/// The pinned messages of a room, the one pinned last first.
#[utoipa::path(get, path = "/api/v1/rooms/{room}/pins", params(("room" = i64, Path,)),
    responses((status = 200, body = Vec<ApiMessage>), (status = 404, description = "No such room, or not for the bot.")))]
pub async fn pins(
    State(state): State<AppState>,
    bot: Bot,
    At(room): At<String>,
) -> Result<Json<Vec<ApiMessage>>, Problem> {
    let (_, pinned) = marks::pins(&state.chat, bot.me.id, number(&room)?).await?;
    Ok(Json(pinned.into_iter().map(ApiMessage::from).collect()))
}

/// Pins a message in its room; 100 at most.
#[utoipa::path(put, path = "/api/v1/rooms/{room}/messages/{seq}/pin", params(("room" = i64, Path,), ("seq" = u64, Path,)),
    responses((status = 200, body = ApiChanged), (status = 409, description = "The room has 100, or is archived.")))]
pub async fn pin(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq)): At<(String, u64)>,
) -> Result<Json<ApiChanged>, Problem> {
    changed(&state, &bot, &room, seq, Change::Pin(true)).await
}

/// Unpins a message.
#[utoipa::path(delete, path = "/api/v1/rooms/{room}/messages/{seq}/pin",
    params(("room" = i64, Path,), ("seq" = u64, Path,)), responses((status = 200, body = ApiChanged)))]
pub async fn unpin(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq)): At<(String, u64)>,
) -> Result<Json<ApiChanged>, Problem> {
    changed(&state, &bot, &room, seq, Change::Pin(false)).await
}

/// Gives a message an emoji: itself, percent-encoded, or its name such as `:tada:`.
#[utoipa::path(put, path = "/api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}",
    params(("room" = i64, Path,), ("seq" = u64, Path,), ("emoji" = String, Path,)),
    responses((status = 200, body = ApiChanged)))]
pub async fn react(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq, emoji)): At<(String, u64, String)>,
) -> Result<Json<ApiChanged>, Problem> {
    changed(&state, &bot, &room, seq, Change::React { emoji, on: true }).await
}

/// Takes an emoji of the bot's back.
#[utoipa::path(delete, path = "/api/v1/rooms/{room}/messages/{seq}/reactions/{emoji}",
    params(("room" = i64, Path,), ("seq" = u64, Path,), ("emoji" = String, Path,)),
    responses((status = 200, body = ApiChanged)))]
pub async fn unreact(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq, emoji)): At<(String, u64, String)>,
) -> Result<Json<ApiChanged>, Problem> {
    changed(&state, &bot, &room, seq, Change::React { emoji, on: false }).await
}

/// The thread of a message: a room of those who are in the message's own, whose messages are listed and posted like any
/// room's. Made where there is none yet.
#[utoipa::path(post, path = "/api/v1/rooms/{room}/messages/{seq}/thread",
    params(("room" = i64, Path,), ("seq" = u64, Path,)), responses((status = 200, body = ApiOpened),
        (status = 400, description = "The message stands in a thread, or something in the address can't be read."),
        (status = 404, description = "No such message, or not for the bot.")))]
pub async fn open_thread(
    State(state): State<AppState>,
    bot: Bot,
    At((room, seq)): At<(String, u64)>,
) -> Result<Json<ApiOpened>, Problem> {
    let room = threads::open(&state.chat, bot.me.id, (number(&room)?, seq)).await?.0;
    Ok(Json(ApiOpened { room }))
}
