//! What pages ask about people, and the forms that let them in and out; those of one's own account and of the team.

use leptos::prelude::*;

pub mod team;
pub mod you;

use super::model::{Password, Visitor};
use crate::{error::AppError, json::Json, ticker::model::VenueKind};

/// Who asks.
///
/// # Errors
/// `Internal` when the database can't be read.
#[server(prefix = "/do", endpoint = "who", output = Json)]
pub async fn who() -> Result<Visitor, AppError> {
    crate::server::state::AppState::here()?.accounts.visitor().await
}

/// Signs in and goes to the desk.
///
/// # Errors
/// `Forbidden` when name and password don't belong together, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "sign_in", output = Json)]
pub async fn sign_in(name: String, password: Password) -> Result<(), AppError> {
    crate::accounts::server::door::Door::here()?
        .sign_in(&name, password)
        .await
}

/// Signs out and goes to the sign-in page.
///
/// # Errors
/// `Internal` when that can't be kept: the session goes on.
#[server(prefix = "/do", endpoint = "sign_out", output = Json)]
pub async fn sign_out() -> Result<(), AppError> {
    crate::accounts::server::door::Door::here()?.sign_out().await
}

/// Creates the team and its first administrator, and goes to the desk.
///
/// # Errors
/// `Conflict` when there is a team, `Invalid` when a name or the password won't do, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "set_up", output = Json)]
pub async fn set_up(
    team: String,
    name: String,
    password: Password,
    // Boxes that nobody ticks are not sent.
    #[server(default)] venues: Vec<VenueKind>,
) -> Result<(), AppError> {
    crate::accounts::server::door::Door::here()?
        .set_up(&team, &name, password, &venues)
        .await
}

/// Creates an account by the join link, and goes to the desk.
///
/// # Errors
/// `NotFound` when the link is no longer good, `Invalid`, `Conflict`, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "join", output = Json)]
pub async fn join(code: String, name: String, password: Password) -> Result<(), AppError> {
    crate::accounts::server::door::Door::here()?
        .join(&code, &name, password)
        .await
}

/// The name of the team that a join link leads to.
///
/// # Errors
/// `NotFound` when the link is no longer good; the page that asked answers 404 with it.
#[server(prefix = "/do", endpoint = "invitation", output = Json)]
pub async fn invitation(code: String) -> Result<String, AppError> {
    let response = use_context::<leptos_axum::ResponseOptions>();
    let state = crate::server::state::AppState::here()?;
    let visitor = state.accounts.visitor().await?;
    let team = state.accounts.invitation(&code).await;
    // Whoever is not signed out is being sent elsewhere by the page, with another status.
    if let (Visitor::SignedOut, Err(AppError::NotFound(_)), Some(response)) = (visitor, &team, response) {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    team
}

/// The second step of signing in, for whoever has a second factor.
///
/// # Errors
/// `SignedOut` when the first step is too long ago, `Invalid` when the code is another, `SlowDown`.
#[server(prefix = "/do", endpoint = "sign_in_code", output = Json)]
pub async fn sign_in_code(code: String) -> Result<(), AppError> {
    let recovery_left = crate::accounts::server::door::Door::here()?.give_code(code).await?;
    // The phone may be lost: who will soon be locked out hears of it before anything else.
    if recovery_left.is_some_and(|left| left <= crate::accounts::rules::RECOVERY_FEW) {
        leptos_axum::redirect("/you?done=recovery-code#factor-heading");
    }
    Ok(())
}

/// Whose password a link changes.
///
/// # Errors
/// `NotFound` when the link is no longer good; the page that asked answers 404 with it.
#[server(prefix = "/do", endpoint = "reset", output = Json)]
pub async fn reset(code: String) -> Result<String, AppError> {
    let response = use_context::<leptos_axum::ResponseOptions>();
    let state = crate::server::state::AppState::here()?;
    let name = state.accounts.reset_for(&code).await.map(|(_, name)| name);
    if let (Err(AppError::NotFound(_)), Some(response)) = (&name, response) {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
    name
}

/// Keeps the password that somebody chose by a link, and goes to the sign-in page.
///
/// # Errors
/// `NotFound` when the link is no longer good, `Invalid` when the password won't do, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "choose_password", output = Json)]
pub async fn choose_password(code: String, password: Password) -> Result<(), AppError> {
    crate::accounts::server::door::Door::here()?
        .choose_password(&code, password)
        .await
}
