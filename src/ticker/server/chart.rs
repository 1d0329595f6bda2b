//! What the page of a symbol is made of.

use super::{
    Ticker,
    bars::query::{STEPS, Shown, Step, Stretch, page},
    change::change,
    lists::text,
    place::{Place, place, series},
    span,
};
use crate::{
    error::AppError,
    ticker::{
        chart::{Asked, Candle, Chart, Day, Other, USUAL_INTERVAL},
        figures::Change,
    },
    time::Timestamp,
};

/// Bars in one answer at most.
const MOST: u32 = 2_000;
/// Bars in one answer when nothing is said.
const USUAL: u32 = 500;
/// The number of no series.
const NO_SERIES: i64 = 0;

/// A symbol at a venue and a stretch of its bars.
///
/// # Errors
/// `NotFound` when nothing was heard of it.
pub async fn chart(ticker: &Ticker, asked: Asked) -> Result<Chart, AppError> {
    let step = Step::named(asked.interval.as_deref().unwrap_or(USUAL_INTERVAL))?;
    let Place { key, series, elsewhere } = place(ticker, &asked.symbol, asked.venue.as_deref()).await?;
    // Of what was never traded there are none.
    let series = series.unwrap_or(NO_SERIES);
    let limit = asked.limit.unwrap_or(USUAL).clamp(1, MOST);
    let mut stretch = Stretch {
        step,
        from: asked.from.map(Timestamp::micros),
        to: asked.to.or(asked.before).map(Timestamp::micros),
        limit,
    };
    let mut bars = page(&ticker.db.readers, series, stretch).await?.bars;
    let mut span = None;
    if let Some(from) = asked.from {
        let ends = ends(from, asked.to)?;
        span = span::span(&span::bars(&ticker.db.readers, series, ends).await?, ends);
        // Short bars are kept for days, a link to them for longer.
        for longer in [STEPS[1], STEPS[5]] {
            if bars.is_empty() && longer.micros() > stretch.step.micros() {
                stretch.step = longer;
                bars = page(&ticker.db.readers, series, stretch).await?.bars;
            }
        }
    }
    let step = stretch.step;
    let more = asked.from.is_none() && bars.len() >= limit as usize;
    let candles: Vec<Candle> = bars.into_iter().map(candle).collect();
    let with = asked.with.filter(|with| !with.trim().is_empty());
    let compared = match &with {
        Some(with) => Some(compared(ticker, with, &candles, stretch).await),
        None => None,
    };
    let (other, unlike) = match compared {
        Some(Err(error)) => (None, Some(error.to_string())),
        other => (other.and_then(Result::ok), None),
    };
    let known = ticker.instrument(&key);
    let session = known.as_ref().and_then(|known| known.session);
    let board = ticker.public_board();
    let day = board.day(&key).map(|day| Day {
        open: day.open,
        high: day.high,
        low: day.low,
        volume: day.volume,
        previous_close: day.previous_close,
    });
    // Without earlier prices, of which the page shows none.
    let quote = board.quote(&key);
    Ok(Chart {
        digits: known.as_ref().map_or(0, |known| known.digits),
        phase: session.map(|session| session.phase(Timestamp::now()).name().to_owned()),
        name: known.as_ref().and_then(|known| known.name.clone()),
        currency: known.and_then(|known| known.currency),
        elsewhere,
        symbol: key.symbol,
        venue: key.venue,
        interval: step.name.to_owned(),
        seconds: step.micros() / 1_000_000,
        quote,
        day,
        more,
        span,
        candles,
        other,
        unlike,
    })
}

/// Where a span begins and ends.
///
/// # Errors
/// `Invalid` when it ends before it begins.
fn ends(from: Timestamp, to: Option<Timestamp>) -> Result<(Timestamp, Timestamp), AppError> {
    let to = to.unwrap_or_else(Timestamp::now);
    match from < to {
        true => Ok((from, to)),
        false => Err(AppError::Invalid(format!(
            "A span begins before it ends, and this one would begin at {from} and end at {to}."
        ))),
    }
}

/// The symbol that `with` names, over the stretch of `candles`.
///
/// # Errors
/// As [`series`]; `Invalid` for what is no symbol.
async fn compared(ticker: &Ticker, with: &str, candles: &[Candle], stretch: Stretch) -> Result<Other, AppError> {
    let named = ticker.lists.market.resolve(text::read(with)?)?.into_iter().next();
    let key = named.ok_or_else(|| AppError::Invalid("Name a symbol to compare it with.".into()))?;
    let (series, _) = series(ticker, &key.symbol, Some(&key.venue)).await?;
    // The newest, as of the symbol itself, where there are more than can be drawn.
    let stretch = Stretch { limit: MOST, ..stretch };
    let bars = page(&ticker.db.readers, series, stretch).await?.bars;
    let first = candles.first().map(|candle| candle.time);
    let mut others: Vec<Candle> = bars.into_iter().map(candle).collect();
    others.retain(|other| first.is_some_and(|first| other.time >= first));
    Ok(Other {
        written: text::written(&key),
        symbol: key.symbol,
        venue: key.venue,
        since: since(candles, &others),
        candles: others,
    })
}

/// The first time at which both have a bar, and how far each has come since.
fn since(one: &[Candle], other: &[Candle]) -> Option<(Timestamp, Change, Change)> {
    let beside = |first: &Candle| other.iter().find(|second| second.time == first.time);
    let (first, second) = one.iter().find_map(|first| Some((first, beside(first)?)))?;
    let came = |from: &Candle, all: &[Candle]| change(all.last()?.close, from.open);
    Some((first.time, came(first, one)?, came(second, other)?))
}

fn candle(Shown { start, bar, .. }: Shown) -> Candle {
    Candle {
        time: Timestamp::from_micros(start),
        open: bar.open.price,
        high: bar.high,
        low: bar.low,
        close: bar.close.price,
        volume: bar.volume,
    }
}
