//! How an administrator has a symbol forgotten: off the board, with its bars.

use super::{
    Ticker,
    bars::{Interval, store},
};
use crate::{
    error::AppError,
    ticker::model::{Key, Losses},
    time::Timestamp,
};

/// What would be lost with a symbol.
///
/// # Errors
/// `NotFound` when no price of it is kept.
pub async fn losses(ticker: &Ticker, key: Key) -> Result<Losses, AppError> {
    let readers = &ticker.db.readers;
    let series = store::find(readers, &key.symbol, Some(&key.venue)).await?.pop();
    let quote = ticker.public_board().quote(&key);
    if series.is_none() && quote.is_none() {
        return Err(nothing(&key));
    }
    let days = match series {
        Some((series, _)) => {
            let all = (i64::MIN, i64::MAX);
            store::bars(readers, series, Interval::Day, all, i64::MAX).await?.0
        }
        None => Vec::new(),
    };
    let first = days.first().map(|(day, _)| day.saturating_mul(Interval::Day.micros()));
    Ok(Losses {
        key,
        last: quote.map(|quote| quote.last),
        since: first.map(Timestamp::from_micros),
        days: u32::try_from(days.len()).unwrap_or(u32::MAX),
    })
}

/// Forgets a symbol; returns when that is kept. Its bars are deleted meanwhile and after, in small steps (`bars/retention`).
///
/// # Errors
/// `NotFound` when nothing was heard of it; as [`Recorder::committed`](super::record::Recorder::committed).
pub async fn forget(ticker: &Ticker, key: &Key) -> Result<(), AppError> {
    let series = store::find(&ticker.db.readers, &key.symbol, Some(&key.venue)).await?;
    if !ticker.recorder.forget_one(key, !series.is_empty()) {
        return Err(nothing(key));
    }
    ticker.recorder.committed().await?;
    ticker.forgotten.notify_one();
    tracing::info!(symbol = key.symbol, venue = key.venue, "a symbol was forgotten");
    Ok(())
}

fn nothing(Key { symbol, venue }: &Key) -> AppError {
    AppError::NotFound(format!(
        "Nothing is known of {symbol:?} at {venue:?}. The page of a symbol leads here."
    ))
}
