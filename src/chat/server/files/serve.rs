//! Hands files out, to those who may read them and so that a browser does nothing with them but show or save.

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{
            ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
            IF_NONE_MATCH, VARY,
        },
    },
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::kind::told;
use crate::{
    accounts::server::session::Session,
    chat::server::store::{self, Stored},
    error::AppError,
    ids::{FileId, UserId},
    paths::encoded,
    server::{error::io, state::AppState},
};

/// Which of a file's two forms.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it was brought.
    Whole,
    /// The thumbnail.
    Small,
}

/// `GET /files/{file}/{name}`. Takes ranges.
///
/// # Errors
/// `SignedOut`, `NotFound`.
pub async fn file(
    State(state): State<AppState>,
    session: Session,
    Path((id, _)): Path<(String, String)>,
    request: Request,
) -> Result<Response, AppError> {
    serve(&state, session.me.id, &id, Form::Whole, request).await
}

/// `GET /thumbnails/{file}`.
///
/// # Errors
/// `SignedOut`, `NotFound`.
pub async fn small(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, AppError> {
    serve(&state, session.me.id, &id, Form::Small, request).await
}

/// Answers with a file that `user` may read.
///
/// # Errors
/// `NotFound`.
pub async fn serve(
    state: &AppState,
    user: UserId,
    id: &str,
    form: Form,
    request: Request,
) -> Result<Response, AppError> {
    let files = &state.chat.files;
    // What is no number is no file's.
    let id: FileId = id.parse().unwrap_or_default();
    let stored = store::file(&files.db.readers, id, user).await?;
    let (path, kind, tag) = match (form, &stored.thumb) {
        (Form::Whole, _) => (files.shelf.place(&stored.content), told(&stored.kind), "w"),
        (Form::Small, Some(kind)) => (files.shelf.thumbnail(&stored.content), kind.as_str(), "s"),
        (Form::Small, None) => return Err(AppError::NotFound("This file has no thumbnail.".into())),
    };
    let tag = format!("\"{tag}{}\"", stored.content.hex());
    let known = request.headers().get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let mut response = if known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let served = ServeFile::new(path).oneshot(request).await;
        served
            .map_err(|e| io("serving a file", &std::io::Error::other(e)))?
            .map(Body::new)
    };
    if response.status() == StatusCode::NOT_FOUND {
        return Err(io(
            "serving a file",
            &std::io::Error::other("it is not where it belongs"),
        ));
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, disposition(&stored, form)),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (ETAG, tag),
        // It never changes. Whoever signs out has another cookie, and so doesn't find it any more.
        (CACHE_CONTROL, "private, max-age=31536000, immutable".to_owned()),
        (VARY, "cookie".to_owned()),
        (ACCEPT_RANGES, "bytes".to_owned()),
    ] {
        put(headers, name, &value);
    }
    Ok(response)
}

fn put(headers: &mut axum::http::HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Images that were decoded are shown, everything else is saved.
fn disposition(stored: &Stored, form: Form) -> String {
    let shown = stored.thumb.is_some() || form == Form::Small;
    let how = if shown { "inline" } else { "attachment" };
    format!("{how}; filename*=UTF-8''{}", encoded(&stored.name))
}
