//! Where a symbol has prices and bars: at the venue that is said, or else at the one that is meant.

use sqlx::SqlitePool;

use super::{
    Ticker,
    bars::store,
    board::PublicBoard,
    meant::{may_mean, named, possible},
    near::near,
};
use crate::{
    error::AppError,
    ticker::model::{Key, Quote},
};

/// A symbol at a venue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which.
    pub key: Key,
    /// The number of its series; none where nothing of it was traded yet.
    pub series: Option<i64>,
    /// Other venues where it is known, in the order in which they are meant.
    pub elsewhere: Vec<String>,
}

/// Finds `symbol` at `venue`; without one at the venue that is meant (`meant`), or as on a list, where it is written with its
/// venue: `coinbase:BTC-USD`. In any case of letters, where nothing is written the same.
///
/// # Errors
/// `NotFound` where nothing was heard of it.
pub async fn place(ticker: &Ticker, symbol: &str, venue: Option<&str>) -> Result<Place, AppError> {
    let board = ticker.public_board();
    let at = async |venue| find(&ticker.db.readers, &board, symbol, venue).await;
    if let Some(found) = at(venue).await? {
        return Ok(found);
    }
    let list = "The page Ticker and GET /api/v1/instruments list what there is.";
    Err(AppError::NotFound(match (venue, at(None).await?) {
        (Some(venue), Some(Place { key, elsewhere, .. })) => {
            let known = [vec![key.venue], elsewhere].concat().join(", ");
            format!("There are no prices of {symbol} at {venue}; there are at {known}.")
        }
        _ => {
            let known = board.keys();
            let near = near(symbol, known.iter().map(|key| key.symbol.as_str()));
            match near.is_empty() {
                true => format!("There are no prices of {symbol}. {list}"),
                false => format!("There are no prices of {symbol}. Near it: {}.", near.join(", ")),
            }
        }
    }))
}

/// The number of a symbol's series, and its venue.
///
/// # Errors
/// As [`place`]; also `NotFound` where nothing was traded yet.
pub async fn series(ticker: &Ticker, symbol: &str, venue: Option<&str>) -> Result<(i64, Key), AppError> {
    let Place { key, series, .. } = place(ticker, symbol, venue).await?;
    let nothing = || AppError::NotFound(format!("Nothing of {symbol} was traded yet, so it has no bars."));
    Ok((series.ok_or_else(nothing)?, key))
}

/// What [`place`] finds; `None` where nothing was heard of it.
///
/// # Errors
/// `Internal` when the database can't be read.
pub async fn find(
    readers: &SqlitePool,
    board: &PublicBoard,
    symbol: &str,
    venue: Option<&str>,
) -> Result<Option<Place>, AppError> {
    let traded = store::named(readers, &possible(symbol)).await?;
    let priced = board.ranked(|own| may_mean(symbol, own));
    let mut known: Vec<Key> = priced.iter().map(Quote::key).collect();
    // Then those of which there are bars alone.
    for (_, key) in &traded {
        if !known.contains(key) {
            known.push(key.clone());
        }
    }
    let found = named(&known, symbol, venue, |key| (&key.symbol, &key.venue));
    let Some(&key) = found.first() else { return Ok(None) };
    let is_elsewhere = |other: &&Key| other.symbol == key.symbol && other.venue != key.venue;
    Ok(Some(Place {
        key: key.clone(),
        series: traded.iter().find(|(_, traded)| traded == key).map(|(id, _)| *id),
        elsewhere: known.iter().filter(is_elsewhere).map(|key| key.venue.clone()).collect(),
    }))
}
