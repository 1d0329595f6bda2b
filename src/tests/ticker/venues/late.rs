//! A trade that a venue tells late goes into the bar of its time, once, and is never the last price.

use serde_json::{Value, json};

use super::{Exchange, TestApp, app_at, exchange::Line, quote_at, when_stale};
use crate::{
    tests::ticker::bars::{get, reader},
    ticker::model::VenueKind,
};

/// `second open high low close volume ticks` of each bar of a second.
async fn seconds(app: &TestApp, symbol: &str) -> Vec<String> {
    app.running.state.ticker.recorder.committed().await.expect("kept");
    let token = reader(app).await;
    let symbol = crate::paths::encoded(symbol);
    let path = format!("/bars?symbol={symbol}&interval=1s&from=2026-01-05T10:00:00Z");
    let (status, answer) = get(app, &token, &path).await;
    assert_eq!(status, 200, "{answer}");
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |bar: &Value| {
        let time = text(&bar["time"])[17..19].to_owned();
        let figures = ["open", "high", "low", "close", "volume", "ticks"].map(|field| text(&bar[field]));
        format!("{time} {}", figures.join(" "))
    };
    answer["bars"].as_array().expect("a list").iter().map(line).collect()
}

impl Line {
    async fn coinbase_match(&mut self, trade: u64, price: &str, size: &str, second: u32) {
        let frame = json!({"type": "match", "trade_id": trade, "sequence": 50, "product_id": "BTC-USD", "size": size,
            "price": price, "side": "sell", "time": format!("2026-01-05T10:00:{second:02}.500000Z")});
        self.say(&frame.to_string()).await;
    }

    async fn kraken_trades(&mut self, kind: &str, trades: &[(u64, &str, u32)]) {
        let trade = |(id, price, second): &(u64, &str, u32)| {
            format!(
                r#"{{"symbol":"BTC/USD","side":"buy","price":{price},"qty":0.50,"ord_type":"limit","trade_id":{id},
                 "timestamp":"2026-01-05T10:00:{second:02}.500000Z"}}"#
            )
        };
        let data = trades.iter().map(trade).collect::<Vec<_>>().join(",");
        self.say(&format!(r#"{{"channel":"trade","type":"{kind}","data":[{data}]}}"#))
            .await;
    }

    async fn binance_at(&mut self, id: u64, price: &str, second: u64) {
        let time = 1_767_607_200_500 + second * 1_000;
        let data = json!({"e": "trade", "E": time, "s": "BTCUSDT", "t": id, "p": price, "q": "0.50", "T": time, "m": true,
            "M": true});
        self.say(&json!({"stream": "btcusdt@trade", "data": data}).to_string())
            .await;
    }
}

#[tokio::test]
async fn of_coinbase() {
    let mut exchange = Exchange::open().await;
    let app = app_at("coinbase", &exchange, &["--symbols", "coinbase:BTC-USD"]).await;
    let ticker = &app.running.state.ticker;
    let (mut line, _) = exchange.subscribed().await;
    line.coinbase_match(100, "1.10", "0.50", 1).await;
    line.coinbase_match(103, "1.30", "0.50", 3).await;
    quote_at(ticker, "BTC-USD", "1.30").await;
    line.coinbase_match(101, "9.90", "0.25", 1).await;
    line.coinbase_match(101, "9.90", "0.25", 1).await;
    line.coinbase_match(104, "1.40", "0.50", 4).await;
    quote_at(ticker, "BTC-USD", "1.40").await;
    drop(line);
    when_stale(ticker, VenueKind::Coinbase).await;
    // What it says first is the last trade once more, and then one that is older.
    let (mut line, _) = exchange.subscribed().await;
    line.coinbase_match(104, "1.40", "0.50", 4).await;
    line.coinbase_match(102, "0.20", "1", 2).await;
    line.coinbase_match(105, "1.50", "0.50", 5).await;
    quote_at(ticker, "BTC-USD", "1.50").await;
    assert_eq!(
        seconds(&app, "BTC-USD").await,
        [
            "01 1.10 9.90 1.10 9.90 0.75 2",
            "02 0.20 0.20 0.20 0.20 1 1",
            "03 1.30 1.30 1.30 1.30 0.50 1",
            "04 1.40 1.40 1.40 1.40 0.50 1",
            "05 1.50 1.50 1.50 1.50 0.50 1",
        ]
    );
    app.running.stop().await;
}

#[tokio::test]
async fn of_kraken() {
    let mut exchange = Exchange::open().await;
    let app = app_at("kraken", &exchange, &["--symbols", "kraken:BTC/USD"]).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    // From before we listened, of which the first minute would be half filled.
    line.kraken_trades("snapshot", &[(90, "8.8", 0), (99, "1.0", 0)]).await;
    line.kraken_trades("update", &[(100, "1.10", 1), (102, "1.30", 3)])
        .await;
    quote_at(ticker, "BTC/USD", "1.30").await;
    line.kraken_trades("update", &[(101, "9.90", 1)]).await;
    line.kraken_trades("update", &[(101, "9.90", 1), (103, "1.40", 4)])
        .await;
    quote_at(ticker, "BTC/USD", "1.40").await;
    drop(line);
    when_stale(ticker, VenueKind::Kraken).await;
    let mut line = exchange.line().await;
    // What was missed comes first, with what is known.
    line.kraken_trades(
        "snapshot",
        &[(102, "1.30", 3), (103, "1.40", 4), (104, "1.45", 5), (105, "1.50", 6)],
    )
    .await;
    quote_at(ticker, "BTC/USD", "1.50").await;
    assert_eq!(
        seconds(&app, "BTC/USD").await,
        [
            "01 1.10 9.90 1.10 9.90 1.00 2",
            "03 1.30 1.30 1.30 1.30 0.50 1",
            "04 1.40 1.40 1.40 1.40 0.50 1",
            "05 1.45 1.45 1.45 1.45 0.50 1",
            "06 1.50 1.50 1.50 1.50 0.50 1",
        ]
    );
    app.running.stop().await;
}

#[tokio::test]
async fn of_binance() {
    let mut exchange = Exchange::open().await;
    let app = app_at("binance", &exchange, &["--symbols", "binance:BTCUSDT"]).await;
    let ticker = &app.running.state.ticker;
    let mut line = exchange.line().await;
    line.binance_at(100, "1.10", 1).await;
    line.binance_at(103, "1.30", 3).await;
    quote_at(ticker, "BTCUSDT", "1.30").await;
    line.binance_at(101, "9.90", 1).await;
    line.binance_at(101, "9.90", 1).await;
    line.binance_at(104, "1.40", 4).await;
    quote_at(ticker, "BTCUSDT", "1.40").await;
    drop(line);
    when_stale(ticker, VenueKind::Binance).await;
    let mut line = exchange.line().await;
    line.binance_at(102, "0.20", 2).await;
    line.binance_at(104, "1.40", 4).await;
    line.binance_at(105, "1.50", 5).await;
    quote_at(ticker, "BTCUSDT", "1.50").await;
    assert_eq!(
        seconds(&app, "BTCUSDT").await,
        [
            "01 1.10 9.90 1.10 9.90 1.00 2",
            "02 0.20 0.20 0.20 0.20 0.50 1",
            "03 1.30 1.30 1.30 1.30 0.50 1",
            "04 1.40 1.40 1.40 1.40 0.50 1",
            "05 1.50 1.50 1.50 1.50 0.50 1",
        ]
    );
    app.running.stop().await;
}
