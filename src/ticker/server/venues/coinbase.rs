//! Coinbase Exchange's public feed: what to send, and what its frames mean.
//!
//! Of each product the channels `matches`, which tells every trade, and `ticker`, which tells of those that are made at once
//! the last alone, with the best bid and ask and the figures of 24 hours; both number trades alike.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use rust_decimal::Decimal;
use serde_json::json;

use super::{
    coinbase_wire::{Status, Wire},
    frames::{Frame, Frames, Manners},
    trades::{Came, Figures, Trades},
};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::{
            instruments::Said,
            tick::{Tick, number},
        },
    },
    time::Timestamp,
};

/// Products in a frame.
const BATCH: usize = 100;

/// The venue's frames.
pub struct Coinbase {
    url: String,
    /// What was heard on this connection of each product that was asked for.
    heard: HashMap<String, Heard>,
}

#[derive(Default)]
struct Heard {
    trades: Trades,
    /// The trade of the newest ticker.
    ticker: Option<u64>,
    /// The highest number of a trade that came, or of which it is known that it didn't.
    counted: Option<u64>,
    figures: Figures,
}

impl Coinbase {
    /// At `url`; its symbols are products such as `BTC-USD`.
    pub fn new(url: String) -> Self {
        Self {
            url,
            heard: HashMap::new(),
        }
    }
}

impl Frames for Coinbase {
    fn kind(&self) -> VenueKind {
        VenueKind::Coinbase
    }

    fn url(&self) -> String {
        self.url.clone()
    }

    fn manners(&self) -> Manners {
        // A heartbeat for each product comes every second.
        Manners {
            batch: BATCH,
            // The list of all its products and currencies is long.
            message: 8 * 1024 * 1024,
            silence: Duration::from_secs(10),
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        // Numbers are compared within a connection only: should the exchange ever start over, a memory of the old ones
        // would make us deaf. Across connections the time of the ticks decides, and bars know which trades are in them.
        self.heard.clear();
        vec![json!({"type": "subscribe", "channels": ["status"]}).to_string()]
    }

    fn subscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.heard
            .extend(symbols.iter().map(|product| (product.clone(), Heard::default())));
        vec![asking("subscribe", symbols)]
    }

    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.heard.retain(|product, _| !symbols.contains(product));
        vec![asking("unsubscribe", symbols)]
    }

    fn read(&mut self, text: &str, _at: Timestamp, out: &mut Vec<Frame>) {
        let meaning = self.meaning(text, out);
        out.extend(meaning.unwrap_or_else(|why| Some(Frame::Garbage(why))));
    }
}

fn asking(what: &str, products: &[String]) -> String {
    json!({"type": what, "product_ids": products, "channels": ["matches", "ticker", "heartbeat"]}).to_string()
}

fn decimal(field: &Option<Cow<str>>) -> Result<Option<Decimal>, String> {
    field.as_deref().map(number).transpose()
}

impl Coinbase {
    fn meaning(&mut self, text: &str, out: &mut Vec<Frame>) -> Result<Option<Frame>, String> {
        let wire: Wire = serde_json::from_str(text).map_err(|e| e.to_string())?;
        match wire.kind.as_ref() {
            "ticker" => self.ticker(&wire),
            "match" | "last_match" => self.trade(&wire, out),
            "heartbeat" => Ok(self.heartbeat(&wire)),
            "status" => {
                status(text, out)?;
                Ok(None)
            }
            "error" => {
                out.extend(self.error(&wire));
                Ok(None)
            }
            // The acknowledgement, and whatever the exchange adds one day.
            _ => Ok(None),
        }
    }

    /// The newest trade with the figures of now; where a match told the trade already, it brings these alone.
    fn ticker(&mut self, wire: &Wire) -> Result<Option<Frame>, String> {
        let figures = Figures {
            bid: decimal(&wire.best_bid)?,
            ask: decimal(&wire.best_ask)?,
            volume: decimal(&wire.volume_24h)?,
        };
        let Some((mut tick, id, heard)) = self.one(wire, &wire.last_size)? else {
            return Ok(None);
        };
        let came = heard.trades.came(id, tick.time);
        let is_newest = heard.trades.newest() == Some(id);
        if came == Came::Known {
            if !is_newest || heard.ticker == Some(id) {
                return Ok(Some(Frame::Late));
            }
            // Without a number, as beside the match's own it would be taken for the same.
            (tick.is_trade, tick.size, tick.seq) = (false, None, None);
        }
        if is_newest {
            (heard.figures, heard.ticker) = (figures, Some(id));
        }
        heard.counted = heard.counted.max(Some(id));
        Ok(Some(Frame::Tick(heard.figures.on(tick))))
    }

