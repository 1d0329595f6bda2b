//! Bars: kept from ticks, in any order and across restarts, and what programs are told of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::{PATIENCE, TestApp, post, without_venues};
use crate::{
    accounts::server::scopes::Scope,
    ticker::server::bars::{
        Interval,
        retention::{Keep, sweep},
        store,
    },
    time::Timestamp,
};

/// A token that may read.
async fn reader(app: &TestApp) -> String {
    let accounts = &app.running.state.accounts;
    accounts
        .create_token("reports", Scope::Read, None)
        .await
        .expect("a token")
}

async fn send(app: &TestApp, token: &str, path: &str) -> reqwest::Response {
    let request = reqwest::Client::new()
        .get(format!("{}{path}", app.url))
        .bearer_auth(token);
    request.send().await.expect("an answer")
}

async fn get(app: &TestApp, token: &str, path: &str) -> (u16, Value) {
    let answer = send(app, token, &format!("/api/v1{path}")).await;
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// A server where a token may read and nothing comes by itself.
async fn desk() -> (TestApp, String) {
    let app = without_venues().await;
    app.admin().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    let token = reader(&app).await;
    (app, token)
}

/// `time open high low close volume ticks` of each bar.
fn lines(answer: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let line = |bar: &Value| {
        let fields = ["time", "open", "high", "low", "close", "volume", "ticks"];
        fields
            .map(|field| text(&bar[field]).replace("2026-01-05T", "").replace(".000000Z", ""))
            .join(" ")
    };
    answer["bars"].as_array().expect("a list").iter().map(line).collect()
}

fn tick(last: &str, time: &str, seq: u32, size: &str) -> String {
    format!(r#"{{"symbol":"A","venue":"x","last":"{last}","time":"2026-01-05T{time}Z","seq":{seq},"size":"{size}"}}"#)
}

#[tokio::test]
async fn late_ticks_and_repeats_end_in_the_same_bars_whatever_is_restarted() {
    let (app, token) = desk().await;
    let rounds = [
        vec![tick("1.10", "10:00:00.5", 1, "2"), tick("1.30", "10:00:01", 2, "0.50")],
        vec![tick("1.20", "10:01:10", 4, "1")],
        // Late, into a second that is closed, and into one that had none; and what was sent before.
        vec![
            tick("1.05", "10:00:00.1", 0, "1"),
            tick("1.15", "10:00:30", 3, "1"),
            tick("1.20", "10:01:10", 4, "1"),
        ],
    ];
    for round in &rounds {
        post(&app.running.state.ticker, &round.join("\n")).await;
    }
    let seconds = [
        "10:00:00 1.05 1.10 1.05 1.10 3 2",
        "10:00:01 1.30 1.30 1.30 1.30 0.50 1",
        "10:00:30 1.15 1.15 1.15 1.15 1 1",
        "10:01:10 1.20 1.20 1.20 1.20 1 1",
    ];
    let minutes = [
        "10:00:00 1.05 1.30 1.05 1.15 4.50 4",
        "10:01:00 1.20 1.20 1.20 1.20 1 1",
    ];
    let ask = "/bars?symbol=A&venue=x&from=2026-01-05T00:00:00Z&interval=";
    let (status, answer) = get(&app, &token, &format!("{ask}1s")).await;
    assert_eq!(
        (status, lines(&answer)),
        (200, seconds.map(str::to_owned).to_vec()),
        "{answer}"
    );
    assert_eq!(lines(&get(&app, &token, &format!("{ask}1m")).await.1), minutes);
    let day = ["00:00:00 1.05 1.30 1.05 1.20 5.50 5"];
    assert_eq!(lines(&get(&app, &token, &format!("{ask}1d")).await.1), day);

    let app = app.again().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    for round in &rounds {
        post(&app.running.state.ticker, &round.join("\n")).await;
    }
    assert_eq!(
        lines(&get(&app, &token, &format!("{ask}1s")).await.1),
        seconds,
        "sent again after a restart"
    );
    post(&app.running.state.ticker, &tick("0.90", "10:00:00.9", 7, "1")).await;
    let (_, answer) = get(&app, &token, &format!("{ask}5m")).await;
    assert_eq!(lines(&answer), ["10:00:00 1.05 1.30 0.90 1.20 6.50 6"]);
    assert_eq!(answer["bars"][0]["minutes"], 2);
    assert_eq!(answer.get("next"), None);
    app.running.stop().await;
}

#[tokio::test]
async fn many_bars_come_in_pages_as_json_and_as_csv() {
    let (app, token) = desk().await;
    // Every second minute of three hours has ticks.
    let minutes: Vec<String> = (0..90)
        .map(|n| {
            tick(
                &format!("{n}.0"),
                &format!("{:02}:{:02}:00", 10 + n / 30, n % 30 * 2),
                n,
                "1",
            )
        })
        .collect();
    post(&app.running.state.ticker, &minutes.join("\n")).await;
    let whole = "/bars?symbol=A&interval=1m&from=2026-01-05T10:00:00Z";
    let (_, all) = get(&app, &token, whole).await;
    assert_eq!(lines(&all).len(), 90);
    for (interval, limit) in [("1m", 7), ("1m", 89), ("1m", 90), ("1h", 1), ("15m", 5)] {
        let first = format!("/bars?symbol=A&interval={interval}&from=2026-01-05T10:00:00Z");
        let (_, all) = get(&app, &token, &first).await;
        let (mut path, mut pages, mut got) = (format!("{first}&limit={limit}"), 0, Vec::new());
        loop {
            let (status, page) = get(&app, &token, &path).await;
            assert_eq!(status, 200, "{page}");
            assert!(lines(&page).len() <= limit);
            got.extend(lines(&page));
            pages += 1;
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/bars?symbol=A&interval={interval}&limit={limit}&cursor={next}");
        }
        assert_eq!(got, lines(&all), "{interval} by {limit}");
        assert!(pages >= lines(&all).len().div_ceil(limit));
    }
    // The newest, and up to a time.
    let (_, newest) = get(&app, &token, "/bars?symbol=A&interval=1m&limit=3").await;
    assert_eq!(lines(&newest), lines(&all)[87..]);
    let (_, until) = get(
        &app,
        &token,
        "/bars?symbol=A&interval=1m&limit=2&to=2026-01-05T10:06:00Z",
    )
    .await;
    assert_eq!(lines(&until), lines(&all)[1..3]);

    let answer = send(&app, &token, &format!("/api/v1{whole}&limit=2&format=csv")).await;
    let link = answer.headers()["link"].to_str().expect("text").to_owned();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let csv = answer.text().await.expect("text");
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        [
            "time,open,high,low,close,volume,ticks",
            "2026-01-05T10:00:00.000000Z,0.0,0.0,0.0,0.0,1,1",
            "2026-01-05T10:02:00.000000Z,1.0,1.0,1.0,1.0,1,1"
        ]
    );
    let next = link
        .strip_prefix('<')
        .and_then(|link| link.split_once('>'))
        .expect("a link")
        .0;
    let answer = send(&app, &token, next).await.text().await.expect("text");
    assert!(answer.contains("2026-01-05T10:04:00.000000Z,2.0"), "{answer}");
    let request = reqwest::Client::new()
        .get(format!("{}/api/v1{whole}", app.url))
        .bearer_auth(&token);
    let csv = request.header("accept", "text/csv").send().await.expect("an answer");
    assert!(csv.text().await.expect("text").starts_with("time,open"));
    app.running.stop().await;
}

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
        ("/bars?symbol=BTC-USD", 400, "by `venue`: x, y"),
        ("/bars?symbol=BTCUSD", 404, "Near it: BTC-USD"),
        ("/bars?symbol=BTC-USD&venue=z", 404, "at z"),
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
    let app = app.again().await;
    check(&app).await;
    // A late tick into the day before changes what this one is measured from.
    let late = at("1.15", 5, "1").replace("T10", "T11");
    post(&app.running.state.ticker, &late).await;
    let (_, quotes) = get(&app, &token, "/quotes").await;
    assert_eq!(quotes[0]["day"]["previous_close"], "1.15");
    app.running.stop().await;
}

