//! Asks each feature, a moment at most.

use std::time::Duration;

use super::model::{Elsewhere, Symbol};
use crate::{
    chat::server::room_pages,
    error::AppError,
    ids::UserId,
    logs::{
        query::Query,
        server::search::{self, Look},
    },
    server::state::AppState,
    squawk::server::{page::found, store::REACH},
    ticker::figures::grouped,
    time::Timestamp,
};

/// Of each at most.
const MOST: usize = 5;
/// How long log lines are looked for.
const PATIENCE: Duration = Duration::from_millis(400);

/// What fits besides messages.
///
/// # Errors
/// When a database can't be read.
pub async fn elsewhere(state: &AppState, me: UserId, query: &str) -> Result<Elsewhere, AppError> {
    let typed = query.trim();
    if typed.is_empty() {
        return Ok(Elsewhere::default());
    }
    let folded = typed.trim_matches('"').to_lowercase();
    let fits = |text: &str| text.to_lowercase().contains(&folded);
    let quotes = state.ticker.board().quotes;
    let last = |symbol: &str, venue: &str| {
        let quote = quotes
            .iter()
            .find(|quote| quote.symbol == symbol && quote.venue == venue);
        quote.map(|quote| grouped(&quote.last.to_string()))
    };
    // It offers what is near where nothing fits, which is of use where one types.
    let symbols = state.ticker.lists.market.search(typed).into_iter();
    let symbols = symbols.filter(|found| fits(&found.key.symbol) || found.name.as_deref().is_some_and(fits));
    let symbols = symbols.take(MOST).map(|found| Symbol {
        last: last(&found.key.symbol, &found.key.venue),
        symbol: found.key.symbol,
        venue: found.key.venue,
        name: found.name,
    });
    let people = room_pages::others(&state.chat, me).await?.into_iter();
    let people = people.filter(|mate| fits(&mate.person.name) || fits(&format!("@{}", mate.username)));
    let (lines, logs) = lines(state, typed).await?;
    let squawks = found(&state.desk.readers, typed, None, MOST as u32, REACH)
        .await?
        .headlines;
    Ok(Elsewhere {
        symbols: symbols.collect(),
        people: people.take(MOST).collect(),
        squawks,
        lines,
        logs,
    })
}

/// Log lines, where the query isn't one about messages alone.
async fn lines(
    state: &AppState,
    typed: &str,
) -> Result<(Vec<std::sync::Arc<crate::logs::model::LogLine>>, String), AppError> {
    let of_messages = ["from:", "in:", "has:", "sort:", "after:"];
    let is_of_messages = typed
        .split_whitespace()
        .any(|word| of_messages.iter().any(|start| word.starts_with(start)));
    let query = match Query::parse(typed) {
        Ok(query) if !is_of_messages => query,
        _ => return Ok((Vec::new(), String::new())),
    };
    let look = Look::of(&query, Timestamp::now()).patient(PATIENCE);
    let (lines, _) = search::newest(&state.logs.archive, look, MOST).await?;
    Ok((lines, query.to_string()))
}
