//! What the pages of alerts ask for.

use leptos::prelude::*;

use super::model::{Draft, FormPage, Listed};
use crate::{error::AppError, ids::AlertId, json::Json};

/// The alerts of the rooms that one is in.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "alerts", input = Json, output = Json)]
pub async fn alerts() -> Result<Vec<Listed>, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::listed::listed(&state, &me).await
}

/// The form of an alert, with what it would have said.
///
/// # Errors
/// `SignedOut`; `NotFound` and `Forbidden` for the alert that it is to change, `SlowDown`.
#[server(prefix = "/do", endpoint = "alert_form", input = Json, output = Json)]
pub async fn alert_form(asked: Draft) -> Result<FormPage, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::listed::form(&state, &me, asked).await
}

/// Has an alert watched, or no longer.
///
/// # Errors
/// As `alerts/server/keep`.
#[server(prefix = "/do", endpoint = "switch_alert", output = Json)]
pub async fn switch_alert(id: AlertId, on: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::keep::switch(&state, &me, id, on).await?;
    leptos_axum::redirect(crate::paths::ALERTS);
    Ok(())
}

/// Deletes an alert.
///
/// # Errors
/// As `alerts/server/keep`.
#[server(prefix = "/do", endpoint = "delete_alert", output = Json)]
pub async fn delete_alert(id: AlertId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::keep::delete(&state, &me, id).await?;
    leptos_axum::redirect(&format!("{}?done=deleted", crate::paths::ALERTS));
    Ok(())
}

/// Has an alert that is put off speak again.
///
/// # Errors
/// As `alerts/server/acts`.
#[server(prefix = "/do", endpoint = "wake_alert", output = Json)]
pub async fn wake_alert(id: AlertId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::acts::wake(&state, me.id, id).await?;
    leptos_axum::redirect(&format!("{}?done=woken", crate::paths::ALERTS));
    Ok(())
}

/// Makes the secret anew with which an alert's calls are signed; leads to the form, which shows it.
///
/// # Errors
/// `Invalid` where it calls no webhook; as `alerts/server/keep`.
#[server(prefix = "/do", endpoint = "renew_alert_secret", output = Json)]
pub async fn renew_alert_secret(id: AlertId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    super::server::keep::renew_secret(&state, &me, id).await?;
    leptos_axum::redirect(&format!("{}?rule={id}&done=renewed", crate::paths::NEW_ALERT));
    Ok(())
}

/// Calls an alert's webhook once.
///
/// # Errors
/// `Invalid`, which says what became of it; as `alerts/server/keep`.
#[server(prefix = "/do", endpoint = "test_alert", output = Json)]
pub async fn test_alert(id: AlertId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me;
    let state = crate::server::state::AppState::here()?;
    state.chat.pace.check(&me.id)?;
    let kept = super::server::keep::may_change(&state, &me, id).await?;
    let nothing = || AppError::Invalid("This alert calls no webhook.".into());
    let hook = kept.spec.hook.ok_or_else(nothing)?;
    state.alerts.outgoing.test(id, &hook, &kept.spec.name).await?;
    leptos_axum::redirect(&format!("{}?done=tested&rule={id}", crate::paths::ALERTS));
    Ok(())
}
