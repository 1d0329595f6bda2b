//! The Binance adapter.

use std::time::{Duration, Instant};

use http::StatusCode;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{Exchange, Lone, app_at, board_when, exchange::Line, fault, quote, quote_at, state, when_live, when_stale};
use crate::ticker::{model::VenueKind::Binance, server::venues::binance};

const SYMBOLS: [&str; 2] = ["--symbols", "binance:BTCUSDT,binance:ETHUSDT"];

impl Line {
    async fn binance_trade(&mut self, symbol: &str, id: u64, price: &str) {
        // The time moves with the id, as it does there.
        let time = 1_767_607_200_000 + id;
        let data = json!({"e": "trade", "E": time, "s": symbol, "t": id, "p": price, "q": "0.5", "T": time, "m": true,
            "M": true});
        let stream = format!("{}@trade", symbol.to_lowercase());
        self.say(&json!({"stream": stream, "data": data}).to_string()).await;
    }

    async fn binance_ticker(&mut self, symbol: &str, last: &str, time: u64) {
        let data = json!({"e": "24hrTicker", "E": 1_767_607_200_000 + time, "s": symbol, "p": "1", "P": "0.1",
            "w": "2", "c": last, "Q": "1", "b": "1.04000000", "B": "1", "a": "1.27000000", "A": "2",
            "o": "1.00000000", "h": "3", "l": "0.5", "v": "245532.79000000", "q": "9", "O": 1, "C": 2, "F": 1, "L": 9,
            "n": 9});
        let stream = format!("{}@ticker", symbol.to_lowercase());
        self.say(&json!({"stream": stream, "data": data}).to_string()).await;
    }
}