    fn trade(&mut self, wire: &Wire, out: &mut Vec<Frame>) -> Result<Option<Frame>, String> {
        let Some((tick, id, heard)) = self.one(wire, &wire.size)? else {
            return Ok(None);
        };
        if heard.trades.came(id, tick.time) == Came::Known {
            return Ok(Some(Frame::Late));
        }
        if heard.counted.is_some_and(|counted| id.saturating_sub(counted) > 1) {
            out.push(Frame::Gap);
        }
        heard.counted = heard.counted.max(Some(id));
        Ok(Some(Frame::Tick(heard.figures.on(tick))))
    }

    /// A trade and its number, of what was asked for.
    fn one(&mut self, wire: &Wire, size: &Option<Cow<str>>) -> Result<Option<(Tick, u64, &mut Heard)>, String> {
        let product = wire.product_id.as_deref().ok_or("a trade without product_id")?;
        let Some(heard) = self.heard.get_mut(product) else {
            return Ok(None);
        };
        let id = wire.trade_id.ok_or("a trade without trade_id")?;
        let time = wire.time.as_deref().and_then(Timestamp::parse);
        let tick = Tick {
            key: Key {
                symbol: product.to_owned(),
                venue: VenueKind::Coinbase.name().to_owned(),
            },
            last: decimal(&wire.price)?.ok_or("a trade without price")?,
            open: None,
            previous_close: None,
            bid: None,
            ask: None,
            volume: None,
            size: decimal(size)?,
            time: time.ok_or("a trade without a time in RFC 3339")?,
            seq: Some(id),
            is_trade: true,
            demo: false,
        };
        Ok(Some((tick, id, heard)))
    }

    /// Says which trade was the product's last: one that never reached us is a gap.
    fn heartbeat(&mut self, wire: &Wire) -> Option<Frame> {
        let heard = self.heard.get_mut(wire.product_id.as_deref()?)?;
        let last = wire.last_trade_id?;
        heard.counted.filter(|newest| last > *newest)?;
        // Counted once.
        heard.counted = Some(last);
        Some(Frame::Gap)
    }

    /// Names the product that it doesn't know in its reason: `NO-PE is not a valid product`. Those named with it are
    /// asked for again, as it refuses a frame as a whole.
    fn error(&mut self, wire: &Wire) -> Vec<Frame> {
        let said = [wire.message.as_deref(), wire.reason.as_deref()];
        let words = said.into_iter().flatten().collect::<Vec<_>>().join(": ");
        let first = wire
            .reason
            .as_deref()
            .and_then(|reason| reason.split_whitespace().next());
        let Some((product, _)) = first.and_then(|product| self.heard.remove_entry(product)) else {
            return vec![Frame::Fault(words)];
        };
        let mut others: Vec<String> = self.heard.keys().cloned().collect();
        others.sort_unstable();
        let again = others.chunks(BATCH).map(|some| Frame::Reply(asking("subscribe", some)));
        std::iter::once(Frame::Refused(product, words)).chain(again).collect()
    }
}

/// What it says of all its products. Once is enough: it would say it again every few seconds.
fn status(text: &str, out: &mut Vec<Frame>) -> Result<(), String> {
    let status: Status = serde_json::from_str(text).map_err(|e| e.to_string())?;
    for product in status.products {
        let increment = number(&product.quote_increment)?;
        out.push(Frame::Instrument(Said {
            key: Key {
                symbol: product.id.into_owned(),
                venue: VenueKind::Coinbase.name().to_owned(),
            },
            name: product.display_name.map(Cow::into_owned),
            digits: increment.normalize().scale(),
            currency: product.quote_currency.map(Cow::into_owned),
        }));
    }
    let enough = json!({"type": "unsubscribe", "channels": ["status"]});
    out.push(Frame::Reply(enough.to_string()));
    Ok(())
}

#[cfg(test)]
#[path = "coinbase_tests.rs"]
mod tests;
