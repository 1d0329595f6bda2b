//! `POST /v1/logs`: lines as OpenTelemetry sends them (OTLP/HTTP), in protobuf or JSON; the answer is in what the request came
//! in. Records that say nothing are told in a partial success, which is no reason to send anything again.

mod from_json;
mod lines;
mod messages;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use prost::Message;
use serde_json::json;

use super::{
    refusal::Refusal,
    shipment::{Shipment, aside, receive},
};
use crate::{
    error::AppError,
    logs::server::harmless::repair,
    server::{limits::SHIPPED_BODY, state::AppState},
    time::Timestamp,
};
use messages::{ExportLogs, ExportLogsAnswer, PartialSuccess, Status};

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

/// Takes lines: 200 after the commit.
pub async fn logs(State(state): State<AppState>, request: Request) -> Response {
    let kind = request.headers().get(axum::http::header::CONTENT_TYPE);
    let asks_json = kind.is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(JSON.as_bytes()));
    let (is_json, taken) = match receive(&state, request, SHIPPED_BODY).await {
        Ok(body) => (body.is_json(), take(&state, body).await),
        Err(refused) => (asks_json, Err(refused.into())),
    };
    match taken {
        Ok(rejected) => accepted(is_json, rejected),
        Err(refusal) => refused(is_json, &refusal),
    }
}

/// How many records say nothing, after the others are kept.
async fn take(state: &AppState, body: Shipment) -> Result<usize, Refusal> {
    let is_json = body.is_json();
    if !(is_json || matches!(body.kind().as_str(), "" | PROTOBUF | "application/protobuf")) {
        return Err(Refusal {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            ..AppError::Invalid(format!("Send it as {PROTOBUF} or as {JSON}.")).into()
        });
    }
    let (bytes, source, now) = (body.bytes.clone(), body.token.name.clone(), Timestamp::now());
    let read = aside(move || {
        let export = match is_json {
            true => serde_json::from_str(&repair(&bytes)).map_err(|error| error.to_string()),
            false => ExportLogs::decode(&bytes[..]).map_err(|error| error.to_string()),
        };
        export.map(|export| lines::of(export, &source, now))
    });
    let (lines, rejected) = read
        .await?
        .map_err(|error| AppError::Invalid(format!("The body is no export of logs: {error}.")))?;
    body.count(state, lines.len())?;
    state.logs.recorder.record(lines).await?;
    Ok(rejected)
}

fn accepted(is_json: bool, rejected: usize) -> Response {
    const WHY: &str = "records without a body, attributes or the name of an event say nothing";
    if is_json {
        let answer = match rejected {
            0 => json!({}),
            count => json!({"partialSuccess": {"rejectedLogRecords": count.to_string(), "errorMessage": WHY}}),
        };
        return ([("content-type", JSON)], answer.to_string()).into_response();
    }
    let partial_success = (rejected > 0).then(|| PartialSuccess {
        rejected: i64::try_from(rejected).unwrap_or(i64::MAX),
        message: WHY.to_owned(),
    });
    let answer = ExportLogsAnswer { partial_success };
    ([("content-type", PROTOBUF)], answer.encode_to_vec()).into_response()
}

/// As `google.rpc.Status`, with gRPC's number of what went wrong.
fn refused(is_json: bool, refusal: &Refusal) -> Response {
    let code = match refusal.status.as_u16() {
        401 => 16,
        403 => 7,
        413 | 429 => 8,
        503 => 14,
        _ => 3,
    };
    let message = refusal.words.clone();
    match is_json {
        true => refusal.respond(JSON, json!({"code": code, "message": message}).to_string()),
        false => refusal.respond(PROTOBUF, Status { code, message }.encode_to_vec()),
    }
}
