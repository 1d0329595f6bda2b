//! Subscriptions follow the lists of those who look.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Exchange, Member, TestApp, VenueKind};
use crate::{
    accounts::server::scopes::Scope,
    tests::ticker::{PATIENCE, exchange::Line},
    ticker::server::Ticker,
};

/// A server at an exchange where `BTC-USD` is always watched, and a team on it.
async fn desk(exchange: &mut Exchange) -> (TestApp, Member, Line) {
    let flags = [
        "--venues",
        "coinbase",
        "--coinbase-url",
        &exchange.url,
        "--symbols",
        "coinbase:BTC-USD",
        "--linger-seconds",
        "1",
    ];
    let app = TestApp::with(&flags).await;
    let (line, hello) = exchange.subscribed().await;
    assert_eq!(hello["product_ids"], json!(["BTC-USD"]));
    let ines = app.admin().await;
    (app, ines, line)
}

/// Opens the event stream, and keeps it open until it is dropped.
async fn open(app: &TestApp, who: &Member) -> reqwest::Response {
    let answer = who.client.get(format!("{}/events?topics=ticker,logs", app.url)).send();
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), 200);
    answer
}

/// What the server asks the exchange for next: `subscribe` or `unsubscribe`, and of what.
async fn asked(line: &mut Line) -> (Value, Value) {
    let mut asked = line.hear().await;
    (asked["type"].take(), asked["product_ids"].take())
}

fn watched(ticker: &Ticker, venue: VenueKind) -> Vec<String> {
    let report = ticker.venues().into_iter().find(|report| report.state.venue == venue);
    report.expect("every venue is reported").symbols
}

/// Waits until it holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "{what}");
}

#[tokio::test]
async fn what_is_on_a_list_is_watched_while_somebody_looks() {
    let mut exchange = Exchange::open().await;
    let (app, ines, mut line) = desk(&mut exchange).await;
    let tomasz = app.join("tomasz").await;
    let team = ines.make(&app, "Majors", true).await;
    let own = ines.make(&app, "Mine", false).await;
    ines.on_list(&app, team, "add_to_list", &[("symbol", "coinbase:ETH-USD, FLOOR:AAPL")])
        .await;
    ines.on_list(
        &app,
        own,
        "add_to_list",
        &[("symbol", "coinbase:SOL-USD, coinbase:ETH-USD")],
    )
    .await;
    assert!(line.silent_for(Duration::from_millis(300)).await, "nobody looks");

    let first = open(&app, &tomasz).await;
    assert_eq!(
        asked(&mut line).await,
        (json!("subscribe"), json!(["ETH-USD"])),
        "not what is another's own"
    );
    let second = open(&app, &ines).await;
    assert_eq!(asked(&mut line).await, (json!("subscribe"), json!(["SOL-USD"])));
    let third = open(&app, &ines).await;
    assert!(line.silent_for(Duration::from_millis(300)).await, "it is there already");

    // A change is followed at once, whoever made it.
    tomasz
        .on_list(&app, team, "add_to_list", &[("symbol", "coinbase:ADA-USD")])
        .await;
    assert_eq!(asked(&mut line).await, (json!("subscribe"), json!(["ADA-USD"])));
    ines.on_list(
        &app,
        own,
        "remove_from_list",
        &[("symbol", "SOL-USD"), ("venue", "coinbase")],
    )
    .await;
    assert_eq!(asked(&mut line).await, (json!("unsubscribe"), json!(["SOL-USD"])));
    line.ticker("ADA-USD", 1, 1, "0.55").await;
    super::super::quote_at(&app.running.state.ticker, "ADA-USD", "0.55").await;

    // Until the last stream is gone.
    drop((first, second));
    assert!(line.silent_for(Duration::from_millis(1_500)).await, "one is still open");
    drop(third);
    let (kind, mut symbols) = asked(&mut line).await;
    let mut gone: Vec<Value> = symbols.as_array_mut().expect("a list").drain(..).collect();
    if gone.len() == 1 {
        gone.extend(asked(&mut line).await.1.as_array().expect("a list").iter().cloned());
    }
    gone.sort_by_key(ToString::to_string);
    assert_eq!(
        (kind, gone),
        (json!("unsubscribe"), vec![json!("ADA-USD"), json!("ETH-USD")])
    );

    // A program that listens looks as well, at the team's.
    let accounts = &app.running.state.accounts;
    let token = accounts
        .create_token("reports", Scope::Read, None)
        .await
        .expect("a token");
    let stream = super::super::bars::send(&app, &token, "/events?topics=ticker").await;
    assert_eq!(asked(&mut line).await.0, json!("subscribe"));
    until("both", async || {
        watched(&app.running.state.ticker, VenueKind::Coinbase).len() == 3
    })
    .await;
    drop(stream);
    let logs = ines
        .client
        .get(format!("{}/events?topics=logs", app.url))
        .send()
        .await
        .expect("an answer");
    until("logs are no prices", async || {
        watched(&app.running.state.ticker, VenueKind::Coinbase).len() == 1
    })
    .await;
    drop(logs);
    app.running.stop().await;
}

#[tokio::test]
async fn what_a_venue_does_not_take_is_said_and_taken_when_there_is_room() {
    let mut exchange = Exchange::open().await;
    let (app, ines, _line) = desk(&mut exchange).await;
    let tomasz = app.join("tomasz").await;
    let ticker = &app.running.state.ticker;
    // Finnhub gives 50, of which the server always watches three.
    let text: String = (0..46).map(|n| format!("finnhub:S{n:02}\n")).collect();
    let (hers, his) = (
        ines.make(&app, "Hers", false).await,
        tomasz.make(&app, "His", false).await,
    );
    ines.on_list(&app, hers, "import_list", &[("text", &text)]).await;
    tomasz
        .on_list(
            &app,
            his,
            "add_to_list",
            &[("symbol", "finnhub:T1, finnhub:T2, coinbase:ETH-USD")],
        )
        .await;
    let first = open(&app, &ines).await;
    until("hers", async || watched(ticker, VenueKind::Finnhub).len() == 49).await;
    let before = ticker.board().lists;
    let second = open(&app, &tomasz).await;
    until("his", async || watched(ticker, VenueKind::Finnhub).len() == 50).await;
    until("told", async || ticker.board().lists > before).await;
    let seen = tomasz.lists(&app).await;
    let (key, why) = seen.refused.first().expect("refused").clone();
    assert_eq!(
        (seen.refused.len(), key.symbol.as_str(), key.venue.as_str()),
        (1, "T2", "finnhub")
    );
    assert!(why.contains("50 symbols at most"), "{why}");
    assert_eq!(ines.lists(&app).await.refused, [], "of what one sees alone");
    assert!(
        watched(ticker, VenueKind::Coinbase).contains(&"ETH-USD".to_owned()),
        "the rest is watched"
    );

    // There is room when somebody lets go: by a change or by leaving.
    ines.on_list(
        &app,
        hers,
        "remove_from_list",
        &[("symbol", "S00"), ("venue", "finnhub")],
    )
    .await;
    until("room", async || tomasz.lists(&app).await.refused.is_empty()).await;
    assert!(watched(ticker, VenueKind::Finnhub).contains(&"T2".to_owned()));
    tomasz
        .on_list(&app, his, "add_to_list", &[("symbol", "finnhub:T3")])
        .await;
    until("full again", async || tomasz.lists(&app).await.refused.len() == 1).await;
    drop(first);
    until("room again", async || tomasz.lists(&app).await.refused.is_empty()).await;
    drop(second);
    app.running.stop().await;
}
