//! How many lines a query finds, by time and level.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{query, time};
use crate::{
    accounts::server::tokens::Bot,
    logs::server::{
        search::Look,
        stats::histogram::{MOST_BARS, histogram, oldest},
    },
    server::{
        problem::{Asked, Problem},
        state::AppState,
    },
    time::Timestamp,
};

/// Which lines, and how finely.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// What they must be; all when absent.
    #[serde(alias = "q")]
    query: Option<String>,
    /// RFC 3339; from the oldest line when absent.
    from: Option<String>,
    /// RFC 3339; until now when absent.
    to: Option<String>,
    /// About how many bars, 1 to 120; 60 when absent.
    bars: Option<i64>,
}

/// Counts by time.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "step": 60, "complete": true,
    "bars": [{"time": "2026-11-20T14:03:00Z", "trace": 0, "debug": 12, "info": 840, "warn": 3, "error": 1}]
})))]
pub struct ApiHistogram {
    /// Seconds from one bar to the next.
    step: i64,
    /// One after the other, without a hole.
    bars: Vec<ApiLogBar>,
    /// Everything was looked through; if not, what is older than `searched_to` isn't counted.
    complete: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    searched_to: Option<Timestamp>,
}

/// Lines that happened within a step, by level.
#[derive(Serialize, ToSchema)]
pub struct ApiLogBar {
    /// When it begins (RFC 3339, UTC).
    #[schema(value_type = String)]
    time: Timestamp,
    trace: u64,
    debug: u64,
    info: u64,
    warn: u64,
    error: u64,
}

/// How many log lines a query finds, by time and level.
#[utoipa::path(get, path = "/api/v1/logs/histogram", params(Which), responses((status = 200, body = ApiHistogram)))]
pub async fn logs_histogram(
    State(state): State<AppState>,
    _: Bot,
    Asked(which): Asked<Which>,
) -> Result<Json<ApiHistogram>, Problem> {
    let (now, archive) = (Timestamp::now(), &state.logs.archive);
    let query = query(which.query.as_deref())?;
    let (from, to) = (time("from", which.from.as_deref())?, time("to", which.to.as_deref())?);
    let look = Look::of(&query, now).within(from, to);
    // What happens now is before the next second.
    let range = (oldest(&archive.readers, now).await?, now.plus_seconds(1));
    let bars = which.bars.unwrap_or(60).clamp(1, MOST_BARS);
    let (counted, reached) = histogram(archive, look, range, bars).await?;
    let bar = |(i, &[trace, debug, info, warn, error]): (usize, &[u64; 5])| ApiLogBar {
        time: counted.start(i),
        trace,
        debug,
        info,
        warn,
        error,
    };
    Ok(Json(ApiHistogram {
        step: counted.step,
        bars: counted.bars.iter().enumerate().map(bar).collect(),
        complete: reached.next.is_none(),
        searched_to: reached.next.and(reached.time),
    }))
}
