//! Kraken's public feed, version 2: what to send, and what its frames mean.

use std::{borrow::Cow, collections::HashMap, time::Duration};

use serde::Deserialize;
use serde_json::{json, value::RawValue};

use super::frames::{Frame, Frames, Manners};
use crate::{
    ticker::{
        model::{Key, VenueKind},
        server::tick::{Tick, venue_field},
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
            ..Manners::default()
        }
    }

    fn hello(&mut self) -> Vec<String> {
        self.newest.clear();
        Vec::new()
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
                for ticker in &tickers {
                    out.extend(self.ticker(ticker, at)?);
                }
            }
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

    fn ticker(&mut self, ticker: &Ticker, at: Timestamp) -> Result<Option<Frame>, String> {
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
            time,
            seq: None,
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
mod tests {
    use super::{
        super::frames::testing::{AT, json, names, read, survives, ticks},
        *,
    };

    fn kraken() -> Kraken {
        let mut kraken = Kraken::new("ws://x".into());
        kraken.hello();
        kraken.subscribe(&names(&["BTC/USD", "ETH/USD"]));
        kraken
    }

    fn ticker(pair: &str, last: &str, time: &str) -> String {
        format!(
            r#"{{"channel":"ticker","type":"update","data":[{{"symbol":"{pair}","bid":63999.70,"bid_qty":1.0,
             "ask":64001.2,"ask_qty":2.0,"last":{last},"volume":12.25,"vwap":63500.0,"low":62000.0,"high":65000.0,
             "change":100.5,"change_pct":0.15,"timestamp":"2026-08-25T00:00:{time}Z"}}]}}"#
        )
    }

    #[test]
    fn asks_for_what_is_wanted_and_no_more() {
        let mut kraken = kraken();
        let params = json!({"channel": "ticker", "symbol": ["SOL/USD"], "event_trigger": "trades", "snapshot": true});
        assert_eq!(
            json(kraken.subscribe(&names(&["SOL/USD"]))),
            [json!({"method": "subscribe", "params": params})]
        );
        let params = json!({"channel": "ticker", "symbol": ["SOL/USD"], "event_trigger": "trades"});
        assert_eq!(
            json(kraken.unsubscribe(&names(&["SOL/USD"]))),
            [json!({"method": "unsubscribe", "params": params})]
        );
        assert!(read(&mut kraken, &ticker("SOL/USD", "1", "01")).is_empty(), "any more");
    }

    #[test]
    fn a_ticker_keeps_its_digits() {
        let tick = ticks(&mut kraken(), &ticker("BTC/USD", "64000.50", "00.123456")).remove(0);
        assert_eq!(
            [Some(tick.last), tick.open, tick.bid, tick.ask, tick.volume].map(|n| n.unwrap().to_string()),
            ["64000.50", "63900.00", "63999.70", "64001.2", "12.25"]
        );
        assert_eq!(tick.time.to_string(), "2026-08-25T00:00:00.123456Z");
        assert_eq!(
            (tick.key.symbol.as_str(), tick.key.venue.as_str()),
            ("BTC/USD", "kraken")
        );
        let tiny = ticks(&mut kraken(), &ticker("BTC/USD", "1.50e-7", "00")).remove(0);
        assert_eq!(tiny.last.to_string(), "0.000000150");
    }

    #[test]
    fn several_in_a_frame_and_none_of_what_has_no_price() {
        let both = r#"{"channel":"ticker","type":"snapshot","data":[{"symbol":"BTC/USD","last":2.0},
            {"symbol":"ETH/USD","last":null,"bid":1.0},{"symbol":"XRP/USD","last":1.0},{"symbol":"ETH/USD","last":3}]}"#;
        let ticks = ticks(&mut kraken(), both);
        let short: Vec<(&str, String, Timestamp)> = ticks
            .iter()
            .map(|tick| (tick.key.symbol.as_str(), tick.last.to_string(), tick.time))
            .collect();
        assert_eq!(short, [("BTC/USD", "2.0".into(), AT), ("ETH/USD", "3".into(), AT)]);
    }

    #[test]
    fn what_is_older_is_late() {
        let mut kraken = kraken();
        ticks(&mut kraken, &ticker("BTC/USD", "1", "05"));
        assert!(matches!(
            read(&mut kraken, &ticker("BTC/USD", "2", "04"))[..],
            [Frame::Late]
        ));
        assert_eq!(
            ticks(&mut kraken, &ticker("ETH/USD", "2", "04")).len(),
            1,
            "counts for itself"
        );
        assert_eq!(
            ticks(&mut kraken, &ticker("BTC/USD", "2", "05")).len(),
            1,
            "of the same moment"
        );
    }

    #[test]
    fn a_pair_it_does_not_know_is_refused() {
        let named = r#"{"error":"Currency pair not supported XBT/USD","method":"subscribe","req_id":1,"success":false,
            "symbol":"XBT/USD","time_in":"2026-08-25T00:00:00Z","time_out":"2026-08-25T00:00:00Z"}"#;
        for text in [named, &named.replace("\"symbol\":\"XBT/USD\",", "")] {
            let mut kraken = kraken();
            kraken.subscribe(&names(&["XBT/USD"]));
            let said = read(&mut kraken, text);
            let [Frame::Refused(pair, words)] = &said[..] else {
                panic!("{said:?}")
            };
            assert_eq!(
                (pair.as_str(), words.as_str()),
                ("XBT/USD", "Currency pair not supported XBT/USD")
            );
        }
        let other = r#"{"error":"Exceeded msg rate","method":"subscribe","success":false}"#;
        assert!(matches!(read(&mut kraken(), other)[..], [Frame::Fault(_)]));
    }

    #[test]
    fn everything_else_is_told_apart() {
        let mut kraken = kraken();
        let status = |system: &str| {
            format!(
                r#"{{"channel":"status","type":"update","data":[{{"api_version":"v2",
                 "connection_id":10504484002566990987,"system":"{system}","version":"2.0.10"}}]}}"#
            )
        };
        for other in [
            r#"{"channel":"heartbeat"}"#,
            r#"{"method":"pong","req_id":7}"#,
            r#"{"channel":"tomorrow","data":7}"#,
            r#"{"method":"subscribe","result":{"channel":"ticker","snapshot":true,"symbol":"BTC/USD"},"success":true,
                "time_in":"x","time_out":"y","req_id":1}"#,
            &status("online"),
        ] {
            assert!(read(&mut kraken, other).is_empty(), "{other}");
        }
        let ended = read(&mut kraken, &status("maintenance"));
        assert!(
            matches!(&ended[..], [Frame::End(_, pause)] if *pause == MAINTENANCE),
            "{ended:?}"
        );
        assert!(matches!(
            read(&mut kraken, &status("cancel_only"))[..],
            [Frame::Fault(_)]
        ));
        for garbage in [
            "",
            "[]",
            "{}",
            r#"{"channel":"ticker"}"#,
            r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":true}]}"#,
            r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":1,"timestamp":"noon"}]}"#,
        ] {
            assert!(
                matches!(read(&mut kraken, garbage)[..], [Frame::Garbage(_)]),
                "{garbage}"
            );
        }
        survives(
            kraken,
            &[
                r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":NUMBER,"change":WORD,"timestamp":WORD}]}"#,
                r#"{"channel":"ticker","data":[{"symbol":"BTC/USD","last":NUMBER,"change":NUMBERe-5}]}"#,
                r#"{"method":"subscribe","success":false,"error":WORD}"#,
                r#"{"channel":"status","data":[{"system":WORD}]}"#,
            ],
        );
    }
}
