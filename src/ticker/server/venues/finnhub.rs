//! Finnhub's feed of trades: what to send, and what its frames mean. There is no bid and ask in it, and nothing until
//! a symbol is traded.

use std::{borrow::Cow, collections::HashSet, time::Duration};

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

/// The venue's frames.
pub struct Finnhub {
    url: String,
    /// As it was given, and as it stands in the address.
    key: [String; 2],
    /// The symbols that were asked for.
    asked: HashSet<String>,
}

/// Every kind of frame in one: the fields of those we read.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    data: Vec<Trade<'a>>,
    #[serde(borrow)]
    msg: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Trade<'a> {
    #[serde(rename = "s", borrow)]
    symbol: Cow<'a, str>,
    #[serde(rename = "p", borrow)]
    price: Option<&'a RawValue>,
    #[serde(rename = "v", borrow)]
    size: Option<&'a RawValue>,
    #[serde(rename = "t")]
    time_ms: u64,
}

impl Finnhub {
    /// At `url`; its symbols are such as `AAPL`, or `BINANCE:BTCUSDT` for what is traded elsewhere.
    pub fn new(url: String, key: &Secret) -> Self {
        let key = key.reveal();
        let encoded = form_urlencoded::byte_serialize(key.as_bytes()).collect();
        Self {
            url,
            key: [key.to_owned(), encoded],
            asked: HashSet::new(),
        }
    }
}

impl Frames for Finnhub {
    fn kind(&self) -> VenueKind {
        VenueKind::Finnhub
    }

    fn url(&self) -> String {
        // Without a slash there would be no path to ask for.
        let slash = if self.url.splitn(4, '/').count() < 4 { "/" } else { "" };
        format!("{}{slash}?token={}", self.url, self.key[1])
    }

    fn secrets(&self) -> Vec<&str> {
        self.key.iter().map(String::as_str).collect()
    }

    fn manners(&self) -> Manners {
        Manners {
            // What its free plan is said to give.
            symbols: 50,
            batch: 50,
            pace: Duration::from_millis(50),
            // Its pings are frames with text, every minute or two.
            silence: Duration::from_secs(180),
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        self.asked.clear();
        Vec::new()
    }

    fn subscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.asked.extend(symbols.iter().cloned());
        asking("subscribe", symbols)
    }

    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String> {
        self.asked.retain(|symbol| !symbols.contains(symbol));
        asking("unsubscribe", symbols)
    }

    fn read(&mut self, text: &str, _at: Timestamp, out: &mut Vec<Frame>) {
        if let Err(why) = self.meaning(text, out) {
            out.push(Frame::Garbage(why));
        }
    }
}

fn asking(what: &str, symbols: &[String]) -> Vec<String> {
    let one = |symbol| json!({"type": what, "symbol": symbol}).to_string();
    symbols.iter().map(one).collect()
}

impl Finnhub {
    fn meaning(&mut self, text: &str, out: &mut Vec<Frame>) -> Result<(), String> {
        let wire: Wire = serde_json::from_str(text).map_err(|e| e.to_string())?;
        match wire.kind.as_ref() {
            "trade" => {
                for trade in &wire.data {
                    out.extend(self.trade(trade)?);
                }
            }
            "error" => out.push(self.error(wire.msg.as_deref().unwrap_or_default())),
            // Pings, which want no answer, and whatever it adds one day.
            _ => {}
        }
        Ok(())
    }

    fn trade(&mut self, trade: &Trade) -> Result<Option<Frame>, String> {
        let symbol = trade.symbol.as_ref();
        if !self.asked.contains(symbol) {
            return Ok(None);
        }
        // Several exchanges report trades, so they come in any order, without numbers: each counts at its own time.
        let micros = i64::try_from(trade.time_ms).ok().and_then(|ms| ms.checked_mul(1_000));
        let tick = Tick {
            key: Key {
                symbol: symbol.to_owned(),
                venue: VenueKind::Finnhub.name().to_owned(),
            },
            last: venue_field("p", trade.price)?.ok_or("a trade without a price")?,
            open: None,
            previous_close: None,
            bid: None,
            ask: None,
            volume: None,
            size: venue_field("v", trade.size)?,
            time: Timestamp::from_micros(micros.ok_or("a time beyond all calendars")?),
            seq: None,
            is_trade: true,
            demo: false,
        };
        Ok(Some(Frame::Tick(tick)))
    }

