//! `/api/v1/alerts`: rules for programs. A bot sees those of the rooms that it is in, and changes its own.

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{delete, get},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use crate::{
    accounts::server::tokens::{Bot, Watcher},
    alerts::{model::Draft, rules::state::State as Known},
    ids::AlertId,
    server::{
        problem::{Asked, At, Body, Problem},
        state::AppState,
    },
};

use super::{
    keep,
    store::{self, Seen},
};

#[derive(OpenApi)]
#[openapi(paths(list, make, remove))]
struct Paths;

/// What the calls are, for the API's description.
pub fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// The calls, below the API's root.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/alerts", get(list).post(make))
        .route("/alerts/{id}", delete(remove))
}

/// A rule that watches a price or log lines, and what has become of it.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "id": 5, "name": "Gateway fails", "test": "more", "query": "level>=error source:gateway", "by": "venue",
    "value": "10", "within": "1m", "room": 1, "mentions": "@ines", "cooldown": "5m", "on": true, "firing": false,
    "fired": "2026-11-20T14:03:07.204Z", "seq": 17
})))]
pub struct ApiAlert {
    id: i64,
    name: String,
    /// `above`, `below`, `moves`, `rises`, `falls`, `spread` or `stale` of a price; `more` or `fewer` of lines.
    test: String,
    /// Of a price: `coinbase:BTC-USD`.
    #[serde(skip_serializing_if = "String::is_empty")]
    symbol: String,
    /// Of lines: which, in the language of searching logs.
    #[serde(skip_serializing_if = "String::is_empty")]
    query: String,
    /// Of lines: a field whose values are counted each by itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    by: String,
    /// A price, percent, or a number of lines.
    #[serde(skip_serializing_if = "String::is_empty")]
    value: String,
    /// A time, such as `90s` or `10m`.
    #[serde(skip_serializing_if = "String::is_empty")]
    within: String,
    /// The room that it speaks in.
    room: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    words: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    mentions: String,
    /// `mon,tue`; absent for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    days: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    from: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    until: String,
    cooldown: String,
    /// How its webhook is spoken to: `slack`, `json`, `ntfy`. The address is shown to nobody.
    #[serde(skip_serializing_if = "String::is_empty")]
    shape: String,
    /// It is watched.
    on: bool,
    /// It fires now.
    firing: bool,
    /// When it fired last (RFC 3339, UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    fired: Option<String>,
    /// The place in the room of what it said then.
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
    /// What calls to its webhook are signed with; only whoever makes it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<Seen> for ApiAlert {
    fn from(seen: Seen) -> Self {
        let (kept, draft) = (&seen.kept, seen.kept.spec.draft());
        let known: Option<Known> = seen.state.as_deref().and_then(|json| serde_json::from_str(json).ok());
        Self {
            id: kept.id.0,
            room: kept.spec.room.0,
            on: kept.is_on,
            firing: kept.is_on && known.is_some_and(|known| known.is_firing()),
            name: kept.spec.name.clone(),
            test: draft.test,
            symbol: draft.symbol,
            query: draft.query,
            by: draft.by,
            value: draft.value,
            within: draft.within,
            words: draft.words,
            mentions: draft.mentions,
            days: draft.days,
            from: draft.from,
            until: draft.until,
            cooldown: draft.cooldown,
            shape: draft.shape,
            fired: seen.fired.map(|(at, _)| at.to_string()),
            seq: seen.fired.and_then(|(_, seq)| seq),
            secret: None,
        }
    }
}

