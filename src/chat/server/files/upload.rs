//! Files as requests bring them: as the body itself, or in a form.

use std::time::Duration;

use axum::{
    Json,
    extract::{
        FromRequest, Multipart, Query, Request, State,
        multipart::{Field, MultipartError},
    },
    http::{
        HeaderMap, StatusCode,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tokio::time::timeout;

use crate::{
    accounts::server::session::Session,
    chat::model::File,
    error::AppError,
    ids::{RoomId, UserId},
    server::{limits::FORM_BODY, state::AppState},
};

/// What a form adds to its file, in bytes at most.
const FORM_AROUND: u64 = 16 * 1024;
/// Parts of a form at most.
pub const PARTS: usize = 32;
/// A form's next part, or a text in it, must come within this.
const PART_TIME: Duration = Duration::from_secs(30);

/// Where a file goes and what it is called.
#[derive(Deserialize)]
pub struct Where {
    /// The room.
    pub room: RoomId,
    /// Its name; a form's part has its own.
    #[serde(default)]
    pub name: String,
}

/// `POST /files?room=…&name=…` from a page: 201 with the file, which a message can then hold.
///
/// # Errors
/// `SignedOut`, and as [`receive`](super::receive).
pub async fn page(
    State(state): State<AppState>,
    session: Session,
    Query(place): Query<Where>,
    request: Request,
) -> Result<Response, AppError> {
    let file = take(&state, session.me.id, &place, request).await?;
    Ok((StatusCode::CREATED, Json(file)).into_response())
}

/// Takes the file of a request: its body, or the first file in its form.
///
/// # Errors
/// As [`receive`](super::receive).
pub async fn take(state: &AppState, owner: UserId, place: &Where, request: Request) -> Result<File, AppError> {
    let files = &state.chat.files;
    // Said before it is sent, where the sender waits for that.
    if length(request.headers()).is_some_and(|bytes| bytes > files.largest + FORM_AROUND) {
        return Err(files.too_large());
    }
    if !is_form(request.headers()) {
        let body = request.into_body().into_data_stream();
        return files.receive(owner, place.room, &place.name, body).await;
    }
    let mut form = form(request).await?;
    for _ in 0..PARTS {
        let Some(part) = next(&mut form).await? else { break };
        if let Some(name) = part.file_name().filter(|name| !name.is_empty()).map(str::to_owned) {
            return files.receive(owner, place.room, &name, part).await;
        }
        text(part).await?;
    }
    Err(AppError::Invalid(format!(
        "The form holds no file among its first {PARTS} parts."
    )))
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// True for a form that can hold files.
pub fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().to_ascii_lowercase().starts_with(b"multipart/form-data"))
}

/// The form of a request.
///
/// # Errors
/// `Invalid` when it is none.
pub async fn form(request: Request) -> Result<Multipart, AppError> {
    Multipart::from_request(request, &())
        .await
        .map_err(|rejection| AppError::Invalid(rejection.body_text()))
}

/// A form's next part.
///
/// # Errors
/// `Invalid` when it can't be read, `TooSlow` when it doesn't come.
pub async fn next(form: &mut Multipart) -> Result<Option<Field<'_>>, AppError> {
    let part = timeout(PART_TIME, form.next_field()).await.map_err(|_| too_slow())?;
    part.map_err(|e| broken(&e))
}

/// The text of a part, which is short.
///
/// # Errors
/// `TooLarge`, `Invalid` when it can't be read, `TooSlow` when it doesn't come.
pub async fn text(part: Field<'_>) -> Result<String, AppError> {
    let too_large = || AppError::TooLarge(format!("A form can hold {} KiB of text at most.", FORM_BODY / 1024));
    String::from_utf8(bytes(part, FORM_BODY, too_large).await?)
        .map_err(|_| AppError::Invalid("The text is not UTF-8.".into()))
}

/// What a part holds, which is `most` bytes at most; `too_large` says so.
///
/// # Errors
/// `too_large`, `Invalid` when it can't be read, `TooSlow` when it doesn't come.
pub async fn bytes(
    mut part: Field<'_>,
    most: usize,
    too_large: impl Fn() -> AppError + Send,
) -> Result<Vec<u8>, AppError> {
    let mut bytes = Vec::new();
    let read = async {
        while let Some(chunk) = part.chunk().await.map_err(|e| broken(&e))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > most {
                return Err(too_large());
            }
        }
        Ok(())
    };
    timeout(PART_TIME, read).await.unwrap_or_else(|_| Err(too_slow()))?;
    Ok(bytes)
}

/// Reads what isn't wanted any more, for a while: a browser that is still sending doesn't hear why.
pub async fn drain(form: &mut Multipart) {
    let rest = async {
        while let Ok(Some(mut part)) = form.next_field().await {
            while let Ok(Some(_)) = part.chunk().await {}
        }
    };
    let _ = timeout(PART_TIME, rest).await;
}

fn broken(error: &MultipartError) -> AppError {
    AppError::Invalid(format!("The form can't be read: {}.", error.body_text()))
}

fn too_slow() -> AppError {
    AppError::TooSlow("The form came too slowly and was given up.".into())
}
