//! What the page of a list shows.

use std::collections::HashMap;

use crate::{
    error::AppError,
    ids::{ListId, UserId},
    ticker::{
        lists::{ListPage, Row, columns},
        model::{Key, Quote},
        server::{Ticker, rendered},
    },
};

/// The lists that `me` sees, and what is on the `wanted` one, or else on the first.
///
/// # Errors
/// `NotFound` for a list that isn't theirs to see.
pub async fn page(ticker: &Ticker, me: UserId, wanted: Option<ListId>) -> Result<ListPage, AppError> {
    let lists = ticker.lists.seen(me).await?;
    let list = match wanted {
        Some(id) => lists
            .lists
            .iter()
            .find(|list| list.id == id)
            .ok_or_else(super::store::no_list)?,
        None => match lists.lists.first() {
            Some(list) => list,
            None => {
                return Ok(ListPage {
                    lists,
                    ..ListPage::default()
                });
            }
        },
    };
    let (id, entries) = (list.id, list.entries.clone());
    let quotes: HashMap<Key, Quote> = ticker
        .board()
        .quotes
        .into_iter()
        .map(|quote| (quote.key(), quote))
        .collect();
    let shown: Vec<_> = columns(&list.columns).collect();
    let row = |key: Key| {
        let quote = quotes.get(&key);
        Row {
            demo: quote.is_some_and(|quote| quote.demo),
            cells: shown
                .iter()
                .map(|column| rendered::rows::cell(*column, quote))
                .collect(),
            refused: lists
                .refused
                .iter()
                .find(|(other, _)| *other == key)
                .map(|(_, why)| why.clone()),
            key,
        }
    };
    let rows = entries.into_iter().map(row).collect();
    let text = ticker.lists.export(me, id).await?;
    Ok(ListPage {
        lists,
        shown: Some(id),
        rows,
        text,
    })
}
