//! Venues' bars from before, asked of a local server in their place.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, RawQuery, State},
    http::StatusCode,
    routing::get,
};
use tokio::net::TcpListener;

use super::{TestApp, exchange::Exchange, post, quote_at};
use crate::ticker::server::bars::{
    Interval,
    query::{Page, Step, Stretch, page},
    store,
};

/// Begins a minute: the local exchange's prices are of 10:00 and later.
const TEN: i64 = 1_767_607_200;

/// A venue that tells of 400 minutes and days up to now; how often it was asked.
async fn venue() -> (String, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let candles =
        async |State(asked): State<Arc<AtomicUsize>>, Path(product): Path<String>, RawQuery(query): RawQuery| {
            asked.fetch_add(1, Ordering::Relaxed);
            if product != "BTC-USD" {
                return (StatusCode::NOT_FOUND, r#"{"message":"NotFound"}"#.to_owned());
            }
            let seconds = if query.as_deref() == Some("granularity=60") {
                60
            } else {
                86_400
            };
            let newest = TEN / seconds;
            let rows = (0..400).map(|ago| format!("[{},0.90,1.30,1.1,1.20,{ago}.5]", (newest - ago) * seconds));
            (StatusCode::OK, format!("[{}]", rows.collect::<Vec<_>>().join(",")))
        };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let app = Router::new()
        .route("/products/{product}/candles", get(candles))
        .with_state(asked.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

async fn bars(app: &TestApp, symbol: &str, interval: &str) -> Page {
    let db = &app.running.state.ticker.db.readers;
    let series = store::find(db, symbol, Some("coinbase")).await.expect("read");
    let stretch = Stretch {
        step: Step::named(interval).expect("one that there is"),
        from: Some(0),
        to: None,
        limit: 5_000,
    };
    page(db, series[0].0, stretch).await.expect("read")
}

#[tokio::test]
async fn a_fresh_install_has_a_chart_at_once_and_ticks_stay() {
    let (mut exchange, (url, asked)) = (Exchange::open().await, venue().await);
    let flags = [
        ["--venues", "coinbase"],
        ["--coinbase-url", &exchange.url],
        ["--symbols", "coinbase:BTC-USD,coinbase:ETH-USD"],
        ["--history-url", &url],
    ];
    let flags: Vec<&str> = flags
        .as_flattened()
        .iter()
        .copied()
        .chain(["--allow-private-addresses"])
        .collect();
    let app = TestApp::with(&flags).await;
    let ticker = &app.running.state.ticker;
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("ETH-USD", 9, 99, "7.00").await;
    line.ticker("BTC-USD", 10, 100, "1.10").await;
    quote_at(ticker, "BTC-USD", "1.10").await;
    let filled = async {
        while bars(&app, "BTC-USD", "1m").await.bars.len() < 300 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(super::PATIENCE, filled)
        .await
        .expect("filled in time");
    let minutes = bars(&app, "BTC-USD", "1m").await.bars;
    // The newest 300 of the venue's, of which the one that ticks have begun is ours.
    assert_eq!(minutes.len(), 300);
    let (last, before) = (&minutes[299].bar, &minutes[298].bar);
    assert_eq!(
        (minutes[299].start / 1_000_000, last.ticks, last.close.price.to_string()),
        (TEN, 1, "1.10".into())
    );
    assert_eq!(last.volume.expect("a size").to_string(), "11.43");
    let figures = [before.open.price, before.high, before.low, before.close.price].map(|price| price.to_string());
    assert_eq!((before.ticks, figures.join(" ")), (0, "1.1 1.30 0.90 1.20".into()));
    let days = bars(&app, "BTC-USD", "1d").await.bars;
    assert_eq!((days.len(), days[299].bar.ticks), (300, 1));
    // Published after the commit.
    let before = async {
        loop {
            let day = ticker.days().into_iter().find(|(key, _)| key.symbol == "BTC-USD");
            match day.and_then(|(_, day)| day.previous_close) {
                Some(close) => return close.to_string(),
                None => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    let before = tokio::time::timeout(super::PATIENCE, before).await;
    assert_eq!(before.expect("in time"), "1.20");
    // Of one that the venue knows nothing of there is what was heard; nothing is asked twice, nor of programs' symbols.
    assert_eq!(bars(&app, "ETH-USD", "1m").await.bars.len(), 1);
    line.ticker("BTC-USD", 11, 101, "1.11").await;
    post(ticker, r#"{"symbol":"BTC-USD","venue":"desk","last":1}"#).await;
    quote_at(ticker, "BTC-USD", "1.11").await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert_eq!(asked.load(Ordering::Relaxed), 3);
    assert_eq!(bars(&app, "BTC-USD", "1m").await.bars.len(), 300);
    assert_eq!(Interval::Minute.number(minutes[0].start), TEN / 60 - 299);
    app.running.stop().await;
}
