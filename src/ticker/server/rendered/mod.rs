//! What the desk shows of prices before scripts do, as HTML: the tape, and the panel with the list that this browser shows.
//!
//! From there `public/ticker.js` goes on, which makes what comes later of the same templates, and of a figure what
//! [`rows::cell`] makes of it.

pub mod rows;
mod tools;

use std::collections::HashMap;

use leptos::prelude::*;

use self::{
    rows::{heads, item, item_of, nothing, row},
    tools::{adding, fault, no_prices, tools},
};
use super::Ticker;
use crate::{
    accounts::server::cookie::kept,
    chat::server::options::fragment,
    error::AppError,
    ids::{ListId, UserId},
    ticker::{
        lists::{Column, USUAL_COLUMNS, columns},
        model::{Key, Quote},
        panel::Prices,
    },
};

/// The cookie that keeps which list a browser shows; scripts write it. Without it, everything.
const LIST: &str = "squawkbox_list";
/// The cookie that keeps the columns of everything.
const COLUMNS: &str = "squawkbox_columns";
/// Prices on the tape at most. What finds no room comes into sight by itself, unless somebody points at the tape.
const TAPE: usize = 24;

/// The prices as `me` sees them in the browser that is being served.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn prices(ticker: &Ticker, me: UserId) -> Result<Prices, AppError> {
    let seen = ticker.lists.seen(me).await?;
    let board = ticker.board();
    let chosen: Option<ListId> = kept(LIST).parse().ok();
    let list = seen.lists.iter().find(|list| Some(list.id) == chosen);
    let tape = board.quotes.iter().take(TAPE).map(|quote| item(quote.clone()));
    let items = tape.collect_view();
    let quotes: HashMap<Key, &Quote> = board.quotes.iter().map(|quote| (quote.key(), quote)).collect();
    let keys = match list {
        Some(list) => list.entries.clone(),
        None => board.quotes.iter().map(Quote::key).collect(),
    };
    let shown: Vec<Column> = match list {
        Some(list) => columns(&list.columns).collect(),
        None => columns(&kept(COLUMNS)).collect(),
    };
    let shown = if shown.is_empty() {
        columns(USUAL_COLUMNS).collect()
    } else {
        shown
    };
    let refused: HashMap<&Key, &str> = seen.refused.iter().map(|(key, why)| (key, why.as_str())).collect();
    let rows = keys
        .iter()
        .map(|key| row(key, quotes.get(key).copied(), &shown, refused.get(key).copied()));
    let rows = rows.collect_view();
    let names = shown.iter().map(|column| column.name()).collect::<Vec<_>>().join(",");
    let empty = keys.is_empty();
    Ok(Prices {
        tape: fragment(view! { <ul class="num" role="list">{items}</ul> }),
        tools: tools(&seen, list, &shown, &board.venues),
        panel: fragment(view! {
            <div class="faults">{board.venues.into_iter().filter_map(fault).collect_view()}</div>
            {adding()}
            <p class="notice error" id="watch-wrong" role="alert" hidden></p>
            <div class="watch" role="group" aria-label="Prices" aria-describedby="watch-keys" tabindex="0" hidden=empty>
                <table
                    class=format!("num cols-{}", shown.len())
                    role="table"
                    aria-label=list.map_or("All", |list| &list.name).to_owned()
                    data-columns=names
                    data-list=list.map(|list| list.id.to_string())
                >
                    <thead role="rowgroup"><tr role="row">{heads(&shown)}</tr></thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
            <p id="watch-keys" hidden>
                "Arrow keys move. On a list, with Shift they move the symbol, and Delete takes it off."
            </p>
            <p class="visually-hidden" id="watch-told" aria-live="polite"></p>
            <div class="empty" id="no-prices" hidden=!empty || list.is_some()>{no_prices()}</div>
            <p class="empty" id="no-symbols" hidden=!empty || list.is_none()>"Nothing is on this list yet."</p>
            <template id="price-row">{row(&nothing(), None, &Column::ALL, None)}</template>
            <template id="price-heads">{heads(&Column::ALL)}</template>
            <template id="tape-item">{item_of(&nothing(), false, String::new(), None)}</template>
        }),
    })
}
