//! The newest prices, for programs.

use std::collections::HashMap;

use axum::{Json, extract::State};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::server::tokens::Bot,
    server::{
        problem::{Asked, Problem},
        state::AppState,
    },
    ticker::{
        model::Quote,
        server::{
            bars::{Interval, keeper::DayStats},
            change::percent,
            instruments::session::{Phase, Session},
        },
    },
    time::Timestamp,
};

/// The newest price of a symbol at a venue. Prices are text, with the digits that they were sent with.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "symbol": "BTC-USD", "venue": "coinbase", "last": "96412.50", "bid": "96412.49", "ask": "96412.51",
    "volume": "8123.44170000", "open": "95231.00", "previous_close": "95230.11",
    "change": "1182.39", "change_percent": "1.24", "time": "2026-11-20T14:03:07.204Z", "demo": false,
    "day": {
        "date": "2026-11-20", "open": "95231.00", "high": "96800.00", "low": "95102.17", "volume": "5011.90214",
        "previous_close": "95230.11"
    }
})))]
pub struct ApiQuote {
    symbol: String,
    venue: String,
    #[schema(value_type = String)]
    last: Decimal,
    #[schema(value_type = Option<String>)]
    bid: Option<Decimal>,
    #[schema(value_type = Option<String>)]
    ask: Option<Decimal>,
    /// What changed hands in the venue's day so far, as the venue says; else what the ticks of the UTC day add up to.
    #[schema(value_type = Option<String>)]
    volume: Option<Decimal>,
    /// What its UTC day opened at: as the sender says, else the first price by time.
    #[schema(value_type = Option<String>)]
    open: Option<Decimal>,
    /// The close before that day: as the sender says, else the last price of the last day that had any.
    #[schema(value_type = Option<String>)]
    previous_close: Option<Decimal>,
    /// How far the last price is from the previous close, or where there is none, from the open.
    #[schema(value_type = Option<String>)]
    change: Option<Decimal>,
    /// The same in percent, with two digits.
    #[schema(value_type = Option<String>)]
    change_percent: Option<Decimal>,
    /// When it happened (RFC 3339, UTC).
    time: String,
    /// Made up by the demo.
    demo: bool,
    /// What its UTC day brought, from the bars.
    day: Option<ApiDay>,
}

/// A UTC day.
#[derive(Serialize, ToSchema)]
pub struct ApiDay {
    /// Which: `2026-11-20`.
    date: String,
    /// The quote's `open`.
    #[schema(value_type = String)]
    open: Decimal,
    #[schema(value_type = String)]
    high: Decimal,
    #[schema(value_type = String)]
    low: Decimal,
    /// The sum of the ticks' sizes; absent where none says its own.
    #[schema(value_type = Option<String>)]
    volume: Option<Decimal>,
    /// The quote's `previous_close`.
    #[schema(value_type = Option<String>)]
    previous_close: Option<Decimal>,
}

/// Which quotes.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Only these, with commas between; all when absent.
    #[serde(default)]
    symbols: String,
    /// Only this venue's.
    venue: Option<String>,
}

/// What is known of a symbol at a venue.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "symbol": "AAPL", "venue": "alpaca", "precision": 2, "currency": "USD", "session": "us_equities", "phase": "open",
    "time": "2026-11-20T15:03:07.204Z", "demo": false
})))]
pub struct ApiInstrument {
    symbol: String,
    venue: String,
    /// As the venue calls it, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// How many digits its prices have after the point: as the venue says, else the most that was sent, 12 at most.
    precision: u32,
    /// What its prices are in, such as `USD`, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<String>,
    /// When it is traded, where that is known: `always` or `us_equities`.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'static str>,
    /// Whether it is now: `open`, `extended` or `closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    phase: Option<Phase>,
    /// When its newest price is from (RFC 3339, UTC).
    time: String,
    /// Made up by the demo.
    demo: bool,
}

impl Which {
    fn has(&self, quote: &Quote) -> bool {
        let mut symbols = self
            .symbols
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .peekable();
        let is_symbol = symbols.peek().is_none() || symbols.any(|name| name == quote.symbol);
        is_symbol && self.venue.as_ref().is_none_or(|venue| *venue == quote.venue)
    }
}

impl From<&DayStats> for ApiDay {
    fn from(day: &DayStats) -> Self {
        Self {
            date: Timestamp::from_micros(day.day * Interval::Day.micros()).day(),
            open: day.open,
            high: day.high,
            low: day.low,
            volume: day.volume,
            previous_close: day.previous_close,
        }
    }
}

/// The newest price of every symbol, in the order of their names.
#[utoipa::path(get, path = "/api/v1/quotes", params(Which), responses((status = 200, body = Vec<ApiQuote>)))]
pub async fn quotes(
    State(state): State<AppState>,
    _: Bot,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<ApiQuote>>, Problem> {
    let (board, days) = (state.ticker.board(), state.ticker.days());
    let quotes = board
        .quotes
        .into_iter()
        .filter(|quote| which.has(quote))
        .map(|quote| ApiQuote {
            change: quote.base().and_then(|base| quote.last.checked_sub(*base)),
            change_percent: quote.base().and_then(|base| percent(quote.last, *base)),
            previous_close: quote.previous_close,
            day: days.get(&quote.key()).map(ApiDay::from),
            symbol: quote.symbol,
            venue: quote.venue,
            last: quote.last,
            bid: quote.bid,
            ask: quote.ask,
            volume: quote.volume,
            open: quote.open,
            time: quote.time.to_string(),
            demo: quote.demo,
        });
    Ok(Json(quotes.collect()))
}

/// Every symbol that has a price, in the order of their names.
#[utoipa::path(get, path = "/api/v1/instruments", params(Which), responses((status = 200, body = Vec<ApiInstrument>)))]
pub async fn instruments(
    State(state): State<AppState>,
    _: Bot,
    Asked(which): Asked<Which>,
) -> Result<Json<Vec<ApiInstrument>>, Problem> {
    let known = state.ticker.instruments().into_iter();
    let mut known: HashMap<_, _> = known.map(|known| (known.key.clone(), known)).collect();
    let (board, now) = (state.ticker.board(), Timestamp::now());
    let instruments = board.quotes.into_iter().filter(|quote| which.has(quote)).map(|quote| {
        let known = known.remove(&quote.key());
        let session = known.as_ref().and_then(|known| known.session);
        ApiInstrument {
            precision: known.as_ref().map_or(0, |known| known.digits),
            session: session.map(Session::name),
            phase: session.map(|session| session.phase(now)),
            time: quote.time.to_string(),
            symbol: quote.symbol,
            venue: quote.venue,
            demo: quote.demo,
            name: known.as_ref().and_then(|known| known.name.clone()),
            currency: known.and_then(|known| known.currency),
        }
    });
    Ok(Json(instruments.collect()))
}
