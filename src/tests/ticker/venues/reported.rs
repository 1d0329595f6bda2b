//! How venues are, on their page and in the metrics.

use super::{Exchange, app_at, quote_at};
use crate::accounts::server::scopes::Scope;

#[tokio::test]
async fn the_page_and_the_metrics_say_how_venues_are() {
    let mut exchange = Exchange::open().await;
    let app = app_at("coinbase", &exchange, &["--symbols", "coinbase:BTC-USD"]).await;
    let ticker = &app.running.state.ticker;
    let (mut line, _) = exchange.subscribed().await;
    line.ticker("BTC-USD", 1, 1, "1.10").await;
    line.heartbeat("BTC-USD", 3).await;
    line.say(r#"{"type":"error","message":"<b>Slow</b>"}"#).await;
    line.ticker("BTC-USD", 2, 4, "1.20").await;
    quote_at(ticker, "BTC-USD", "1.20").await;

    let page = |client: reqwest::Client| {
        let url = format!("{}/ticker/venues", app.url);
        async move { client.get(url).send().await.expect("an answer") }
    };
    let member = app.admin().await;
    let answer = page(member.client.clone()).await;
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.expect("a page");
    for shown in [
        "coinbase",
        "live since",
        "last heard from",
        "5 frames · 2 prices · 0 reconnections · 1 gap",
        "BTC-USD",
        "&lt;b&gt;Slow&lt;/b&gt;",
        "demo, kraken, binance, finnhub, alpaca, replay",
    ] {
        assert!(text.contains(shown), "{shown} in {text}");
    }
    let stranger = page(app.client()).await;
    let led = stranger.headers()["location"].to_str().expect("text").to_owned();
    let text = stranger.text().await.expect("a page");
    assert!(led == "/sign-in" && !text.contains("coinbase"), "{led}: {text}");

    let metrics = |token: Option<String>| {
        let request = app.client().get(format!("{}/metrics", app.url));
        let request = token.into_iter().fold(request, reqwest::RequestBuilder::bearer_auth);
        async move { request.send().await.expect("an answer") }
    };
    let accounts = &app.running.state.accounts;
    let token = accounts
        .create_token("prometheus", Scope::Admin, None)
        .await
        .expect("a token");
    let answer = metrics(Some(token)).await;
    let kind = answer.headers()["content-type"].to_str().expect("text").to_owned();
    assert!(
        answer.status() == 200 && kind.starts_with("text/plain; version=0.0.4"),
        "{kind}"
    );
    let text = answer.text().await.expect("metrics");
    for line in [
        "squawkbox_venue_up{venue=\"coinbase\"} 1",
        "squawkbox_venue_frames_total{venue=\"coinbase\"} 5",
        "squawkbox_venue_gaps_total{venue=\"coinbase\"} 1",
        "squawkbox_venue_faults{venue=\"coinbase\"} 1",
    ] {
        assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
    }
    assert_eq!(metrics(None).await.status(), 401);
    assert_eq!(
        metrics(Some(app.token().await)).await.status(),
        403,
        "to send is not to read"
    );
    app.running.stop().await;
}