#[tokio::test]
async fn old_bars_go_and_those_of_symbols_that_are_gone() {
    let (app, token) = desk().await;
    let now = Timestamp::parse("2026-01-05T10:00:00Z").expect("a time");
    for day in [-800, -3, -1, 0] {
        let time = now.plus_seconds(day * 86_400);
        for second in 0..40 {
            let line = format!(
                r#"{{"symbol":"A","last":1,"time":"{}","seq":{second}}}"#,
                time.plus_seconds(second)
            );
            post(&app.running.state.ticker, &line).await;
        }
    }
    post(
        &app.running.state.ticker,
        r#"{"symbol":"GONE","venue":"old","last":1,"time":"2026-01-05T10:00:00Z"}"#,
    )
    .await;
    post(
        &app.running.state.ticker,
        r#"{"symbol":"GONE","venue":"old","last":1,"time":"2026-01-05T11:00:00Z"}"#,
    )
    .await;
    app.running.state.ticker.recorder.forget("old");
    app.running.state.ticker.recorder.committed().await.expect("kept");
    let db = &app.running.state.ticker.db;
    let keep = Keep {
        seconds: 2,
        minutes: 731,
    };
    let deleted = sweep(&db.writer, keep, now.plus_seconds(60)).await.expect("swept");
    assert!(deleted > 0);
    assert_eq!(sweep(&db.writer, keep, now.plus_seconds(60)).await.expect("swept"), 0);
    let days = async |interval: &str| {
        let path = format!("/bars?symbol=A&interval={interval}&from=2020-01-01T00:00:00Z&limit=5000");
        let (_, answer) = get(&app, &token, &path).await;
        let bars = answer["bars"].as_array().expect("a list").iter();
        let mut days: Vec<String> = bars
            .map(|bar| bar["time"].as_str().expect("text")[..10].to_owned())
            .collect();
        days.dedup();
        days.len()
    };
    assert_eq!((days("1s").await, days("1m").await, days("1d").await), (2, 3, 4));
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM bars WHERE series NOT IN (SELECT id FROM series)")
        .fetch_one(&db.readers)
        .await
        .expect("a count");
    assert_eq!(left, 0);
    assert!(store::find(&db.readers, "GONE", None).await.expect("read").is_empty());
    // Its number is not used again, also after a restart.
    let app = app.again().await;
    post(&app.running.state.ticker, r#"{"symbol":"NEW","venue":"old","last":1}"#).await;
    let db = &app.running.state.ticker.db.readers;
    let new = store::find(db, "NEW", Some("old")).await.expect("read")[0].0;
    assert_eq!(new, 3);
    let (bars, _) = store::bars(db, new, Interval::Minute, (0, i64::MAX), 10)
        .await
        .expect("read");
    assert_eq!(bars.len(), 1);
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
