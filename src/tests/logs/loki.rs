//! Loki's shippers.

use super::{
    shipper::{Shipper, gzip, hex},
    *,
};
use crate::paths::{LOKI_PUSH, LOKI_READY};

const JSON: &str = r#"{"streams":[{"stream":{"job":"api","host":"n1"},
             "values":[["1700000000000000005","hi"],
                       ["1700000000000000006","bye",{"trace_id":"ab12"}]]}]}"#;
/// Labels `{job="a"}`, 1700000000 s and 5 ns, `hi`, metadata `t="1"`, within a block of snappy.
const SNAPPY: &str =
    "25 90 0a 23 0a 09 7b 6a 6f 62 3d 22 61 22 7d 12 16 0a 08 08 80 e2 cf aa 06 10 05 12 02 68 69 1a 06
                      0a 01 74 12 01 31";

#[tokio::test]
async fn json_with_and_without_metadata_plain_and_packed() {
    let shipper = Shipper::start().await;
    let kind = ("content-type", "application/json");
    let sent = shipper.post(LOKI_PUSH, &[kind, ("x-scope-orgid", "desk")], JSON).await;
    assert_eq!((sent.status, sent.body.len()), (204, 0), "{}", sent.text());
    let sent = shipper
        .post(LOKI_PUSH, &[kind, ("content-encoding", "gzip")], gzip(JSON.as_bytes()))
        .await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    let utf8 = ("content-type", "application/json; charset=utf-8");
    let sent = shipper
        .post(LOKI_PUSH, &[utf8, ("content-encoding", "snappy")], JSON)
        .await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    let both = ["info api hi host=n1", "info api bye host=n1 trace_id=ab12"];
    assert_eq!(shipper.shown().await, [both, both, both].concat());
    assert_eq!(shipper.lines().await[0].time.to_string(), "2023-11-14T22:13:20.000000Z");
}

#[tokio::test]
async fn protobuf_in_raw_snappy_whatever_the_headers_say() {
    let shipper = Shipper::start().await;
    let kind = ("content-type", "application/x-protobuf");
    let body = hex(SNAPPY);
    for headers in [
        &[kind][..],
        &[kind, ("content-encoding", "snappy")],
        &[],
        &[("content-type", "text/plain")],
    ] {
        let sent = shipper.post(LOKI_PUSH, headers, body.clone()).await;
        assert_eq!((sent.status, sent.body.len()), (204, 0), "{headers:?}: {}", sent.text());
    }
    let sent = shipper
        .post(LOKI_PUSH, &[kind, ("content-encoding", "gzip")], gzip(&body))
        .await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    assert_eq!(shipper.shown().await, ["info a hi t=1"; 5]);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_in_plain_text_and_the_rest_is_kept() {
    let shipper = Shipper::start().await;
    let json = ("content-type", "application/json");
    for (headers, body, words) in [
        (&[json][..], b"nonsense".to_vec(), "The body can't be read"),
        (&[], b"nonsense".to_vec(), "no block of snappy"),
        // Two bytes, which are no message.
        (&[], hex("02 04 ff ff"), "no push of Loki's"),
        (
            &[json],
            br#"{"streams":[{"stream":{"app":"a"},"values":[["1","good"],["x","bad"]]}]}"#.to_vec(),
            "1 entries were kept, 1 were not, the first because of its time: expected nanoseconds",
        ),
    ] {
        let sent = shipper.post(LOKI_PUSH, headers, body).await;
        assert_eq!(
            (sent.status, sent.kind.as_str()),
            (400, "text/plain; charset=utf-8"),
            "{words}"
        );
        assert!(sent.text().contains(words), "{}", sent.text());
    }
    assert_eq!(shipper.shown().await, ["info a good"]);
    // A block that claims to hold two gigabytes.
    let sent = shipper.post(LOKI_PUSH, &[], hex("ff ff ff ff 07 00")).await;
    assert_eq!(sent.status, 413, "{}", sent.text());
    let sent = shipper.send("POST", LOKI_PUSH, &[json], JSON).await;
    assert_eq!((sent.status, sent.kind.as_str()), (401, "text/plain; charset=utf-8"));
}

#[tokio::test]
async fn shippers_are_told_that_it_is_ready() {
    let shipper = Shipper::start().await;
    let sent = shipper.send("GET", LOKI_READY, &[], "").await;
    assert_eq!((sent.status, sent.text().as_str()), (200, "ready\n"));
}

#[tokio::test]
async fn colours_levels_and_bodies_are_understood() {
    let shipper = Shipper::start().await;
    let body = r#"{"streams":[{"stream":{"app":"a"},"values":[
        ["1","\u001b[31mERROR\u001b[0m gone"],["2","{\"level\":\"warn\",\"msg\":\"late\",\"order\":7}"],
        ["3","level=debug msg=\"a b\" n=1\n"],["4","an ERROR in a sentence"]]}]}"#;
    let sent = shipper
        .post(LOKI_PUSH, &[("content-type", "application/json")], body)
        .await;
    assert_eq!(sent.status, 204, "{}", sent.text());
    assert_eq!(
        shipper.shown().await,
        [
            "error a ERROR gone",
            "warn a late order=7",
            "debug a a b n=1",
            "info a an ERROR in a sentence"
        ]
    );
    assert_eq!(messages(&shipper.lines().await)[0], "ERROR gone", "without colours");
}
