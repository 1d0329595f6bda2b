//! Lines that a query finds: JSON, NDJSON or CSV.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT, CONTENT_TYPE, LINK},
    },
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{query, time};
use crate::{
    accounts::server::tokens::Bot,
    error::AppError,
    logs::{
        model::LogLine,
        server::{
            export::Form,
            search::{Look, newest},
        },
    },
    paths::{API, encoded},
    server::{
        problem::{Asked, Problem},
        state::AppState,
    },
    time::Timestamp,
};

/// Lines in one answer at most.
const MOST: usize = 5_000;
/// Lines in one answer when nothing is said.
const USUAL: usize = 500;

/// Which lines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// What they must be, such as `timeout level>=warn source:gateway since:15m`; all when absent.
    #[serde(alias = "q")]
    query: Option<String>,
    /// RFC 3339: those that happened then or later.
    from: Option<String>,
    /// RFC 3339: those that happened before.
    to: Option<String>,
    /// 1 to 5,000; 500 when absent.
    limit: Option<usize>,
    /// The `next` of the answer before.
    cursor: Option<String>,
    /// `json`, `ndjson` or `csv`, in the place of the header `Accept`.
    format: Option<String>,
    /// `desc` for those that came last first, `asc` for those that came first; as the query says when absent, `desc` as a rule.
    order: Option<String>,
}

/// Lines, the newest first, or the oldest.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "lines": [{
        "id": 8121, "time": "2026-11-20T14:03:07.204113Z", "level": "error", "source": "gateway",
        "message": "Upstream timed out", "fields": {"venue": "XLON", "order_id": 8812}
    }],
    "complete": false, "searched_to": "2026-11-20T09:12:00Z", "next": "8121"
})))]
pub struct ApiLines {
    lines: Vec<ApiLine>,
    /// Everything was looked through.
    complete: bool,
    /// Until when it was looked, by when lines came; absent when everything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    searched_to: Option<Timestamp>,
    /// The cursor of what is older, or newer where the oldest come first. There may be one although there are few lines or none: looking through everything takes
    /// longer than one answer may.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A line.
#[derive(Serialize, ToSchema)]
pub struct ApiLine {
    /// In the order of keeping; never reused.
    id: u64,
    /// When its source says it happened (RFC 3339, UTC).
    #[schema(value_type = String)]
    time: Timestamp,
    /// `trace`, `debug`, `info`, `warn` or `error`.
    level: &'static str,
    source: String,
    message: String,
    /// What it carries beside.
    #[schema(value_type = Object)]
    fields: serde_json::Value,
}

impl From<Arc<LogLine>> for ApiLine {
    fn from(line: Arc<LogLine>) -> Self {
        let line = Arc::unwrap_or_clone(line);
        Self {
            id: line.id,
            time: line.time,
            level: line.level.name(),
            source: line.source,
            message: line.message,
            fields: serde_json::to_value(&line.fields).unwrap_or_default(),
        }
    }
}

/// The log lines that a query finds, the newest first or, with `order=asc`, the oldest. The header `Link` leads on.
#[utoipa::path(get, path = "/api/v1/logs", params(Which),
    responses((status = 200, body = ApiLines,
        description = "As NDJSON, a line each; as CSV: id,time,level,source,message,fields.")))]
pub async fn logs(
    State(state): State<AppState>,
    _: Bot,
    headers: HeaderMap,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let form = form(&which, &headers)?;
    let query = query(which.query.as_deref())?;
    let limit = which.limit.unwrap_or(USUAL).clamp(1, MOST);
    let forth = match which.order.as_deref() {
        None => query.oldest,
        Some("asc") => true,
        Some("desc") => false,
        Some(other) => {
            return Err(AppError::Invalid(format!("`order`: expected asc or desc, not {other:?}.")).into());
        }
    };
    let cursor = which.cursor.as_deref().map(read_cursor).transpose()?;
    let (after, before) = match forth {
        true => (cursor.unwrap_or(0), u64::MAX),
        false => (0, cursor.unwrap_or(u64::MAX)),
    };
    let look = Look::of(&query, Timestamp::now())
        .within(time("from", which.from.as_deref())?, time("to", which.to.as_deref())?)
        .between(after, before)
        .oldest_first(forth);
    let (lines, reached) = newest(&state.logs.archive, look, limit).await?;
    let link = reached.next.and_then(|next| link(&which, next));
    let mut answer = match form {
        Some(form) => ([(CONTENT_TYPE, form.kind())], form.whole(&lines)).into_response(),
        None => Json(ApiLines {
            complete: reached.next.is_none(),
            searched_to: reached.next.and(reached.time),
            next: reached.next.map(|next| next.to_string()),
            lines: lines.into_iter().map(Into::into).collect(),
        })
        .into_response(),
    };
    if let Some(link) = link {
        answer.headers_mut().insert(LINK, link);
    }
    Ok(answer)
}

fn read_cursor(text: &str) -> Result<u64, AppError> {
    text.parse()
        .map_err(|_| AppError::Invalid("`cursor`: expected the `next` of the answer before.".into()))
}

/// Other than JSON.
fn form(which: &Which, headers: &HeaderMap) -> Result<Option<Form>, AppError> {
    match which.format.as_deref() {
        Some("json") => Ok(None),
        Some("ndjson") => Ok(Some(Form::Ndjson)),
        Some("csv") => Ok(Some(Form::Csv)),
        Some(other) => Err(AppError::Invalid(format!(
            "`format`: expected json, ndjson or csv, not {other:?}."
        ))),
        None => {
            let accept = headers
                .get(ACCEPT)
                .and_then(|accept| accept.to_str().ok())
                .unwrap_or("");
            let wants = |kind: &str| accept.contains(kind);
            Ok(if wants("ndjson") {
                Some(Form::Ndjson)
            } else {
                wants("text/csv").then_some(Form::Csv)
            })
        }
    }
}

fn link(which: &Which, next: u64) -> Option<HeaderValue> {
    let mut url = format!("{API}/logs?cursor={next}");
    let named = [
        ("query", &which.query),
        ("from", &which.from),
        ("to", &which.to),
        ("format", &which.format),
        ("order", &which.order),
    ];
    for (name, value) in named {
        if let Some(value) = value {
            url.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    if let Some(limit) = which.limit {
        url.push_str(&format!("&limit={limit}"));
    }
    HeaderValue::from_str(&format!("<{url}>; rel=\"next\"")).ok()
}
