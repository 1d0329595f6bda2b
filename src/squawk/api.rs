//! What the page of squawks, and the banner on the desk, ask for.

use leptos::prelude::*;

use super::model::{SquawkPage, Wanted};
use crate::{
    error::AppError,
    ids::{FeedId, HeadlineId},
    json::Json,
};

/// The newest headlines that fit.
///
/// # Errors
/// `SignedOut`, `SlowDown`.
#[server(prefix = "/do", endpoint = "squawks", input = Json, output = Json)]
pub async fn list_headlines(wanted: Wanted) -> Result<SquawkPage, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    crate::squawk::server::page::page(&state.squawk, &me, wanted).await
}

/// Tells everyone a headline. With the same `client_id` again it is the same headline.
///
/// # Errors
/// As `squawk/server/publish.rs`.
#[server(prefix = "/do", endpoint = "squawk", output = Json)]
pub async fn tell_headline(
    text: String,
    #[server(default)] url: String,
    #[server(default)] client_id: String,
) -> Result<(), AppError> {
    use crate::squawk::server::publish::{New, Source, publish};
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let new = New {
        text,
        url: Some(url),
        outer_id: Some(client_id).filter(|id| !id.is_empty()),
    };
    publish(&state.squawk, Source::Member(me), new).await?;
    leptos_axum::redirect(&format!("{}?done=told", crate::paths::SQUAWKS));
    Ok(())
}

/// Marks a headline as seen; the form's page is shown again.
///
/// # Errors
/// `SignedOut`, `SlowDown`, `NotFound`.
#[server(prefix = "/do", endpoint = "see_headline", output = Json)]
pub async fn see_headline(id: HeadlineId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    crate::squawk::server::publish::see(&state.squawk, me, id).await
}

/// Marks the headlines between two, both included, as seen; the form's page is shown again.
///
/// # Errors
/// `SignedOut`, `SlowDown`.
#[server(prefix = "/do", endpoint = "see_headlines", output = Json)]
pub async fn see_headlines(from: HeadlineId, until: HeadlineId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    crate::squawk::server::publish::see_all(&state.squawk, me, (from, until)).await
}

/// Follows a feed of the web.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `Invalid` for what can't be asked, `Conflict` when it is followed, or too many are.
#[server(prefix = "/do", endpoint = "follow_feed", output = Json)]
pub async fn follow_feed(feed: String) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    let squawk = &door.state.squawk;
    squawk.following.add(&squawk.db, &feed).await?;
    leptos_axum::redirect(&format!("{}?done=followed", crate::paths::SQUAWKS));
    Ok(())
}

/// Follows a feed no longer.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "leave_feed", output = Json)]
pub async fn leave_feed(id: FeedId) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    let squawk = &door.state.squawk;
    squawk.following.remove(&squawk.db, id).await?;
    leptos_axum::redirect(&format!("{}?done=left", crate::paths::SQUAWKS));
    Ok(())
}
