//! The Finnhub adapter.

use std::time::Duration;

use http::StatusCode;
use serde_json::json;

use super::{Exchange, Lone, app_at, board_when, exchange::Line, fault, quote_at, state, when_live, when_stale};
use crate::ticker::{model::VenueKind::Finnhub, server::venues::finnhub};

const FLAGS: [&str; 4] = [
    "--finnhub-key",
    "sesame&1",
    "--symbols",
    "finnhub:AAPL,finnhub:BINANCE:BTCUSDT",
];

impl Line {
    async fn finnhub_trade(&mut self, symbol: &str, price: &str, ms: u64) {
        let time = 1_767_607_200_000 + ms;
        self.say(&format!(
            r#"{{"type":"trade","data":[{{"s":"{symbol}","p":{price},"t":{time},"v":1,"c":["1","12"]}}]}}"#
        ))
        .await;
    }
}

#[tokio::test]
async fn frames_become_quotes_and_bad_ones_do_no_harm() {
    let mut exchange = Exchange::open().await;
    let app = app_at("finnhub", &exchange, &FLAGS).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    assert_eq!(line.uri, "/?token=sesame%261");
    for symbol in ["AAPL", "BINANCE:BTCUSDT"] {
        assert_eq!(line.hear().await, json!({"type": "subscribe", "symbol": symbol}));
    }
    line.say(r#"{"type":"ping"}"#).await;
    when_live(ticker, Finnhub).await;
    line.finnhub_trade("AAPL", "122.10", 50).await;
    let first = quote_at(ticker, "AAPL", "122.10").await;
    // It says no volume of the day: that is what its trades add up to.
    assert_eq!(
        (first.venue.as_str(), first.bid, first.volume),
        ("finnhub", None, Some(1.into()))
    );
    assert_eq!(first.time.to_string(), "2026-01-05T10:00:00.050000Z");
    line.finnhub_trade("AAPL", "6.66", 49).await; // out of order
    line.finnhub_trade("AAPL", "true", 51).await; // unreadable
    line.finnhub_trade("IBM", "6.66", 51).await; // not asked for
    line.say("not JSON").await;
    line.say_bytes(b"\x00\xff").await;
    line.say(r#"{"type":"error","msg":"Invalid symbol: BINANCE:BTCUSDT for token sesame&1"}"#)
        .await;
    assert_eq!(
        fault(ticker, Finnhub).await,
        "Invalid symbol: BINANCE:BTCUSDT for token …",
        "even its own words don't show the key"
    );
    line.finnhub_trade("AAPL", "122.20", 52).await;
    quote_at(ticker, "AAPL", "122.20").await;
    assert_eq!(ticker.board().quotes.len(), 1);

    // Its lines end at odd hours.
    drop(line);
    when_stale(ticker, Finnhub).await;
    let mut line = exchange.line().await;
    assert_eq!(line.hear().await["symbol"], "AAPL");
    line.finnhub_trade("AAPL", "122.30", 60).await;
    quote_at(ticker, "AAPL", "122.30").await;
    assert_eq!(state(&ticker.board(), Finnhub).reconnects, 1);
    app.running.stop().await;
}

#[tokio::test]
async fn a_wrong_key_and_a_second_connection_are_shown_and_not_tried_at_once_again() {
    for status in [StatusCode::UNAUTHORIZED, StatusCode::TOO_MANY_REQUESTS] {
        let mut exchange = Exchange::open().await;
        exchange.refuse(Some(status));
        let app = app_at("finnhub", &exchange, &FLAGS).await;
        let ticker = &app.running.state.ticker;
        let fault = fault(ticker, Finnhub).await;
        assert_eq!(fault, format!("the venue refused the connection with {status}"));
        exchange.refuse(None);
        assert!(exchange.nobody_for(Duration::from_secs(1)).await);
        app.running.stop().await;
    }
}

#[tokio::test]
async fn without_its_pings_a_line_is_given_up() {
    let mut exchange = Exchange::open().await;
    let silence = Duration::from_millis(400);
    let Ok(key) = "sesame".parse();
    let frames = finnhub::Finnhub::new(exchange.url.clone(), &key);
    let venue = Lone::run(frames, &["AAPL"], |manners| manners.silence = silence).await;
    let mut line = exchange.line().await;
    for _ in 0..4 {
        line.say(r#"{"type":"ping"}"#).await;
        tokio::time::sleep(silence / 2).await;
    }
    assert_eq!(when_live(venue.ticker(), Finnhub).await.reconnects, 0);
    assert!(line.is_left().await);
    exchange.line().await;
    board_when(venue.ticker(), |board| {
        (state(board, Finnhub).reconnects == 1).then_some(())
    })
    .await;
    venue.stop().await;
}

#[tokio::test]
async fn without_a_key_the_start_is_refused_in_one_line() {
    use crate::{
        logs::server::ingest::own_tracing::own_tracing,
        server::{config::Cli, start::start},
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_str().expect("a plain path");
    let flags = [
        "squawkbox",
        "--address",
        "127.0.0.1:0",
        "--data",
        data,
        "--venues",
        "finnhub",
    ];
    let config = <Cli as clap::Parser>::parse_from(flags).serve;
    let leptos = leptos::prelude::LeptosOptions::builder()
        .output_name("squawkbox")
        .build();
    let refusal = start(config, leptos, own_tracing().1).await.err().expect("no server");
    assert!(
        refusal.starts_with("the venue finnhub needs --finnhub-key") && !refusal.contains('\n'),
        "{refusal}"
    );
}
