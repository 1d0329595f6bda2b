//! Which answers count.

use std::time::Duration;

use reqwest::StatusCode;
use tokio::net::TcpListener;

use super::{Does, Endpoint, answer, text};
use crate::{
    accounts::server::secret::WebhookSecret,
    chat::{
        model::Person,
        server::{
            store::Webhook,
            webhooks::{
                LIMIT,
                call::{Caller, Failed},
            },
        },
    },
    ids::UserId,
};

fn webhook(url: &str) -> Webhook {
    Webhook {
        bot: Person {
            id: UserId(1),
            name: "deploy".into(),
            ..Person::default()
        },
        url: url.to_owned(),
        secret: WebhookSecret::kept("sbxwh_test".into()),
    }
}

#[tokio::test]
async fn only_answers_that_are_text_count_and_none_that_are_too_late_or_too_large() {
    assert_eq!(
        LIMIT,
        Duration::from_secs(7),
        "what the README says; here less, for a quick test"
    );
    let limit = Duration::from_millis(500);
    let caller = Caller::new(limit).expect("a client");
    let call = async |does: Does| {
        let endpoint = Endpoint::that(does).await;
        caller.call(&webhook(&endpoint.url), b"{}".to_vec()).await
    };
    let html = "<p>All <b>good</b></p><p>&amp; well</p>";
    let largest = "x".repeat(64 * 1024);
    for (does, said) in [
        (text("hello"), Some("hello")),
        (text(""), None),
        (text(" \n"), None),
        (text(&largest), Some(largest.as_str())),
        (answer("200 OK", "TEXT/HTML", html.as_bytes()), Some("All good\n& well")),
        (answer("200 OK", "image/png", b"\x89PNG"), None),
        (answer("200 OK", "application/json", b"{}"), None),
        (answer("201 Created", "text/plain", b"made"), None),
        (Does::Answers(b"HTTP/1.1 200 OK\r\n\r\nno kind".to_vec()), None),
    ] {
        assert_eq!(call(does).await, Ok(said.map(str::to_owned)));
    }
    let elsewhere = Endpoint::that(text("followed")).await;
    let moved = format!(
        "HTTP/1.1 307 Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url
    );
    for (does, failed) in [
        (Does::Hangs, Failed::Slow(limit)),
        (text(&"x".repeat(64 * 1024 + 1)), Failed::TooLarge),
        (answer("200 OK", "text/plain", b"\xff\xfe"), Failed::NoText),
        (
            answer("500 Oops", "text/plain", b"no"),
            Failed::Status(StatusCode::INTERNAL_SERVER_ERROR),
        ),
        (
            Does::Answers(moved.into_bytes()),
            Failed::Status(StatusCode::TEMPORARY_REDIRECT),
        ),
    ] {
        assert_eq!(call(does).await, Err(failed));
    }
    let endless = [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".to_vec(),
        vec![b'x'; 1 << 20],
    ]
    .concat();
    assert_eq!(call(Does::Answers(endless)).await, Err(Failed::TooLarge));
    let slowly = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nhal".to_vec();
    for garbage in [
        b"nonsense\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\n".to_vec(),
        vec![0; 512],
        slowly,
        Vec::new(),
    ] {
        let failed = call(Does::Answers(garbage)).await.expect_err("no answer");
        assert!(matches!(failed, Failed::NoAnswer(_)), "{failed}");
    }
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port")
        .local_addr()
        .expect("an address");
    let failed = caller
        .call(&webhook(&format!("http://{free}/?key=hidden")), Vec::new())
        .await;
    let failed = failed.expect_err("nobody there").to_string();
    assert!(
        failed.contains("refused") && !failed.contains("hidden") && !failed.contains("http"),
        "{failed}"
    );
}
