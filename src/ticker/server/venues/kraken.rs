//! Kraken's public feed, version 2: what to send, and what its frames mean.
//!
//! Of each pair the channels `trade`, which tells every trade with its size, and `ticker`, for bid and ask and the figures of
//! 24 hours.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use rust_decimal::Decimal;
use serde_json::json;

use super::{
    frames::{Frame, Frames, Manners},
    kraken_wire::{Instruments, Status, Ticker, Trade, Wire},
    trades::{Came, Figures, Trades},
};
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
    /// What was heard of each pair that was asked for. Its trades outlive connections: their numbers are the exchange's.
    heard: HashMap<String, Heard>,
}

#[derive(Default)]
struct Heard {
    trades: Trades,
    /// The channel of trades is open on this connection, so that a ticker tells of none.
    has_trades: bool,
    /// When the newest ticker of this connection was made.
    ticker: Timestamp,
    /// The price of the newest trade, and when it was made.
    last: Option<(Timestamp, Decimal)>,
    figures: Figures,
}

impl Kraken {
    /// At `url`; its symbols are pairs such as `BTC/USD`.
    pub fn new(url: String) -> Self {
        Self {
            url,
            heard: HashMap::new(),
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
        for heard in self.heard.values_mut() {
            (heard.has_trades, heard.ticker) = (false, Timestamp::default());
        }
        vec![json!({"method": "subscribe", "params": {"channel": "instrument"}}).to_string()]
    }

    fn subscribe(&mut self, symbols: &[String]) -> Vec<String> {
        for pair in symbols {
            self.heard.entry(pair.clone()).or_default();
        }
        asking("subscribe", symbols)
    }

    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.heard.retain(|pair, _| !symbols.contains(pair));
        asking("unsubscribe", symbols)
    }

    fn read(&mut self, text: &str, at: Timestamp, out: &mut Vec<Frame>) {
        if let Err(why) = self.meaning(text, at, out) {
            out.push(Frame::Garbage(why));
        }
    }
}

/// For the trades first: with them it is known that the ticker tells of none.
fn asking(what: &str, pairs: &[String]) -> Vec<String> {
    let mut channels = [
        json!({"channel": "trade", "symbol": pairs}),
        json!({"channel": "ticker", "symbol": pairs, "event_trigger": "trades"}),
    ];
    if what == "subscribe" {
        channels.iter_mut().for_each(|params| params["snapshot"] = true.into());
    }
    channels
        .map(|params| json!({"method": what, "params": params}).to_string())
        .into()
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
            (Some("trade"), _) => {
                let data = wire.data.ok_or("trades without data")?;
                let mut trades: Vec<Trade> = serde_json::from_str(data.get()).map_err(|e| e.to_string())?;
                trades.sort_by_key(|trade| trade.trade_id);
                let is_past = wire.kind.as_deref() == Some("snapshot");
                for trade in &trades {
                    out.extend(self.trade(trade, is_past)?);
                }
            }
            (Some("instrument"), _) => instruments(&wire, out)?,
            (Some("status"), _) => out.extend(status(&wire)?),
            (None, Some("subscribe")) if wire.success == Some(false) => out.extend(self.refusal(&wire)),
            (None, Some("subscribe")) => self.taken(&wire),
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
        let Some(heard) = self.heard.get_mut(pair) else {
            return Ok(None);
        };
        let time = match &ticker.timestamp {
            Some(text) => Timestamp::parse(text).ok_or("a time that isn't RFC 3339")?,
            // Before 2025 it had none.
            None => at,
        };
        if time < heard.ticker {
            return Ok(Some(Frame::Late));
        }
        // There is none before the first trade of 24 hours.
        let Some(last) = venue_field("last", ticker.last)? else {
            return Ok(None);
        };
        let figures = Figures {
            bid: venue_field("bid", ticker.bid)?,
            ask: venue_field("ask", ticker.ask)?,
            volume: venue_field("volume", ticker.volume)?,
        };
        (heard.ticker, heard.figures) = (time, figures);
        // What was recorded before trades were asked for has them in its tickers alone.
        let is_trade = is_trade && !heard.has_trades;
        // Beside a newer trade its bid and ask would be taken for older ones.
        let (time, last) = heard.last.filter(|(newest, _)| *newest > time).unwrap_or((time, last));
        Ok(Some(Frame::Tick(Tick {
            is_trade,
            ..tick(pair, last, figures, time)
        })))
    }

    /// `is_past` of what comes first: the newest trades from before. Those that were missed while there was no line count
    /// at their own times; where none was heard before, the first of them would leave its minute half filled.
    fn trade(&mut self, trade: &Trade, is_past: bool) -> Result<Option<Frame>, String> {
        let pair = trade.symbol.as_ref();
        let Some(heard) = self.heard.get_mut(pair) else {
            return Ok(None);
        };
        let time = Timestamp::parse(&trade.timestamp).ok_or("a time that isn't RFC 3339")?;
        let last = venue_field("price", trade.price)?.ok_or("a trade without a price")?;
        let size = venue_field("qty", trade.qty)?;
        heard.has_trades = true;
        if is_past && heard.trades.newest().is_none_or(|newest| trade.trade_id < newest) {
            return Ok(Some(Frame::Late));
        }
        match heard.trades.came(trade.trade_id, time) {
            Came::Known => return Ok(Some(Frame::Late)),
            Came::Newer(_) => heard.last = Some((time, last)),
            Came::Late => {}
        }
        Ok(Some(Frame::Tick(Tick {
            size,
            seq: Some(trade.trade_id),
            is_trade: true,
            ..tick(pair, last, heard.figures, time)
        })))
    }

    fn taken(&mut self, wire: &Wire) {
        let taken = wire.result.as_ref();
        let pair = taken.filter(|taken| taken.channel.as_deref() == Some("trade"));
        let pair = pair.and_then(|taken| taken.symbol.as_deref());
        if let Some(heard) = pair.and_then(|pair| self.heard.get_mut(pair)) {
            heard.has_trades = true;
        }
    }

    /// One comes for each pair and channel that is refused. Some name it only in their words.
    fn refusal(&mut self, wire: &Wire) -> Option<Frame> {
        let words = wire.error.as_deref().unwrap_or("not subscribed");
        let named = wire.symbol.as_deref();
        let pair = named.or_else(|| words.split_whitespace().find(|word| self.heard.contains_key(*word)));
        match pair.and_then(|pair| self.heard.remove_entry(pair)) {
            Some((pair, _)) => Some(Frame::Refused(pair, words.to_owned())),
            // Of the pair's other channel.
            None if named.is_some() => None,
            None => Some(Frame::Fault(words.to_owned())),
        }
    }
}

fn tick(pair: &str, last: Decimal, figures: Figures, time: Timestamp) -> Tick {
    figures.on(Tick {
        key: Key {
            symbol: pair.to_owned(),
            venue: VenueKind::Kraken.name().to_owned(),
        },
        last,
        open: None,
        previous_close: None,
        bid: None,
        ask: None,
        volume: None,
        size: None,
        time,
        seq: None,
        is_trade: false,
        demo: false,
    })
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
