//! Coinbase Exchange's public feed: what to send, and what its frames mean.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use serde::Deserialize;
use serde_json::json;

use super::frames::{Frame, Frames, Manners};
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

#[derive(Clone, Copy, Default)]
struct Heard {
    sequence: Option<u64>,
    trade: Option<u64>,
}

/// Every kind of frame in one: the fields of those we read.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    product_id: Option<Cow<'a, str>>,
    sequence: Option<u64>,
    trade_id: Option<u64>,
    last_trade_id: Option<u64>,
    #[serde(borrow)]
    price: Option<Cow<'a, str>>,
    #[serde(borrow)]
    open_24h: Option<Cow<'a, str>>,
    #[serde(borrow)]
    volume_24h: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_size: Option<Cow<'a, str>>,
    #[serde(borrow)]
    best_bid: Option<Cow<'a, str>>,
    #[serde(borrow)]
    best_ask: Option<Cow<'a, str>>,
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Status<'a> {
    #[serde(borrow, default)]
    products: Vec<Product<'a>>,
}

#[derive(Deserialize)]
struct Product<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    quote_increment: Cow<'a, str>,
    #[serde(borrow)]
    quote_currency: Option<Cow<'a, str>>,
    #[serde(borrow)]
    display_name: Option<Cow<'a, str>>,
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
        // Sequence numbers are compared within a connection only: should the exchange ever start over, a memory of
        // the old ones would make us deaf. Across connections the time of the ticks decides.
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
    json!({"type": what, "product_ids": products, "channels": ["ticker", "heartbeat"]}).to_string()
}

impl Coinbase {
    fn meaning(&mut self, text: &str, out: &mut Vec<Frame>) -> Result<Option<Frame>, String> {
        let wire: Wire = serde_json::from_str(text).map_err(|e| e.to_string())?;
        match wire.kind.as_ref() {
            "ticker" => self.ticker(&wire),
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

    fn ticker(&mut self, wire: &Wire) -> Result<Option<Frame>, String> {
        let product = wire.product_id.as_deref().ok_or("a ticker without product_id")?;
        // Only what was asked for.
        let Some(heard) = self.heard.get_mut(product) else {
            return Ok(None);
        };
        let sequence = wire.sequence.ok_or("a ticker without sequence")?;
        if heard.sequence.is_some_and(|newest| sequence <= newest) {
            return Ok(Some(Frame::Late));
        }
        let decimal = |field: &Option<Cow<str>>| field.as_deref().map(number).transpose();
        let time = wire.time.as_deref().and_then(Timestamp::parse);
        let tick = Tick {
            key: Key {
                symbol: product.to_owned(),
                venue: VenueKind::Coinbase.name().to_owned(),
            },
            last: decimal(&wire.price)?.ok_or("a ticker without price")?,
            open: decimal(&wire.open_24h)?,
            bid: decimal(&wire.best_bid)?,
            ask: decimal(&wire.best_ask)?,
            volume: decimal(&wire.volume_24h)?,
            size: decimal(&wire.last_size)?,
            time: time.ok_or("a ticker without a time in RFC 3339")?,
            seq: Some(sequence),
            is_trade: true,
            demo: false,
        };
        // Only now: a frame that can't be read must not make a good one look late.
        heard.sequence = Some(sequence);
        heard.trade = heard.trade.max(wire.trade_id);
        Ok(Some(Frame::Tick(tick)))
    }

    /// Says which trade was the product's last. We don't see every message of a product, so its sequence shows no
    /// gap, but a last trade that never reached us does.
    fn heartbeat(&mut self, wire: &Wire) -> Option<Frame> {
        let heard = self.heard.get_mut(wire.product_id.as_deref()?)?;
        let last = wire.last_trade_id?;
        heard.trade.filter(|newest| last > *newest)?;
        // Counted once.
        heard.trade = Some(last);
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
