//! Prometheus' Alertmanager: a group of its alerts is one message, known by the group's key; each alert by its fingerprint.
//! What comes again, or is over, changes the message.

mod group;

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{Path, Query, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use crate::{
    accounts::server::{scopes::Scope, tokens::Bot},
    alerts::rules::telling::Pressed,
    chat::{
        model::Person,
        server::{
            mentions::Called,
            spoken::{self, Speech, Spoken},
            store::{must_be_live, room_called},
        },
    },
    error::AppError,
    ids::RoomId,
    server::{error::internal, state::AppState},
    time::Timestamp,
};

use super::{
    fire,
    store::{self, Of},
};
use group::{Known, Payload, merge, telling};

/// Longest key of a group, in bytes.
const LONGEST_KEY: usize = 4_000;

/// Where it is to be said.
#[derive(Deserialize)]
pub struct Where {
    room: Option<String>,
}

/// `POST /hooks/{token}/alertmanager?room=…`: answers `ok`, or in words what is wrong. The room is the webhook's own where
/// none is named. What may go through later is a 503, since at every 4xx Alertmanager drops what it has to say.
pub async fn hook(
    State(state): State<AppState>,
    Path(token): Path<String>,
    Query(asked): Query<Where>,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let outcome = match body {
        Ok(body) => take(&state, &token, asked.room, &body).await,
        Err(rejection) => return (rejection.status(), rejection.body_text()).into_response(),
    };
    match outcome {
        Ok(()) => "ok".into_response(),
        Err(error) => {
            let status = match error.status() {
                429 | 500.. => 503,
                401 => 404,
                status => status,
            };
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
            (status, error.to_string()).into_response()
        }
    }
}

async fn take(state: &AppState, token: &str, room: Option<String>, body: &[u8]) -> Result<(), AppError> {
    let bot = state.accounts.bot(token, Scope::Post).await?;
    let bot = bot.ok_or_else(|| AppError::NotFound("This token is unknown here, or was revoked.".into()))?;
    let payload: Payload = serde_json::from_slice(body)
        .map_err(|cause| AppError::Invalid(format!("This is not what Alertmanager sends: {cause}.")))?;
    if payload.group_key.is_empty() || payload.group_key.len() > LONGEST_KEY {
        return Err(AppError::Invalid(
            "A group has a `groupKey`, 4,000 bytes at most, by which it is known again.".into(),
        ));
    }
    state.chat.pace.check(&bot.me.id)?;
    let room = place(state, &bot, room).await?;
    let author = Person::from(&bot.me);
    let told = state.chat.told();
    let work = state.desk.writer.write_then(
        move |conn| {
            Box::pin(async move {
                let now = Timestamp::now();
                let open = store::group(conn, author.id, &payload.group_key).await?;
                let before = open.as_ref().and_then(|firing| firing.alerts.as_deref());
                let mut alerts: BTreeMap<String, Known> = before
                    .and_then(|json| serde_json::from_str(json).ok())
                    .unwrap_or_default();
                merge(&mut alerts, &payload, now);
                let began = open.as_ref().map(|firing| firing.telling.began);
                let telling = telling(&payload, &alerts, began, now);
                let json = serde_json::to_string(&alerts).map_err(|cause| internal("encoding alerts", &cause))?;
                let Some(firing) = open else {
                    if telling.ended.is_some() {
                        // Nothing was said of it, so there is nothing to be taken back.
                        return Ok(Spoken::Nothing);
                    }
                    must_be_live(conn, room, author.id).await?;
                    let of = Of::Group(author.id, &payload.group_key);
                    let id = store::insert_firing(conn, of, room, &telling).await?;
                    store::set_alerts(conn, id, &json).await?;
                    let nobody = Pressed::default();
                    let speech = Speech {
                        room,
                        client_id: format!("alert-group-{id}"),
                        body: telling.body(&nobody),
                        card: telling.card(id, &nobody),
                        called: Called::default(),
                    };
                    let spoken = spoken::say(conn, author, speech, now).await?;
                    if let Some((_, seq)) = spoken.place() {
                        store::set_place(conn, id, seq).await?;
                    }
                    return Ok(spoken);
                };
                store::set_alerts(conn, firing.id, &json).await?;
                fire::retell(conn, firing, telling, &Called::default()).await
            })
        },
        move |spoken: &Spoken| spoken.tell(&told),
    );
    work.await?;
    state.chat.unindexed.notify_one();
    Ok(())
}

async fn place(state: &AppState, bot: &Bot, named: Option<String>) -> Result<RoomId, AppError> {
    let room = match named.as_deref().map(|name| name.trim().trim_start_matches('#')) {
        Some(name) if !name.is_empty() => room_called(&state.desk.readers, name, bot.me.id).await?,
        _ => bot.room,
    };
    room.ok_or_else(|| AppError::NotFound("There is no such room, or the bot isn't in it. Name one by ?room=.".into()))
}
