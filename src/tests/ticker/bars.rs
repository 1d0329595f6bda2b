//! Bars: kept from ticks, in any order and across restarts, and handed out in pages.

use serde_json::{Value, json};

use super::{TestApp, post, without_venues};
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
pub async fn reader(app: &TestApp) -> String {
    let accounts = &app.running.state.accounts;
    accounts
        .create_token("reports", Scope::Read, None)
        .await
        .expect("a token")
}

/// What `path` answers.
pub async fn send(app: &TestApp, token: &str, path: &str) -> reqwest::Response {
    let request = reqwest::Client::new()
        .get(format!("{}{path}", app.url))
        .bearer_auth(token);
    request.send().await.expect("an answer")
}

/// What the API answers.
pub async fn get(app: &TestApp, token: &str, path: &str) -> (u16, Value) {
    let answer = send(app, token, &format!("/api/v1{path}")).await;
    (answer.status().as_u16(), answer.json().await.expect("JSON"))
}

/// A server where a token may read and nothing comes by itself.
pub async fn desk() -> (TestApp, String) {
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
async fn ticks_without_a_time_are_told_apart_by_their_numbers_and_their_lines() {
    let (app, token) = desk().await;
    let body = [(5, 2), (7, 3), (6, 4)]
        .map(|(last, id)| format!(r#"{{"symbol":"A","venue":"x","last":{last},"size":1,"trade_id":{id}}}"#));
    let day = async |app: &TestApp| {
        let (_, answer) = get(app, &token, "/bars?symbol=A&interval=1d").await;
        let bars = answer["bars"].as_array().expect("a list").clone();
        let sum: u64 = bars.iter().map(|bar| bar["ticks"].as_u64().expect("a number")).sum();
        (bars[0]["open"].clone(), bars[bars.len() - 1]["close"].clone(), sum)
    };
    for _ in 0..2 {
        post(&app.running.state.ticker, &body.join("\n")).await;
        assert_eq!(
            day(&app).await,
            (json!("5"), json!("6"), 3),
            "in the order of their lines"
        );
    }
    // Also after a restart, of the newest.
    let app = app.again().await;
    app.running.state.ticker.choose_venues(&[]).await.expect("kept");
    post(&app.running.state.ticker, &body.join("\n")).await;
    assert_eq!(day(&app).await.2, 3);
    post(
        &app.running.state.ticker,
        r#"{"symbol":"A","venue":"x","last":1,"size":1}"#,
    )
    .await;
    post(
        &app.running.state.ticker,
        r#"{"symbol":"A","venue":"x","last":1,"size":1}"#,
    )
    .await;
    assert_eq!(day(&app).await.2, 5, "without a number each is another");
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
            "time,open,high,low,close,volume,ticks,minutes,symbol,venue,interval",
            "2026-01-05T10:00:00.000000Z,0.0,0.0,0.0,0.0,1,1,,A,x,1m",
            "2026-01-05T10:02:00.000000Z,1.0,1.0,1.0,1.0,1,1,,A,x,1m"
        ]
    );
    let hours = send(
        &app,
        &token,
        &format!("/api/v1{whole}&interval=1h&format=csv").replace("interval=1m&", ""),
    )
    .await;
    let hours = hours.text().await.expect("text");
    assert!(
        hours.contains("\r\n2026-01-05T10:00:00.000000Z,0.0,29.0,0.0,29.0,30,30,30,A,x,1h\r\n"),
        "{hours}"
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
    let db = &app.running.state.ticker.db;
    let gone = store::find(&db.readers, "GONE", None).await.expect("read")[0].0;
    app.running.state.ticker.recorder.forget("old");
    app.running.state.ticker.recorder.committed().await.expect("kept");
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
    assert!(new > gone, "{new} after {gone}");
    let (bars, _) = store::bars(db, new, Interval::Minute, (0, i64::MAX), 10)
        .await
        .expect("read");
    assert_eq!(bars.len(), 1);
    app.running.stop().await;
}

#[tokio::test]
async fn what_is_seldom_traded_has_as_many_bars_as_anything() {
    let (app, token) = desk().await;
    let ticks: Vec<String> = (0..240)
        .map(|n| {
            format!(
                r#"{{"symbol":"A","last":{n},"time":"2026-01-0{}T{:02}:{:02}:00Z"}}"#,
                5 + n / 72,
                n / 3 % 24,
                n % 3 * 20
            )
        })
        .collect();
    post(&app.running.state.ticker, &ticks.join("\n")).await;
    let (_, newest) = get(&app, &token, "/bars?symbol=A&interval=1m&limit=100").await;
    let closes = newest["bars"].as_array().expect("a list").iter();
    let closes: Vec<_> = closes
        .map(|bar| bar["close"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(closes, (140..240).map(|n: u32| n.to_string()).collect::<Vec<_>>());
    app.running.stop().await;
}
