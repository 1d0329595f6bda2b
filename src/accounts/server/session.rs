//! Sessions: from a cookie to a person.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{header::SET_COOKIE, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{accounts::model::Me, error::AppError, ids::SessionId, server::state::AppState, time::Timestamp};

use super::{Accounts, LIFETIME, cookie, ends::End, secret::TokenHash, store};

/// A session that is in use is noted, and its end put off, once in so many seconds.
const NOTE_EVERY: i64 = 300;

/// The session of the request being served. As an extractor it refuses with `SignedOut`.
#[derive(Clone)]
pub struct Session {
    /// `session.id`.
    pub id: SessionId,
    /// Whose it is.
    pub me: Me,
    expires: Timestamp,
    end: Arc<End>,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("me", &self.me)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// The session inside a server function.
    ///
    /// # Errors
    /// `SignedOut` when there is none.
    pub fn here() -> Result<Self, AppError> {
        leptos::prelude::use_context::<Parts>()
            .and_then(|parts| parts.extensions.get::<Self>().cloned())
            .ok_or(AppError::SignedOut)
    }

    /// Completes when the session ends (signed out, revoked, run out); sockets and streams end with it.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let end = self.end.clone();
        // What runs out while a socket is open may have been renewed by other requests: the browser, told to
        // come back, finds out.
        let left = self.expires.seconds_since(Timestamp::now()).max(0).unsigned_abs();
        async move {
            tokio::select! {
                () = end.reached() => (),
                () = tokio::time::sleep(std::time::Duration::from_secs(left)) => (),
            }
        }
    }
}

impl FromRequestParts<AppState> for Session {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or(AppError::SignedOut)
    }
}

/// Looks the cookie up and lays the [`Session`] into the request.
pub async fn load(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let public = path.starts_with("/pkg/") || path.starts_with("/fonts/");
    let token = if public {
        None
    } else {
        cookie::read(request.headers(), state.accounts.https)
    };
    let Some(token) = token else {
        return next.run(request).await;
    };
    let (session, noted) = match state.accounts.session(&token).await {
        Ok(Some(found)) => found,
        Ok(None) => return next.run(request).await,
        Err(error) => return error.into_response(),
    };
    request.extensions_mut().insert(session);
    let mut response = next.run(request).await;
    // The browser's copy of the end is put off too, unless this very answer signs out or in.
    if noted
        && !cookie::is_set(response.headers(), state.accounts.https)
        && let Ok(value) = cookie::give(&token, state.accounts.https)
    {
        response.headers_mut().append(SET_COOKIE, value);
    }
    response
}

impl Accounts {
    /// The session of this token, and whether its end has just been put off. Where that can't be kept, say on a full disk,
    /// the session is as good as before, and the next request tries again.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn session(&self, token: &str) -> Result<Option<(Session, bool)>, AppError> {
        let Some(hash) = TokenHash::of(token) else {
            return Ok(None);
        };
        // Watched before it is looked up: whatever ends it from here on is heard.
        let end = self.ends.watch(hash);
        let now = Timestamp::now();
        let Some(kept) = store::session(&self.db.readers, hash, now).await? else {
            return Ok(None);
        };
        let mut session = Session {
            id: kept.id,
            me: kept.me,
            expires: kept.expires,
            end,
        };
        if now.seconds_since(kept.last_seen) < NOTE_EVERY {
            return Ok(Some((session, false)));
        }
        let (id, expires) = (kept.id, now.plus_seconds(LIFETIME));
        let work = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { store::renew_session(conn, id, now, expires).await }));
        let renewed = work
            .await
            .inspect_err(|error| tracing::warn!(%error, "a session was not renewed"))
            .is_ok();
        if renewed {
            session.expires = expires;
        }
        Ok(Some((session, renewed)))
    }
}
