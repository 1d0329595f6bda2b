//! What pages ask about log lines.

use std::sync::Arc;

use leptos::prelude::*;

use super::model::{LogLine, Piece};
use crate::{error::AppError, json::Json};

/// The newest lines of a gap, 500 at most, and how many more it has before them.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "log_gap", input = Json, output = Json)]
pub async fn log_gap(after: u64, before: u64) -> Result<Piece, AppError> {
    use super::server::{store, stream::CATCH_UP};
    crate::accounts::server::session::Session::here()?;
    let state = crate::server::state::AppState::here()?;
    store::between(&state.logs.db.readers, after, before, CATCH_UP).await
}

/// The newest lines before id `before` that pass a filter, which comes as in the URL of a page; of at most the
/// 50,000 lines before.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "log_search", input = Json, output = Json)]
pub async fn log_search(level: String, text: String, before: u64) -> Result<Vec<Arc<LogLine>>, AppError> {
    use super::{
        filter::Filter,
        server::{store, stream::NEWEST},
    };
    crate::accounts::server::session::Session::here()?;
    let state = crate::server::state::AppState::here()?;
    let filter = Filter::read(Some(&level), Some(&text));
    store::recent(&state.logs.db.readers, &filter, before, NEWEST).await
}
