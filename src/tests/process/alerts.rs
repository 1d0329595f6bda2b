//! Alerts of a server that is killed while lines come that make them fire: each firing is one message, and its count is right.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use super::{DESK, bars::token, chat::model::Message, cookie, create_user, server::Server, socket::Socket};

/// Rules that fire once each, and go on: over the lines of a source each.
const GOING_ON: u64 = 4;
/// Lines in a request, of all those sources in turn.
const BATCH: u64 = 40;
/// Lines of a burst that makes the last rule fire, and be over some seconds later.
const BURST: u64 = 20;
/// Milliseconds from a burst to the kill.
const LIVES: [u64; 5] = [0, 40, 350, 1_300, 5_400];

async fn make(server: &Server, cookie: &str, form: &[(&str, &str)]) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let request = client
        .build()
        .expect("a client")
        .post(format!("{}/alerts/keep", server.url));
    let request = request
        .header("origin", &server.url)
        .header("cookie", cookie)
        .form(form);
    let answer = request.send().await.expect("an answer");
    assert_eq!(answer.headers()["location"], "/alerts?done=kept");
}

async fn post(url: &str, token: &str, lines: Vec<String>) -> Option<()> {
    let (count, body) = (lines.len(), lines.join("\n"));
    loop {
        let request = reqwest::Client::new().post(format!("{url}/ingest/logs"));
        let answer = request.bearer_auth(token).body(body.clone()).send().await.ok()?;
        let too_fast = answer.status() == reqwest::StatusCode::TOO_MANY_REQUESTS;
        let report: serde_json::Value = answer.json().await.ok()?;
        if !too_fast {
            assert_eq!(report["accepted"], count, "{report}");
            return Some(());
        }
        let wait = report["detail"].as_u64().expect("seconds");
        tokio::time::sleep(Duration::from_secs(wait)).await;
    }
}

fn batch() -> Vec<String> {
    let line = |n: u64| format!(r#"{{"message":"it goes on","source":"src{}"}}"#, n % GOING_ON);
    (0..BATCH).map(line).collect()
}

fn burst() -> Vec<String> {
    let line = |n: u64| format!(r#"{{"message":"burst {n}","source":"burst"}}"#);
    (0..BURST).map(line).collect()
}

/// How many lines of a source were kept, whether that was acknowledged or not.
async fn kept(server: &Server, token: &str, source: &str) -> u64 {
    let (mut count, mut cursor) = (0, String::new());
    loop {
        let path = format!("/api/v1/logs?query=source:{source}&limit=5000{cursor}");
        let request = reqwest::Client::new()
            .get(format!("{}{path}", server.url))
            .bearer_auth(token);
        let answer: serde_json::Value = request.send().await.expect("an answer").json().await.expect("JSON");
        count += answer["lines"].as_array().expect("lines").len() as u64;
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return count,
        }
    }
}

async fn messages(server: &Server, cookie: &str) -> BTreeMap<String, Message> {
    let mut socket = Socket::open(&server.url, cookie, &server.url).await.expect("a socket");
    let mut all = BTreeMap::new();
    for message in socket.follow(DESK, None).await.0 {
        let name = message.client_id.clone();
        assert!(all.insert(name.clone(), message).is_none(), "{name} is there twice");
    }
    all
}

/// The number before these words.
fn number(body: &str, words: &str) -> u64 {
    let (before, _) = body.split_once(words).unwrap_or_else(|| panic!("no {words}: {body}"));
    let digits = before.rsplit(|c: char| !c.is_ascii_digit() && c != ',').next();
    let digits = digits.expect("a number").replace(',', "");
    digits.parse().unwrap_or_else(|_| panic!("{words}: {body}"))
}

/// Lines come from all sides until it is killed, so long after the burst.
async fn live(server: &mut Server, ingest: &str, life: u64) {
    let url = server.url.clone();
    let began = Instant::now();
    post(&url, ingest, burst()).await.expect("acknowledged");
    let posting = async { while post(&url, ingest, batch()).await.is_some() {} };
    let killing = async {
        tokio::time::sleep_until((began + Duration::from_millis(life)).into()).await;
        server.kill();
    };
    tokio::join!(posting, killing);
}

async fn rules(data: &Path, cookie_of: &str) {
    let server = Server::start(data);
    let cookie = cookie(&server, cookie_of).await;
    for n in 0..GOING_ON {
        let query = format!("source:src{n}");
        let form = [
            ("test", "more"),
            ("query", query.as_str()),
            ("value", "10"),
            ("within", "1d"),
            ("room", "1"),
        ];
        make(&server, &cookie, &form).await;
    }
    let form = [
        ("test", "more"),
        ("query", "source:burst"),
        ("value", "10"),
        ("within", "5s"),
        ("cooldown", "0s"),
        ("room", "1"),
    ];
    make(&server, &cookie, &form).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_again_and_again_each_firing_is_one_message_with_the_right_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    create_user(data, &["ines", "--admin"]);
    let (ingest, read) = (token(data, "gateway", "ingest"), token(data, "reader", "read"));
    rules(data, "ines").await;
    for life in LIVES {
        let began = Instant::now();
        let mut server = Server::start(data);
        live(&mut server, &ingest, life).await;
        // The next one goes on; the burst is over before the next comes.
        let _server = Server::start(data);
        tokio::time::sleep_until((began + Duration::from_millis(life.max(2_000) + 7_500)).into()).await;
    }
    let server = Server::start(data);
    let cookie = cookie(&server, "ines").await;
    let mut wanted = BTreeMap::new();
    for rule in 1..=GOING_ON {
        let count = kept(&server, &read, &format!("src{}", rule - 1)).await;
        assert!(count > 30, "{count} lines");
        wanted.insert(format!("alert-{rule}-1"), count);
    }
    let last = GOING_ON + 1;
    wanted.extend((1..=LIVES.len()).map(|n| (format!("alert-{last}-{n}"), BURST)));
    let told = |all: &BTreeMap<String, Message>| -> BTreeMap<String, u64> {
        let count = |message: &Message| number(&message.body, " in all");
        all.iter()
            .map(|(name, message)| (name.clone(), count(message)))
            .collect()
    };
    // What came last is told within seconds.
    let until = Instant::now() + Duration::from_secs(20);
    let mut all = messages(&server, &cookie).await;
    while told(&all) != wanted && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(500)).await;
        all = messages(&server, &cookie).await;
    }
    assert_eq!(told(&all), wanted);
    for (name, message) in all {
        let is_burst = name.starts_with(&format!("alert-{last}-"));
        let head = if is_burst { "**Resolved: " } else { "**Firing: " };
        assert!(message.body.starts_with(head), "{name}: {}", message.body);
    }
}
