//! Kraken's public feed, version 2: what to send, and what its frames mean.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::frames::{Frame, Frames, Manners};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::{
            instruments::Said,
            tick::{Tick, venue_field},
        },
    },
    time::Timestamp,
};

/// Kraken asks not to come back sooner while it is being maintained.
const MAINTENANCE: Duration = Duration::from_secs(5);

/// The venue's frames.
pub struct Kraken {
    url: String,
    /// When the newest price of each pair was made, among those that were asked for on this connection.
    newest: HashMap<String, Timestamp>,
}

/// Every kind of frame in one: the fields of those we read.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    channel: Option<Cow<'a, str>>,
    /// `snapshot` or `update`.
    #[serde(rename = "type", borrow)]
    kind: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    success: Option<bool>,
    #[serde(borrow)]
    error: Option<Cow<'a, str>>,
    #[serde(borrow)]
    symbol: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow)]
    system: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Instruments<'a> {
    #[serde(borrow, default)]
    pairs: Vec<Pair<'a>>,
}

#[derive(Deserialize)]
struct Pair<'a> {
    #[serde(borrow)]
    symbol: Cow<'a, str>,
    #[serde(borrow)]
    quote: Option<Cow<'a, str>>,
    price_precision: u32,
}

/// A price. Kraken's numbers are JSON numbers: they are read as text, every digit of which is kept.
#[derive(Deserialize)]
struct Ticker<'a> {
    #[serde(borrow)]
    symbol: Cow<'a, str>,
    #[serde(borrow)]
    last: Option<&'a RawValue>,
    #[serde(borrow)]
    bid: Option<&'a RawValue>,
    #[serde(borrow)]
    ask: Option<&'a RawValue>,
    #[serde(borrow)]
    volume: Option<&'a RawValue>,
    /// Since 24 hours ago, in the currency.
    #[serde(borrow)]
    change: Option<&'a RawValue>,
    #[serde(borrow)]
    timestamp: Option<Cow<'a, str>>,
}

impl Kraken {
    /// At `url`; its symbols are pairs such as `BTC/USD`.
    pub fn new(url: String) -> Self {
        Self {
            url,
            newest: HashMap::new(),
        }
    }
}

impl Frames for Kraken {
    fn kind(&self) -> VenueKind {
        VenueKind::Kraken
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn manners(&self) -> Manners {
        // A heartbeat comes every second in which nothing else did.
        Manners {
            silence: Duration::from_secs(10),
            // The list of all its pairs and assets is long.
            message: 8 * 1024 * 1024,
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        self.newest.clear();
        vec![json!({"method": "subscribe", "params": {"channel": "instrument"}}).to_string()]
    }

    fn subscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.newest
            .extend(symbols.iter().map(|pair| (pair.clone(), Timestamp::default())));
        let params = json!({"channel": "ticker", "symbol": symbols, "event_trigger": "trades", "snapshot": true});
        vec![json!({"method": "subscribe", "params": params}).to_string()]
    }

    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.newest.retain(|pair, _| !symbols.contains(pair));
        let params = json!({"channel": "ticker", "symbol": symbols, "event_trigger": "trades"});
        vec![json!({"method": "unsubscribe", "params": params}).to_string()]
    }

    fn read(&mut self, text: &str, at: Timestamp, out: &mut Vec<Frame>) {
        if let Err(why) = self.meaning(text, at, out) {
            out.push(Frame::Garbage(why));
        }
    }
}

