//! Bars of a server that is killed while ticks come: those of every tick that was acknowledged, and of none twice.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    create_user,
    server::{Server, run},
};

/// The second of the day from which the ticks' own are counted.
const BEGIN: u64 = 10 * 3_600;

/// Ticks in a request.
const BATCH: u64 = 40;

/// Makes a token.
pub fn token(data: &std::path::Path, name: &str, scope: &str) -> String {
    let output = run(data, &["token", "create", "--name", name, "--scope", scope], "");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Second, price in cents and size of tick `n`: some come late, by seconds or minutes.
fn tick(n: u64) -> (u64, u64, u64) {
    let late = [0, 0, 0, 1, 7, 0, 95][(n % 7) as usize];
    ((n / 10 + 200).saturating_sub(late), 10_000 + n * 37 % 1_000, n % 5)
}

fn batch(number: u64) -> String {
    let lines = (number * BATCH..(number + 1) * BATCH).map(|n| {
        let (second, cents, size) = tick(n);
        let time = format!(
            "2026-01-05T{:02}:{:02}:{:02}Z",
            (BEGIN + second) / 3_600,
            second / 60 % 60,
            second % 60
        );
        let price = format!("{}.{:02}", cents / 100, cents % 100);
        format!(r#"{{"symbol":"A","venue":"x","last":"{price}","size":"{size}","time":"{time}","seq":{n}}}"#)
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn post(url: &str, token: &str, number: u64) -> Option<()> {
    let request = reqwest::Client::new().post(format!("{url}/ingest/ticks"));
    let answer = request.bearer_auth(token).body(batch(number)).send().await.ok()?;
    let report: Value = answer.json().await.ok()?;
    assert_eq!(report["accepted"], BATCH, "{report}");
    Some(())
}

/// High, low, volume and ticks of the bars of so many seconds by the second of the day, from what is known of the ticks.
fn expected(batches: u64, seconds: u64) -> BTreeMap<u64, [u64; 4]> {
    let mut bars = BTreeMap::new();
    for n in 0..batches * BATCH {
        let (second, cents, size) = tick(n);
        let bar = bars
            .entry(BEGIN + second / seconds * seconds)
            .or_insert([0, u64::MAX, 0, 0]);
        *bar = [bar[0].max(cents), bar[1].min(cents), bar[2] + size, bar[3] + 1];
    }
    bars
}

async fn kept(server: &Server, token: &str, interval: &str) -> BTreeMap<u64, [u64; 4]> {
    let path = format!("symbol=A&interval={interval}&from=2026-01-05T10:00:00Z&limit=5000");
    let request = reqwest::Client::new().get(format!("{}/api/v1/bars?{path}", server.url));
    let answer = request.bearer_auth(token).send().await.expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    let number = |value: &Value| {
        value
            .as_str()
            .expect("text")
            .replace('.', "")
            .parse::<u64>()
            .expect("a number")
    };
    let bars = answer["bars"].as_array().expect("a list").iter().map(|bar| {
        let time = &bar["time"].as_str().expect("text")[11..19];
        let parts: Vec<u64> = time.split(':').map(|part| part.parse().expect("a number")).collect();
        let second = parts[0] * 3_600 + parts[1] * 60 + parts[2];
        let ticks = bar["ticks"].as_u64().expect("a number");
        (
            second,
            [number(&bar["high"]), number(&bar["low"]), number(&bar["volume"]), ticks],
        )
    });
    bars.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_while_ticks_come_it_has_the_bars_of_all_that_were_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let (ingest, read) = (
        token(folder.path(), "gateway", "ingest"),
        token(folder.path(), "reports", "read"),
    );
    let mut acknowledged = 0;
    for _ in 0..2 {
        let mut server = Server::start(folder.path());
        let (before, url) = (acknowledged, server.url.clone());
        let began = Instant::now();
        while began.elapsed() < Duration::from_millis(900) {
            post(&url, &ingest, acknowledged).await.expect("acknowledged");
            acknowledged += 1;
        }
        // One is on its way when it dies.
        let (last, ()) = tokio::join!(post(&url, &ingest, acknowledged), async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            server.kill();
        });
        let server = Server::start(folder.path());
        assert!(acknowledged > before + 3);
        let counted: u64 = kept(&server, &read, "1d").await.values().map(|bar| bar[3]).sum();
        let sent = acknowledged + 1;
        assert!(
            (acknowledged * BATCH..=sent * BATCH).contains(&counted),
            "{counted} of {acknowledged} batches"
        );
        if last.is_some() {
            assert_eq!(counted, sent * BATCH, "it was acknowledged after all");
        }
        // Whoever got no answer sends it again.
        post(&server.url, &ingest, acknowledged).await.expect("acknowledged");
        acknowledged += 1;
        for (interval, seconds) in [("1s", 1), ("1m", 60)] {
            assert_eq!(
                kept(&server, &read, interval).await,
                expected(acknowledged, seconds),
                "{interval}"
            );
        }
    }
}
