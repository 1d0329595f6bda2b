//! The Alpaca adapter.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Exchange, Lone, app_at, board_when, exchange::Line, fault, quote_at, state, when_live, when_stale};
use crate::ticker::{model::VenueKind::Alpaca, server::venues::alpaca};

const FLAGS: [&str; 6] = [
    "--alpaca-key",
    "sesame",
    "--alpaca-secret",
    "open",
    "--symbols",
    "alpaca:AAPL,alpaca:AMD",
];

impl Line {
    async fn alpaca_error(&mut self, code: u16, msg: &str) {
        self.say(&json!([{"T": "error", "code": code, "msg": msg}]).to_string())
            .await;
    }

    /// Lets whoever came in, once they have signed in.
    async fn alpaca_sign_in(&mut self) {
        self.say(r#"[{"T":"success","msg":"connected"}]"#).await;
        assert_eq!(
            self.hear().await,
            json!({"action": "auth", "key": "sesame", "secret": "open"})
        );
    }

    async fn alpaca_subscribed(&mut self) -> serde_json::Value {
        self.alpaca_sign_in().await;
        self.say(r#"[{"T":"success","msg":"authenticated"}]"#).await;
        let asked = self.hear().await;
        let now = json!([{"T": "subscription", "trades": asked["trades"], "quotes": asked["quotes"], "bars": []}]);
        self.say(&now.to_string()).await;
        asked
    }

    async fn alpaca_trade(&mut self, symbol: &str, id: u64, price: &str, second: u32) {
        self.say(&format!(
            r#"[{{"T":"t","i":{id},"S":"{symbol}","x":"D","p":{price},"s":1,
             "t":"2026-01-05T15:51:{second:02}.208000001Z","c":["@","I"],"z":"C"}}]"#
        ))
        .await;
    }
}

