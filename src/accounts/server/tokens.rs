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
    accounts::{
        model::{Me, Password, Role},
        rules,
    },
    error::AppError,
    ids::RoomId,
    server::{
        config::Scope,
        limits::PerKey,
        problem::{Problem, as_problem},
        state::AppState,
    },
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

/// The bot that a request's bearer token speaks for. As an extractor it refuses (401, 429).
#[derive(Clone, Debug)]
pub struct Bot {
    /// `token.id`.
    pub token: i64,
    /// As a member.
    pub me: Me,
    /// Where its webhook speaks.
    pub room: Option<RoomId>,
}

impl FromRequestParts<AppState> for Bot {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let unknown = |detail: &'static str| {
            let document = json!({"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": detail});
            as_problem(Refused::Unknown(detail).into_response(), &document)
        };
        let Some(token) = bearer(parts) else {
            return Err(unknown(
                "Send a bot's token in the header `Authorization: Bearer sbx_…`. Make one with `squawkbox bot create \
                 NAME`.",
            ));
        };
        match state.accounts.bot(token).await {
            Ok(Some(bot)) => Ok(bot),
            Ok(None) => Err(unknown(
                "This is no bot's token. Make one with `squawkbox bot create NAME` on the server's data folder.",
            )),
            Err(error) => Err(Problem(error).into_response()),
        }
    }
}

/// The bearer token that a request carries.
pub fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    // The scheme's case doesn't matter (RFC 9110).
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<AppState> for IngestToken {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let Some(token) = bearer(parts) else {
            return Err(Refused::Unknown(
                "Send a token in the header `Authorization: Bearer sbx_…`. Make one with `squawkbox token create \
                 --name NAME --scope ingest`.",
            ));
        };
        let found = state.accounts.ingest_token(token).await.map_err(Refused::Other)?;
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

    /// Creates a bot that speaks as `name`, its webhook in `room` (the oldest when absent); gives its token, this once.
    ///
    /// # Errors
    /// `Invalid` or `Conflict` about the name, `NotFound` for the room.
    pub async fn create_bot(&self, name: &str, room: Option<&str>) -> Result<String, AppError> {
        let room = store::open_room(&self.db.readers, room).await?.ok_or_else(|| {
            AppError::NotFound("There is no open room of that name. Give the name without the #.".into())
        })?;
        // Nobody knows it, so nobody signs in as the bot.
        let nobodys = Password(secret::token()?);
        let id = self.create_user(name, nobodys, Role::Member).await?;
        let (token, name) = (secret::token()?, name.trim().to_owned());
        let hash = TokenHash::of(&token).ok_or(AppError::SignedOut)?;
        let work = self.db.writer.write(move |conn| {
            Box::pin(async move { store::make_bot(conn, id, room, &name, hash, Timestamp::now()).await })
        });
        work.await?;
        Ok(format!("{PREFIX}{token}"))
    }

    /// The bot whose token this is, counted against its rate.
    ///
    /// # Errors
    /// `SlowDown` when it is used too often.
    pub async fn bot(&self, text: &str) -> Result<Option<Bot>, AppError> {
        let Some(hash) = text.strip_prefix(PREFIX).and_then(TokenHash::of) else {
            return Ok(None);
        };
        let Some(bot) = store::bot(&self.db.readers, hash).await? else {
            return Ok(None);
        };
        self.limits.token.check(&bot.token)?;
        Ok(Some(bot))
    }

    /// Whether there still is this token.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn has_token(&self, id: i64) -> Result<bool, AppError> {
        store::has_token(&self.db.readers, id).await
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
