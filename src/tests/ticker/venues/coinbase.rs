//! The Coinbase adapter.

use std::time::{Duration, Instant};

use futures::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::{Bytes, Message};

use super::{Exchange, Lone, TestApp, board_when, quote, quote_at, state};
use crate::ticker::{
    model::{Board, Line, VenueKind, VenueState},
    server::venues::coinbase::Coinbase,
};

async fn app_at(exchange: &Exchange) -> TestApp {
    super::app_at(
        "coinbase",
        exchange,
        &["--symbols", "coinbase:BTC-USD,coinbase:ETH-USD"],
    )
    .await
}

fn coinbase(board: &Board) -> VenueState {
    state(board, VenueKind::Coinbase)
}

#[tokio::test]
async fn frames_become_quotes_and_bad_ones_do_no_harm() {
    let mut exchange = Exchange::open().await;
    let app = app_at(&exchange).await;
    let ticker = &app.running.state.ticker;
    let (mut line, hello) = exchange.subscribed().await;
    assert_eq!(
        hello,
        json!({"type": "subscribe", "product_ids": ["BTC-USD", "ETH-USD"], "channels": ["matches", "ticker", "heartbeat"]})
    );
    line.ticker("BTC-USD", 10, 100, "1.10").await;
    let first = quote_at(ticker, "BTC-USD", "1.10").await;
    assert_eq!((first.venue.as_str(), first.demo), ("coinbase", false));
    assert_eq!(
        [first.bid, first.ask, first.volume].map(|n| n.unwrap().to_string()),
        ["1.04", "1.27", "245532.79"]
    );
    assert_eq!(first.time.to_string(), "2026-01-05T10:00:10.061769Z");
    assert!(matches!(coinbase(&ticker.board()).line, Line::Live(_)));

    line.ticker("BTC-USD", 9, 99, "6.66").await; // out of order
    line.ticker("BTC-USD", 10, 100, "6.66").await; // the same number again
    line.ticker("DOGE-USD", 50, 1, "6.66").await; // not asked for
    line.ticker("BTC-USD", 60, 160, "1e3").await; // unreadable
    line.say("not JSON").await;
    line.say("{\"type\":").await;
    line.say(r#"{"type":"auction","product_id":"BTC-USD","sequence":61}"#)
        .await; // a kind we don't know
    line.say_bytes(b"\x00\xff").await;
    line.ping(b"there?").await;
    line.heartbeat("BTC-USD", 100).await;
    line.heartbeat("BTC-USD", 103).await; // three trades never came
    line.say(r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#)
        .await;
    line.ticker("ETH-USD", 3, 7, "3318.070").await;
    quote_at(ticker, "ETH-USD", "3318.070").await;

    let board = ticker.board();
    let now = quote(&board, "BTC-USD").unwrap();
    assert_eq!(
        (now.last, now.time, now.bid),
        (first.last, first.time, first.bid),
        "nothing of that replaced it"
    );
    // But the trade that came late was the day's first.
    assert_eq!(
        (now.open.unwrap().to_string(), now.range.unwrap().0),
        ("6.66".to_owned(), first.last)
    );
    assert_eq!(board.quotes.len(), 2);
    let state = coinbase(&board);
    assert_eq!((state.gaps, state.reconnects), (1, 0));
    assert_eq!(
        state.fault.as_deref(),
        Some("Failed to subscribe: NO-PE is not a valid product")
    );
    assert_eq!(
        line.message().await,
        Message::Pong(Bytes::from_static(b"there?")),
        "on the same line"
    );
    line.ticker("BTC-USD", 11, 104, "1.20").await;
    quote_at(ticker, "BTC-USD", "1.20").await;
    app.running.stop().await;
}

#[tokio::test]
async fn a_cut_line_comes_back_and_subscribes_again() {
    let mut exchange = Exchange::open().await;
    let app = app_at(&exchange).await;
    let ticker = &app.running.state.ticker;
    let (mut line, first_hello) = exchange.subscribed().await;
    line.ticker("BTC-USD", 10, 100, "1.10").await;
    quote_at(ticker, "BTC-USD", "1.10").await;
    let cut = Instant::now();
    drop(line);
    board_when(ticker, |board| {
        matches!(coinbase(board).line, Line::Stale(_)).then_some(())
    })
    .await;
    assert!(quote(&ticker.board(), "BTC-USD").is_some(), "the last price stays");
    let (mut line, hello) = exchange.subscribed().await;
    assert!(cut.elapsed() < Duration::from_secs(2));
    assert_eq!(hello, first_hello);
    // Numbers may begin anew; the time decides.
    line.ticker("BTC-USD", 5, 101, "6.66").await;
    line.ticker("BTC-USD", 12, 102, "1.12").await;
    quote_at(ticker, "BTC-USD", "1.12").await;
    let state = coinbase(&ticker.board());
    assert!(
        matches!(state.line, Line::Live(_)) && state.reconnects == 1,
        "{state:?}"
    );
    // A goodbye is no different.
    line.socket.close(None).await.expect("closed");
    exchange.subscribed().await;
    board_when(ticker, |board| (coinbase(board).reconnects == 2).then_some(())).await;
    app.running.stop().await;
}

#[tokio::test]
async fn a_mute_line_is_given_up_though_it_answers_pings() {
    let mut exchange = Exchange::open().await;
    let silence = Duration::from_millis(400);
    let venue = Lone::run(Coinbase::new(exchange.url.clone()), &["BTC-USD"], |manners| {
        manners.silence = silence;
    })
    .await;
    let ticker = venue.ticker();
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 10, 100, "1.10").await;
    quote_at(ticker, "BTC-USD", "1.10").await;
    // Heartbeats are being heard from.
    for _ in 0..4 {
        tokio::time::sleep(silence / 2).await;
        line.heartbeat("BTC-USD", 100).await;
    }
    assert!(matches!(coinbase(&ticker.board()).line, Line::Live(_)));
    // Pings alone are not.
    let mute = Instant::now();
    let pinging = tokio::spawn(async move {
        while line.socket.send(Message::Ping(Bytes::new())).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let (mut line, _) = exchange.subscribed().await;
    assert!(mute.elapsed() >= silence && mute.elapsed() < silence + Duration::from_secs(2));
    pinging.await.expect("the old line is down");
    line.ticker("BTC-USD", 11, 101, "1.11").await;
    quote_at(ticker, "BTC-USD", "1.11").await;
    venue.stop().await;
}

#[tokio::test]
async fn an_oversized_frame_ends_the_line_not_the_venue() {
    let mut exchange = Exchange::open().await;
    let app = app_at(&exchange).await;
    let (mut line, _) = exchange.subscribed().await;
    let _ = line.socket.send(Message::text("x".repeat(9 * 1024 * 1024))).await;
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 1, 1, "1.10").await;
    quote_at(&app.running.state.ticker, "BTC-USD", "1.10").await;
    app.running.stop().await;
}

#[tokio::test]
async fn a_setting_overrides_the_choice() {
    let exchange = Exchange::open().await;
    let app = app_at(&exchange).await;
    let ticker = &app.running.state.ticker;
    ticker.choose_venues(&[VenueKind::Demo]).await.expect("kept");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let board = ticker.board();
    assert_eq!(board.quotes, []);
    let on = board.venues.iter().filter(|state| state.line != Line::Off);
    assert_eq!(on.map(|state| state.venue).collect::<Vec<_>>(), [VenueKind::Coinbase]);
    app.running.stop().await;
}

#[tokio::test]
async fn a_product_it_does_not_know_costs_nobody_else_anything() {
    let mut exchange = Exchange::open().await;
    // As this was said before --symbols.
    let flags = ["--symbols", "coinbase:BTC-USD,coinbase:NO-PE"];
    let app = super::app_at("coinbase", &exchange, &flags).await;
    let ticker = &app.running.state.ticker;
    let (mut line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["BTC-USD", "NO-PE"]));
    line.say(r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#)
        .await;
    let again = line.hear().await;
    assert_eq!(
        (&again["type"], &again["product_ids"]),
        (&json!("subscribe"), &json!(["BTC-USD"]))
    );
    let fault = super::fault(ticker, VenueKind::Coinbase).await;
    assert_eq!(fault, "Failed to subscribe: NO-PE is not a valid product");
    line.ticker("BTC-USD", 1, 1, "1.10").await;
    quote_at(ticker, "BTC-USD", "1.10").await;
    assert!(
        line.silent_for(Duration::from_millis(300)).await,
        "it isn't asked for again"
    );
    app.running.stop().await;
}
