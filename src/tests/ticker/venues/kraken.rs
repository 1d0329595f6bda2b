//! The Kraken adapter.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Exchange, Lone, app_at, board_when, exchange::Line, fault, quote, quote_at, state, when_live, when_stale};
use crate::ticker::{model::VenueKind::Kraken, server::venues::kraken};

const SYMBOLS: [&str; 2] = ["--symbols", "kraken:BTC/USD,kraken:XBT/USD"];

impl Line {
    async fn kraken_status(&mut self, system: &str) {
        let data = json!([{"api_version": "v2", "connection_id": 10_504_484_002_566_990_987_u64, "system": system,
            "version": "2.0.10"}]);
        self.say(&json!({"channel": "status", "type": "update", "data": data}).to_string())
            .await;
    }

    async fn kraken_ticker(&mut self, pair: &str, last: &str, second: u32) {
        self.say(&format!(
            r#"{{"channel":"ticker","type":"update","data":[{{"symbol":"{pair}","bid":63999.70,"bid_qty":1.0,
             "ask":64001.2,"ask_qty":2.0,"last":{last},"volume":12.25,"vwap":63500.0,"low":62000.0,"high":65000.0,
             "change":100.0,"change_pct":0.15,"timestamp":"2026-01-05T10:00:{second:02}.123456Z"}}]}}"#
        ))
        .await;
    }
}

#[tokio::test]
async fn frames_become_quotes_and_bad_ones_do_no_harm() {
    let mut exchange = Exchange::open().await;
    let app = app_at("kraken", &exchange, &SYMBOLS).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    line.kraken_status("online").await;
    assert_eq!(
        line.hear().await,
        json!({"method": "subscribe", "params": {"channel": "trade", "symbol": ["BTC/USD", "XBT/USD"], "snapshot": true}})
    );
    assert_eq!(
        line.hear().await,
        json!({"method": "subscribe", "params": {"channel": "ticker", "symbol": ["BTC/USD", "XBT/USD"],
            "event_trigger": "trades", "snapshot": true}})
    );
    line.say(
        r#"{"method":"subscribe","result":{"channel":"ticker","snapshot":true,"symbol":"BTC/USD"},"success":true}"#,
    )
    .await;
    line.say(
        r#"{"error":"Currency pair not supported XBT/USD","method":"subscribe","success":false,"symbol":"XBT/USD"}"#,
    )
    .await;
    line.kraken_ticker("BTC/USD", "64000.50", 7).await;
    let first = quote_at(ticker, "BTC/USD", "64000.50").await;
    assert_eq!(
        [first.bid, first.ask, first.volume].map(|n| n.unwrap().to_string()),
        ["63999.70", "64001.2", "12.25"]
    );
    assert_eq!(
        (first.venue.as_str(), first.time.to_string().as_str()),
        ("kraken", "2026-01-05T10:00:07.123456Z")
    );
    assert_eq!(fault(ticker, Kraken).await, "Currency pair not supported XBT/USD");

    line.kraken_ticker("BTC/USD", "6.66", 6).await; // out of order
    line.kraken_ticker("BTC/USD", "\"x\"", 9).await; // unreadable
    line.kraken_ticker("DOGE/USD", "6.66", 9).await; // not asked for
    line.say("not JSON").await;
    line.say("[]").await;
    line.say_bytes(b"\x00\xff").await;
    line.say(r#"{"channel":"heartbeat"}"#).await;
    line.ping(b"there?").await;
    line.kraken_ticker("BTC/USD", "64000.50", 7).await; // the same again
    line.kraken_ticker("BTC/USD", "1.0e-7", 8).await;
    quote_at(ticker, "BTC/USD", "0.00000010").await;
    assert_eq!(ticker.board().quotes.len(), 1);
    assert!(
        line.silent_for(Duration::from_millis(200)).await,
        "what was refused isn't asked for again"
    );

    drop(line);
    when_stale(ticker, Kraken).await;
    let mut line = exchange.line().await;
    assert_eq!(line.hear().await["params"]["symbol"], json!(["BTC/USD", "XBT/USD"]));
    line.kraken_ticker("BTC/USD", "6.66", 5).await; // a snapshot that is older than what we have
    line.kraken_ticker("BTC/USD", "2.0", 9).await;
    quote_at(ticker, "BTC/USD", "2.0").await;
    assert_eq!(when_live(ticker, Kraken).await.reconnects, 1);
    app.running.stop().await;
}

#[tokio::test]
async fn maintenance_ends_the_line_and_is_waited_for() {
    let mut exchange = Exchange::open().await;
    let app = app_at("kraken", &exchange, &["--symbols", "kraken:BTC/USD"]).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    line.kraken_ticker("BTC/USD", "1.0", 1).await;
    quote_at(ticker, "BTC/USD", "1.0").await;
    line.kraken_status("maintenance").await;
    let began = Instant::now();
    assert!(
        when_stale(ticker, Kraken)
            .await
            .fault
            .is_none_or(|words| words.contains("maintained"))
    );
    assert!(fault(ticker, Kraken).await.contains("maintained"));
    assert!(quote(&ticker.board(), "BTC/USD").is_some(), "the last price stays");
    let mut line = exchange.line().await;
    assert!(began.elapsed() >= Duration::from_secs(5), "{:?}", began.elapsed());
    line.kraken_status("online").await;
    line.kraken_ticker("BTC/USD", "2.0", 2).await;
    quote_at(ticker, "BTC/USD", "2.0").await;
    assert_eq!(state(&ticker.board(), Kraken).fault, None);
    app.running.stop().await;
}

#[tokio::test]
async fn a_line_without_heartbeats_is_given_up() {
    let mut exchange = Exchange::open().await;
    let silence = Duration::from_millis(400);
    let frames = kraken::Kraken::new(exchange.url.clone());
    let venue = Lone::run(frames, &["BTC/USD"], |manners| manners.silence = silence).await;
    let mut line = exchange.line().await;
    line.kraken_ticker("BTC/USD", "1.0", 1).await;
    for _ in 0..4 {
        tokio::time::sleep(silence / 2).await;
        line.say(r#"{"channel":"heartbeat"}"#).await;
    }
    when_live(venue.ticker(), Kraken).await;
    assert!(line.is_left().await);
    exchange.line().await;
    board_when(venue.ticker(), |board| {
        (state(board, Kraken).reconnects == 1).then_some(())
    })
    .await;
    venue.stop().await;
}
