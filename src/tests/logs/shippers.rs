//! What all ways in for log lines have in common: tokens, limits, floods.

use std::num::NonZeroU32;

use super::shipper::{Shipper, gzip};
use crate::{
    accounts::{model::Limit, server::scopes::Scope},
    paths,
};

/// A line by each protocol: path, media type, body, and the status of success.
const EACH: [(&str, &str, &str, u16); 5] = [
    (paths::INGEST_LOGS, "application/x-ndjson", r#"{"msg":"hi"}"#, 200),
    (
        paths::LOKI_PUSH,
        "application/json",
        r#"{"streams":[{"stream":{},"values":[["0","hi"]]}]}"#,
        204,
    ),
    (
        paths::OTLP_LOGS,
        "application/json",
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"hi"}}]}]}]}"#,
        200,
    ),
    (
        "/_bulk",
        "application/x-ndjson",
        "{\"create\":{}}\n{\"message\":\"hi\"}\n",
        200,
    ),
    (
        "/elastic/app/_bulk",
        "application/x-ndjson",
        "{\"create\":{}}\n{\"message\":\"hi\"}\n",
        200,
    ),
];

#[tokio::test]
async fn tokens_are_taken_as_shippers_send_them() {
    let shipper = Shipper::start().await;
    let token = &shipper.token;
    let coded = |text: String| data_encoding::BASE64.encode(text.as_bytes());
    let good = [
        format!("Bearer {token}"),
        format!("bearer {token}"),
        format!("Basic {}", coded(format!("logs:{token}"))),
        format!("Basic {}", coded(format!("{token}:"))),
        format!("ApiKey {}", coded(format!("id:{token}"))),
    ];
    let bad = [
        "Bearer sbx_wrong".to_owned(),
        format!("Basic {}", coded("logs:sbx_wrong".into())),
        "Basic nonsense".to_owned(),
        format!("Digest {token}"),
    ];
    let mut count = 0;
    for (path, kind, body, status) in EACH {
        for header in &good {
            let sent = shipper
                .send("POST", path, &[("content-type", kind), ("authorization", header)], body)
                .await;
            assert_eq!(sent.status, status, "{path} {header}: {}", sent.text());
        }
        let in_url = format!("{path}?token={token}");
        let sent = shipper.send("POST", &in_url, &[("content-type", kind)], body).await;
        assert_eq!(sent.status, status, "{path}: {}", sent.text());
        count += good.len() + 1;
        for header in &bad {
            let sent = shipper
                .send("POST", path, &[("content-type", kind), ("authorization", header)], body)
                .await;
            assert_eq!(sent.status, 401, "{path} {header}: {}", sent.text());
        }
        let sent = shipper.send("POST", path, &[("content-type", kind)], body).await;
        assert_eq!(
            (sent.status, sent.text().contains("?token=")),
            (401, true),
            "{path}: {}",
            sent.text()
        );
    }
    assert_eq!(shipper.lines().await.len(), count);
}

#[tokio::test]
async fn who_may_not_send_lines_is_told_in_every_protocol() {
    let shipper = Shipper::start().await;
    let accounts = &shipper.app.running.state.accounts;
    let reader = accounts.create_bot("reader", None).await.expect("a token");
    let header = format!("Bearer {reader}");
    for (path, kind, body, _) in EACH {
        let sent = shipper
            .send(
                "POST",
                path,
                &[("content-type", kind), ("authorization", &header)],
                body,
            )
            .await;
        assert_eq!(
            (sent.status, sent.text().contains("ingest")),
            (403, true),
            "{path}: {}",
            sent.text()
        );
    }
}

