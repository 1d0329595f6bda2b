//! Prices: from a venue's socket and from POST to the board, the stream and the page.

mod bars;
mod chart;
mod exchange;
mod forget;
mod history;
mod ingest;
mod lists;
mod meant;
mod moments;
mod programs;
mod room;
mod stream;
mod venues;

use std::{path::Path, time::Duration};

use clap::Parser;
use leptos::prelude::LeptosOptions;

use super::app::TestApp;
use crate::{
    logs::server::ingest::own_tracing::own_tracing,
    server::{
        config::Cli,
        start::{Running, start},
    },
    ticker::{
        model::{Board, Quote, VenueKind},
        server::{Ticker, ingest::take},
    },
};

/// How long a test waits for something to come true before it fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server where nothing comes by itself.
async fn without_venues() -> TestApp {
    let app = TestApp::start().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    app
}

/// A server on a folder that another one used.
async fn again_on(folder: &Path) -> Running {
    let data = folder.to_str().expect("a plain path");
    let config = Cli::parse_from(["squawkbox", "--address", "127.0.0.1:0", "--data", data]).serve;
    let leptos = LeptosOptions::builder().output_name("squawkbox").build();
    start(config, leptos, own_tracing().1).await.expect("the server starts")
}

/// Records ticks as the POST does, each of which must be taken, and waits until they are kept.
async fn post(ticker: &Ticker, body: &str) {
    let report = take(&ticker.recorder, "test", body.as_bytes()).await.expect("a report");
    assert_eq!(report.rejected, [], "{body}");
}

/// Waits until the board is as `pick` wants it.
async fn board_when<T>(ticker: &Ticker, mut pick: impl FnMut(&Board) -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = pick(&ticker.board()) {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(found) => found,
        Err(_) => panic!("it never came true of {:#?}", ticker.board()),
    }
}

/// The quote of `symbol` once its last price reads `last`.
async fn quote_at(ticker: &Ticker, symbol: &str, last: &str) -> Quote {
    let found = |quote: &&Quote| quote.symbol == symbol && quote.last.to_string() == last;
    board_when(ticker, |board| board.quotes.iter().find(found).cloned()).await
}

fn quote(board: &Board, symbol: &str) -> Option<Quote> {
    board.quotes.iter().find(|quote| quote.symbol == symbol).cloned()
}

#[tokio::test]
async fn the_last_quote_survives_a_restart() {
    let app = without_venues().await;
    let ticker = &app.running.state.ticker;
    let time = |minute: u32| format!("2026-01-05T10:{minute:02}:00.000001Z");
    for minute in 0..80 {
        let time = time(minute % 60).replace("T10", if minute < 60 { "T10" } else { "T11" });
        post(
            ticker,
            &format!(r#"{{"symbol":"EUR/USD","last":"1.{minute:02}0","bid":1.10,"time":"{time}","seq":{minute}}}"#),
        )
        .await;
    }
    post(
        ticker,
        r#"{"symbol":"POWER","last":-0.50,"open":"-1.0","venue":"epex","volume":12}"#,
    )
    .await;
    let before = ticker.board();
    let spark = before.quotes[0].spark.as_ref().expect("earlier prices");
    assert_eq!((spark.len(), spark[71].to_string()), (72, "1.790".to_owned()));
    app.running.stop().await;

    let running = again_on(&app.folder).await;
    let ticker = &running.state.ticker;
    let after = ticker.board();
    assert_eq!(after.quotes, before.quotes, "digits, times, versions, earlier prices");
    assert_eq!(
        after.quotes[0].open.unwrap().to_string(),
        "1.000",
        "the first price of the day"
    );
    assert!(after.cursor >= before.cursor, "versions never go back");
    // What decides between ticks is kept too.
    post(
        ticker,
        r#"{"symbol":"EUR/USD","last":"9","time":"2026-01-05T11:19:00.000001Z","seq":79}"#,
    )
    .await;
    post(
        ticker,
        r#"{"symbol":"EUR/USD","last":"8","time":"2026-01-05T11:19:00Z"}"#,
    )
    .await;
    assert_eq!(quote(&ticker.board(), "EUR/USD").unwrap().last.to_string(), "1.790");
    post(
        ticker,
        r#"{"symbol":"EUR/USD","last":"1.80","time":"2026-01-05T11:20:00Z"}"#,
    )
    .await;
    let changed = quote(&ticker.board(), "EUR/USD").unwrap();
    assert!(changed.version > before.cursor && changed.open.unwrap().to_string() == "1.000");
    running.stop().await;
}

#[tokio::test]
async fn demo_moves_is_marked_and_leaves_when_it_is_dropped() {
    let app = TestApp::start().await;
    let ticker = &app.running.state.ticker;
    let first = board_when(ticker, |board| (board.quotes.len() >= 8).then(|| board.clone())).await;
    assert!(first.quotes.iter().all(|quote| quote.demo && quote.venue == "demo"));
    let moved = |board: &Board| {
        let pairs = board.quotes.iter().zip(&first.quotes);
        (pairs.filter(|(now, then)| now.last != then.last).count() >= 2).then_some(())
    };
    board_when(ticker, moved).await;

    post(ticker, r#"{"symbol":"BTC-USD","last":"96412.50"}"#).await;
    ticker.choose_venues(&[]).await.expect("kept");
    let left = board_when(ticker, |board| {
        (board.quotes.len() == 1).then(|| board.quotes[0].clone())
    })
    .await;
    assert!(!left.demo && left.venue == "test");
    app.running.stop().await;

    let running = again_on(&app.folder).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(
        running.state.ticker.board().quotes,
        [left],
        "the choice is kept, the demo's quotes are not"
    );
    running
        .state
        .ticker
        .choose_venues(&[VenueKind::Demo])
        .await
        .expect("kept");
    board_when(&running.state.ticker, |board| (board.quotes.len() == 9).then_some(())).await;
    running.stop().await;
}

#[tokio::test]
async fn the_page_has_the_figures_before_any_script_runs() {
    let app = without_venues().await;
    let member = app.admin().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    let page = || async {
        let answer = member
            .client
            .get(format!("{}/ticker", app.url))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        answer.text().await.expect("a page")
    };
    let empty = page().await;
    assert!(
        empty.contains("No prices yet") && empty.contains("/ingest/ticks"),
        "{empty}"
    );
    let body = r#"{"symbol":"BTC-USD","last":"96412.50","open":"95231.00","venue":"paper"}"#;
    post(&app.running.state.ticker, body).await;
    let page = page().await;
    for shown in [
        "BTC-USD",
        "paper",
        "96,412.50",
        "▲",
        "+1.24%",
        "--:--:-- UTC",
        "<polyline",
    ] {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    // Not in the rendered page, only perhaps in what its scripts are given.
    let rendered = page.split("<script").next().unwrap_or_default();
    assert!(!rendered.contains("DEMO") && !page.contains("style=\""), "{page}");
    app.running.stop().await;
}
