//! Elasticsearch's shippers.

use data_encoding::BASE64;
use serde_json::json;

use super::shipper::{Shipper, gzip};

const KIND: (&str, &str) = ("content-type", "application/x-ndjson");
const BULK: &str = "{\"create\":{\"_index\":\"logs\"}}\n{\"@timestamp\":\"2026-08-22T10:00:00Z\",\"message\":\"hi\",\"log.level\":\"info\"}\n";

#[tokio::test]
async fn documents_are_kept_and_told_of_one_by_one() {
    let shipper = Shipper::start().await;
    for (path, headers, body) in [
        ("/_bulk", &[KIND][..], BULK.as_bytes().to_vec()),
        ("/_bulk?pipeline=x", &[KIND], BULK.replace('\n', "\r\n").into_bytes()),
        ("/app/_bulk", &[KIND], BULK.as_bytes().to_vec()),
        (
            "/elastic/_bulk",
            &[KIND, ("content-encoding", "gzip")],
            gzip(BULK.as_bytes()),
        ),
        ("/elastic/app/_bulk", &[], BULK.as_bytes().to_vec()),
    ] {
        let sent = shipper.post(path, headers, body).await;
        assert_eq!(
            (sent.status, sent.kind.as_str()),
            (200, "application/json"),
            "{path}: {}",
            sent.text()
        );
        assert_eq!(sent.product.as_deref(), Some("Elasticsearch"));
        let text = sent.text();
        let start = r#"{"errors":false,"items":[{"create":{"_index":"logs","status":201}}],"took":"#;
        assert!(text.starts_with(start), "{text}");
    }
    assert_eq!(shipper.shown().await, ["info test hi"; 5]);
    assert_eq!(shipper.lines().await[0].time.to_string(), "2026-08-22T10:00:00.000000Z");
}

#[tokio::test]
async fn one_bad_document_spoils_none_of_the_others() {
    let shipper = Shipper::start().await;
    let body = "{\"index\":{}}\n{\"message\":\"a\"}\n{\"index\":{}}\nnonsense\n{\"delete\":{\"_id\":\"1\"}}\n{\"create\":{}}\n{\"message\":\"b\"}\n";
    let sent = shipper.post("/app/_bulk", &[KIND], body).await;
    let answer = sent.json();
    assert_eq!((sent.status, &answer["errors"]), (200, &json!(true)));
    assert_eq!(answer["items"][0], json!({"index": {"_index": "app", "status": 201}}));
    let wrong = &answer["items"][1]["index"];
    assert_eq!(
        (&wrong["status"], &wrong["error"]["type"]),
        (&json!(400), &json!("document_parsing_exception"))
    );
    assert!(
        wrong["error"]["reason"]
            .as_str()
            .is_some_and(|reason| reason.contains("expected")),
        "{wrong}"
    );
    assert_eq!(answer["items"][2]["delete"]["status"], 400);
    assert_eq!(shipper.shown().await, ["info test a", "info test b"]);
}

#[tokio::test]
async fn a_body_that_is_no_bulk_is_refused_as_a_whole() {
    let shipper = Shipper::start().await;
    let body = format!("{BULK}nonsense\n{{}}\n");
    let sent = shipper.post("/_bulk", &[KIND], body).await;
    assert_eq!(
        (sent.status, &sent.json()["error"]["type"]),
        (400, &json!("illegal_argument_exception"))
    );
    assert!(
        sent.text().contains("Malformed action/metadata line [3]"),
        "{}",
        sent.text()
    );
    let sent = shipper.send("POST", "/_bulk", &[KIND], BULK).await;
    let answer = sent.json();
    assert_eq!(
        (sent.status, &answer["status"], &answer["error"]["type"]),
        (401, &json!(401), &json!("security_exception"))
    );
    assert_eq!(sent.product.as_deref(), Some("Elasticsearch"));
    assert!(shipper.lines().await.is_empty());
}

#[tokio::test]
async fn shippers_can_begin_as_they_do() {
    let shipper = Shipper::start().await;
    let basic = format!(
        "Basic {}",
        BASE64.encode(format!("elastic:{}", shipper.token).as_bytes())
    );
    for (method, path, words) in [
        ("GET", "/elastic", "\"number\":\"8."),
        ("GET", "/elastic/", "\"number\":\"8."),
        ("HEAD", "/elastic/", ""),
        ("GET", "/elastic/_cluster/health", "\"status\":\"green\""),
        ("GET", "/elastic/_license?human=false", "\"status\":\"active\""),
        ("GET", "/elastic/_ilm/policy/filebeat", "{}"),
        ("PUT", "/elastic/_ilm/policy/filebeat", "\"acknowledged\":true"),
        ("HEAD", "/elastic/_index_template/filebeat-8.17.0", ""),
        (
            "PUT",
            "/elastic/_index_template/filebeat-8.17.0",
            "\"acknowledged\":true",
        ),
        ("GET", "/elastic/_ingest/pipeline/filebeat-8.17.0-x", "{}"),
        ("GET", "/elastic/_nodes/ingest", "{\"nodes\":{}}"),
        ("GET", "/elastic/_xpack", "{}"),
    ] {
        let sent = shipper.send(method, path, &[("authorization", &basic)], "").await;
        assert_eq!(
            (sent.status, sent.product.as_deref()),
            (200, Some("Elasticsearch")),
            "{path}: {}",
            sent.text()
        );
        assert!(sent.text().contains(words), "{path}: {}", sent.text());
    }
    let sent = shipper
        .send("GET", "/elastic/_search", &[("authorization", &basic)], "")
        .await;
    assert_eq!(sent.status, 404);
    let sent = shipper.send("GET", "/elastic/_cluster/health", &[], "").await;
    assert_eq!(
        (sent.status, sent.product.as_deref()),
        (401, Some("Elasticsearch")),
        "a wrong token shows at the start"
    );
}
