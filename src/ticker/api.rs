//! What pages about prices ask for.

use leptos::prelude::*;

use super::{
    chart::{Asked, Chart},
    lists,
    model::{Key, Losses, VenueReport},
};
use crate::{error::AppError, ids::ListId, json::Json};

/// How every venue is.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "venues", input = Json, output = Json)]
pub async fn venue_reports() -> Result<Vec<VenueReport>, AppError> {
    crate::accounts::server::session::Session::here()?;
    Ok(crate::server::state::AppState::here()?.ticker.venues())
}

/// A symbol's newest price, its day and a stretch of its bars.
///
/// # Errors
/// `SignedOut`; `NotFound` when nothing was heard of it.
#[server(prefix = "/do", endpoint = "chart", input = Json, output = Json)]
pub async fn symbol_chart(asked: Asked) -> Result<Chart, AppError> {
    crate::accounts::server::session::Session::here()?;
    let state = crate::server::state::AppState::here()?;
    crate::ticker::server::chart::chart(&state.ticker, asked).await
}

/// What would be lost with a symbol.
///
/// # Errors
/// `SignedOut`, `Forbidden`; `NotFound` when nothing was heard of it.
#[server(prefix = "/do", endpoint = "symbol_losses", input = Json, output = Json)]
pub async fn symbol_losses(key: Key) -> Result<Losses, AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    crate::ticker::server::forgetting::losses(&door.state.ticker, key).await
}

/// Forgets a symbol, with its bars.
///
/// # Errors
/// As [`symbol_losses`], and when it can't be kept.
#[server(prefix = "/do", endpoint = "forget_symbol", output = Json)]
pub async fn forget_symbol(symbol: String, venue: String) -> Result<(), AppError> {
    let door = crate::accounts::server::door::Door::here()?;
    door.admin()?;
    crate::ticker::server::forgetting::forget(&door.state.ticker, &Key { symbol, venue }).await?;
    leptos_axum::redirect("/ticker");
    Ok(())
}

/// The lists of symbols that one sees: one's own, then the team's.
///
/// # Errors
/// `SignedOut`.
#[server(prefix = "/do", endpoint = "watchlists", input = Json, output = Json)]
pub async fn watchlists() -> Result<lists::Watchlists, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::server::state::AppState::here()?.ticker.lists.seen(me).await
}

/// A list as it is now, by default the first.
///
/// # Errors
/// `SignedOut`, `NotFound`.
#[server(prefix = "/do", endpoint = "list_page", input = Json, output = Json)]
pub async fn list_page(list: Option<ListId>) -> Result<lists::ListPage, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    crate::ticker::server::lists::page::page(&state.ticker, me, list).await
}

/// Makes an empty list, of one's own or of the `team`'s, and goes there.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "make_list", output = Json)]
pub async fn make_list(name: String, #[server(default)] team: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let list = state.ticker.lists.make(me, &name, team).await?;
    leptos_axum::redirect(&crate::paths::watchlist(list));
    Ok(())
}

/// Gives a list another name.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "rename_list", output = Json)]
pub async fn rename_list(list: ListId, name: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.ticker.lists.rename(me, list, &name).await?;
    leptos_axum::redirect(&crate::paths::watchlist(list));
    Ok(())
}

/// Deletes a list.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "delete_list", output = Json)]
pub async fn delete_list(list: ListId) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.ticker.lists.delete(me, list).await?;
    leptos_axum::redirect(crate::paths::WATCHLISTS);
    Ok(())
}

/// Has these columns shown, in this order; each by itself, or with commas between.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "choose_columns", output = Json)]
pub async fn choose_columns(list: ListId, #[server(default)] columns: Vec<String>) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.ticker.lists.set_columns(me, list, &columns).await?;
    leptos_axum::redirect(&crate::paths::watchlist(list));
    Ok(())
}

/// Adds what is written in `symbol`: `SYMBOL` or `VENUE:SYMBOL`, one or several; or with a `venue` that one symbol there.
/// They stand at the end, or from the place `to` on, counted from 0.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "add_to_list", output = Json)]
pub async fn add_to_list(
    list: ListId,
    symbol: String,
    #[server(default)] venue: String,
    #[server(default)] to: Option<usize>,
) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    state.ticker.lists.add(me, list, (&symbol, &venue), to).await?;
    leptos_axum::redirect(&crate::paths::watchlist(list));
    Ok(())
}

/// Takes a symbol off a list.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "remove_from_list", output = Json)]
pub async fn remove_from_list(list: ListId, symbol: String, venue: String) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let key = Key { symbol, venue };
    state.ticker.lists.remove(me, list, key).await?;
    leptos_axum::redirect(&crate::paths::watchlist(list));
    Ok(())
}

/// Moves a symbol to the place `to` of its list, counted from 0.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "move_in_list", output = Json)]
pub async fn move_in_list(list: ListId, symbol: String, venue: String, to: usize) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let key = Key { symbol, venue };
    state.ticker.lists.shift(me, list, key, to).await?;
    leptos_axum::redirect(&crate::paths::watchlist(list));
    Ok(())
}

/// Adds what a text names to a list, or puts it in the place of what is on it.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "import_list", output = Json)]
pub async fn import_list(list: ListId, text: String, #[server(default)] replace: bool) -> Result<(), AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    let state = crate::server::state::AppState::here()?;
    let told = state.ticker.lists.import(me, list, &text, replace).await?;
    let told = told.map_or_else(String::new, |told| format!("&told={}", crate::paths::encoded(&told)));
    leptos_axum::redirect(&format!("{}{told}", crate::paths::watchlist(list)));
    Ok(())
}

/// A list as text, as [`import_list`] takes it.
///
/// # Errors
/// As `ticker/server/lists`.
#[server(prefix = "/do", endpoint = "export_list", input = Json, output = Json)]
pub async fn export_list(list: ListId) -> Result<String, AppError> {
    let me = crate::accounts::server::session::Session::here()?.me.id;
    crate::server::state::AppState::here()?
        .ticker
        .lists
        .export(me, list)
        .await
}