    /// It names the symbol somewhere in its words, where it means one.
    fn error(&mut self, words: &str) -> Frame {
        let parts = || words.split(|c: char| c.is_whitespace() || ",;\"'()".contains(c));
        let named = parts().find(|part| self.asked.contains(*part));
        match named.and_then(|symbol| self.asked.take(symbol)) {
            Some(symbol) => Frame::Refused(symbol, words.to_owned()),
            None => Frame::Fault(words.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::frames::testing::{json, names, read, survives, ticks},
        *,
    };

    fn finnhub() -> Finnhub {
        let Ok(key) = "k&y".parse();
        let mut finnhub = Finnhub::new("ws://x".into(), &key);
        finnhub.hello();
        finnhub.subscribe(&names(&["AAPL", "BINANCE:BTCUSDT"]));
        finnhub
    }

    fn trade(symbol: &str, price: &str, time_ms: u64) -> String {
        format!(
            r#"{{"type":"trade","data":[{{"s":"{symbol}","p":{price},"t":{time_ms},"v":0,"c":["1","12"]}},
             {{"s":"{symbol}","p":{price},"t":{time_ms},"v":100,"c":null}}]}}"#
        )
    }

    #[test]
    fn the_key_stands_in_the_address_and_is_a_secret() {
        let finnhub = finnhub();
        assert_eq!(finnhub.url(), "ws://x/?token=k%26y");
        assert_eq!(finnhub.secrets(), ["k&y", "k%26y"]);
    }

    #[test]
    fn asks_for_one_symbol_in_a_frame() {
        let mut finnhub = finnhub();
        assert_eq!(
            json(finnhub.subscribe(&names(&["MSFT", "NVDA"]))),
            ["MSFT", "NVDA"].map(|symbol| json!({"type": "subscribe", "symbol": symbol}))
        );
        assert_eq!(
            json(finnhub.unsubscribe(&names(&["MSFT"]))),
            [json!({"type": "unsubscribe", "symbol": "MSFT"})]
        );
        assert!(read(&mut finnhub, &trade("MSFT", "1", 1)).is_empty(), "any more");
    }

    #[test]
    fn trades_keep_their_digits() {
        let ticks = ticks(&mut finnhub(), &trade("AAPL", "122.10", 1_672_348_887_195));
        assert_eq!(ticks.len(), 2);
        assert_eq!(ticks[0].last.to_string(), "122.10");
        assert_eq!(ticks[1].size.unwrap().to_string(), "100");
        assert_eq!(ticks[0].time.to_string(), "2022-12-29T21:21:27.195000Z");
        assert_eq!(
            (ticks[0].bid, ticks[0].volume),
            (None, None),
            "the size of a trade is no day's volume"
        );
    }

    #[test]
    fn what_is_older_counts_at_its_own_time() {
        let mut finnhub = finnhub();
        ticks(&mut finnhub, &trade("AAPL", "1", 50));
        let late = ticks(&mut finnhub, &trade("AAPL", "2", 49));
        assert_eq!(late.len(), 2);
        assert!(late.iter().all(|tick| tick.is_trade && tick.time.micros() == 49_000));
    }

    #[test]
    fn everything_else_is_told_apart() {
        let mut finnhub = finnhub();
        for other in [
            r#"{"type":"ping"}"#,
            r#"{"type":"news","data":[]}"#,
            &trade("IBM", "1", 1),
        ] {
            assert!(read(&mut finnhub, other).is_empty(), "{other}");
        }
        let refused = read(&mut finnhub, r#"{"type":"error","msg":"Invalid symbol: AAPL"}"#);
        assert!(
            matches!(&refused[..], [Frame::Refused(symbol, _)] if symbol == "AAPL"),
            "{refused:?}"
        );
        let fault = read(&mut finnhub, r#"{"type":"error","msg":"Subscribing too many symbols"}"#);
        assert!(
            matches!(&fault[..], [Frame::Fault(words)] if words.contains("too many")),
            "{fault:?}"
        );
        for garbage in [
            "",
            "[]",
            "{}",
            r#"{"type":"trade","data":[{"s":"BINANCE:BTCUSDT","t":1}]}"#,
        ] {
            assert!(
                matches!(read(&mut finnhub, garbage)[..], [Frame::Garbage(_)]),
                "{garbage}"
            );
        }
        survives(
            finnhub,
            &[
                r#"{"type":"trade","data":[{"s":"BINANCE:BTCUSDT","p":NUMBER,"t":NUMBER}]}"#,
                r#"{"type":"error","msg":WORD}"#,
            ],
        );
    }
}
