//! OpenTelemetry's exporters.

use super::shipper::{Shipper, gzip, hex};
use crate::paths::OTLP_LOGS;

const JSON: (&str, &str) = ("content-type", "application/json");
const PROTOBUF: (&str, &str) = ("content-type", "application/x-protobuf");
const SMALLEST: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"api"}}]},
 "scopeLogs":[{"scope":{"name":"lib"},"logRecords":[
  {"timeUnixNano":"1700000000000000000","severityNumber":9,"severityText":"INFO",
   "body":{"stringValue":"hi"},"attributes":[{"key":"n","value":{"intValue":"5"}}],
   "traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"}]}]}]}"#;
/// One record: time 1.7e18, severity 9, body `hi`.
const RECORD: &str = "0a 15 12 13 12 11 09 00 00 2a 36 fe 9c 97 17 10 09 2a 04 0a 02 68 69";

#[tokio::test]
async fn json_is_answered_in_json() {
    let shipper = Shipper::start().await;
    for (headers, body) in [
        (&[JSON][..], SMALLEST.as_bytes().to_vec()),
        (&[JSON, ("content-encoding", "gzip")], gzip(SMALLEST.as_bytes())),
    ] {
        let sent = shipper.post(OTLP_LOGS, headers, body).await;
        assert_eq!(
            (sent.status, sent.kind.as_str(), sent.text().as_str()),
            (200, "application/json", "{}")
        );
    }
    let line = "info api hi n=5 trace_id=5b8efff798038103d269b633813fc60c span_id=eee19b7ec3c1b174 scope=lib";
    assert_eq!(shipper.shown().await, [line; 2]);
    let sent = shipper.post(OTLP_LOGS, &[JSON], "{}").await;
    assert_eq!((sent.status, sent.text().as_str()), (200, "{}"), "nothing is a success");
}

#[tokio::test]
async fn protobuf_is_answered_in_protobuf() {
    let shipper = Shipper::start().await;
    for (headers, body) in [
        (&[PROTOBUF][..], hex(RECORD)),
        (&[PROTOBUF, ("content-encoding", "gzip")], gzip(&hex(RECORD))),
        (&[PROTOBUF], Vec::new()),
    ] {
        let sent = shipper.post(OTLP_LOGS, headers, body).await;
        assert_eq!(
            (sent.status, sent.kind.as_str(), sent.body.len()),
            (200, "application/x-protobuf", 0)
        );
    }
    assert_eq!(shipper.shown().await, ["info test hi"; 2]);
}

#[tokio::test]
async fn records_that_say_nothing_are_a_partial_success() {
    let shipper = Shipper::start().await;
    let body = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{},{"body":{"stringValue":"hi"}},{"body":{}}]}]}]}"#;
    let why = "records without a body, attributes or the name of an event say nothing";
    let sent = shipper.post(OTLP_LOGS, &[JSON], body).await;
    assert_eq!(sent.status, 200);
    let expected = format!(r#"{{"partialSuccess":{{"errorMessage":"{why}","rejectedLogRecords":"2"}}}}"#);
    assert_eq!(sent.text(), expected);
    // An empty record in an empty scope in an empty resource.
    let sent = shipper.post(OTLP_LOGS, &[PROTOBUF], hex("0a 04 12 02 12 00")).await;
    let length = why.len() as u8;
    let expected = [&[0x0a, length + 4, 0x08, 0x01, 0x12, length], why.as_bytes()].concat();
    assert_eq!((sent.status, sent.body), (200, expected));
    assert_eq!(shipper.shown().await, ["info test hi"]);
}

#[tokio::test]
async fn refusals_are_statuses_of_grpc() {
    let shipper = Shipper::start().await;
    let sent = shipper.post(OTLP_LOGS, &[JSON], "nonsense").await;
    assert_eq!(
        (sent.status, sent.kind.as_str(), sent.json()["code"].as_i64()),
        (400, "application/json", Some(3))
    );
    assert!(
        sent.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("The body is no export of logs"),
        "{}",
        sent.text()
    );
    let sent = shipper.post(OTLP_LOGS, &[PROTOBUF], "nonsense").await;
    assert_eq!(
        (sent.status, sent.kind.as_str(), &sent.body[..3]),
        (400, "application/x-protobuf", &[8, 3, 0x12][..])
    );
    let sent = shipper.post(OTLP_LOGS, &[("content-type", "text/csv")], "a,b").await;
    assert_eq!(sent.status, 415);
    let sent = shipper.send("POST", OTLP_LOGS, &[JSON], SMALLEST).await;
    assert_eq!((sent.status, sent.json()["code"].as_i64()), (401, Some(16)));
    assert!(shipper.lines().await.is_empty());
}
