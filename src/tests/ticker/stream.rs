//! The topic `ticker` of `GET /events`.

use std::time::Duration;

use futures::{FutureExt, StreamExt};

use super::{PATIENCE, post, without_venues};
use crate::{
    server::sse::Event,
    ticker::{
        board::Fold,
        model::{Board, VenueKind},
        server::Ticker,
        wire::Update,
    },
};

pub fn read(event: &Event) -> Update {
    let text = std::str::from_utf8(&event.bytes).expect("text");
    let json = text
        .strip_prefix("event: ticker\ndata: ")
        .and_then(|rest| rest.strip_suffix("\n\n"));
    serde_json::from_str(json.expect("one event")).expect("an update")
}

async fn tick(ticker: &Ticker, symbol: &str, last: u32) {
    post(ticker, &format!(r#"{{"symbol":"{symbol}","last":"{last}.0"}}"#)).await;
}

/// What `events` has ready, until nothing comes for a while: prices as `symbol last`.
async fn ready(events: &mut (impl futures::Stream<Item = Event> + Unpin)) -> Vec<String> {
    let mut out = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(400), events.next()).await {
        if let Update::Quote(quote) = read(&event) {
            out.push(format!("{} {}", quote.symbol, quote.last));
        }
    }
    out
}

#[tokio::test]
async fn a_slow_reader_gets_the_newest_a_fast_one_everything_newer() {
    let app = without_venues().await;
    let ticker = &app.running.state.ticker;
    tick(ticker, "A", 0).await;
    tick(ticker, "B", 0).await;
    let cursor = ticker.board().cursor;
    let mut slow = ticker.feed().open(Some(cursor));
    let mut fast = ticker.feed().open(Some(cursor));
    let mut heard = Vec::new();
    for last in 1..=5 {
        tick(ticker, "A", last).await;
        heard.extend(ready(&mut fast).await);
    }
    assert_eq!(heard, ["A 1.0", "A 2.0", "A 3.0", "A 4.0", "A 5.0"]);
    assert_eq!(
        ready(&mut slow).await,
        ["A 5.0"],
        "only the newest, and not what it had"
    );
    assert!(slow.next().now_or_never().is_none(), "then it waits");
    tick(ticker, "B", 9).await;
    assert_eq!(ready(&mut slow).await, ["B 9.0"]);
    app.running.stop().await;
}

#[tokio::test]
async fn ticks_between_two_looks_are_one_event() {
    let app = without_venues().await;
    let ticker = &app.running.state.ticker;
    tick(ticker, "A", 0).await;
    let mut reader = ticker.feed().open(Some(ticker.board().cursor));
    let lines: String = (1..=1_000)
        .map(|last| format!("{{\"symbol\":\"A\",\"last\":\"{last}.0\"}}\n"))
        .collect();
    post(ticker, &lines).await;
    let heard = ready(&mut reader).await;
    assert!(heard.len() <= 3, "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("A 1000.0"));
    app.running.stop().await;
}

#[tokio::test]
async fn unknown_cursors_get_the_whole_board_and_every_reader_ends_the_same() {
    let app = without_venues().await;
    let ticker = &app.running.state.ticker;
    for (i, symbol) in ["A", "B", "C"].into_iter().enumerate() {
        tick(ticker, symbol, i as u32).await;
    }
    let rendered = ticker.board();
    for cursor in [None, Some(u64::MAX)] {
        let event = ticker.feed().open(cursor).next().await.expect("an event");
        let Update::Whole(board) = read(&event) else {
            panic!("{cursor:?}: {:?}", read(&event))
        };
        assert_eq!((&board, event.cursor), (&rendered, rendered.cursor));
    }

    // A page rendered now, another one from before anything was there, and one that reconnects in the middle.
    ticker.choose_venues(&[VenueKind::Demo]).await.expect("kept");
    let mut early = (Fold::new(Board::default()), ticker.feed().open(None));
    let mut page = (Fold::new(rendered.clone()), ticker.feed().open(Some(rendered.cursor)));
    // What left since the start is remembered, so that one from long ago isn't sent everything at once.
    let mut old = (Fold::new(Board::default()), ticker.feed().open(Some(0)));
    let follow = async |(fold, events): &mut (Fold, futures::stream::BoxStream<'static, Event>), n: usize| {
        let mut cursor = None;
        for _ in 0..n {
            let next = tokio::time::timeout(PATIENCE, events.next()).await.expect("in time");
            let event = next.expect("an event");
            cursor = Some(event.cursor);
            fold.apply(read(&event));
        }
        cursor
    };
    follow(&mut early, 5).await;
    let at = follow(&mut page, 4).await;
    page.1 = ticker.feed().open(at);
    follow(&mut page, 10).await;
    ticker.choose_venues(&[]).await.expect("kept");
    tick(ticker, "A", 99).await;
    // Wait for everything to be heard.
    for (fold, events) in [&mut early, &mut page, &mut old] {
        while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(400), events.next()).await {
            fold.apply(read(&event));
        }
        let board = ticker.board();
        let shown: Vec<_> = fold.keys().iter().filter_map(|key| fold.get(key)).collect();
        assert_eq!(
            shown, board.quotes,
            "the demo's prices are gone, the posted ones are there"
        );
        assert_eq!(fold.venues(), board.venues);
    }
    app.running.stop().await;
}

#[tokio::test]
async fn events_come_over_http_to_whoever_is_signed_in() {
    let app = without_venues().await;
    let url = format!("{}/events?topics=ticker", app.url);
    assert_eq!(app.client().get(&url).send().await.expect("an answer").status(), 401);
    let member = app.admin().await;
    let ticker = &app.running.state.ticker;
    ticker.choose_venues(&[]).await.expect("kept");
    let cursor = ticker.board().cursor;
    let answer = member
        .client
        .get(format!("{url}&after=ticker:{cursor}"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.bytes_stream();
    post(ticker, r#"{"symbol":"EUR/USD","last":"1.10"}"#).await;
    let mut text = String::new();
    while !text.contains(r#"{"quote":"#) {
        let chunk = tokio::time::timeout(PATIENCE, body.next())
            .await
            .expect("in time")
            .expect("open")
            .expect("whole");
        text.push_str(std::str::from_utf8(&chunk).expect("text"));
    }
    let quote = ticker.board().quotes.remove(0);
    assert!(
        text.contains(&format!("id: ticker:{}\nevent: ticker\n", quote.version)),
        "{text}"
    );
    assert!(text.contains(r#""last":"1.10""#), "digits as sent: {text}");
    app.running.stop().await;
}
