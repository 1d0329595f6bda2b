//! The team and its accounts, for administrators.

use leptos::prelude::*;

use crate::{
    accounts::model::{self, Role},
    error::AppError,
    ids::UserId,
    json::Json,
};

/// The team's page.
///
/// # Errors
/// `SignedOut`, `Forbidden`.
#[server(prefix = "/do", endpoint = "team_page", input = Json, output = Json)]
pub async fn team_page() -> Result<model::TeamPage, AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    let accounts = &door.state.accounts;
    let link = door.whole(&format!("/join/{}", accounts.join_code().await?));
    Ok(model::TeamPage {
        name: accounts.team().await?.unwrap_or_default(),
        picture: crate::accounts::server::two_factor::picture(&link)?,
        link,
        squawk_admins: crate::squawk::server::store::admins_only(&door.state.desk.readers).await?,
        previews: crate::chat::server::store::previews_on(&door.state.desk.readers).await?,
        people: accounts.people().await?,
    })
}

/// Gives the team another name.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `Invalid`.
#[server(prefix = "/do", endpoint = "rename_team", output = Json)]
pub async fn rename_team(team: String) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    door.state.accounts.rename_team(&team).await?;
    leptos_axum::redirect("/team?done=name");
    Ok(())
}

/// Makes the join link another, so that the old one leads nowhere.
///
/// # Errors
/// `SignedOut`, `Forbidden`.
#[server(prefix = "/do", endpoint = "new_join_link", output = Json)]
pub async fn new_join_link() -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    door.state.accounts.new_join_code().await?;
    leptos_axum::redirect("/team?done=link");
    Ok(())
}

/// Has links in messages looked up, or no longer.
///
/// # Errors
/// `SignedOut`, `Forbidden`.
#[server(prefix = "/do", endpoint = "set_previews", output = Json)]
pub async fn set_previews(#[server(default)] on: bool) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    let work = door
        .state
        .desk
        .writer
        .write(move |conn| Box::pin(async move { crate::chat::server::store::set_previews(conn, on).await }));
    work.await?;
    leptos_axum::redirect("/team?done=previews");
    Ok(())
}

/// Has only administrators squawk, or everybody.
///
/// # Errors
/// `SignedOut`, `Forbidden`.
#[server(prefix = "/do", endpoint = "set_squawks", output = Json)]
pub async fn set_squawks(#[server(default)] admins: bool) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    let work =
        door.state.desk.writer.write(move |conn| {
            Box::pin(async move { crate::squawk::server::store::set_admins_only(conn, admins).await })
        });
    work.await?;
    leptos_axum::redirect("/team?done=squawks");
    Ok(())
}

/// One account.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "account", input = Json, output = Json)]
pub async fn account(id: UserId) -> Result<model::Account, AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    door.state.accounts.person(id).await
}

/// Gives somebody a role.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "set_role", output = Json)]
pub async fn set_role(id: UserId, role: Role) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.set_role(&door.admin()?, id, role).await?;
    leptos_axum::redirect(&format!("/team/{id}?done=role"));
    Ok(())
}

/// Shuts somebody out at once, or lets them in again.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "set_suspended", output = Json)]
pub async fn set_suspended(id: UserId, suspended: bool) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.set_suspended(&door.admin()?, id, suspended).await?;
    let (chat, person) = (&door.state.chat, door.state.accounts.person(id).await?);
    let rooms = crate::chat::server::room_pages::rooms(chat, id).await?;
    crate::chat::server::members::tell_of(chat, &person, rooms, !suspended);
    leptos_axum::redirect(&format!("/team/{id}"));
    Ok(())
}

/// Takes somebody off the team, with what they said or without.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`; `Invalid` when `name` isn't theirs, which the form asks for.
#[server(prefix = "/do", endpoint = "remove_person", output = Json)]
pub async fn remove_person(id: UserId, name: String, #[server(default)] messages: bool) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    let me = door.admin()?;
    let account = door.state.accounts.person(id).await?;
    let typed = crate::accounts::rules::folded(&name);
    if typed != crate::accounts::rules::folded(&account.name) && typed != account.username {
        return Err(AppError::Invalid(format!(
            "Type {} to remove this account.",
            account.name
        )));
    }
    let rooms = crate::chat::server::room_pages::rooms(&door.state.chat, id).await?;
    door.state.accounts.remove(&me, id, messages).await?;
    crate::chat::server::members::tell_of(&door.state.chat, &account, rooms, false);
    if messages {
        crate::chat::server::withdraw::begin(&door.state);
    }
    // Rooms that nobody is in any more.
    crate::chat::server::clear::begin(&door.state);
    leptos_axum::redirect("/team?done=removed");
    Ok(())
}

/// Makes a link by which somebody can choose a new password, and shows it, this once.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`, `Invalid` for a bot.
#[server(prefix = "/do", endpoint = "reset_link", output = Json)]
pub async fn reset_link(id: UserId) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    let code = door.state.accounts.reset_code(&door.admin()?, id).await?;
    leptos_axum::redirect(&format!("/team/{id}?reset={code}"));
    Ok(())
}

/// The address of a link by which somebody can choose a new password.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound` when it is no longer good.
#[server(prefix = "/do", endpoint = "whole_reset_link", input = Json, output = Json)]
pub async fn whole_reset_link(code: String) -> Result<String, AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    door.state.accounts.reset_for(&code).await?;
    Ok(door.whole(&format!("/reset/{code}")))
}

/// Turns somebody's second factor off.
///
/// # Errors
/// `SignedOut`, `Forbidden`, `NotFound`.
#[server(prefix = "/do", endpoint = "drop_two_factor", output = Json)]
pub async fn drop_two_factor(id: UserId) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.state.accounts.drop_two_factor(&door.admin()?, id).await?;
    leptos_axum::redirect(&format!("/team/{id}?done=two-factor"));
    Ok(())
}
