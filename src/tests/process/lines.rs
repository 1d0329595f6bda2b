//! Log lines of a server that is killed while they come, and while they are sealed: those that were acknowledged are found,
//! each once.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{bars::token, create_user, server::Server};

/// Lines in a request: with a few requests there is a block to seal.
const BATCH: u64 = 1_000;

fn batch(number: u64) -> String {
    let line = |n: u64| format!(r#"{{"message":"line {n} of many","source":"killed","n":{n}}}"#);
    (number * BATCH..(number + 1) * BATCH)
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

async fn post(url: &str, token: &str, number: u64) -> Option<()> {
    let request = reqwest::Client::new().post(format!("{url}/ingest/logs"));
    let answer = request.bearer_auth(token).body(batch(number)).send().await.ok()?;
    let report: Value = answer.json().await.ok()?;
    assert_eq!(report["accepted"], BATCH, "{report}");
    Some(())
}

/// The numbers of all lines, from the newest back, page by page.
async fn kept(server: &Server, token: &str) -> Vec<u64> {
    let (client, mut numbers, mut cursor) = (reqwest::Client::new(), Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/logs?query=source:killed&limit=5000{cursor}");
        let answer = client
            .get(format!("{}{path}", server.url))
            .bearer_auth(token)
            .send()
            .await
            .expect("an answer");
        let answer: Value = answer.json().await.expect("JSON");
        let lines = answer["lines"].as_array().expect("lines");
        numbers.extend(lines.iter().map(|line| line["fields"]["n"].as_u64().expect("a number")));
        match answer["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return numbers,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_were_acknowledged_are_found_after_a_kill_each_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().to_owned();
    create_user(&data, &["ines", "--admin"]);
    let (ingest, read) = (token(&data, "gateway", "ingest"), token(&data, "reader", "read"));
    let (mut acknowledged, mut number) = (Vec::new(), 0);
    for life in 0..5_u64 {
        let mut server = Server::start(&data);
        let url = server.url.clone();
        // A life is long enough for some blocks, and ends at another moment each time.
        let end = Instant::now() + Duration::from_millis(700 + life * 137);
        let posting = async {
            while post(&url, &ingest, number).await.is_some() {
                acknowledged.push(number);
                number += 1;
            }
            // Whether it was kept isn't known.
            number += 1;
        };
        let killing = async {
            tokio::time::sleep_until(end.into()).await;
            server.kill();
        };
        tokio::join!(posting, killing);
    }
    let server = Server::start(&data);
    let mut found = kept(&server, &read).await;
    assert!(acknowledged.len() > 20, "{} requests", acknowledged.len());
    // From the newest back, as they came.
    assert!(found.is_sorted_by(|a, b| a > b), "each once, in order");
    found.reverse();
    for number in acknowledged {
        let first = found.partition_point(|n| *n < number * BATCH);
        let whole = number * BATCH..(number + 1) * BATCH;
        assert!(
            found[first..].iter().copied().take(BATCH as usize).eq(whole),
            "request {number}"
        );
    }
}
