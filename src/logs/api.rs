//! What pages ask about log lines.

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    find::{Found, Wanted},
    model::{LogLine, Piece},
    sources::Sources,
};
use crate::{error::AppError, json::Json};

/// The newest lines of a gap, 500 at most, and how many more it has before them.
///
/// # Errors
/// `SignedOut`, `SlowDown`.
#[server(prefix = "/do", endpoint = "log_gap", input = Json, output = Json)]
pub async fn log_gap(after: u64, before: u64) -> Result<Piece, AppError> {
    use super::server::{store, stream::CATCH_UP};
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.logs.searches.check(&me)?;
    store::between(&state.logs.db.readers, after, before, CATCH_UP).await
}

/// The newest lines before id `before` that pass a filter, which comes as in the URL of a page; of what can be looked through
/// in a moment.
///
/// # Errors
/// `SignedOut`, `SlowDown`.
#[server(prefix = "/do", endpoint = "log_search", input = Json, output = Json)]
pub async fn log_search(level: String, text: String, before: u64) -> Result<Vec<Arc<LogLine>>, AppError> {
    use super::{
        filter::Filter,
        server::{
            search::{self, Look, query_of},
            stream::NEWEST,
        },
    };
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.logs.searches.check(&me)?;
    let query = query_of(&Filter::read(Some(&level), Some(&text)));
    let look = Look::of(&query, crate::time::Timestamp::now()).between(0, before);
    let (mut lines, _) = search::newest(&state.logs.archive, look, NEWEST as usize).await?;
    lines.reverse();
    Ok(lines)
}

/// What the page of searching shows.
///
/// # Errors
/// `SignedOut`, `SlowDown`; `NotFound` for a line that isn't kept any more.
#[server(prefix = "/do", endpoint = "find_lines", input = Json, output = Json)]
pub async fn find_lines(wanted: Wanted) -> Result<Found, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let wanted = Wanted {
        columns: crate::accounts::server::cookie::kept(super::find::COLUMNS_COOKIE),
        ..wanted
    };
    state.logs.searches.check(&me)?;
    super::server::found::found(&state.logs.archive, me, wanted).await
}

/// Keeps a search under a name, for oneself or for the `team`, and goes there.
///
/// # Errors
/// `SignedOut`; `Invalid` for the name or the query, `Conflict` when there are too many.
#[server(prefix = "/do", endpoint = "save_search", output = Json)]
pub async fn save_search(name: String, q: String, #[server(default)] team: bool) -> Result<(), AppError> {
    use super::server::saved;
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let query = saved::save(&state.logs.db.writer, me, team, &name, &q).await?;
    leptos_axum::redirect(&format!("{}&saved=1", crate::paths::log_search(&query)));
    Ok(())
}

/// Forgets a search that was kept.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "forget_search", output = Json)]
pub async fn forget_search(id: i64, #[server(default)] q: String) -> Result<(), AppError> {
    use super::server::saved;
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    saved::forget(&state.logs.db.writer, me, id).await?;
    leptos_axum::redirect(&crate::paths::log_search(&q));
    Ok(())
}

/// Who sends lines, and what was refused.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "log_sources", input = Json, output = Json)]
pub async fn log_sources() -> Result<Sources, AppError> {
    use crate::accounts::model::Role;
    let session = crate::accounts::server::session::Session::here()?;
    let state = crate::server::state::AppState::here()?;
    let tokens = match session.me.role {
        Role::Admin => state.accounts.tokens().await?,
        Role::Member => Vec::new(),
    };
    let logs = &state.logs;
    let url = crate::server::origin::origin(&state.config, use_context::<axum::http::request::Parts>().as_ref());
    super::server::sources::sources(&logs.counts, &logs.db.readers, &logs.keep, url, tokens).await
}

/// Sets how many log lines, and how much, a token may bring in a minute; nothing: as much as any.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`; `Invalid` for what is no number.
#[server(prefix = "/do", endpoint = "set_token_limit", output = Json)]
pub async fn set_token_limit(
    id: i64,
    #[server(default)] lines: String,
    #[server(default)] megabytes: String,
) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    let limit = super::server::quotas::limit(&lines, &megabytes)?;
    door.state.accounts.set_limit(id, limit).await?;
    leptos_axum::redirect(&format!("{}?done=limit", crate::paths::LOG_SOURCES));
    Ok(())
}
