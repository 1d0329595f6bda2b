//! Coinbase Exchange's public feed: what to send, and what its frames mean.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use serde::Deserialize;
use serde_json::json;

use super::frames::{Frame, Frames, Manners};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::tick::{Tick, number},
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
            silence: Duration::from_secs(10),
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        // Sequence numbers are compared within a connection only: should the exchange ever start over, a memory of
        // the old ones would make us deaf. Across connections the time of the ticks decides.
        self.heard.clear();
        Vec::new()
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
            time: time.ok_or("a ticker without a time in RFC 3339")?,
            seq: Some(sequence),
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

#[cfg(test)]
mod tests {
    use super::{
        super::frames::testing::{json, names, read, survives, ticks},
        *,
    };

    fn coinbase() -> Coinbase {
        let mut coinbase = Coinbase::new("ws://x".into());
        coinbase.hello();
        coinbase.subscribe(&names(&["BTC-USD", "ETH-USD"]));
        coinbase
    }

    fn ticker(product: &str, sequence: u64, trade: u64, price: &str) -> String {
        format!(
            r#"{{"type":"ticker","sequence":{sequence},"product_id":"{product}","price":"{price}","open_24h":"1310.79",
             "volume_24h":"245532.79","low_24h":"1280.52","high_24h":"1313.8","volume_30d":"9788783.6",
             "best_bid":"1285.04","best_bid_size":"0.46","best_ask":"1285.27","best_ask_size":"1.56",
             "side":"buy","time":"2022-10-19T23:28:22.061769Z","trade_id":{trade},"last_size":"11.43"}}"#
        )
    }

    fn heartbeat(trade: u64) -> String {
        format!(
            r#"{{"type":"heartbeat","sequence":90,"last_trade_id":{trade},"product_id":"BTC-USD","time":"2022-10-19T23:28:22Z"}}"#
        )
    }

    #[test]
    fn asks_for_what_is_wanted_and_no_more() {
        let mut coinbase = coinbase();
        for (what, frames) in [
            ("subscribe", coinbase.subscribe(&names(&["SOL-USD"]))),
            ("unsubscribe", coinbase.unsubscribe(&names(&["SOL-USD"]))),
        ] {
            let asked =
                serde_json::json!({"type": what, "product_ids": ["SOL-USD"], "channels": ["ticker", "heartbeat"]});
            assert_eq!(json(frames), [asked]);
        }
        assert!(
            read(&mut coinbase, &ticker("SOL-USD", 1, 1, "1")).is_empty(),
            "any more"
        );
    }

    #[test]
    fn a_ticker_keeps_its_digits() {
        let tick = ticks(&mut coinbase(), &ticker("ETH-USD", 7, 1, "1285.20")).remove(0);
        assert_eq!(
            (tick.last.to_string(), tick.open.unwrap().to_string()),
            ("1285.20".into(), "1310.79".into())
        );
        assert_eq!(
            (tick.bid.unwrap().to_string(), tick.ask.unwrap().to_string()),
            ("1285.04".into(), "1285.27".into())
        );
        assert_eq!(tick.volume.unwrap().to_string(), "245532.79");
        assert_eq!(
            (tick.time.to_string(), tick.seq),
            ("2022-10-19T23:28:22.061769Z".into(), Some(7))
        );
    }

    #[test]
    fn late_and_duplicate_frames_do_not_replace() {
        let mut coinbase = coinbase();
        let mut is = |product, sequence, price: &str| match &read(&mut coinbase, &ticker(product, sequence, 1, price))[..]
        {
            [Frame::Tick(_)] => "tick",
            [Frame::Late] => "late",
            [Frame::Garbage(_)] => "garbage",
            other => panic!("{other:?}"),
        };
        assert_eq!(is("BTC-USD", 10, "1"), "tick");
        assert_eq!(is("BTC-USD", 10, "2"), "late");
        assert_eq!(is("BTC-USD", 9, "2"), "late");
        assert_eq!(is("ETH-USD", 9, "2"), "tick", "counts for itself");
        assert_eq!(is("BTC-USD", 99, "x"), "garbage");
        assert_eq!(is("BTC-USD", 11, "2"), "tick", "the bad one left no mark");
        coinbase.hello();
        coinbase.subscribe(&names(&["BTC-USD"]));
        assert_eq!(
            ticks(&mut coinbase, &ticker("BTC-USD", 5, 3, "2")).len(),
            1,
            "a new connection"
        );
    }

    #[test]
    fn heartbeats_show_gaps_once() {
        let mut coinbase = coinbase();
        assert!(read(&mut coinbase, &heartbeat(19)).is_empty(), "nothing heard yet");
        read(&mut coinbase, &ticker("BTC-USD", 1, 20, "1"));
        assert!(read(&mut coinbase, &heartbeat(20)).is_empty());
        assert!(matches!(read(&mut coinbase, &heartbeat(22))[..], [Frame::Gap]));
        assert!(read(&mut coinbase, &heartbeat(22)).is_empty());
    }

    #[test]
    fn a_product_it_does_not_know_is_refused_and_the_others_are_asked_for_again() {
        let mut coinbase = coinbase();
        coinbase.subscribe(&names(&["NO-PE"]));
        let error = r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#;
        let said = read(&mut coinbase, error);
        let [Frame::Refused(product, words), Frame::Reply(again)] = &said[..] else {
            panic!("{said:?}")
        };
        assert_eq!(product, "NO-PE");
        assert_eq!(words, "Failed to subscribe: NO-PE is not a valid product");
        assert!(again.contains("BTC-USD") && again.contains("ETH-USD") && !again.contains("NO-PE"));
        assert!(
            matches!(read(&mut coinbase, error)[..], [Frame::Fault(_)]),
            "asked for no more"
        );
    }

    #[test]
    fn everything_else_is_told_apart() {
        let mut coinbase = coinbase();
        for other in [
            r#"{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD"]}]}"#,
            r#"{"type":"auction","mode":"soon"}"#,
            &ticker("DOGE-USD", 1, 1, "1"),
        ] {
            assert!(read(&mut coinbase, other).is_empty(), "{other}");
        }
        for garbage in [
            "",
            "hello",
            "[]",
            "{}",
            r#"{"type":7}"#,
            r#"{"type":"ticker"}"#,
            r#"{"type":"ticker","product_id":"BTC-USD"}"#,
        ] {
            assert!(
                matches!(read(&mut coinbase, garbage)[..], [Frame::Garbage(_)]),
                "{garbage}"
            );
        }
        survives(
            coinbase,
            &[
                r#"{"type":"ticker","product_id":"BTC-USD","sequence":NUMBER,"price":WORD,"time":"2026-01-05T10:00:00Z"}"#,
                r#"{"type":"error","message":WORD,"reason":WORD}"#,
                r#"{"type":"heartbeat","product_id":"BTC-USD","last_trade_id":NUMBER}"#,
            ],
        );
    }
}