/// A rule to be made.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({"test": "above", "symbol": "BTC-USD", "value": "100000", "room": 1})))]
pub struct NewAlert {
    /// `above`, `below`, `moves`, `rises`, `falls`, `spread` or `stale` of a price; `more` or `fewer` of lines.
    test: String,
    /// The number of the room that it speaks in.
    room: i64,
    /// `coinbase:BTC-USD`, or `BTC-USD`.
    #[serde(default)]
    symbol: String,
    /// In the language of searching logs, without times.
    #[serde(default)]
    query: String,
    /// A field, `source` or `level`.
    #[serde(default)]
    by: String,
    /// A price, percent, or a number of lines, as text.
    #[serde(default)]
    value: String,
    /// `5s` to `1d`; `5m` when absent.
    #[serde(default)]
    within: String,
    /// 80 characters at most; what it looks for when absent.
    #[serde(default)]
    name: String,
    /// Markdown, with `{name}`, `{symbol}`, `{price}`, `{percent}`, `{value}`, `{count}`, `{within}`, `{group}`, `{line}`.
    #[serde(default)]
    words: String,
    /// Whom it calls: `@ines @room`.
    #[serde(default)]
    mentions: String,
    /// `mon,tue,wed,thu,fri`; all when absent.
    #[serde(default)]
    days: String,
    /// `08:00`, UTC.
    #[serde(default)]
    from: String,
    /// `17:30`, UTC; before `from` for the next day.
    #[serde(default)]
    until: String,
    /// `0s` to `1d`; `5m` when absent. What fires again within it goes on in the same message.
    #[serde(default)]
    cooldown: String,
    /// `slack`, `json`, `ntfy`.
    #[serde(default)]
    shape: String,
    /// Of a webhook that is called when it fires, and when it is over.
    #[serde(default)]
    url: String,
}

impl From<NewAlert> for Draft {
    fn from(new: NewAlert) -> Self {
        Self {
            rule: String::new(),
            name: new.name,
            test: new.test,
            symbol: new.symbol,
            query: new.query,
            by: new.by,
            value: new.value,
            within: new.within,
            room: new.room.to_string(),
            words: new.words,
            mentions: new.mentions,
            days: new.days,
            from: new.from,
            until: new.until,
            cooldown: new.cooldown,
            shape: new.shape,
            url: new.url,
        }
    }
}

/// Which of them.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only those on this symbol.
    #[serde(default)]
    symbol: Option<String>,
}

/// The rules of the rooms that the bot is in, by room and name.
#[utoipa::path(get, path = "/api/v1/alerts", params(Which), responses((status = 200, body = Vec<ApiAlert>)))]
pub async fn list(
    State(state): State<AppState>,
    bot: Bot,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<ApiAlert>>, Problem> {
    let mut seen = store::seen(&state.desk.readers, bot.me.id).await?;
    if let Some(symbol) = which.symbol {
        seen.retain(|seen| seen.kept.spec.key.symbol == symbol);
    }
    Ok(Json(seen.into_iter().map(ApiAlert::from).collect()))
}

/// Makes a rule, by a token that may post and read: a rule tells of what it sees. The same one again is the one that is
/// there.
#[utoipa::path(post, path = "/api/v1/alerts", request_body = NewAlert,
    responses((status = 201, body = ApiAlert, description = "It is watched."),
        (status = 200, body = ApiAlert, description = "The bot has made the same before."),
        (status = 404, description = "No such room."), (status = 409, description = "The room is archived, or there are 2,000 rules.")))]
pub async fn make(
    State(state): State<AppState>,
    Watcher(bot): Watcher,
    Body(new): Body<NewAlert>,
) -> Result<Response, Problem> {
    let (id, is_new) = keep::keep(&state, &bot.me, &new.into()).await?;
    let seen = store::seen(&state.desk.readers, bot.me.id).await?;
    let made = seen
        .into_iter()
        .find(|seen| seen.kept.id == id)
        .ok_or_else(store::no_alert)?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let hook = made.kept.spec.hook.as_ref();
    let secret = hook.map(|_| state.alerts.outgoing.secret(id).text().to_owned());
    let made = ApiAlert {
        secret,
        ..ApiAlert::from(made)
    };
    Ok((status, Json(made)).into_response())
}

/// Deletes a rule of the bot's own; what it said stays.
#[utoipa::path(delete, path = "/api/v1/alerts/{id}", params(("id" = i64, Path,)),
    responses((status = 204, description = "It is deleted."), (status = 404, description = "No such rule."),
        (status = 403, description = "It is another's.")))]
pub async fn remove(State(state): State<AppState>, bot: Bot, At(id): At<i64>) -> Result<StatusCode, Problem> {
    keep::delete(&state, &bot.me, AlertId(id)).await?;
    Ok(StatusCode::NO_CONTENT)
}