#[tokio::test]
async fn frames_become_quotes_and_bad_ones_do_no_harm() {
    let mut exchange = Exchange::open().await;
    let app = app_at("alpaca", &exchange, &FLAGS).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    assert!(
        line.silent_for(Duration::from_millis(200)).await,
        "nothing before it says that we are connected"
    );
    let asked = line.alpaca_subscribed().await;
    assert_eq!(
        asked,
        json!({"action": "subscribe", "trades": ["AAPL", "AMD"], "quotes": ["AAPL", "AMD"]})
    );
    line.say(
        r#"[{"T":"t","i":1,"S":"AAPL","x":"D","p":126.550,"s":1,"t":"2026-01-05T15:51:01.208Z","c":["@"],"z":"C"},
            {"T":"q","S":"AAPL","bx":"U","bp":126.5,"bs":1,"ax":"Q","ap":126.60,"as":4,"t":"2026-01-05T15:51:02Z"},
            {"T":"t","i":2,"S":"AMD","x":"D","p":87.7,"s":1,"t":"2026-01-05T15:51:02.5Z","c":["@"],"z":"C"}]"#,
    )
    .await;
    quote_at(ticker, "AMD", "87.7").await;
    let first = quote_at(ticker, "AAPL", "126.550").await;
    assert_eq!(
        [first.bid, first.ask].map(|n| n.unwrap().to_string()),
        ["126.5", "126.60"]
    );
    assert_eq!(
        (first.venue.as_str(), first.time.to_string().as_str()),
        ("alpaca", "2026-01-05T15:51:02.000000Z")
    );
    line.alpaca_trade("AAPL", 1, "6.66", 1).await; // out of order
    line.alpaca_trade("AMD", 3, "true", 3).await; // unreadable
    line.alpaca_trade("IBM", 3, "6.66", 3).await; // not asked for
    line.say("{}").await;
    line.say_bytes(b"\x00\xff").await;
    line.say_bytes(br#"[{"T":"t","i":5,"S":"AMD","x":"D","p":87.80,"s":1,"t":"2026-01-05T15:51:04Z","z":"C"}]"#)
        .await; // text, sent as bytes
    quote_at(ticker, "AMD", "87.80").await;
    assert_eq!(ticker.board().quotes.len(), 2);
    assert_eq!(
        quote_at(ticker, "AAPL", "126.550").await,
        first,
        "nothing of that replaced it"
    );

    line.alpaca_error(407, "slow client").await;
    when_stale(ticker, Alpaca).await;
    assert_eq!(fault(ticker, Alpaca).await, "slow client (407)");
    let mut line = exchange.line().await;
    assert_eq!(line.alpaca_subscribed().await, asked);
    line.alpaca_trade("AMD", 9, "87.9", 9).await;
    quote_at(ticker, "AMD", "87.9").await;
    assert_eq!(when_live(ticker, Alpaca).await.reconnects, 1);
    app.running.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_shown_without_the_key_and_not_tried_at_once_again() {
    let mut exchange = Exchange::open().await;
    let app = app_at("alpaca", &exchange, &FLAGS).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    line.alpaca_sign_in().await;
    line.alpaca_error(402, "auth failed for sesame").await;
    assert_eq!(fault(ticker, Alpaca).await, "auth failed for … (402)");
    assert!(matches!(
        state(&ticker.board(), Alpaca).line,
        crate::ticker::model::Line::Stale(_)
    ));
    assert!(line.is_left().await);
    assert!(exchange.nobody_for(Duration::from_secs(2)).await);
    app.running.stop().await;
}

#[tokio::test]
async fn a_second_connection_is_refused_until_the_first_is_gone() {
    let mut exchange = Exchange::open().await;
    let app = app_at("alpaca", &exchange, &FLAGS).await;
    let ticker = &app.running.state.ticker;
    for _ in 0..2 {
        let mut line = exchange.line().await;
        line.alpaca_sign_in().await;
        line.alpaca_error(406, "connection limit exceeded").await;
        assert_eq!(fault(ticker, Alpaca).await, "connection limit exceeded (406)");
        assert!(line.is_left().await);
    }
    let mut line = exchange.line().await;
    line.alpaca_subscribed().await;
    line.alpaca_trade("AMD", 1, "87.7", 1).await;
    quote_at(ticker, "AMD", "87.7").await;
    let state = when_live(ticker, Alpaca).await;
    assert_eq!((state.fault, state.reconnects), (None, 2));
    app.running.stop().await;
}

#[tokio::test]
async fn symbols_beyond_the_plan_are_refused_and_the_others_stay() {
    let mut exchange = Exchange::open().await;
    let app = app_at("alpaca", &exchange, &FLAGS).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    line.alpaca_subscribed().await;
    let _want = ticker.want(Alpaca, "IBM").expect("room");
    assert_eq!(line.hear().await["trades"], json!(["IBM"]));
    line.alpaca_error(405, "symbol limit exceeded").await;
    assert_eq!(fault(ticker, Alpaca).await, "IBM: symbol limit exceeded (405)");
    line.alpaca_trade("AMD", 1, "87.7", 1).await;
    quote_at(ticker, "AMD", "87.7").await;
    assert!(
        line.silent_for(Duration::from_millis(300)).await,
        "it isn't asked for again"
    );
    app.running.stop().await;
}

#[tokio::test]
async fn a_line_that_answers_no_ping_is_given_up() {
    let mut exchange = Exchange::open().await;
    let (Ok(key), Ok(secret)) = ("sesame".parse(), "open".parse());
    let frames = alpaca::Alpaca::new(exchange.url.clone(), &key, &secret);
    let venue = Lone::run(frames, &["AAPL"], |manners| {
        manners.ping = Some(Duration::from_millis(100));
        manners.silence = Duration::from_millis(400);
    })
    .await;
    let mut line = exchange.line().await;
    line.alpaca_subscribed().await;
    // Whoever reads answers pings.
    assert!(line.silent_for(Duration::from_secs(1)).await);
    assert_eq!(when_live(venue.ticker(), Alpaca).await.reconnects, 0);
    // And who doesn't read doesn't.
    let mute = Instant::now();
    let mut next = exchange.line().await;
    assert!(mute.elapsed() < Duration::from_secs(3));
    next.alpaca_subscribed().await;
    board_when(venue.ticker(), |board| {
        (state(board, Alpaca).reconnects == 1).then_some(())
    })
    .await;
    venue.stop().await;
}
