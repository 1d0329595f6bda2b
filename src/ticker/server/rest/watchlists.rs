//! Lists of symbols, for programs.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    accounts::server::tokens::Bot,
    server::{problem::Problem, state::AppState},
    ticker::{
        lists::{Watchlist, columns},
        model::Key,
    },
};

/// A list of symbols.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "id": 3, "name": "Majors", "team": true, "columns": ["last", "change", "percent", "spark", "time"],
    "entries": [{ "symbol": "BTC-USD", "venue": "coinbase" }, { "symbol": "AAPL", "venue": "alpaca" }]
})))]
pub struct ApiWatchlist {
    id: i64,
    name: String,
    /// The team's, which everybody sees and changes; else the caller's own.
    team: bool,
    /// What pages show of each symbol: `last`, `change`, `percent`, `bid`, `ask`, `spread`, `range`, `volume`, `spark`,
    /// `time`, in their order.
    columns: Vec<&'static str>,
    /// What is on it, in its order.
    entries: Vec<ApiEntry>,
}

/// A symbol at a venue. There need not be a price of it.
#[derive(Serialize, ToSchema)]
pub struct ApiEntry {
    symbol: String,
    venue: String,
}

impl From<Watchlist> for ApiWatchlist {
    fn from(list: Watchlist) -> Self {
        let entry = |Key { symbol, venue }| ApiEntry { symbol, venue };
        Self {
            id: list.id.0,
            name: list.name,
            team: list.team,
            columns: columns(&list.columns).map(|column| column.name()).collect(),
            entries: list.entries.into_iter().map(entry).collect(),
        }
    }
}

/// The caller's own lists of symbols, then the team's, in their order.
#[utoipa::path(get, path = "/api/v1/watchlists", responses((status = 200, body = Vec<ApiWatchlist>)))]
pub async fn watchlists(State(state): State<AppState>, bot: Bot) -> Result<Json<Vec<ApiWatchlist>>, Problem> {
    let seen = state.ticker.lists.seen(bot.me.id).await?;
    Ok(Json(seen.lists.into_iter().map(ApiWatchlist::from).collect()))
}
