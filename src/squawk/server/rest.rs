//! `/api/v1/squawks`: headlines for programs.

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, OpenApi, ToSchema};

use super::{
    page::found,
    publish::{self, New, Source},
    store,
};
use crate::{
    accounts::server::tokens::Bot,
    ids::HeadlineId,
    server::{
        problem::{Asked, Body, Problem},
        state::AppState,
    },
    squawk::model::Headline,
    time::Timestamp,
};

/// Headlines in one answer at most.
const MOST: u32 = 200;
/// Headlines in one answer when nothing is said.
const USUAL: u32 = 60;

#[derive(OpenApi)]
#[openapi(paths(list, create))]
struct Paths;

/// What the calls are, for the API's description.
pub fn description() -> utoipa::openapi::OpenApi {
    Paths::openapi()
}

/// The calls, below the API's root.
pub fn routes() -> Router<AppState> {
    Router::new().route("/squawks", get(list).post(create))
}

/// A headline.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "id": 17, "at": "2026-11-20T14:03:07.204113Z", "author": { "id": 7, "name": "wire" }, "source": "wire",
    "text": "ECB holds deposit rate at 2.00%", "url": "https://www.ecb.europa.eu/", "seen": 2
})))]
pub struct ApiSquawk {
    /// Rises with the time at which it was kept; also the id of its event at `/see`.
    id: i64,
    /// When it was kept (RFC 3339, UTC).
    #[schema(value_type = String)]
    at: Timestamp,
    /// Who said it; null of a feed's.
    author: Option<ApiAuthor>,
    /// The author's name, or the feed's title.
    source: String,
    /// Plain text on one line.
    text: String,
    /// Where there is more.
    url: Option<String>,
    /// How many have seen it.
    seen: u32,
}

/// Who said a headline.
#[derive(Serialize, ToSchema)]
pub struct ApiAuthor {
    id: i64,
    name: String,
}

impl From<Headline> for ApiSquawk {
    fn from(headline: Headline) -> Self {
        let name = headline.source.clone();
        Self {
            id: headline.id.0,
            at: headline.at,
            author: headline.author.map(|id| ApiAuthor { id: id.0, name }),
            source: headline.source,
            text: headline.text,
            url: headline.url,
            seen: headline.seen,
        }
    }
}

/// A headline that is to be told.
#[derive(Deserialize, ToSchema)]
#[schema(examples(json!({
    "text": "ECB holds deposit rate at 2.00%", "url": "https://www.ecb.europa.eu/", "client_id": "8d9f"
})))]
pub struct NewSquawk {
    /// 1 to 500 characters on one line.
    text: String,
    /// Where there is more, http or https.
    #[serde(default)]
    url: Option<String>,
    /// The sender's own name for it, 1 to 64 visible ASCII characters: the same again is the same headline.
    #[serde(default)]
    client_id: Option<String>,
}

/// Which headlines.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Words and parts of words, all of which the text or the source must have.
    #[serde(default)]
    q: String,
    /// Those before this one, by its id.
    before: Option<i64>,
    /// 1 to 200; 60 when absent.
    limit: Option<u32>,
}

/// Headlines, the newest first.
#[utoipa::path(get, path = "/api/v1/squawks", params(Which), responses((status = 200, body = Vec<ApiSquawk>)))]
pub async fn list(
    State(state): State<AppState>,
    bot: Bot,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<ApiSquawk>>, Problem> {
    state.squawk.asks.check(&bot.me.id)?;
    let limit = which.limit.unwrap_or(USUAL).clamp(1, MOST);
    let db = &state.squawk.db.readers;
    // A list says nowhere that there may be more.
    let found = found(db, &which.q, which.before.map(HeadlineId), limit, store::WHOLE).await?;
    Ok(Json(found.headlines.into_iter().map(ApiSquawk::from).collect()))
}

/// Tells everyone a headline. The same `client_id` again answers 200 with the headline that it is already.
#[utoipa::path(post, path = "/api/v1/squawks", request_body = NewSquawk,
    responses((status = 201, body = ApiSquawk), (status = 200, body = ApiSquawk, description = "It was told before.")))]
pub async fn create(
    State(state): State<AppState>,
    bot: Bot,
    Body(new): Body<NewSquawk>,
) -> Result<(StatusCode, Json<ApiSquawk>), Problem> {
    let new = New {
        text: new.text,
        url: new.url,
        outer_id: new.client_id,
    };
    let (headline, is_new) = publish::publish(&state.squawk, Source::Member(bot.me.id), new).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(headline.into())))
}
