//! A symbol is forgotten: on its page, or by a program.

use futures::StreamExt;
use serde_json::json;

use super::{
    PATIENCE, TestApp,
    bars::{desk, get},
    post, quote,
    stream::read,
};
use crate::{
    accounts::server::scopes::Scope,
    ticker::{model::Key, wire::Update},
};

/// Two days of a symbol with a slash, and another one.
const TICKS: &str = r#"
    {"symbol":"A/B","venue":"des k","last":"1.50","time":"2026-01-04T10:00:00Z"}
    {"symbol":"A/B","venue":"des k","last":"2.50","time":"2026-01-05T10:00:00Z"}
    {"symbol":"A/B","venue":"des k","last":"3.50","time":"2026-01-05T10:07:00Z"}
    {"symbol":"STAYS","venue":"des k","last":"7","time":"2026-01-05T10:00:00Z"}"#;

fn key() -> Key {
    Key {
        symbol: "A/B".into(),
        venue: "des k".into(),
    }
}

/// Sends it; the status.
async fn delete(app: &TestApp, token: &str, query: &str) -> u16 {
    let request = reqwest::Client::new().delete(format!("{}/api/v1/instruments{query}", app.url));
    let answer = request.bearer_auth(token).send().await.expect("an answer");
    answer.status().as_u16()
}

/// Waits until there is nothing of series that are gone.
async fn swept(app: &TestApp) {
    let left = "SELECT (SELECT count(*) FROM bars WHERE series NOT IN (SELECT id FROM series))
        + (SELECT count(*) FROM open_bars WHERE series NOT IN (SELECT id FROM series))";
    let wait = async {
        loop {
            let left: i64 = sqlx::query_scalar(left)
                .fetch_one(&app.running.state.ticker.db.readers)
                .await
                .expect("a count");
            if left == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("in time");
}

#[tokio::test]
async fn a_program_has_a_symbol_forgotten_and_it_begins_anew() {
    let (app, reads) = desk().await;
    let ticker = &app.running.state.ticker;
    post(ticker, TICKS).await;
    let accounts = &app.running.state.accounts;
    let token = accounts
        .create_token("keeper", Scope::Admin, None)
        .await
        .expect("a token");
    let mut events = ticker.feed().open(Some(ticker.board().cursor));
    let one = "?symbol=A/B&venue=des%20k";
    assert_eq!(delete(&app, &reads, one).await, 403);
    for (query, status) in [
        ("", 400),
        ("?symbol=A/B", 400),
        ("?symbol=A/B&venue=DES%20K", 404),
        ("?symbol=&venue=", 404),
        (one, 204),
        (one, 404),
    ] {
        assert_eq!(delete(&app, &token, query).await, status, "{query}");
    }
    assert!(quote(&ticker.board(), "A/B").is_none() && quote(&ticker.board(), "STAYS").is_some());
    let event = tokio::time::timeout(PATIENCE, events.next())
        .await
        .expect("in time")
        .expect("an event");
    let Update::Gone(gone) = read(&event) else {
        panic!("{event:?}")
    };
    assert_eq!((gone.key, gone.version), (key(), event.cursor));
    assert_eq!(get(&app, &reads, "/bars?symbol=A/B").await.0, 404);
    assert_eq!(ticker.instrument(&key()), None);
    swept(&app).await;

    post(
        ticker,
        r#"{"symbol":"A/B","venue":"des k","last":"9","time":"2026-01-05T10:08:00Z"}"#,
    )
    .await;
    let anew = quote(&ticker.board(), "A/B").expect("it is back");
    assert_eq!(
        (anew.last, anew.previous_close, anew.open),
        (9.into(), None, Some(9.into()))
    );
    let (_, bars) = get(&app, &reads, "/bars?symbol=A/B&interval=1m&from=2026-01-01T00:00:00Z").await;
    assert_eq!(bars["bars"].as_array().map(Vec::len), Some(1), "{bars}");
    // What was forgotten stays so.
    assert_eq!(delete(&app, &token, one).await, 204);
    let app = app.again().await;
    let ticker = &app.running.state.ticker;
    assert!(quote(&ticker.board(), "A/B").is_none() && ticker.instrument(&key()).is_none());
    assert_eq!(get(&app, &reads, "/bars?symbol=STAYS&venue=des%20k").await.0, 200);
    app.running.stop().await;
}

#[tokio::test]
async fn an_administrator_is_told_what_is_lost_and_forgets_it_by_a_form() {
    let (app, _) = desk().await;
    let (ines, bob) = (app.sign_in("ines").await, app.join("bob").await);
    let ticker = &app.running.state.ticker;
    post(ticker, TICKS).await;
    let page = async |who: &crate::tests::app::Member, path: &str| {
        let answer = who
            .client
            .get(format!("{}{path}", app.url))
            .send()
            .await
            .expect("an answer");
        let page = answer.text().await.expect("a page");
        // What its scripts are given says everything once more.
        page.split("<script").next().unwrap_or_default().replace("<!>", "")
    };
    let (chart, forget) = (
        "/ticker/chart?symbol=A%2FB&venue=des%20k",
        "/ticker/forget?symbol=A%2FB&venue=des%20k",
    );
    let shown = page(&ines, chart).await;
    assert!(
        shown.contains("Forget this symbol…") && shown.contains("/ticker/forget?symbol="),
        "{shown}"
    );
    assert!(!page(&bob, chart).await.contains("Forget this symbol"));
    let shown = page(&ines, forget).await;
    for words in [
        "all its bars, on 2 days since 2026-01-04",
        "its newest price, 3.50",
        "Forget the symbol",
    ] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let refused = page(&bob, forget).await;
    assert!(
        refused.contains("Only administrators can do that.") && !refused.contains("<form"),
        "{refused}"
    );
    assert_eq!(bob.call(&app, "symbol_losses", json!({ "key": key() })).await.0, 403);
    let form = [("symbol", "A/B"), ("venue", "des k")];
    assert_eq!(bob.form(&app, "forget_symbol", &form).await, 403);
    assert!(quote(&ticker.board(), "A/B").is_some());
    assert_eq!(ines.form(&app, "forget_symbol", &form).await, 200);
    assert!(quote(&ticker.board(), "A/B").is_none());
    assert!(page(&ines, forget).await.contains("Nothing is known of"));
    assert_eq!(ines.form(&app, "forget_symbol", &form).await, 404);
    swept(&app).await;
    app.running.stop().await;
}
