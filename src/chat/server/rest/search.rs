//! Finding what was said, for programs.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::message::ApiMessage;
use crate::{
    accounts::server::tokens::Bot,
    chat::{model::Hit, server::search as finding},
    server::{
        problem::{Asked, Problem},
        state::AppState,
    },
};

/// What is looked for.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Words, `"phrases"`, `from:`, `in:` (a room, or a conversation with `@somebody`), `before:`, `after:`, `has:link`, `has:file`; `sort:best` or `sort:newest`, which
    /// is how it is without.
    #[param(example = "rollback in:desk after:2026-11-20")]
    q: String,
    /// Go on there: the `before` of the last answer.
    before: Option<i64>,
}

/// What was found: the newest first, or with `sort:best` what fits best.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "found": [{
        "id": 812,
        "message": {
            "room": 1, "seq": 17, "changed": 40, "author": {"id": 7, "name": "deploy", "bot": true}, "text": "rollback of v1.4",
            "at": "2026-11-20T14:03:07.204Z", "deleted": false, "reactions": [], "files": [], "client_id": "8d9f"
        }
    }],
    "before": null
})))]
pub struct ApiFound {
    found: Vec<ApiHit>,
    /// Ask again with this `before`: there is more, or a search that finds little has not looked further back yet.
    before: Option<i64>,
}

/// A message that was found.
#[derive(Serialize, ToSchema)]
pub struct ApiHit {
    /// The number by which a search goes on before it.
    id: i64,
    message: ApiMessage,
}

/// Finds what was said in the rooms that the bot is in.
#[utoipa::path(get, path = "/api/v1/search", params(Wanted), responses((status = 200, body = ApiFound)))]
pub async fn search(
    State(state): State<AppState>,
    bot: Bot,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<ApiFound>, Problem> {
    let found = finding::search(&state.chat, bot.me.id, &wanted.q, wanted.before).await?;
    let hit = |hit: Hit| ApiHit {
        id: hit.id,
        message: hit.message.into(),
    };
    Ok(Json(ApiFound {
        found: found.hits.into_iter().map(hit).collect(),
        before: found.before,
    }))
}
