//! Prometheus' Alertmanager: a group of its alerts is one message, known by the group's key; each alert by its fingerprint.
//! What comes again, or is over, changes the message.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{Path, Query, State, rejection::BytesRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::server::{scopes::Scope, tokens::Bot},
    alerts::rules::telling::{Pressed, Telling, code, plain},
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

/// Alerts of a group that are remembered, and those that a message names.
const MOST: usize = 200;
const NAMED: usize = 10;
/// Longest text that is kept of an alert, and longest key of a group, in bytes.
const LONGEST: usize = 300;
const LONGEST_KEY: usize = 4_000;

/// What Alertmanager sends; what is missing is nothing, and what else there is is left alone.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Payload {
    group_key: String,
    status: String,
    truncated_alerts: u64,
    group_labels: BTreeMap<String, String>,
    common_labels: BTreeMap<String, String>,
    common_annotations: BTreeMap<String, String>,
    alerts: Vec<Sent>,
}

/// One of its alerts.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Sent {
    status: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
    starts_at: String,
    ends_at: String,
    generator_url: String,
    fingerprint: String,
}

/// An alert, as it is remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Known {
    is_firing: bool,
    words: String,
    began: Timestamp,
    ended: Option<Timestamp>,
    link: String,
}

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
    let author = Person {
        id: bot.me.id,
        name: bot.me.name.clone(),
        ..Person::default()
    };
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

/// Puts what came beside what is known, each by its fingerprint.
fn merge(alerts: &mut BTreeMap<String, Known>, payload: &Payload, now: Timestamp) {
    for sent in &payload.alerts {
        let name = match sent.fingerprint.as_str() {
            // Older ones send none: their labels tell them apart as well.
            "" => labels(&sent.labels),
            fingerprint => cut(fingerprint),
        };
        if alerts.len() >= MOST && !alerts.contains_key(&name) {
            continue;
        }
        let is_firing = sent.status != "resolved";
        let ended = Timestamp::parse(&sent.ends_at).filter(|at| at.micros() > 0 && !is_firing);
        let known = Known {
            is_firing,
            words: words(sent, payload),
            began: Timestamp::parse(&sent.starts_at).unwrap_or(now),
            ended: ended.or((!is_firing).then_some(now)),
            link: cut(&sent.generator_url),
        };
        alerts.insert(name, known);
    }
    if payload.status == "resolved" {
        // It says so only when all of them are, also those that were left out.
        for known in alerts.values_mut().filter(|known| known.is_firing) {
            known.is_firing = false;
            known.ended = known.ended.or(Some(now));
        }
    }
}

fn telling(payload: &Payload, alerts: &BTreeMap<String, Known>, began: Option<Timestamp>, now: Timestamp) -> Telling {
    let firing = alerts.values().filter(|known| known.is_firing).count();
    let is_over = payload.status == "resolved" || (firing == 0 && !alerts.is_empty());
    let first = alerts.values().map(|known| known.began).min();
    let last = alerts.values().filter_map(|known| known.ended).max();
    let mut shown: Vec<&Known> = alerts.values().collect();
    shown.sort_by_key(|known| (!known.is_firing, known.began));
    let left = shown.len().saturating_sub(NAMED) as u64 + payload.truncated_alerts;
    let mut details: Vec<String> = shown.into_iter().take(NAMED).map(line).collect();
    if left > 0 {
        details.push(format!("and {left} more"));
    }
    let name = match payload
        .group_labels
        .get("alertname")
        .or(payload.common_labels.get("alertname"))
    {
        Some(name) => name.clone(),
        None if payload.group_labels.is_empty() => "Alertmanager".to_owned(),
        None => labels(&payload.group_labels),
    };
    let summary = ["summary", "description", "message"]
        .iter()
        .find_map(|name| payload.common_annotations.get(*name));
    let what = match (alerts.len(), summary) {
        // One alert says it itself.
        (0 | 1, _) | (_, None) => String::new(),
        (_, Some(summary)) => plain(&cut(summary)),
    };
    Telling {
        name: cut(&name),
        what,
        details,
        mentions: String::new(),
        link: String::new(),
        began: began.or(first).unwrap_or(now),
        ended: is_over.then(|| last.unwrap_or(now)),
        stopped: None,
        has_snooze: false,
    }
}

fn line(known: &Known) -> String {
    let state = match (known.is_firing, known.ended) {
        (true, _) => format!("since {}", known.began.second()),
        (false, Some(ended)) => format!("resolved {}", ended.second()),
        (false, None) => "resolved".to_owned(),
    };
    let is_link = known.link.starts_with("https://") || known.link.starts_with("http://");
    let is_plain = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>');
    match is_link && known.link.chars().all(is_plain) {
        true => format!("• {} ({state}) [source](<{}>)", known.words, known.link),
        false => format!("• {} ({state})", known.words),
    }
}

/// What an alert says: its summary, and the labels that tell it from the others, as Markdown.
fn words(sent: &Sent, payload: &Payload) -> String {
    let of = |annotations: &BTreeMap<String, String>| {
        ["summary", "description", "message"]
            .iter()
            .find_map(|name| annotations.get(*name))
            .map(|text| plain(&cut(text)))
    };
    let own: BTreeMap<String, String> = sent
        .labels
        .iter()
        .filter(|(name, _)| *name != "alertname" && !payload.group_labels.contains_key(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let told = (!own.is_empty()).then(|| code(&labels(&own)));
    let parts = [of(&sent.annotations), told];
    let words: Vec<String> = parts.into_iter().flatten().collect();
    match words.is_empty() {
        true => plain(&cut(sent.labels.get("alertname").map_or("alert", String::as_str))),
        false => words.join(" "),
    }
}

fn labels(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    cut(&pairs.join(" "))
}

fn cut(text: &str) -> String {
    match text.len() > LONGEST {
        true => format!("{}…", &text[..text.floor_char_boundary(LONGEST)]),
        false => text.to_owned(),
    }
}
