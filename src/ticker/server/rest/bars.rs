//! Bars, for programs: JSON or CSV.

use std::fmt::Write;

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT, CONTENT_TYPE, LINK},
    },
    response::{IntoResponse, Response},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    accounts::server::tokens::Bot,
    error::AppError,
    paths::{API, encoded},
    server::{
        problem::{Asked, Problem},
        state::AppState,
    },
    ticker::server::{
        bars::query::{Shown, Step, Stretch, page},
        place::series,
    },
    time::Timestamp,
};

/// Bars in one answer at most.
const MOST: u32 = 5_000;
/// Bars in one answer when nothing is said.
const USUAL: u32 = 500;

/// Which bars.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Such as `BTC-USD`.
    symbol: Option<String>,
    /// Such as `coinbase`. When absent, the venue that is meant where a symbol has prices at several; the answer says which.
    venue: Option<String>,
    /// `1s`, `1m`, `5m`, `15m`, `1h` or `1d`; `1m` when absent. Days are UTC's.
    interval: Option<String>,
    /// RFC 3339: from the bar that this time falls into. The newest bars when absent.
    from: Option<String>,
    /// RFC 3339: before the bar that begins then or later; to the newest when absent.
    to: Option<String>,
    /// 1 to 5,000; 500 when absent. Of bars that are made of minutes there may be fewer in an answer although there are more,
    /// as it reads 75,000 minutes at most.
    limit: Option<u32>,
    /// The `next` of the answer before, in the place of `from`.
    cursor: Option<String>,
    /// `csv` or `json`, in the place of the header `Accept`.
    format: Option<String>,
}

/// Bars in the order of their times.
#[derive(Serialize, ToSchema)]
#[schema(examples(json!({
    "symbol": "BTC-USD", "venue": "coinbase", "interval": "1m",
    "bars": [{
        "time": "2026-11-20T14:03:00Z", "open": "96410.00", "high": "96412.50", "low": "96398.21",
        "close": "96412.50", "volume": "3.10420000", "ticks": 41
    }]
})))]
pub struct ApiBars {
    symbol: String,
    venue: String,
    interval: &'static str,
    /// A stretch of time in which nothing was heard has no bar.
    bars: Vec<ApiBar>,
    /// The cursor of what comes after these; absent at the end, and without `from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A bar. Prices are text, with the digits that they were sent with.
#[derive(Serialize, ToSchema)]
pub struct ApiBar {
    /// When it begins (RFC 3339, UTC).
    #[schema(value_type = String)]
    time: Timestamp,
    #[schema(value_type = String)]
    open: Decimal,
    #[schema(value_type = String)]
    high: Decimal,
    #[schema(value_type = String)]
    low: Decimal,
    #[schema(value_type = String)]
    close: Decimal,
    /// The sum of the ticks' sizes; null where none says its own.
    #[schema(value_type = Option<String>)]
    volume: Option<Decimal>,
    /// Of how many ticks; 0 where it is the venue's own from before we listened.
    ticks: u64,
    /// How many minutes of a longer bar were heard of.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
}

impl ApiBar {
    fn of(step: Step, Shown { start, bar, parts }: Shown) -> Self {
        Self {
            time: Timestamp::from_micros(start),
            open: bar.open.price,
            high: bar.high,
            low: bar.low,
            close: bar.close.price,
            volume: bar.volume,
            ticks: bar.ticks,
            minutes: (step.count > 1).then_some(parts),
        }
    }
}

/// The bars of a symbol at a venue. As CSV by `Accept: text/csv` or `format=csv`; the header `Link` leads to what follows.
#[utoipa::path(get, path = "/api/v1/bars", params(Which),
    responses((status = 200, body = ApiBars, description = "As CSV: time,open,high,low,close,volume,ticks,minutes,symbol,venue,interval; minutes are empty where JSON has none."),
        (status = 404, description = "No such symbol, or not at this venue.")))]
