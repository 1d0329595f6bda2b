//! Tokens on requests: who sends them, and what they may do.

use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
    time::Duration,
};

use axum::{
    Json,
    extract::FromRequestParts,
    http::{
        HeaderValue, Method, StatusCode,
        header::{AUTHORIZATION, WWW_AUTHENTICATE},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use data_encoding::BASE64;
use serde_json::json;

use crate::{
    accounts::model::{Limit, Me},
    error::AppError,
    ids::RoomId,
    server::{
        limits::PerKey,
        problem::{Problem, as_problem},
        state::AppState,
    },
};

use super::{ends::End, scopes::Scope};

/// The token of an ingest request, with the scope `ingest`, in any of the ways in which shippers send it: `Bearer`, `Basic`
/// with the token as its password, Elasticsearch's `ApiKey`, or `?token=` in the URL. As an extractor it refuses (401, 403,
/// 429).
#[derive(Clone, Debug)]
pub struct IngestToken {
    /// `token.id`.
    pub id: i64,
    /// What the token is called: the default source of what it sends.
    pub name: String,
    /// How many log lines it may bring.
    pub limit: Limit,
}

/// Lies in a request whose token's name somebody wants to know, whatever becomes of it.
pub type Whose = Arc<OnceLock<String>>;

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

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self::Other(error)
    }
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

/// The same as a problem document.
pub struct RefusedProblem(Refused);

impl IntoResponse for RefusedProblem {
    fn into_response(self) -> Response {
        match self.0 {
            Refused::Other(error) => Problem(error).into_response(),
            Refused::Unknown(detail) => as_problem(Refused::Unknown(detail).into_response(), detail),
        }
    }
}

/// The bot that a request's bearer token speaks for: with the scope `read` where the request only reads (GET), else with
/// `post`. As an extractor it refuses (401, 403, 429).
#[derive(Clone, Debug)]
pub struct Bot {
    /// As a member.
    pub me: Me,
    /// Where its webhook speaks.
    pub room: Option<RoomId>,
    /// The token has the scope `read`: it may be told what others say.
    pub may_read: bool,
    pub(super) end: Arc<End>,
}

impl Bot {
    /// Completes when the token is revoked; sockets and streams end with it.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + 'static {
        let end = self.end.clone();
        async move { end.reached().await }
    }
}

impl FromRequestParts<AppState> for Bot {
    type Rejection = RefusedProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, RefusedProblem> {
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        let needs = if reads { Scope::Read } else { Scope::Post };
        let token = bearer(parts).ok_or_else(no_token)?;
        known(state.accounts.bot(token, needs).await)
    }
}

/// A bot whose token may read as well as post: what it makes tells others of what it may see. As an extractor it refuses (401,
/// 403, 429).
#[derive(Clone, Debug)]
pub struct Watcher(pub Bot);

impl FromRequestParts<AppState> for Watcher {
    type Rejection = RefusedProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, RefusedProblem> {
        let token = bearer(parts).ok_or_else(no_token)?;
        known(state.accounts.bot(token, Scope::Read).await)?;
        known(state.accounts.bot(token, Scope::Post).await).map(Self)
    }
}

/// A request whose bearer token has the scope `admin`. As an extractor it refuses (401, 403, 429).
#[derive(Clone, Copy, Debug)]
pub struct Administrator;

impl FromRequestParts<AppState> for Administrator {
    type Rejection = RefusedProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, RefusedProblem> {
        let token = bearer(parts).ok_or_else(no_token)?;
        known(state.accounts.token(token, Scope::Admin).await).map(|_| Self)
    }
}

/// A request whose bearer token has the scope `read` or `admin`, of a program that watches how the server is. As an
/// extractor it refuses (401, 403, 429).
#[derive(Clone, Copy, Debug)]
pub struct Observer;

impl FromRequestParts<AppState> for Observer {
    type Rejection = RefusedProblem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, RefusedProblem> {
        let token = bearer(parts).ok_or_else(no_token)?;
        let found = match state.accounts.token(token, Scope::Admin).await {
            Err(AppError::Forbidden(_)) => state.accounts.token(token, Scope::Read).await,
            found => found,
        };
        known(found).map(|_| Self)
    }
}

pub(super) fn known<T>(found: Result<Option<T>, AppError>) -> Result<T, RefusedProblem> {
    let found = found.map_err(|error| RefusedProblem(Refused::Other(error)))?;
    found.ok_or(RefusedProblem(Refused::Unknown(
        "This token is unknown here, or was revoked. Make one with `squawkbox bot create NAME` on the server's data \
         folder.",
    )))
}

pub(super) fn no_token() -> RefusedProblem {
    RefusedProblem(Refused::Unknown(
        "Send a token in the header `Authorization: Bearer sbx_…`. Make one with `squawkbox bot create NAME`.",
    ))
}

/// The bearer token that a request carries.
pub fn bearer(parts: &Parts) -> Option<&str> {
    let header = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    // The scheme's case doesn't matter (RFC 9110).
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The token that a shipper's request carries: the header's counts before the URL's.
fn sent(parts: &Parts) -> Option<Cow<'_, str>> {
    if let Some(token) = bearer(parts) {
        return Some(token.into());
    }
    let header = parts.headers.get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    if let Some((scheme, coded)) = header.and_then(|header| header.split_once(' '))
        && ["basic", "apikey"]
            .iter()
            .any(|known| scheme.eq_ignore_ascii_case(known))
    {
        return Some(password(coded.trim())?.into());
    }
    in_url(parts)
}

/// The token in a request's URL, as `?token=`.
pub fn in_url(parts: &Parts) -> Option<Cow<'_, str>> {
    let query = parts.uri.query()?;
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| (name == "token").then_some(value))
}

/// Of `user:password` in Base64 the password, or the user where there is no password: some put the token there.
fn password(coded: &str) -> Option<String> {
    let text = String::from_utf8(BASE64.decode(coded.as_bytes()).ok()?).ok()?;
    let (user, password) = text.split_once(':').unwrap_or((&text, ""));
    Some(if password.is_empty() { user } else { password }.to_owned())
}

impl FromRequestParts<AppState> for IngestToken {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let Some(token) = sent(parts) else {
            return Err(Refused::Unknown(
                "Send a token in the header `Authorization: Bearer sbx_…`, as the password of Basic, or as `?token=` in \
                 the URL. Make one with `squawkbox token create --name NAME --scope ingest`.",
            ));
        };
        let found = state.accounts.ingest_token(&token).await.map_err(Refused::Other)?;
        if let (Some(found), Some(whose)) = (&found, parts.extensions.get::<Whose>()) {
            let _ = whose.set(found.name.clone());
        }
        found.ok_or(Refused::Unknown(
            "This token is unknown here. Make one with `squawkbox token create --name NAME --scope ingest` on the \
             server's data folder.",
        ))
    }
}
