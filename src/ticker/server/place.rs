//! Where a symbol has prices and bars: at the venue that is said, or else at the one that is meant.

use super::{Ticker, bars::store, near::near};
use crate::{error::AppError, ticker::model::Key};

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
/// venue: `coinbase:BTC-USD`.
///
/// # Errors
/// `NotFound` where nothing was heard of it.
pub async fn place(ticker: &Ticker, symbol: &str, venue: Option<&str>) -> Result<Place, AppError> {
    if let Some(found) = at(ticker, symbol, venue).await? {
        return Ok(found);
    }
    if let (None, Some((venue, symbol))) = (venue, symbol.split_once(':'))
        && let Some(found) = at(ticker, symbol, Some(venue)).await?
    {
        return Ok(found);
    }
    let list = "The page Ticker and GET /api/v1/instruments list what there is.";
    Err(AppError::NotFound(match (venue, at(ticker, symbol, None).await?) {
        (Some(venue), Some(Place { key, elsewhere, .. })) => {
            let known = [vec![key.venue], elsewhere].concat().join(", ");
            format!("There are no prices of {symbol} at {venue}; there are at {known}.")
        }
        _ => {
            let known = ticker.public_board().keys();
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

async fn at(ticker: &Ticker, symbol: &str, venue: Option<&str>) -> Result<Option<Place>, AppError> {
    let traded = store::find(&ticker.db.readers, symbol, None).await?;
    let priced = ticker.public_board().ranked(|own| own == symbol);
    let mut venues: Vec<String> = priced.into_iter().map(|quote| quote.venue).collect();
    // Then those of which there are bars alone.
    for (_, venue) in &traded {
        if !venues.contains(venue) {
            venues.push(venue.clone());
        }
    }
    let said = match venue {
        Some(venue) => {
            let same = venues.iter().position(|known| known == venue);
            same.or_else(|| venues.iter().position(|known| known.eq_ignore_ascii_case(venue)))
        }
        None => (!venues.is_empty()).then_some(0),
    };
    Ok(said.map(|at| {
        let venue = venues.remove(at);
        let series = traded.iter().find(|(_, traded)| *traded == venue).map(|(id, _)| *id);
        let symbol = symbol.to_owned();
        Place {
            key: Key { symbol, venue },
            series,
            elsewhere: venues,
        }
    }))
}