#[tokio::test]
async fn a_source_that_floods_is_slowed_and_the_others_are_not() {
    let shipper = Shipper::start().await;
    let state = &shipper.app.running.state;
    let flood = state
        .accounts
        .ingest_token(&shipper.token)
        .await
        .unwrap()
        .expect("known");
    let other = format!("Bearer {}", shipper.app.token().await);
    let ask = async |header: Option<&str>| {
        let mut statuses = Vec::new();
        for (path, kind, body, _) in EACH {
            let sent = match header {
                Some(header) => {
                    shipper
                        .send("POST", path, &[("content-type", kind), ("authorization", header)], body)
                        .await
                }
                None => shipper.post(path, &[("content-type", kind)], body).await,
            };
            statuses.push((sent.status, sent.wait));
        }
        statuses
    };
    let all = |status: u16, wait: &str| vec![(status, Some(wait.to_owned())); EACH.len()];
    let kept: Vec<_> = EACH.iter().map(|(.., status)| (*status, None)).collect();
    // As if its shippers were bringing as much as it may at once.
    let mut share = state.in_flight.room(flood.id);
    share.more(32 * 1024 * 1024).expect("room");
    assert_eq!(ask(None).await, all(429, "1"));
    assert_eq!(ask(Some(&other)).await, kept);
    drop(share);
    // As if everybody were.
    let others = state.in_flight.take(64 * 1024 * 1024).expect("room");
    assert_eq!(ask(None).await, all(503, "1"));
    drop(others);
    assert_eq!(ask(None).await, kept);
    // As if it brought as much as it may all the time.
    let flooding = tokio::spawn({
        let state = state.clone();
        async move {
            loop {
                while state.logs.pace.check_many(&flood.id, NonZeroU32::MIN).is_ok() {}
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    });
    tokio::task::yield_now().await;
    let large = format!("{{\"msg\":\"{}\"}}", "x".repeat(3 * 1024 * 1024));
    let mut waits = Vec::new();
    // Where the clock runs on between its flood and this, there is room for one more.
    while waits.is_empty() && shipper.lines().await.len() < 100 {
        let sent = shipper.post(paths::INGEST_LOGS, &[], large.clone()).await;
        waits.extend((sent.status == 429).then_some(sent.wait));
    }
    assert_eq!(waits, [Some("1".to_owned())]);
    let sent = shipper
        .send("POST", paths::INGEST_LOGS, &[("authorization", &other)], large)
        .await;
    assert_eq!(sent.status, 200, "{}", sent.text());
    flooding.abort();
}

#[tokio::test]
async fn a_token_for_which_less_was_set_waits_in_every_protocol() {
    let shipper = Shipper::start().await;
    let accounts = &shipper.app.running.state.accounts;
    let ask = async |token: &str, (path, kind, body, _): (&str, &str, &str, u16)| {
        let header = format!("Bearer {token}");
        let headers = [("content-type", kind), ("authorization", header.as_str())];
        let sent = shipper.send("POST", path, &headers, body.to_owned()).await;
        (sent.status, sent.wait.map(|wait| wait.parse::<u32>().expect("seconds")))
    };
    let mut kept = 0;
    for way in EACH {
        let (path, status) = (way.0, way.3);
        let token = accounts
            .create_token("limited", Scope::Ingest, None)
            .await
            .expect("a token");
        let id = accounts.ingest_token(&token).await.unwrap().expect("known").id;
        for limit in [(Some(1), None), (None, Some(1))].map(|(lines, bytes)| Limit { lines, bytes }) {
            accounts.set_limit(id, limit).await.expect("set");
            // The one that goes over the limit is taken.
            let mut taken = 0;
            let wait = loop {
                match ask(&token, way).await {
                    (429, wait) => break wait,
                    (other, wait) => assert_eq!((other, wait), (status, None), "{path}"),
                }
                taken += 1;
            };
            assert!((1..=2).contains(&taken), "{path}: {taken}");
            assert!(wait.is_some_and(|wait| wait >= 1), "{path}: {wait:?}");
            let other = ask(&shipper.token, way).await;
            assert_eq!(other, (status, None), "{path}: others go on");
            kept += taken + 1;
        }
        accounts.set_limit(id, Limit::default()).await.expect("set");
        assert_eq!(ask(&token, way).await, (status, None), "{path}");
        kept += 1;
    }
    assert_eq!(shipper.lines().await.len(), kept, "what was refused is not kept");
}

#[tokio::test]
async fn administrators_set_limits_on_the_page_of_sources() {
    let shipper = Shipper::start().await;
    let app = &shipper.app;
    let (ines, tomasz) = (app.sign_in("ines").await, app.join("tomasz").await);
    let page = async |member: &crate::tests::app::Member| {
        let answer = member
            .client
            .get(format!("{}{}", app.url, paths::LOG_SOURCES))
            .send()
            .await
            .unwrap();
        answer.text().await.unwrap()
    };
    let accounts = &app.running.state.accounts;
    let id = accounts
        .ingest_token(&shipper.token)
        .await
        .unwrap()
        .expect("known")
        .id
        .to_string();
    let before = page(&ines).await;
    assert!(before.contains("At most in a minute") && !page(&tomasz).await.contains("At most in a minute"));
    let form = [("id", id.as_str()), ("lines", "1"), ("megabytes", "")];
    assert_eq!(tomasz.form(app, "set_token_limit", &form).await, 403);
    assert_eq!(
        ines.form(app, "set_token_limit", &[("id", "99"), ("lines", "1")]).await,
        404
    );
    assert_eq!(
        ines.form(app, "set_token_limit", &[("id", id.as_str()), ("lines", "few")])
            .await,
        400
    );
    assert_eq!(ines.form(app, "set_token_limit", &form).await, 200);
    for status in [200, 200, 429, 429] {
        assert_eq!(
            shipper.post(paths::INGEST_LOGS, &[], r#"{"msg":"hi"}"#).await.status,
            status
        );
    }
    let after = page(&ines).await;
    assert!(after.contains("it was told to wait"), "{after}");
    let value = after.find("name=\"lines\"").map(|at| &after[at..at + 120]);
    assert!(value.is_some_and(|value| value.contains("value=\"1\"")), "{value:?}");
    assert!(after.contains("<td class=\"n\">2<"), "{after}");
    let listed = accounts.tokens().await.expect("tokens");
    assert!(
        listed
            .iter()
            .any(|token| token.id.to_string() == id && token.limit.lines == Some(1))
    );
}

#[tokio::test]
async fn bodies_are_bounded_before_and_after_they_are_unpacked() {
    let shipper = Shipper::start().await;
    let gzipped = ("content-encoding", "gzip");
    for (path, kind, _, _) in EACH {
        let most = if path == paths::INGEST_LOGS { 4 } else { 16 };
        let much = vec![b' '; most * 1024 * 1024 + 1];
        let kind = ("content-type", kind);
        let sent = shipper.post(path, &[kind], much).await;
        assert_eq!(sent.status, 413, "{path}: {}", sent.text());
        let sent = shipper.post(path, &[kind, gzipped], "no gzip").await;
        assert_eq!(sent.status, 400, "{path}: {}", sent.text());
        let sent = shipper
            .post(path, &[kind, ("content-encoding", "zstd")], "no zstd")
            .await;
        assert_eq!(sent.status, 400, "{path}: {}", sent.text());
        let brotli = ("content-encoding", "br");
        let sent = shipper.post(path, &[kind, brotli], "x").await;
        assert_eq!(
            (sent.status, sent.text().contains("br")),
            (400, true),
            "{path}: {}",
            sent.text()
        );
    }
    let bomb = gzip(&vec![b' '; 4 * 1024 * 1024 + 1]);
    assert!(bomb.len() < 100_000);
    let sent = shipper.post(paths::INGEST_LOGS, &[gzipped], bomb).await;
    assert_eq!(sent.status, 413, "{}", sent.text());
    for (path, kind, _, _) in EACH {
        let most = if path == paths::INGEST_LOGS { 4 } else { 16 };
        let bomb = zstd::bulk::compress(&vec![b' '; most * 1024 * 1024 + 1], 1).expect("packed");
        assert!(bomb.len() < 10_000);
        let headers = [("content-type", kind), ("content-encoding", "zstd")];
        let sent = shipper.post(path, &headers, bomb).await;
        assert_eq!(sent.status, 413, "{path}: {}", sent.text());
    }
    assert!(shipper.lines().await.is_empty());
}

#[tokio::test]
async fn packed_bodies_are_read_in_every_protocol() {
    let shipper = Shipper::start().await;
    let mut kept = 0;
    for (path, kind, body, status) in EACH {
        let zstd = zstd::bulk::compress(body.as_bytes(), 3).expect("packed");
        for (packing, packed) in [("gzip", gzip(body.as_bytes())), ("zstd", zstd)] {
            let headers = [("content-type", kind), ("content-encoding", packing)];
            let sent = shipper.post(path, &headers, packed).await;
            assert_eq!(sent.status, status, "{path} {packing}: {}", sent.text());
            kept += 1;
        }
    }
    assert_eq!(shipper.lines().await.len(), kept);
}