#[tokio::test]
async fn frames_become_quotes_and_bad_ones_do_no_harm() {
    let mut exchange = Exchange::open().await;
    let app = app_at("binance", &exchange, &SYMBOLS).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    let asked = line.hear().await;
    assert_eq!(
        asked,
        json!({"method": "SUBSCRIBE", "id": 1,
            "params": ["btcusdt@trade", "btcusdt@ticker", "ethusdt@trade", "ethusdt@ticker"]})
    );
    line.say(r#"{"result":null,"id":1}"#).await;
    line.binance_ticker("BTCUSDT", "1.10000000", 0).await;
    let first = quote_at(ticker, "BTCUSDT", "1.10000000").await;
    assert_eq!(
        [first.bid, first.ask, first.volume].map(|n| n.unwrap().to_string()),
        ["1.04000000", "1.27000000", "245532.79000000"]
    );
    line.binance_trade("BTCUSDT", 10, "1.20").await;
    let second = quote_at(ticker, "BTCUSDT", "1.20").await;
    assert_eq!(
        (second.bid, second.time.to_string()),
        (first.bid, "2026-01-05T10:00:00.010000Z".to_owned())
    );

    line.binance_trade("BTCUSDT", 9, "6.66").await; // out of order
    line.binance_trade("BTCUSDT", 10, "6.66").await; // the same again
    line.binance_trade("BTCUSDT", 11, "1e3").await; // unreadable
    line.binance_trade("DOGEUSDT", 11, "6.66").await; // not asked for
    line.binance_ticker("BTCUSDT", "6.66", 0).await; // the same again
    line.say("{\"stream\":").await;
    line.say_bytes(b"\x00\xff").await;
    line.ping(b"1767607200").await;
    line.say(r#"{"error":{"code":2,"msg":"Invalid request: no such method"},"id":99}"#)
        .await;
    line.binance_trade("ETHUSDT", 7, "3.070").await;
    quote_at(ticker, "ETHUSDT", "3.070").await;
    let board = ticker.board();
    let now = quote(&board, "BTCUSDT").unwrap();
    assert_eq!(
        (now.last, now.time, now.bid),
        (second.last, second.time, second.bid),
        "nothing of that replaced it"
    );
    // But the trade that came late was the day's first.
    assert_eq!(
        (now.open.unwrap().to_string(), now.range.unwrap().0),
        ("6.66".to_owned(), second.last)
    );
    assert_eq!(fault(ticker, Binance).await, "Invalid request: no such method");
    let pong = Message::Pong(Bytes::from_static(b"1767607200"));
    assert_eq!(line.message().await, pong, "what a ping held is sent back");
    line.binance_trade("BTCUSDT", 13, "1.30").await; // one never came
    quote_at(ticker, "BTCUSDT", "1.30").await;
    assert_eq!(state(&ticker.board(), Binance).gaps, 1);

    drop(line);
    when_stale(ticker, Binance).await;
    let mut line = exchange.line().await;
    assert_eq!(line.hear().await["params"], asked["params"]);
    line.binance_trade("BTCUSDT", 14, "1.40").await;
    quote_at(ticker, "BTCUSDT", "1.40").await;
    let state = when_live(ticker, Binance).await;
    assert_eq!((state.reconnects, state.gaps, state.fault), (1, 1, None));
    app.running.stop().await;
}

/// Both lines while one replaces the other, from when the venue's has come.
async fn replaced(exchange: &mut Exchange, venue: &Lone, mut old: Line) {
    let ticker = venue.ticker();
    let mut new = exchange.line().await;
    assert_eq!(new.hear().await["method"], "SUBSCRIBE");
    // Until the new one brings something, the old one is read.
    old.binance_trade("BTCUSDT", 11, "1.11").await;
    quote_at(ticker, "BTCUSDT", "1.11").await;
    assert!(matches!(
        state(&ticker.board(), Binance).line,
        crate::ticker::model::Line::Live(_)
    ));
    new.binance_trade("BTCUSDT", 11, "6.66").await; // both bring the same
    new.binance_trade("BTCUSDT", 12, "1.12").await;
    quote_at(ticker, "BTCUSDT", "1.12").await;
    assert!(old.is_left().await, "the old one is closed");
    new.binance_trade("BTCUSDT", 13, "1.13").await;
    quote_at(ticker, "BTCUSDT", "1.13").await;
    let state = state(&ticker.board(), Binance);
    assert_eq!((state.gaps, state.reconnects), (0, 1));
}

#[tokio::test]
async fn a_shutdown_that_is_announced_opens_the_replacement_first() {
    let mut exchange = Exchange::open().await;
    let venue = Lone::run(binance::Binance::new(exchange.url.clone()), &["BTCUSDT"], |_| {}).await;
    let mut line = exchange.line().await;
    line.binance_trade("BTCUSDT", 10, "1.10").await;
    quote_at(venue.ticker(), "BTCUSDT", "1.10").await;
    line.say(r#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1767607200000}}"#)
        .await;
    replaced(&mut exchange, &venue, line).await;
    venue.stop().await;
}

#[tokio::test]
async fn a_line_that_has_lived_long_is_replaced_before_it_is_cut() {
    let mut exchange = Exchange::open().await;
    let lifetime = Duration::from_secs(1);
    let venue = Lone::run(binance::Binance::new(exchange.url.clone()), &["BTCUSDT"], |manners| {
        manners.lifetime = Some(lifetime);
    })
    .await;
    let began = Instant::now();
    let mut line = exchange.line().await;
    line.binance_trade("BTCUSDT", 10, "1.10").await;
    quote_at(venue.ticker(), "BTCUSDT", "1.10").await;
    // A replacement that isn't let in is tried again.
    exchange.refuse(Some(StatusCode::SERVICE_UNAVAILABLE));
    tokio::time::sleep(lifetime + Duration::from_millis(300)).await;
    exchange.refuse(None);
    replaced(&mut exchange, &venue, line).await;
    assert!(began.elapsed() >= lifetime);
    venue.stop().await;
}

#[tokio::test]
async fn pings_keep_a_quiet_line_and_without_them_it_is_given_up() {
    let mut exchange = Exchange::open().await;
    let silence = Duration::from_millis(400);
    let venue = Lone::run(binance::Binance::new(exchange.url.clone()), &["BTCUSDT"], |manners| {
        manners.silence = silence;
    })
    .await;
    let mut line = exchange.line().await;
    for _ in 0..5 {
        line.ping(b"x").await;
        tokio::time::sleep(silence / 2).await;
    }
    assert_eq!(when_live(venue.ticker(), Binance).await.reconnects, 0);
    let mute = Instant::now();
    assert!(line.is_left().await && mute.elapsed() < silence + Duration::from_secs(2));
    exchange.line().await;
    board_when(venue.ticker(), |board| {
        (state(board, Binance).reconnects == 1).then_some(())
    })
    .await;
    venue.stop().await;
}

#[tokio::test]
async fn frames_leave_as_slowly_as_it_asks_and_a_ban_is_shown() {
    let mut exchange = Exchange::open().await;
    let venue = Lone::run(binance::Binance::new(exchange.url.clone()), &["A", "B", "C"], |_| {}).await;
    let mut line = exchange.line().await;
    assert_eq!(line.hear().await["params"].as_array().unwrap().len(), 6, "all in one");
    exchange.refuse(Some(StatusCode::IM_A_TEAPOT));
    drop(line);
    assert_eq!(
        fault(venue.ticker(), Binance).await,
        "the venue refused the connection with 418 I'm a teapot"
    );
    exchange.refuse(None);
    assert!(exchange.nobody_for(Duration::from_secs(2)).await, "not at once again");
    venue.stop().await;
}