impl Kraken {
    fn meaning(&mut self, text: &str, at: Timestamp, out: &mut Vec<Frame>) -> Result<(), String> {
        let wire: Wire = serde_json::from_str(text).map_err(|e| e.to_string())?;
        match (wire.channel.as_deref(), wire.method.as_deref()) {
            (Some("ticker"), _) => {
                let data = wire.data.ok_or("a ticker without data")?;
                let tickers: Vec<Ticker> = serde_json::from_str(data.get()).map_err(|e| e.to_string())?;
                // What comes first was traded some time ago.
                let is_trade = wire.kind.as_deref() != Some("snapshot");
                for ticker in &tickers {
                    out.extend(self.ticker(ticker, is_trade, at)?);
                }
            }
            (Some("instrument"), _) => instruments(&wire, out)?,
            (Some("status"), _) => out.extend(status(&wire)?),
            (None, Some("subscribe")) if wire.success == Some(false) => out.push(self.refusal(&wire)),
            (None, None) => {
                return Err(wire
                    .error
                    .map_or("neither a channel nor a method".into(), Cow::into_owned));
            }
            // Heartbeats, acknowledgements, and whatever the exchange adds one day.
            _ => {}
        }
        Ok(())
    }

    fn ticker(&mut self, ticker: &Ticker, is_trade: bool, at: Timestamp) -> Result<Option<Frame>, String> {
        let pair = ticker.symbol.as_ref();
        let Some(newest) = self.newest.get_mut(pair) else {
            return Ok(None);
        };
        let time = match &ticker.timestamp {
            Some(text) => Timestamp::parse(text).ok_or("a time that isn't RFC 3339")?,
            // Before 2025 it had none.
            None => at,
        };
        if time < *newest {
            return Ok(Some(Frame::Late));
        }
        // There is none before the first trade of 24 hours.
        let Some(last) = venue_field("last", ticker.last)? else {
            return Ok(None);
        };
        let change = venue_field("change", ticker.change)?;
        let tick = Tick {
            key: Key {
                symbol: pair.to_owned(),
                venue: VenueKind::Kraken.name().to_owned(),
            },
            last,
            open: change.and_then(|change| last.checked_sub(change)),
            bid: venue_field("bid", ticker.bid)?,
            ask: venue_field("ask", ticker.ask)?,
            volume: venue_field("volume", ticker.volume)?,
            // The channel says no trade's.
            size: None,
            time,
            seq: None,
            is_trade,
            demo: false,
        };
        *newest = time;
        Ok(Some(Frame::Tick(tick)))
    }

    /// One comes for each pair that is refused. Some name it only in their words.
    fn refusal(&mut self, wire: &Wire) -> Frame {
        let words = wire.error.as_deref().unwrap_or("not subscribed");
        let named = wire.symbol.as_deref();
        let pair = named.or_else(|| words.split_whitespace().find(|word| self.newest.contains_key(*word)));
        match pair.and_then(|pair| self.newest.remove_entry(pair)) {
            Some((pair, _)) => Frame::Refused(pair, words.to_owned()),
            None => Frame::Fault(words.to_owned()),
        }
    }
}

/// What it says of all its pairs. Once is enough.
fn instruments(wire: &Wire, out: &mut Vec<Frame>) -> Result<(), String> {
    let data = wire.data.ok_or("instruments without data")?;
    let list: Instruments = serde_json::from_str(data.get()).map_err(|e| e.to_string())?;
    for pair in list.pairs {
        out.push(Frame::Instrument(Said {
            key: Key {
                symbol: pair.symbol.into_owned(),
                venue: VenueKind::Kraken.name().to_owned(),
            },
            name: None,
            digits: pair.price_precision,
            currency: pair.quote.map(Cow::into_owned),
        }));
    }
    let enough = json!({"method": "unsubscribe", "params": {"channel": "instrument"}});
    out.push(Frame::Reply(enough.to_string()));
    Ok(())
}

/// How the exchange is. Only while it is being maintained there are no prices.
fn status(wire: &Wire) -> Result<Option<Frame>, String> {
    let data = wire.data.ok_or("a status without data")?;
    let states: Vec<Status> = serde_json::from_str(data.get()).map_err(|e| e.to_string())?;
    Ok(match states.first().and_then(|status| status.system.as_deref()) {
        None | Some("online") => None,
        Some("maintenance") => Some(Frame::End("the exchange is being maintained".to_owned(), MAINTENANCE)),
        Some(other) => Some(Frame::Fault(format!("the exchange is in the state {other}"))),
    })
}

#[cfg(test)]
#[path = "kraken_tests.rs"]
mod tests;
