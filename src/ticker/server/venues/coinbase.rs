//! Coinbase Exchange's public feed: what to send, and what its frames mean.

use std::{borrow::Cow, collections::HashMap};

use serde::Deserialize;
use serde_json::json;

use super::socket::{Frame, Frames};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::tick::{Tick, number},
    },
    time::Timestamp,
};

/// The venue's frames.
pub struct Coinbase {
    url: String,
    products: Vec<String>,
    /// What was heard of each product on this connection.
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

impl Coinbase {
    /// Watches `products`, such as `BTC-USD`, at `url`.
    pub fn new(url: String, products: Vec<String>) -> Self {
        Self {
            url,
            products,
            heard: HashMap::new(),
        }
    }
}

impl Frames for Coinbase {
    fn kind(&self) -> VenueKind {
        VenueKind::Coinbase
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn hello(&mut self) -> Vec<String> {
        // Sequence numbers are compared within a connection only: should the exchange ever start over, a memory of
        // the old ones would make us deaf. Across connections the time of the ticks decides.
        self.heard = self.products.iter().map(|p| (p.clone(), Heard::default())).collect();
        let subscribe = json!({"type": "subscribe", "product_ids": self.products, "channels": ["ticker", "heartbeat"]});
        vec![subscribe.to_string()]
    }

    fn read(&mut self, text: &str) -> Frame {
        let wire: Wire = match serde_json::from_str(text) {
            Ok(wire) => wire,
            Err(error) => return Frame::Garbage(error.to_string()),
        };
        match wire.kind.as_ref() {
            "ticker" => self.ticker(&wire).unwrap_or_else(Frame::Garbage),
            "heartbeat" => self.heartbeat(&wire),
            "error" => {
                let said = [wire.message.as_deref(), wire.reason.as_deref()];
                Frame::Fault(said.into_iter().flatten().collect::<Vec<_>>().join(": "))
            }
            // The acknowledgement, and whatever the exchange adds one day.
            _ => Frame::Other,
        }
    }
}

impl Coinbase {
    fn ticker(&mut self, wire: &Wire) -> Result<Frame, String> {
        let product = wire.product_id.as_deref().ok_or("a ticker without product_id")?;
        // Only what was asked for.
        let Some(heard) = self.heard.get_mut(product) else {
            return Ok(Frame::Other);
        };
        let sequence = wire.sequence.ok_or("a ticker without sequence")?;
        if heard.sequence.is_some_and(|newest| sequence <= newest) {
            return Ok(Frame::Late);
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
            demo: false,
        };
        // Only now: a frame that can't be read must not make a good one look late.
        heard.sequence = Some(sequence);
        heard.trade = heard.trade.max(wire.trade_id);
        Ok(Frame::Tick(tick))
    }

    /// Says which trade was the product's last. We don't see every message of a product, so its sequence shows no
    /// gap, but a last trade that never reached us does.
    fn heartbeat(&mut self, wire: &Wire) -> Frame {
        let heard = wire
            .product_id
            .as_deref()
            .and_then(|product| self.heard.get_mut(product));
        let (Some(heard), Some(last)) = (heard, wire.last_trade_id) else {
            return Frame::Other;
        };
        let behind = heard.trade.is_some_and(|newest| last > newest);
        if behind {
            // Counted once.
            heard.trade = Some(last);
            return Frame::Gap;
        }
        Frame::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coinbase() -> Coinbase {
        let mut coinbase = Coinbase::new("ws://x".into(), vec!["BTC-USD".into(), "ETH-USD".into()]);
        coinbase.hello();
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
    fn subscribes_to_what_is_wanted() {
        let hello: serde_json::Value = serde_json::from_str(&coinbase().hello()[0]).unwrap();
        assert_eq!(
            hello,
            json!({"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channels":["ticker","heartbeat"]})
        );
    }

    #[test]
    fn a_ticker_keeps_its_digits() {
        let Frame::Tick(tick) = coinbase().read(&ticker("ETH-USD", 7, 1, "1285.20")) else {
            panic!()
        };
        assert_eq!(
            (tick.last.to_string(), tick.open.unwrap().to_string()),
            ("1285.20".into(), "1310.79".into())
        );
        assert_eq!(
            (tick.bid.unwrap().to_string(), tick.ask.unwrap().to_string()),
            ("1285.04".into(), "1285.27".into())
        );
        assert_eq!(tick.volume.unwrap().to_string(), "245532.79");
        assert_eq!(tick.size.unwrap().to_string(), "11.43");
        assert_eq!(
            (tick.time.to_string(), tick.seq),
            ("2022-10-19T23:28:22.061769Z".into(), Some(7))
        );
    }

    #[test]
    fn late_and_duplicate_frames_do_not_replace() {
        let mut coinbase = coinbase();
        assert!(matches!(coinbase.read(&ticker("BTC-USD", 10, 1, "1")), Frame::Tick(_)));
        assert!(matches!(coinbase.read(&ticker("BTC-USD", 10, 1, "2")), Frame::Late));
        assert!(matches!(coinbase.read(&ticker("BTC-USD", 9, 1, "2")), Frame::Late));
        assert!(
            matches!(coinbase.read(&ticker("ETH-USD", 9, 1, "2")), Frame::Tick(_)),
            "counts for itself"
        );
        assert!(matches!(
            coinbase.read(&ticker("BTC-USD", 99, 2, "x")),
            Frame::Garbage(_)
        ));
        assert!(
            matches!(coinbase.read(&ticker("BTC-USD", 11, 2, "2")), Frame::Tick(_)),
            "the bad one left no mark"
        );
        coinbase.hello();
        assert!(
            matches!(coinbase.read(&ticker("BTC-USD", 5, 3, "2")), Frame::Tick(_)),
            "a new connection"
        );
    }

    #[test]
    fn heartbeats_show_gaps_once() {
        let mut coinbase = coinbase();
        assert!(
            matches!(coinbase.read(&heartbeat(19)), Frame::Other),
            "nothing heard yet"
        );
        coinbase.read(&ticker("BTC-USD", 1, 20, "1"));
        assert!(matches!(coinbase.read(&heartbeat(20)), Frame::Other));
        assert!(matches!(coinbase.read(&heartbeat(22)), Frame::Gap));
        assert!(matches!(coinbase.read(&heartbeat(22)), Frame::Other));
    }

    #[test]
    fn everything_else_is_told_apart() {
        let mut coinbase = coinbase();
        for other in [
            r#"{"type":"subscriptions","channels":[{"name":"ticker","product_ids":["BTC-USD"]}]}"#,
            r#"{"type":"auction","mode":"soon"}"#,
            &ticker("DOGE-USD", 1, 1, "1"),
        ] {
            assert!(matches!(coinbase.read(other), Frame::Other), "{other}");
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
            assert!(matches!(coinbase.read(garbage), Frame::Garbage(_)), "{garbage}");
        }
        let error = r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#;
        let Frame::Fault(words) = coinbase.read(error) else {
            panic!()
        };
        assert_eq!(words, "Failed to subscribe: NO-PE is not a valid product");
    }
}
