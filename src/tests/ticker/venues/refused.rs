//! A venue that refuses all that is watched there is left alone until something else is.

use std::time::Duration;

use serde_json::json;

use super::{Exchange, app_at, board_when, fault, quote_at, state};
use crate::ticker::model::{Line, VenueKind::Coinbase};

#[tokio::test]
async fn it_rests_until_what_is_watched_changes() {
    let mut exchange = Exchange::open().await;
    let flags = ["--symbols", "coinbase:NO-PE", "--linger-seconds", "0"];
    let app = app_at("coinbase", &exchange, &flags).await;
    let ticker = &app.running.state.ticker;
    let (mut line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["NO-PE"]));
    line.say(r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#)
        .await;
    assert!(line.is_left().await, "there is nothing to listen for");
    board_when(ticker, |board| {
        (state(board, Coinbase).line == Line::Idle).then_some(())
    })
    .await;
    assert_eq!(
        fault(ticker, Coinbase).await,
        "nothing to watch: coinbase refused NO-PE (Failed to subscribe: NO-PE is not a valid product)"
    );
    assert!(exchange.nobody_for(Duration::from_secs(3)).await, "and it stays so");
    let member = app.admin().await;
    let page = member.client.get(format!("{}/ticker/venues", app.url));
    let page = page.send().await.expect("an answer").text().await.expect("a page");
    assert!(page.contains("nothing to watch: coinbase refused NO-PE"), "{page}");

    // Something else is watched, and later once more what was refused.
    let want = ticker.want(Coinbase, "BTC-USD").expect("room");
    let (mut line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["BTC-USD", "NO-PE"]));
    line.say(r#"{"type":"error","message":"Failed to subscribe","reason":"NO-PE is not a valid product"}"#)
        .await;
    assert_eq!(line.hear().await["product_ids"], json!(["BTC-USD"]));
    line.ticker("BTC-USD", 1, 1, "1.10").await;
    quote_at(ticker, "BTC-USD", "1.10").await;
    drop(want);
    assert_eq!(line.hear().await["type"], "unsubscribe");
    assert!(line.is_left().await);
    assert!(exchange.nobody_for(Duration::from_secs(1)).await);
    let want = ticker.want(Coinbase, "ETH-USD").expect("room");
    let (_line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["ETH-USD", "NO-PE"]));
    drop(want);
    app.running.stop().await;
}
