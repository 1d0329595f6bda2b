//! Files, for programs.

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rooms::number;
use crate::{
    accounts::server::tokens::Bot,
    chat::{
        model::File,
        server::files::{
            serve::{Form, serve},
            upload::{Where, take},
        },
    },
    server::{
        problem::{Asked, At, Problem},
        state::AppState,
    },
};

/// A file.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "id": 7, "name": "chart.png", "kind": "image/png", "bytes": 48213, "width": 1200, "height": 630,
    "url": "/api/v1/files/7"
})))]
pub struct ApiFile {
    /// Its number.
    id: i64,
    /// What it is called.
    name: String,
    /// Its media type, by its content.
    kind: String,
    /// How large it is.
    bytes: u64,
    /// Of an image: its width in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    width: Option<u32>,
    /// Of an image: its height in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    height: Option<u32>,
    /// Where it is read, with a token.
    url: String,
}

impl From<File> for ApiFile {
    fn from(file: File) -> Self {
        Self {
            id: file.id.0,
            name: file.name,
            kind: file.kind,
            bytes: file.bytes,
            width: file.size.map(|(width, _)| width),
            height: file.size.map(|(_, height)| height),
            url: format!("{}/files/{}", crate::paths::API, file.id),
        }
    }
}

/// Where a file goes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Going {
    /// The room's number.
    room: String,
    /// What the file is called; the part of a form has its own name.
    #[serde(default)]
    name: String,
}

/// A form with a file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "what a form looks like; `take` reads it part by part")]
pub struct FileForm {
    /// The file, under any name; the first of several is taken.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Brings a file into a room: the body itself, or the first file of a form. A message can then hold it, within a day.
#[utoipa::path(post, path = "/api/v1/files", params(Going),
    request_body(content((Vec<u8> = "application/octet-stream"), (FileForm = "multipart/form-data"))),
    responses((status = 201, body = ApiFile), (status = 404, description = "No such room, or not for the bot."),
        (status = 413, description = "Too large."), (status = 507, description = "The server's disk is full.")))]
pub async fn bring(
    State(state): State<AppState>,
    bot: Bot,
    Asked(going): Asked<Going>,
    request: Request,
) -> Result<(StatusCode, Json<ApiFile>), Problem> {
    let place = Where {
        room: number(&going.room)?,
        name: going.name,
    };
    let file = take(&state, bot.me.id, &place, request).await?;
    Ok((StatusCode::CREATED, Json(file.into())))
}

/// What a file holds. Takes ranges.
#[utoipa::path(get, path = "/api/v1/files/{file}", params(("file" = i64, Path,)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, description = "No such file, or not for the bot.")))]
pub async fn read(
    State(state): State<AppState>,
    bot: Bot,
    At(file): At<String>,
    request: Request,
) -> Result<Response, Problem> {
    Ok(serve(&state, bot.me.id, &file, Form::Whole, request).await?)
}
