//! Binance's public feed of its spot market: what to send, and what its frames mean.
//!
//! Of each symbol the streams `@trade`, for the last price at once and for gaps, as its ids count every trade, and
//! `@ticker`, once a second, for the best bid and ask and the figures of 24 hours. (`@bookTicker` would bring bid and
//! ask sooner, but without a time.)

use std::{borrow::Cow, collections::HashMap, time::Duration};

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::{
    frames::{Frame, Frames, Manners},
    trades::{Came, Figures, Trades},
};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::tick::{Tick, number},
    },
    time::Timestamp,
};

/// The venue cuts after 24 hours; that a little before another connection is opened leaves time for tries.
const LIFETIME: Duration = Duration::from_secs(24 * 3_600 - 15 * 60);

/// The venue's frames.
pub struct Binance {
    url: String,
    /// What was heard of each symbol that was asked for. It outlives connections: ids and times are the exchange's,
    /// and while one connection replaces another both bring the same.
    heard: HashMap<String, Heard>,
    /// What was asked for by the requests that aren't answered yet, under their numbers.
    asked: HashMap<u64, Vec<String>>,
    requests: u64,
}

#[derive(Default)]
struct Heard {
    trades: Trades,
    /// The time of the newest `@ticker`, in milliseconds.
    ticker: u64,
    figures: Figures,
}

/// A frame of the combined streams, or an answer.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    id: Option<u64>,
    #[serde(borrow)]
    error: Option<Refusal<'a>>,
}

#[derive(Deserialize)]
struct Refusal<'a> {
    #[serde(borrow)]
    msg: Option<Cow<'a, str>>,
}

/// Every kind of event in one: the fields of those we read.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "e", borrow)]
    kind: Cow<'a, str>,
    #[serde(rename = "E")]
    event_ms: Option<u64>,
    #[serde(rename = "s", borrow)]
    symbol: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Trade<'a> {
    #[serde(rename = "t")]
    id: u64,
    #[serde(rename = "p", borrow)]
    price: Cow<'a, str>,
    #[serde(rename = "q", borrow)]
    size: Cow<'a, str>,
    #[serde(rename = "T")]
    time_ms: u64,
}

#[derive(Deserialize)]
struct Ticker<'a> {
    #[serde(rename = "c", borrow)]
    last: Cow<'a, str>,
    #[serde(rename = "b", borrow)]
    bid: Cow<'a, str>,
    #[serde(rename = "a", borrow)]
    ask: Cow<'a, str>,
    #[serde(rename = "v", borrow)]
    volume: Cow<'a, str>,
}

impl Binance {
    /// At `url`, where combined streams are; its symbols are such as `BTCUSDT`.
    pub fn new(url: String) -> Self {
        Self {
            url,
            heard: HashMap::new(),
            asked: HashMap::new(),
            requests: 0,
        }
    }

    fn request(&mut self, method: &str, symbols: &[String]) -> String {
        self.requests += 1;
        let streams: Vec<String> = symbols
            .iter()
            .map(|symbol| symbol.to_ascii_lowercase())
            .flat_map(|symbol| [format!("{symbol}@trade"), format!("{symbol}@ticker")])
            .collect();
        json!({"method": method, "params": streams, "id": self.requests}).to_string()
    }
}

impl Frames for Binance {
    fn kind(&self) -> VenueKind {
        VenueKind::Binance
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn manners(&self) -> Manners {
        Manners {
            // Of 1,024 streams.
            symbols: 512,
            batch: 100,
            // Five frames a second at most, of which its pings take some.
            pace: Duration::from_millis(300),
            // Of a symbol that isn't traded nothing comes, but its pings do, every 20 s.
            silence: Duration::from_secs(60),
            pings_are_words: true,
            lifetime: Some(LIFETIME),
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        self.asked.clear();
        Vec::new()
    }

    fn subscribe(&mut self, symbols: &[String]) -> Vec<String> {
        for symbol in symbols {
            self.heard.entry(symbol.clone()).or_default();
        }
        let request = self.request("SUBSCRIBE", symbols);
        self.asked.insert(self.requests, symbols.to_vec());
        vec![request]
    }

    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.heard.retain(|symbol, _| !symbols.contains(symbol));
        vec![self.request("UNSUBSCRIBE", symbols)]
    }

    fn read(&mut self, text: &str, _at: Timestamp, out: &mut Vec<Frame>) {
        if let Err(why) = self.meaning(text, out) {
            out.push(Frame::Garbage(why));
        }
    }
}

impl Binance {
    fn meaning(&mut self, text: &str, out: &mut Vec<Frame>) -> Result<(), String> {
        let wire: Wire = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if let Some(data) = wire.data {
            return self.event(data.get(), out);
        }
        let asked = wire.id.and_then(|id| self.asked.remove(&id)).unwrap_or_default();
        if let Some(refusal) = wire.error {
            let words = refusal.msg.unwrap_or_default();
            if asked.is_empty() {
                out.push(Frame::Fault(words.into_owned()));
            } else {
                // It doesn't say which of them.
                out.extend(
                    asked
                        .into_iter()
                        .map(|symbol| Frame::Refused(symbol, words.to_string())),
                );
            }
            return Ok(());
        }
        if wire.id.is_some() {
            return Ok(());
        }
        // What concerns the connection comes without a stream's name, too.
        self.event(text, out)
    }

