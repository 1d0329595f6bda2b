//! Alpaca's feed of US stocks: what to send, and what its frames mean. Trades bring the last price, quotes the best
//! bid and ask.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
    time::Duration,
};

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::frames::{Frame, Frames, Manners};
use crate::{
    server::secret::Secret,
    ticker::{
        model::{Key, VenueKind},
        server::tick::{Tick, venue_field},
    },
    time::Timestamp,
};

/// A wrong key won't be right in a moment.
const WRONG_KEY: Duration = Duration::from_secs(60);
/// After a drop the venue may take the old connection for the one that is allowed a while longer.
const ONE_CONNECTION: Duration = Duration::from_secs(1);

/// The venue's frames.
pub struct Alpaca {
    url: String,
    key: String,
    secret: String,
    /// What was heard on this connection of each symbol that was asked for.
    heard: HashMap<String, Heard>,
    /// Further symbols that were asked for and not answered yet, in the order of the requests; `None` where symbols
    /// were given up.
    asked: VecDeque<Option<Vec<String>>>,
}

#[derive(Default)]
struct Heard {
    last: Option<Decimal>,
    trade: Option<(Timestamp, u64)>,
    bid: Option<Decimal>,
    ask: Option<Decimal>,
    quote: Timestamp,
}

/// Every kind of message in one: the fields of those we read. A frame is a list of them.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "T", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    msg: Option<Cow<'a, str>>,
    code: Option<u16>,
    #[serde(rename = "S", borrow)]
    symbol: Option<Cow<'a, str>>,
    #[serde(rename = "i")]
    id: Option<u64>,
    #[serde(rename = "p", borrow)]
    price: Option<&'a RawValue>,
    #[serde(rename = "s", borrow)]
    size: Option<&'a RawValue>,
    #[serde(rename = "bp", borrow)]
    bid: Option<&'a RawValue>,
    #[serde(rename = "ap", borrow)]
    ask: Option<&'a RawValue>,
    // In a status message this is a list.
    #[serde(rename = "t", borrow)]
    time: Option<&'a RawValue>,
}

impl Alpaca {
    /// At `url`, which names the feed; its symbols are such as `AAPL`.
    pub fn new(url: String, key: &Secret, secret: &Secret) -> Self {
        Self {
            url,
            key: key.reveal().to_owned(),
            secret: secret.reveal().to_owned(),
            heard: HashMap::new(),
            asked: VecDeque::new(),
        }
    }
}

impl Frames for Alpaca {
    fn kind(&self) -> VenueKind {
        VenueKind::Alpaca
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn secrets(&self) -> Vec<&str> {
        vec![&self.key, &self.secret]
    }

    fn manners(&self) -> Manners {
        Manners {
            // How many it gives depends on the plan: it refuses what is beyond, frame by frame.
            batch: 10,
            pace: Duration::from_millis(100),
            ready_at_once: false,
            // Outside of market hours it says nothing by itself, but it answers pings.
            ping: Some(Duration::from_secs(10)),
            pings_are_words: true,
            silence: Duration::from_secs(15),
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        self.heard.clear();
        self.asked.clear();
        Vec::new()
    }

    fn subscribe(&mut self, symbols: &[String]) -> Vec<String> {
        for symbol in symbols {
            self.heard.insert(symbol.clone(), Heard::default());
        }
        self.asked.push_back(Some(symbols.to_vec()));
        vec![json!({"action": "subscribe", "trades": symbols, "quotes": symbols}).to_string()]
    }

    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.heard.retain(|symbol, _| !symbols.contains(symbol));
        self.asked.push_back(None);
        vec![json!({"action": "unsubscribe", "trades": symbols, "quotes": symbols}).to_string()]
    }

    fn read(&mut self, text: &str, _at: Timestamp, out: &mut Vec<Frame>) {
        let wires: Vec<Wire> = match serde_json::from_str(text) {
            Ok(wires) => wires,
            Err(error) => return out.push(Frame::Garbage(error.to_string())),
        };
        for wire in &wires {
            // One message that can't be read takes none of the others along.
            match self.meaning(wire, out) {
                Ok(frame) => out.extend(frame),
                Err(why) => out.push(Frame::Garbage(why)),
            }
        }
    }
}

impl Alpaca {
    fn meaning(&mut self, wire: &Wire, out: &mut Vec<Frame>) -> Result<Option<Frame>, String> {
        match wire.kind.as_ref() {
            "t" => {
                self.trade(wire, out)?;
                Ok(None)
            }
            "q" => self.quote(wire),
            "success" => Ok(match wire.msg.as_deref() {
                Some("connected") => {
                    let login = json!({"action": "auth", "key": self.key, "secret": self.secret});
                    Some(Frame::Reply(login.to_string()))
                }
                Some("authenticated") => Some(Frame::Ready),
                _ => None,
            }),
            "subscription" => {
                self.asked.pop_front();
                Ok(None)
            }
            "error" => {
                self.error(wire, out);
                Ok(None)
            }
            // Bars, halts, corrections, and whatever it adds one day.
            _ => Ok(None),
        }
    }

