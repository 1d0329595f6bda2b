//! What speaks into rooms by a URL with a token in it: Slack's incoming webhooks and Campfire's bots.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Path, Request, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use tokio::time::timeout;

use super::{
    files::{
        plain_form::draft,
        upload::{form, is_form},
    },
    post,
    rooms::new_client_id,
    slack_text, store,
};
use crate::{
    accounts::server::{scopes::Scope, tokens::Bot},
    chat::{model::Person, rules::LONGEST_BODY, wire::Draft},
    error::AppError,
    ids::RoomId,
    server::{
        limits::{PROGRAM_BODY, REQUEST_TIME},
        problem::Problem,
        state::AppState,
    },
};

/// `POST /hooks/{token}`: Slack's incoming webhook, JSON or `payload=`; answers `ok`, or one of Slack's words for what
/// is wrong. The room is the payload's `channel`, by its name; the hook's own where it names none. A room that isn't there
/// and one that the bot isn't in are refused alike, or names of private rooms could be guessed.
pub async fn slack(
    State(state): State<AppState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let outcome = match body {
        Ok(body) => slack_post(&state, &token, &headers, &body).await,
        // Too large, or it broke off: with a word, since those who speak Slack show nothing else.
        Err(rejection) => Err((rejection.status(), "invalid_payload")),
    };
    match outcome {
        Ok(()) => "ok".into_response(),
        Err((status, word)) => (status, word).into_response(),
    }
}

type Word = (StatusCode, &'static str);

async fn slack_post(state: &AppState, token: &str, headers: &HeaderMap, body: &Bytes) -> Result<(), Word> {
    let bot = state
        .accounts
        .bot(token, Scope::Post)
        .await
        .map_err(|error| word(&error))?;
    let bot = bot.ok_or((StatusCode::NOT_FOUND, "no_service"))?;
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let form = || {
        form_urlencoded::parse(body)
            .find(|(name, _)| name == "payload")
            .map(|(_, json)| json.into_owned())
    };
    let json = if is_form {
        form()
    } else {
        String::from_utf8(body.to_vec()).ok()
    };
    let payload: slack_text::Payload = json
        .and_then(|json| serde_json::from_str(&json).ok())
        .ok_or((StatusCode::BAD_REQUEST, "invalid_payload"))?;
    let text = slack_text::read(&payload);
    if text.is_empty() {
        return Err((StatusCode::BAD_REQUEST, "no_text"));
    }
    let text = slack_text::shortened(text, LONGEST_BODY);
    let channel = payload
        .channel
        .as_deref()
        .map(|name| name.trim().trim_start_matches('#'));
    let room = match channel.filter(|name| !name.is_empty()) {
        Some(name) => store::room_called(&state.chat.db.readers, name, bot.me.id)
            .await
            .map_err(|error| word(&error))?,
        None => bot.room,
    };
    let room = room.ok_or((StatusCode::NOT_FOUND, "channel_not_found"))?;
    say(state, &bot, room, text)
        .await
        .map(|_| ())
        .map_err(|error| word(&error))
}

/// Slack's words. What may go through later is a 503, since those who speak Slack drop a message at every 4xx.
fn word(error: &AppError) -> Word {
    match error {
        error if *error == store::archived() => (StatusCode::GONE, "channel_is_archived"),
        AppError::NotFound(_) => (StatusCode::NOT_FOUND, "channel_not_found"),
        AppError::TooLarge(_) | AppError::Invalid(_) => (StatusCode::BAD_REQUEST, "invalid_payload"),
        AppError::Forbidden(_) | AppError::SignedOut | AppError::Conflict(_) => {
            (StatusCode::FORBIDDEN, "action_prohibited")
        }
        _ => (StatusCode::SERVICE_UNAVAILABLE, "rollup_error"),
    }
}

/// `POST /rooms/{id}/{bot-key}/messages`: the body is what is said, or a form with an `attachment`; 201 with its
/// `Location`.
///
/// # Errors
/// A problem document.
pub async fn campfire(
    State(state): State<AppState>,
    Path((room, token)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let bot = state
        .accounts
        .bot(&token, Scope::Post)
        .await?
        .ok_or(AppError::SignedOut)?;
    let room: RoomId = room.parse().map_err(|_| store::no_room())?;
    let seq = if is_form(request.headers()) {
        let mut form = form(request).await?;
        let draft = draft(&state, bot.me.id, room, &mut form).await?;
        post::post(&state.chat, Person::from(&bot.me), draft).await?.0.seq
    } else {
        let text = text(request.into_body()).await?;
        say(&state, &bot, room, text).await?
    };
    let place = format!("/api/v1/rooms/{room}/messages/{seq}");
    Ok((StatusCode::CREATED, [(header::LOCATION, place)]).into_response())
}

/// A body that is a text.
async fn text(body: Body) -> Result<String, AppError> {
    let body = timeout(REQUEST_TIME, to_bytes(body, PROGRAM_BODY)).await;
    let body =
        body.map_err(|_| AppError::TooSlow("The text came too slowly and was given up. Send it again.".into()))?;
    let body = body.map_err(|_| AppError::TooLarge("A text can hold 16 KiB at most.".into()))?;
    String::from_utf8(body.to_vec()).map_err(|_| AppError::Invalid("The body is not UTF-8.".into()))
}

async fn say(state: &AppState, bot: &Bot, room: RoomId, body: String) -> Result<u64, AppError> {
    let draft = Draft {
        room,
        client_id: new_client_id(),
        body,
        ..Draft::default()
    };
    let (message, _) = post::post(&state.chat, Person::from(&bot.me), draft).await?;
    Ok(message.seq)
}

#[cfg(test)]
mod tests {
    use futures::{StreamExt, stream};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_text_that_comes_too_slowly_is_told_from_one_that_is_too_long() {
        assert_eq!(text(Body::from("hello")).await, Ok("hello".to_owned()));
        let long = text(Body::from(vec![b'x'; PROGRAM_BODY + 1])).await;
        assert!(matches!(long, Err(AppError::TooLarge(_))), "{long:?}");
        let begun = stream::iter([Ok::<_, std::io::Error>("hel")]);
        let slow = text(Body::from_stream(begun.chain(stream::pending()))).await;
        let slow = slow.expect_err("it never ends");
        assert_eq!(slow.status(), 408);
        assert!(slow.to_string().contains("too slowly"), "{slow}");
    }
}