pub async fn bars(
    State(state): State<AppState>,
    _: Bot,
    headers: HeaderMap,
    Asked(which): Asked<Which>,
) -> Result<Response, Problem> {
    let symbol = which.symbol.as_deref().filter(|symbol| !symbol.is_empty());
    let symbol = symbol.ok_or_else(|| AppError::Invalid("`symbol` is missing, such as symbol=BTC-USD.".into()))?;
    let step = Step::named(which.interval.as_deref().unwrap_or("1m"))?;
    let cursor = which.cursor.as_deref().map(read_cursor).transpose()?;
    let from = which.from.as_deref().map(|text| time("from", text)).transpose()?;
    let stretch = Stretch {
        step,
        from: cursor.or(from),
        to: which.to.as_deref().map(|text| time("to", text)).transpose()?,
        limit: which.limit.unwrap_or(USUAL).clamp(1, MOST),
    };
    let (series, key) = series(&state.ticker, symbol, which.venue.as_deref()).await?;
    let page = page(&state.ticker.db.readers, series, stretch).await?;
    let next = page
        .next
        .filter(|_| stretch.from.is_some())
        .map(|next| next.to_string());
    let link = next
        .as_deref()
        .and_then(|next| link(&key.symbol, &key.venue, &which, step, next));
    let bars: Vec<ApiBar> = page.bars.into_iter().map(|shown| ApiBar::of(step, shown)).collect();
    let answer = ApiBars {
        symbol: key.symbol,
        venue: key.venue,
        interval: step.name,
        bars,
        next,
    };
    let mut answer = if wants_csv(&which, &headers)? {
        ([(CONTENT_TYPE, "text/csv; charset=utf-8")], csv(&answer)).into_response()
    } else {
        Json(answer).into_response()
    };
    if let Some(link) = link {
        answer.headers_mut().insert(LINK, link);
    }
    Ok(answer)
}

fn time(name: &str, text: &str) -> Result<i64, AppError> {
    // A plus sign that was not encoded comes as a space.
    let read = Timestamp::parse(&text.replace(' ', "+")).map(Timestamp::micros);
    read.ok_or_else(|| {
        AppError::Invalid(format!(
            "`{name}`: expected RFC 3339 such as 2026-11-20T14:03:00Z, not {text:?}."
        ))
    })
}

fn read_cursor(text: &str) -> Result<i64, AppError> {
    let read = text.parse().ok().filter(|micros| (0..i64::MAX / 2).contains(micros));
    read.ok_or_else(|| AppError::Invalid("`cursor`: expected the `next` of the answer before.".into()))
}

fn wants_csv(which: &Which, headers: &HeaderMap) -> Result<bool, AppError> {
    match which.format.as_deref() {
        Some("csv") => Ok(true),
        Some("json") => Ok(false),
        Some(other) => Err(AppError::Invalid(format!(
            "`format`: expected csv or json, not {other:?}."
        ))),
        None => {
            let accept = headers
                .get(ACCEPT)
                .and_then(|accept| accept.to_str().ok())
                .unwrap_or("");
            Ok(accept.contains("text/csv"))
        }
    }
}

fn csv(answer: &ApiBars) -> String {
    let mut out = String::with_capacity(96 * (answer.bars.len() + 1));
    out.push_str("time,open,high,low,close,volume,ticks,minutes,symbol,venue,interval\r\n");
    let of = [answer.symbol.as_str(), &answer.venue, answer.interval]
        .map(field)
        .join(",");
    for bar in &answer.bars {
        let volume = bar.volume.map(|volume| volume.to_string()).unwrap_or_default();
        let minutes = bar.minutes.map(|minutes| minutes.to_string()).unwrap_or_default();
        // Into a string it can't fail.
        let _ = write!(
            out,
            "{},{},{},{},{},{volume},{},{minutes},{of}\r\n",
            bar.time, bar.open, bar.high, bar.low, bar.close, bar.ticks
        );
    }
    out
}

/// A venue may be called anything.
fn field(text: &str) -> String {
    if text.contains([',', '"']) {
        return format!("\"{}\"", text.replace('"', "\"\""));
    }
    text.to_owned()
}

/// The header that leads to what follows.
fn link(symbol: &str, venue: &str, which: &Which, step: Step, next: &str) -> Option<HeaderValue> {
    let mut query = format!(
        "symbol={}&venue={}&interval={}",
        encoded(symbol),
        encoded(venue),
        step.name
    );
    for (name, value) in [("to", &which.to), ("format", &which.format)] {
        if let Some(value) = value {
            query.push_str(&format!("&{name}={}", encoded(value)));
        }
    }
    if let Some(limit) = which.limit {
        query.push_str(&format!("&limit={limit}"));
    }
    HeaderValue::from_str(&format!("<{API}/bars?{query}&cursor={next}>; rel=\"next\"")).ok()
}