    fn event(&mut self, text: &str, out: &mut Vec<Frame>) -> Result<(), String> {
        let event: Event = serde_json::from_str(text).map_err(|e| e.to_string())?;
        if event.kind == "serverShutdown" {
            out.push(Frame::Replace);
            return Ok(());
        }
        let Some((symbol, heard)) = event
            .symbol
            .as_deref()
            .and_then(|symbol| Some((symbol, self.heard.get_mut(symbol)?)))
        else {
            return Ok(());
        };
        match event.kind.as_ref() {
            "trade" => {
                let trade: Trade = serde_json::from_str(text).map_err(|e| e.to_string())?;
                out.extend(heard.trade(symbol, &trade)?);
            }
            "24hrTicker" => {
                let ticker: Ticker = serde_json::from_str(text).map_err(|e| e.to_string())?;
                let time = event.event_ms.ok_or("a ticker without a time")?;
                out.push(heard.ticker(symbol, time, &ticker)?);
            }
            _ => {}
        }
        Ok(())
    }
}

impl Heard {
    fn trade(&mut self, symbol: &str, trade: &Trade) -> Result<impl Iterator<Item = Frame> + use<>, String> {
        let mut tick = tick(symbol, number(&trade.price)?, self.figures, trade.time_ms)?;
        (tick.seq, tick.size, tick.is_trade) = (Some(trade.id), Some(number(&trade.size)?), true);
        // One that is late fills a gap, and counts at its own time.
        let (gap, tick) = match self.trades.came(trade.id, tick.time) {
            Came::Newer(missing) => ((missing > 0).then_some(Frame::Gap), Frame::Tick(tick)),
            Came::Late => (None, Frame::Tick(tick)),
            Came::Known => (None, Frame::Late),
        };
        Ok(gap.into_iter().chain(Some(tick)))
    }

    fn ticker(&mut self, symbol: &str, time_ms: u64, ticker: &Ticker) -> Result<Frame, String> {
        if time_ms <= self.ticker {
            return Ok(Frame::Late);
        }
        // An empty side of the book is a zero.
        let side = |text: &str| number(text).map(|price| (!price.is_zero()).then_some(price));
        let figures = Figures {
            bid: side(&ticker.bid)?,
            ask: side(&ticker.ask)?,
            volume: Some(number(&ticker.volume)?),
        };
        let tick = tick(symbol, number(&ticker.last)?, figures, time_ms)?;
        (self.ticker, self.figures) = (time_ms, figures);
        Ok(Frame::Tick(tick))
    }
}

fn tick(symbol: &str, last: Decimal, figures: Figures, time_ms: u64) -> Result<Tick, String> {
    let micros = i64::try_from(time_ms).ok().and_then(|ms| ms.checked_mul(1_000));
    Ok(Tick {
        key: Key {
            symbol: symbol.to_owned(),
            venue: VenueKind::Binance.name().to_owned(),
        },
        last,
        open: None,
        previous_close: None,
        bid: figures.bid,
        ask: figures.ask,
        volume: figures.volume,
        size: None,
        time: Timestamp::from_micros(micros.ok_or("a time beyond all calendars")?),
        seq: None,
        is_trade: false,
        demo: false,
    })
}

#[cfg(test)]
#[path = "binance_tests.rs"]
mod tests;
