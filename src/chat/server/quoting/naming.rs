//! Where a price was named after a `$`.

use std::time::Duration;

use super::{super::Chat, said};
use crate::{
    chat::server::{
        indexing,
        store::{self, REACH, SaidThen, Wanted},
    },
    error::AppError,
    ids::UserId,
    ticker::model::Key,
    time::Timestamp,
};

/// Names of fewer letters, with the sign before them, are in no index: so many messages are looked at, the newest.
const UNINDEXED: u32 = 20_000;

/// The messages that `me` may read in which `key` was quoted between two instants, at most some `limit` of them; the newest
/// first.
///
/// # Errors
/// When the database fails.
pub async fn naming(
    chat: &Chat,
    me: UserId,
    key: &Key,
    (from, to): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<SaidThen>, AppError> {
    if let Err(error) = indexing::catch_up(chat).await {
        tracing::warn!(%error, "what was said last is not looked through");
    }
    let db = &chat.db.readers;
    let mut places = Vec::new();
    // By itself, or behind its venue: `$coinbase:BTC-USD`.
    for sign in ['$', ':'] {
        let mut wanted = Wanted {
            after: Some(from),
            before: Some(to.plus_seconds(1)),
            ..Wanted::default()
        };
        let part = format!("{sign}{}", key.symbol);
        let mut reach = REACH;
        if part.chars().count() >= 3 {
            wanted.indexed.push(part);
        } else {
            wanted.short.push(part);
            (reach.step, reach.patience) = (UNINDEXED, Duration::ZERO);
        }
        let page = store::search(db, me, &wanted, None, limit, reach).await?;
        places.extend(page.found.into_iter().map(|(_, room, seq)| (room, seq)));
    }
    places.sort_unstable_by_key(|(room, seq)| (room.0, *seq));
    places.dedup();
    store::said_there(db, me, &places, |html| {
        let quoted = said(html);
        quoted
            .iter()
            .any(|price| price.symbol == key.symbol && price.venue == key.venue)
    })
    .await
}
