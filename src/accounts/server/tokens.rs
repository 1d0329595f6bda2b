//! Tokens for programs.

use std::time::Duration;

use axum::{
    Json,
    extract::FromRequestParts,
    http::{
        HeaderValue, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    accounts::rules,
    error::AppError,
    server::{config::Scope, limits::PerKey, state::AppState},
    time::Timestamp,
};

use super::{Accounts, secret, secret::TokenHash, store};

/// What every token starts with, for people and secret scanners to know one by.
const PREFIX: &str = "sbx_";

/// The bearer token of an ingest request. As an extractor it refuses (401, 429).
#[derive(Clone, Debug)]
pub struct IngestToken {
    /// `token.id`.
    pub id: i64,
    /// What the token is called: the default source of what it sends.
    pub name: String,
}

/// Requests per token: 200 at once, then 100 a second.
pub fn rate() -> PerKey<i64> {
    PerKey::new(200, Duration::from_millis(10))
}

/// Why a request with a token was refused.
pub enum Refused {
    /// No token, or one that we don't know; the text says what to send (HTTP 401).
    Unknown(&'static str),
    /// Anything else.
    Other(AppError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Other(error) => error.into_response(),
            Self::Unknown(message) => {
                let body = Json(json!({ "error": "unknown_token", "message": message }));
                let mut response = (StatusCode::UNAUTHORIZED, body).into_response();
                response
                    .headers_mut()
                    .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
                response
            }
        }
    }
}

impl FromRequestParts<AppState> for IngestToken {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let header = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        // The scheme's case doesn't matter (RFC 9110).
        let token = header
            .split_once(' ')
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(Refused::Unknown(
                "Send a token in the header `Authorization: Bearer sbx_…`. Make one with `squawkbox token create \
                 --name NAME --scope ingest`.",
            ));
        };
        let found = state
            .accounts
            .ingest_token(token.trim())
            .await
            .map_err(Refused::Other)?;
        found.ok_or(Refused::Unknown(
            "This token is unknown here. Make one with `squawkbox token create --name NAME --scope ingest` on the \
             server's data folder.",
        ))
    }
}

impl Accounts {
    /// Creates a token and gives it, this once; only its hash is kept.
    ///
    /// # Errors
    /// `Invalid` when the name won't do.
    pub async fn create_token(&self, name: &str, scope: Scope) -> Result<String, AppError> {
        let name = rules::title(name, "token")?;
        let token = secret::token()?;
        let hash = TokenHash::of(&token).ok_or(AppError::SignedOut)?;
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move { store::insert_token(conn, &name, scope.as_str(), hash, Timestamp::now()).await })
        });
        work.await?;
        Ok(format!("{PREFIX}{token}"))
    }

    /// The ingest token of this text, counted against its rate.
    ///
    /// # Errors
    /// `SlowDown` when it is used too often.
    pub async fn ingest_token(&self, text: &str) -> Result<Option<IngestToken>, AppError> {
        let Some(hash) = text.strip_prefix(PREFIX).and_then(TokenHash::of) else {
            return Ok(None);
        };
        let Some((id, name)) = store::token(&self.db.readers, hash, Scope::Ingest.as_str()).await? else {
            return Ok(None);
        };
        self.limits.token.check(&id)?;
        Ok(Some(IngestToken { id, name }))
    }
}
