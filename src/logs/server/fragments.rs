//! Parts of the page of searching, for the page that is open already: more lines, and one opened.

use axum::{
    extract::{Query as Params, State},
    http::HeaderMap,
    response::Html,
};
use leptos::prelude::*;

use super::found::{found, line};
use crate::{
    accounts::server::{cookie, session::Session},
    chat::server::options::fragment,
    error::AppError,
    logs::{
        find::{COLUMNS_COOKIE, Wanted},
        find_parts::{Opened, lines},
    },
    server::state::AppState,
};

/// What a page asks with.
#[derive(serde::Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    before: Option<u64>,
    #[serde(default)]
    after: Option<u64>,
    /// As many as one answer holds, rather than a page of them.
    #[serde(default)]
    many: bool,
}

/// `GET /logs/rows?q=…&before=…&after=…`: lines between two ids, the newest first.
///
/// # Errors
/// `SlowDown`; `Invalid` for a query that can't be understood.
pub async fn rows(
    State(state): State<AppState>,
    session: Session,
    headers: HeaderMap,
    Params(asked): Params<Asked>,
) -> Result<Html<String>, AppError> {
    state.logs.searches.check(&session.me.id)?;
    let wanted = Wanted {
        q: asked.q,
        before: asked.before,
        // With neither it would be the page, figures and all.
        after: Some(asked.after.unwrap_or(0)),
        columns: cookie::of(&headers, COLUMNS_COOKIE),
        many: asked.many,
        ..Wanted::default()
    };
    let found = found(&state.logs.archive, session.me.id, wanted).await?;
    if let Some((_, words)) = found.wrong {
        return Err(AppError::Invalid(words));
    }
    Ok(Html(fragment(lines(&found, None))))
}

/// Which line is to be opened, and the query that is added to.
#[derive(serde::Deserialize)]
pub struct One {
    id: u64,
    #[serde(default)]
    q: String,
}

/// `GET /logs/line?id=…&q=…`: what a line carries.
///
/// # Errors
/// `NotFound` when it isn't kept any more.
pub async fn opened(
    State(state): State<AppState>,
    _: Session,
    Params(one): Params<One>,
) -> Result<Html<String>, AppError> {
    let (found, query) = line(&state.logs.db.readers, one.id, &one.q).await?;
    Ok(Html(fragment(view! { <Opened found query /> })))
}
