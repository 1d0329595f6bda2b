//! What Elasticsearch's shippers call, under `/elastic`: `POST /elastic/_bulk`, and what Vector, Filebeat and others ask before
//! they send, which all needs the token. For shippers that ask nothing, such as Fluent Bit, `_bulk` is at the root as well.

mod bulk;
mod start_up;

use std::time::Instant;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header::CONTENT_TYPE},
    response::Response,
};
use serde_json::{Value, json};

use super::{object::Names, refusal::Refusal, shipment::receive};
use crate::{
    error::AppError,
    logs::server::{harmless::repair, record::STATEMENT},
    server::{limits::SHIPPED_BODY, state::AppState},
    time::Timestamp,
};

/// By which names documents say what wrote them.
const SOURCE: &[&str] = &[
    "service.name",
    "kubernetes.container.name",
    "container.name",
    "container_name",
    "service",
    "app",
    "appname",
];

/// Takes whatever is called under `/elastic`.
pub async fn call(State(state): State<AppState>, request: Request) -> Response {
    let is_bulk = request.method() == Method::POST && request.uri().path().ends_with("/_bulk");
    match is_bulk {
        true => bulk(State(state), request).await,
        false => start_up::answer(&state, request).await,
    }
}

/// Takes documents: 200 after the commit, with what became of each.
pub async fn bulk(State(state): State<AppState>, request: Request) -> Response {
    match take(&state, request).await {
        Ok(answer) => answered(StatusCode::OK, &answer),
        Err(refusal) => refused(&refusal),
    }
}

async fn take(state: &AppState, request: Request) -> Result<Value, Refusal> {
    let begun = Instant::now();
    let body = receive(state, request, SHIPPED_BODY).await?;
    let (text, now) = (repair(&body.bytes), Timestamp::now());
    let index = bulk::index_of(body.parts.uri.path());
    let actions = bulk::actions(&text, index).map_err(AppError::Invalid)?;
    body.count(state, actions.len())?;
    let names = Names::with_sources(SOURCE);
    let (mut items, mut lines, mut is_whole) = (Vec::with_capacity(actions.len()), Vec::new(), true);
    // In parts, so that neither all lines of a large body lie in memory at once nor others wait until they are read.
    for actions in actions.chunks(STATEMENT) {
        for action in actions {
            let line = bulk::line(action, &names, &body.token.name, now);
            is_whole &= line.is_ok();
            items.push(bulk::item(action, line.as_ref().err().map(String::as_str)));
            lines.extend(line);
        }
        state.logs.recorder.record(std::mem::take(&mut lines)).await?;
        tokio::task::yield_now().await;
    }
    let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(json!({"took": took, "errors": !is_whole, "items": items}))
}

fn refused(refusal: &Refusal) -> Response {
    let kind = match refusal.status.as_u16() {
        401 | 403 => "security_exception",
        429 | 503 => "es_rejected_execution_exception",
        _ => "illegal_argument_exception",
    };
    let error = json!({"type": kind, "reason": refusal.words});
    let body = json!({"error": error, "status": refusal.status.as_u16()});
    as_theirs(refusal.respond("application/json", body.to_string()))
}

fn answered(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    as_theirs(response)
}

/// Elastic's own clients speak to nothing that lacks this header.
fn as_theirs(mut response: Response) -> Response {
    let product = HeaderValue::from_static("Elasticsearch");
    response.headers_mut().insert("x-elastic-product", product);
    response
}
