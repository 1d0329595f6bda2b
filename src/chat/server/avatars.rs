//! Pictures of people: brought by a plain form on one's own page, made small and square, and shown over the initials.

use std::sync::Arc;

use axum::{
    extract::{Multipart, Path, Request, State},
    http::{
        HeaderMap, StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY},
    },
    response::{IntoResponse, Redirect, Response},
};
use leptos::server_fn::error::ServerFnUrlError;

use super::{
    Chat,
    files::upload::{bytes, drain, form, next, text},
    store,
};
use crate::{
    accounts::server::session::Session, error::AppError, ids::UserId, paths, server::state::AppState, time::Timestamp,
};

/// Bytes of a picture that is brought, at most.
const LARGEST: usize = 2 * 1024 * 1024;
/// Parts of the form at most.
const PARTS: usize = 8;
/// What is shown of whoever has no picture: nothing, so that the initials are seen.
const NONE: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>"#;

/// `GET /avatars/{user}`, for whoever is signed in. There is always an answer: pages need not know who has a picture.
///
/// # Errors
/// `SignedOut`.
pub async fn avatar(
    State(state): State<AppState>,
    _: Session,
    Path(user): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    // What is no number is nobody's.
    let user = UserId(user.parse().unwrap_or_default());
    let found = store::avatar(&state.chat.db.readers, user).await?;
    let tag = format!("\"{}\"", found.as_ref().map_or(0, |(_, at)| at.micros()));
    let known = headers.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|known| known.split(',').any(|one| one.trim().trim_start_matches("W/") == tag));
    let (kind, shown) = match found {
        Some((jpeg, _)) => ("image/jpeg", jpeg),
        None => ("image/svg+xml", NONE.into()),
    };
    let about = [
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        // Another picture is seen within a minute.
        (CACHE_CONTROL, "private, max-age=60"),
        (VARY, "cookie"),
    ];
    let tag = [(ETAG, tag)];
    Ok(match is_known {
        true => (StatusCode::NOT_MODIFIED, about, tag).into_response(),
        false => (about, tag, [(CONTENT_TYPE, kind)], shown).into_response(),
    })
}

/// `POST /you/avatar`: keeps the picture that the form holds, or removes the one there is, and leads back to one's page.
pub async fn change(State(state): State<AppState>, session: Result<Session, AppError>, request: Request) -> Response {
    let changed = async {
        let me = session?.me.id;
        let mut form = form(request).await?;
        let wanted = wanted(&state.chat, me, &mut form).await;
        if wanted.is_err() {
            drain(&mut form).await;
        }
        set(&state.chat, me, wanted?).await
    };
    let there = match changed.await {
        Ok(true) => Some("/you?done=avatar".to_owned()),
        Ok(false) => Some("/you?done=no-avatar".to_owned()),
        // As leptos does for server functions, so that the page shows it in the same place.
        Err(error) => {
            let url = ServerFnUrlError::new(paths::OWN_AVATAR, error).to_url("http://desk/you");
            url.ok()
                .and_then(|url| Some(format!("{}?{}", url.path(), url.query()?)))
        }
    };
    Redirect::to(there.as_deref().unwrap_or("/you")).into_response()
}

/// What a form wants: a picture in its part `picture`, or none where it has a part `remove`.
async fn wanted(chat: &Chat, me: UserId, form: &mut Multipart) -> Result<Option<Vec<u8>>, AppError> {
    chat.files.faces.check(&me)?;
    for _ in 0..PARTS {
        let Some(part) = next(form).await? else { break };
        match part.name() {
            Some("remove") => return text(part).await.map(|_| None),
            // Where nothing was picked, a browser sends a part without a name.
            Some("picture") if part.file_name().is_some_and(|name| !name.is_empty()) => {
                let brought = bytes(part, LARGEST, || {
                    AppError::TooLarge("A picture has 2 MiB at most.".into())
                })
                .await?;
                let made = chat.files.face(brought).await?;
                let refused =
                    || AppError::Invalid("This is no picture that can be shown: PNG, JPEG, WebP or GIF.".into());
                return made.ok_or_else(refused).map(Some);
            }
            _ => drop(text(part).await?),
        }
    }
    Err(AppError::Invalid("Choose a picture first.".into()))
}

/// Keeps somebody's picture, or none; tells which.
async fn set(chat: &Arc<Chat>, me: UserId, jpeg: Option<Vec<u8>>) -> Result<bool, AppError> {
    let (has_one, now) = (jpeg.is_some(), Timestamp::now());
    let work = chat
        .db
        .writer
        .write(move |conn| Box::pin(async move { store::set_avatar(conn, me, jpeg, now).await }));
    work.await.map(|()| has_one)
}
