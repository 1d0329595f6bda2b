//! What programs are told of prices: refusals, quotes, instruments, the event stream.

use std::time::Duration;

use serde_json::json;

use super::{
    PATIENCE, TestApp,
    bars::{desk, get, send},
    post,
};
use crate::accounts::server::scopes::Scope;

#[tokio::test]
async fn what_can_t_be_asked_is_answered_with_a_problem() {
    let (app, token) = desk().await;
    post(
        &app.running.state.ticker,
        r#"{"symbol":"BTC-USD","venue":"x","last":1}"#,
    )
    .await;
    post(
        &app.running.state.ticker,
        r#"{"symbol":"BTC-USD","venue":"y","last":2}"#,
    )
    .await;
    for (path, status, words) in [
        ("/bars", 400, "`symbol` is missing"),
        ("/bars?symbol=BTCUSD", 404, "Near it: BTC-USD"),
        ("/bars?symbol=BTC-USD&venue=z", 404, "at z; there are at x, y."),
        ("/bars?symbol=BTC-USD&venue=x&interval=2m", 400, "1s, 1m, 5m"),
        (
            "/bars?symbol=BTC-USD&venue=x&from=noon",
            400,
            "`from`: expected RFC 3339",
        ),
        ("/bars?symbol=BTC-USD&venue=x&cursor=-1", 400, "`cursor`"),
        ("/bars?symbol=BTC-USD&venue=x&format=xml", 400, "csv or json"),
        ("/bars?symbol=BTC-USD&venue=x&limit=x", 400, "limit"),
    ] {
        let (got, problem) = get(&app, &token, path).await;
        assert_eq!((got, &problem["status"]), (status, &json!(status)), "{path}: {problem}");
        assert!(
            problem["detail"].as_str().expect("text").contains(words),
            "{path}: {problem}"
        );
    }
    let poster = app
        .running
        .state
        .accounts
        .create_token("poster", Scope::Post, None)
        .await
        .expect("a token");
    assert_eq!(get(&app, &poster, "/quotes").await.0, 403);
    assert_eq!(get(&app, "sbx_nonsense", "/quotes").await.0, 401);
    let (_, api) = get(&app, &token, "/openapi.json").await;
    for path in ["/api/v1/bars", "/api/v1/quotes", "/api/v1/instruments", "/api/v1/rooms"] {
        assert!(api["paths"][path]["get"].is_object(), "{path}");
    }
    app.running.stop().await;
}

#[tokio::test]
async fn quotes_have_their_day_and_instruments_their_precision() {
    let (app, token) = desk().await;
    let at = |last: &str, day: u32, size: &str| {
        format!(r#"{{"symbol":"A","last":"{last}","bid":"1.005","time":"2026-01-{day:02}T10:00:00Z","size":"{size}"}}"#)
    };
    for line in [at("1.10", 5, "3"), at("1.20", 7, "2"), at("0.9", 7, "0.5")] {
        post(&app.running.state.ticker, &line).await;
    }
    let day = json!({"date": "2026-01-07", "open": "0.9", "high": "1.20", "low": "0.9", "volume": "2.5", "previous_close": "1.10"});
    let check = async |app: &TestApp| {
        let (_, quotes) = get(app, &token, "/quotes?symbols=A,B").await;
        assert_eq!(
            (&quotes[0]["last"], &quotes[0]["day"]),
            (&json!("0.9"), &day),
            "{quotes}"
        );
    };
    check(&app).await;
    assert_eq!(get(&app, &token, "/quotes?symbols=B").await, (200, json!([])));
    assert_eq!(get(&app, &token, "/quotes?venue=other").await, (200, json!([])));
    let (_, instruments) = get(&app, &token, "/instruments").await;
    assert_eq!(
        (&instruments[0]["symbol"], &instruments[0]["precision"]),
        (&json!("A"), &json!(3))
    );
    assert_eq!(instruments[0].get("phase"), None, "nobody says when it is traded");
    let app = app.again().await;
    check(&app).await;
    // A late tick into the day before changes what this one is measured from.
    let late = at("1.15", 5, "1").replace("T10", "T11");
    post(&app.running.state.ticker, &late).await;
    let (_, quotes) = get(&app, &token, "/quotes").await;
    assert_eq!(quotes[0]["day"]["previous_close"], "1.15");
    let figures = |quotes: &serde_json::Value| {
        ["open", "previous_close", "change", "change_percent"].map(|name| quotes[0][name].clone())
    };
    let said = |texts: [&str; 4]| texts.map(|text| json!(text));
    assert_eq!(figures(&quotes), said(["0.9", "1.15", "-0.25", "-21.74"]));
    // What is said of the day goes before what was heard of it, and is kept.
    let line = r#"{"symbol":"A","last":"1.00","open":"0.95","previous_close":"0.80","time":"2026-01-07T11:00:00Z"}"#;
    post(&app.running.state.ticker, line).await;
    let app = app.again().await;
    // A late one from the morning moves neither.
    let late = at("0.99", 7, "1").replace("T10", "T09");
    post(&app.running.state.ticker, &late).await;
    let (_, quotes) = get(&app, &token, "/quotes").await;
    assert_eq!(figures(&quotes), said(["0.95", "0.80", "0.20", "25.00"]));
    assert_eq!(
        (&quotes[0]["day"]["open"], &quotes[0]["day"]["previous_close"]),
        (&json!("0.95"), &json!("0.80"))
    );
    let board = app.running.state.ticker.board();
    let change = board.quotes[0].change.as_ref().expect("a change");
    assert_eq!((change.0.as_str(), change.1.as_deref()), ("+0.20", Some("+25.00%")));
    app.running.stop().await;
}

#[tokio::test]
async fn a_program_follows_some_symbols() {
    let (app, token) = desk().await;
    post(&app.running.state.ticker, r#"{"symbol":"A","last":1}"#).await;
    post(&app.running.state.ticker, r#"{"symbol":"B","last":1}"#).await;
    let poster = app
        .running
        .state
        .accounts
        .create_token("poster", Scope::Post, None)
        .await
        .expect("a token");
    let path = "/events?topics=ticker&symbols=B";
    assert_eq!(send(&app, &poster, path).await.status(), 403);
    assert_eq!(send(&app, "sbx_nonsense", path).await.status(), 401);
    let mut stream = send(&app, &token, path).await;
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    post(&app.running.state.ticker, r#"{"symbol":"A","last":"2.5"}"#).await;
    post(&app.running.state.ticker, r#"{"symbol":"B","last":"3.5"}"#).await;
    let mut heard = String::new();
    let listening = async {
        while !heard.contains("3.5") {
            let chunk = stream.chunk().await.expect("open").expect("bytes");
            heard.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    };
    tokio::time::timeout(PATIENCE, listening).await.expect("heard in time");
    assert!(!heard.contains(r#""symbol":"A""#), "{heard}");
    // It ends with its token.
    let accounts = &app.running.state.accounts;
    let tokens = accounts.tokens().await.expect("read");
    let id = tokens.iter().find(|token| token.name == "reports").expect("there").id;
    accounts.revoke_token(id).await.expect("revoked");
    let end = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(Duration::from_secs(3), end)
        .await
        .expect("it ends");
    app.running.stop().await;
}
