//! Subscriptions follow what people watch.

use std::time::Duration;

use serde_json::json;

use super::{Exchange, Lone, app_at, board_when, quote_at, state};
use crate::{
    error::AppError,
    ticker::{
        model::{Line, VenueKind},
        server::venues::{Venue, coinbase::Coinbase, dial::Trust, out::Out, socket::SocketVenue, watched::Watched},
    },
};

#[tokio::test]
async fn a_symbol_is_added_on_the_open_line_and_dropped_when_nobody_has_wanted_it_for_a_while() {
    let mut exchange = Exchange::open().await;
    let flags = ["--symbols", "coinbase:BTC-USD", "--linger-seconds", "1"];
    let app = app_at("coinbase", &exchange, &flags).await;
    let ticker = &app.running.state.ticker;
    let (mut line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["BTC-USD"]));

    let (first, second) = (
        ticker.want(VenueKind::Coinbase, "SOL-USD").expect("room"),
        ticker.want(VenueKind::Coinbase, "SOL-USD").expect("room"),
    );
    let asked = line.hear().await;
    assert_eq!(
        (&asked["type"], &asked["product_ids"]),
        (&json!("subscribe"), &json!(["SOL-USD"]))
    );
    line.ticker("SOL-USD", 1, 1, "187.420").await;
    quote_at(ticker, "SOL-USD", "187.420").await;
    drop(first);
    assert!(
        line.silent_for(Duration::from_millis(1_500)).await,
        "somebody still wants it"
    );
    drop(second);
    assert!(line.silent_for(Duration::from_millis(500)).await, "people come back");
    let again = ticker.want(VenueKind::Coinbase, "SOL-USD").expect("room");
    assert!(
        line.silent_for(Duration::from_millis(1_000)).await,
        "and it was still there"
    );
    drop(again);
    let asked = line.hear().await;
    assert_eq!(
        (&asked["type"], &asked["product_ids"]),
        (&json!("unsubscribe"), &json!(["SOL-USD"]))
    );
    assert_eq!(
        state(&ticker.board(), VenueKind::Coinbase).reconnects,
        0,
        "all on one line"
    );

    let refusal = ticker.want(VenueKind::Coinbase, "no symbol").err();
    assert!(matches!(refusal, Some(AppError::Invalid(_))), "{refusal:?}");
    // Of what runs not at all, too.
    let _want = ticker.want(VenueKind::Kraken, "BTC/USD").expect("room");
    app.running.stop().await;
}

#[tokio::test]
async fn there_is_no_line_while_nothing_is_wanted() {
    let mut exchange = Exchange::open().await;
    let venue = Lone::run(Coinbase::new("ws://127.0.0.1:1".into()), &[], |_| {}).await;
    let recorder = venue.ticker().recorder.clone();
    let watched = Watched::new(10, Duration::ZERO);
    let alone: Box<dyn Venue> = Box::new(SocketVenue::new(
        Box::new(Coinbase::new(exchange.url.clone())),
        watched.clone(),
        Trust::public().expect("TLS"),
    ));
    let running = tokio::spawn(alone.run(Out::new(VenueKind::Coinbase, recorder)));
    assert!(exchange.nobody_for(Duration::from_millis(300)).await);
    let want = watched.want("BTC-USD").expect("room");
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 1, 1, "1.10").await;
    quote_at(venue.ticker(), "BTC-USD", "1.10").await;
    drop(want);
    assert_eq!(line.hear().await["type"], "unsubscribe");
    assert!(line.is_left().await);
    board_when(venue.ticker(), |board| {
        (state(board, VenueKind::Coinbase).line == Line::Idle).then_some(())
    })
    .await;
    let _want = watched.want("ETH-USD").expect("room");
    let (_line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["ETH-USD"]));
    running.abort();
    venue.stop().await;
}

#[tokio::test]
async fn many_symbols_are_asked_for_in_several_frames() {
    let mut exchange = Exchange::open().await;
    let symbols: Vec<String> = (0..90).map(|n| format!("C{n:02}-USD")).collect();
    let symbols: Vec<&str> = symbols.iter().map(String::as_str).collect();
    let venue = Lone::run(Coinbase::new(exchange.url.clone()), &symbols, |manners| {
        manners.batch = 40;
        manners.pace = Duration::from_millis(100);
    })
    .await;
    let began = std::time::Instant::now();
    let mut line = exchange.line().await;
    for many in [40, 40, 10] {
        assert_eq!(line.hear().await["product_ids"].as_array().map(Vec::len), Some(many));
    }
    assert!(began.elapsed() >= Duration::from_millis(190), "one after the other");
    line.ticker("C89-USD", 1, 1, "1.10").await;
    quote_at(venue.ticker(), "C89-USD", "1.10").await;
    venue.stop().await;
}