    /// Several exchanges report them, so they come in any order. Each counts at its own time; the newest makes the price.
    fn trade(&mut self, wire: &Wire, out: &mut Vec<Frame>) -> Result<(), String> {
        let Some((symbol, heard)) = known(&mut self.heard, wire) else {
            return Ok(());
        };
        let trade = (time(wire)?, wire.id.ok_or("a trade without an id")?);
        if heard.trade == Some(trade) {
            out.push(Frame::Late);
            return Ok(());
        }
        let last = venue_field("p", wire.price)?.ok_or("a trade without a price")?;
        let size = venue_field("s", wire.size)?;
        let is_newest = heard.trade.is_none_or(|(newest, _)| trade.0 >= newest);
        if is_newest {
            (heard.last, heard.trade) = (Some(last), Some(trade));
        }
        if let Some(known) = heard.tick(symbol) {
            let time = trade.0;
            let is_trade = true;
            out.push(Frame::Tick(Tick {
                last,
                size,
                time,
                is_trade,
                ..known.clone()
            }));
            // Beside a newer quote it would be taken for an older price.
            if is_newest && time < heard.quote {
                out.push(Frame::Tick(known));
            }
        }
        Ok(())
    }

    fn quote(&mut self, wire: &Wire) -> Result<Option<Frame>, String> {
        let Some((symbol, heard)) = known(&mut self.heard, wire) else {
            return Ok(None);
        };
        let quote = time(wire)?;
        if quote < heard.quote {
            return Ok(Some(Frame::Late));
        }
        // An empty side is a zero.
        let some = |price: Option<Decimal>| price.filter(|price| !price.is_zero());
        let (bid, ask) = (venue_field("bp", wire.bid)?, venue_field("ap", wire.ask)?);
        (heard.bid, heard.ask, heard.quote) = (some(bid), some(ask), quote);
        Ok(heard.tick(symbol).map(Frame::Tick))
    }

    fn error(&mut self, wire: &Wire, out: &mut Vec<Frame>) {
        let code = wire.code.unwrap_or_default();
        let words = format!("{} ({code})", wire.msg.as_deref().unwrap_or("an error"));
        match code {
            402 | 409 | 411 => out.push(Frame::End(words, WRONG_KEY)),
            406 => out.push(Frame::End(words, ONE_CONNECTION)),
            401 | 404 | 407 | 500 => out.push(Frame::End(words, Duration::ZERO)),
            // We are signed in.
            403 => {}
            // The last request: it is beyond what the plan gives, or names what is no symbol.
            400 | 405 | 410 => match self.asked.pop_front().flatten() {
                Some(symbols) => {
                    self.heard.retain(|symbol, _| !symbols.contains(symbol));
                    out.extend(symbols.into_iter().map(|symbol| Frame::Refused(symbol, words.clone())));
                }
                None => out.push(Frame::Fault(words)),
            },
            _ => out.push(Frame::Fault(words)),
        }
    }
}

/// The symbol of a message, if it was asked for, and what was heard of it.
fn known<'a, 'w>(heard: &'a mut HashMap<String, Heard>, wire: &'w Wire) -> Option<(&'w str, &'a mut Heard)> {
    let symbol = wire.symbol.as_deref()?;
    Some((symbol, heard.get_mut(symbol)?))
}

fn time(wire: &Wire) -> Result<Timestamp, String> {
    let text = wire
        .time
        .and_then(|raw| serde_json::from_str::<Cow<str>>(raw.get()).ok());
    let time = text.and_then(|text| Timestamp::parse(&text));
    time.ok_or_else(|| "a time that isn't RFC 3339".to_owned())
}

impl Heard {
    /// `None` until there was a trade.
    fn tick(&self, symbol: &str) -> Option<Tick> {
        Some(Tick {
            key: Key {
                symbol: symbol.to_owned(),
                venue: VenueKind::Alpaca.name().to_owned(),
            },
            last: self.last?,
            open: None,
            previous_close: None,
            bid: self.bid,
            ask: self.ask,
            volume: None,
            size: None,
            time: self.trade.map_or(self.quote, |(time, _)| time.max(self.quote)),
            seq: None,
            is_trade: false,
            demo: false,
        })
    }
}

#[cfg(test)]
#[path = "alpaca_tests.rs"]
mod tests;
