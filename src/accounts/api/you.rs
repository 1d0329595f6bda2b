//! One's own account.

use leptos::prelude::*;

use crate::{
    accounts::model::{self, Offer, Pair, Password, Theme},
    error::AppError,
    ids::SessionId,
    json::Json,
};

/// One's own page, with the recovery codes that were `made` just now.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "own_page", input = Json, output = Json)]
pub async fn own_page(made: Option<String>) -> Result<model::OwnPage, AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    let session = door.session()?;
    let me = session.me.clone();
    let since = crate::chat::server::store::avatar_since(&door.state.desk.readers, me.id).await?;
    let made = made.unwrap_or_default();
    let (recovery_left, recovery) = door.state.accounts.recovery(me.id, &made).await?;
    Ok(model::OwnPage {
        // Else the one before would be shown for a while.
        picture: since.map(|at| format!("{}?{}", crate::paths::avatar(me.id), at.micros())),
        me,
        recovery_left,
        recovery,
        visits: door.state.accounts.visits(session).await?,
    })
}

/// Gives oneself another username and display name; without the latter one is shown by the username.
///
/// # Errors
/// `SignedOut`, `Invalid` when it won't do, `Conflict` when it is taken.
#[server(prefix = "/do", endpoint = "rename", output = Json)]
pub async fn rename(name: String, #[server(default)] display: String) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.rename(door.session()?, &name, &display).await?;
    leptos_axum::redirect("/you?done=name");
    Ok(())
}

/// Chooses how pages look on this device.
///
/// # Errors
/// None that depends on the sender.
#[server(prefix = "/do", endpoint = "set_looks", output = Json)]
pub async fn set_looks(theme: Theme, #[server(default)] pair: Pair) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.set_looks(theme, pair)?;
    leptos_axum::redirect("/you?done=looks");
    Ok(())
}

/// Changes one's password and ends one's other sessions.
///
/// # Errors
/// `SignedOut`, `Forbidden` when the current one is another, `Invalid` when the new one won't do, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "change_password", output = Json)]
pub async fn change_password(current: Password, password: Password) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state
        .accounts
        .change_password(door.session()?, current, password)
        .await?;
    leptos_axum::redirect("/you?done=password");
    Ok(())
}

/// Ends one of one's sessions, or without one all but this.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "end_session", output = Json)]
pub async fn end_session(#[server(default)] session: Option<SessionId>) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.end_visit(door.session()?, session).await?;
    leptos_axum::redirect("/you");
    Ok(())
}

/// What the second factor is turned on with.
///
/// # Errors
/// `SignedOut`, `Conflict` when it is on.
#[server(prefix = "/do", endpoint = "offer_two_factor", input = Json, output = Json)]
pub async fn offer_two_factor() -> Result<Offer, AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.offer_two_factor(door.session()?).await
}

/// Turns the second factor on.
///
/// # Errors
/// `SignedOut`, `Invalid` when the code is another, `SlowDown`.
#[server(prefix = "/do", endpoint = "confirm_two_factor", output = Json)]
pub async fn confirm_two_factor(code: String) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.confirm_two_factor(door.session()?, code).await?;
    leptos_axum::redirect("/you?done=two-factor");
    Ok(())
}

/// Makes new recovery codes in place of those before, and shows them, this once.
///
/// # Errors
/// `SignedOut`, `Forbidden` when it is another password, `Conflict` without a second factor, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "renew_recovery", output = Json)]
pub async fn renew_recovery(current: Password) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    let made = door.state.accounts.renew_recovery(door.session()?, current).await?;
    leptos_axum::redirect(&format!("/you?made={made}#factor-heading"));
    Ok(())
}

/// Turns the second factor off.
///
/// # Errors
/// `SignedOut`, `Forbidden` when it is another password, `SlowDown`, `Busy`.
#[server(prefix = "/do", endpoint = "stop_two_factor", output = Json)]
pub async fn stop_two_factor(current: Password) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.stop_two_factor(door.session()?, current).await?;
    leptos_axum::redirect("/you?done=no-two-factor");
    Ok(())
}
