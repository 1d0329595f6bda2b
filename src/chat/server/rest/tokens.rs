//! Tokens, for programs of administrators.

use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::server::{store::ListedToken, tokens::Administrator},
    error::AppError,
    server::{
        problem::{At, Problem},
        state::AppState,
    },
};

/// A token, without what it could be used by.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "id": 3, "name": "deploy", "scopes": ["read", "post"], "bot": "deploy", "created": "2026-11-20T14:03:07.204Z",
    "last_used": "2026-11-20T15:00:00Z"
})))]
pub struct ApiToken {
    /// Its number, as in its URL.
    id: i64,
    /// What it is for.
    name: String,
    /// `read`, `post`, `ingest`, `admin`.
    scopes: Vec<&'static str>,
    /// The name of the bot it speaks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    bot: Option<String>,
    /// When it was made (RFC 3339, UTC).
    created: String,
    /// When it was last used, to the minute; absent when it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    /// Log lines that it may bring in a minute; absent where nobody has set it.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines_a_minute: Option<u64>,
    /// Bytes of log lines, the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes_a_minute: Option<u64>,
}

impl From<ListedToken> for ApiToken {
    fn from(token: ListedToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            scopes: token.scopes.words(),
            bot: token.bot,
            created: token.created.to_string(),
            last_used: token.last_used.map(|at| at.to_string()),
            lines_a_minute: token.limit.lines,
            bytes_a_minute: token.limit.bytes,
        }
    }
}

/// Every token there is. Needs the scope `admin`.
#[utoipa::path(get, path = "/api/v1/tokens",
    responses((status = 200, body = Vec<ApiToken>), (status = 403, description = "The token lacks the scope `admin`.")))]
pub async fn list(State(state): State<AppState>, _: Administrator) -> Result<Json<Vec<ApiToken>>, Problem> {
    let tokens = state.accounts.tokens().await?;
    Ok(Json(tokens.into_iter().map(ApiToken::from).collect()))
}

/// Revokes a token: it is worth nothing from now on, and the webhook that answers by it ends. Needs the scope `admin`.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", params(("id" = i64, Path,)),
    responses((status = 204, description = "It is revoked."), (status = 404, description = "No such token."),
        (status = 403, description = "The token lacks the scope `admin`.")))]
pub async fn revoke(
    State(state): State<AppState>,
    _: Administrator,
    At(id): At<String>,
) -> Result<StatusCode, Problem> {
    let missing = || AppError::NotFound("There is no such token. GET /api/v1/tokens lists all.".into());
    state.accounts.revoke_token(id.parse().map_err(|_| missing())?).await?;
    Ok(StatusCode::NO_CONTENT)
}
