//! The connection check, as programs use it and as its page does.

mod limits;
mod line;
mod seen;
mod sse;

use futures::SinkExt;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Data, OpCode},
        },
    },
};

use self::line::{Line, PATIENCE, close_with, part};
use super::app::{Member, TestApp};
use crate::{
    accounts::server::scopes::Scope,
    checkup::server::echo::{LARGEST, WIDEST},
    paths,
};

impl TestApp {
    /// A token of a new bot for `scope`, as the header of a request.
    async fn bearer(&self, scope: Scope) -> String {
        let accounts = &self.running.state.accounts;
        let token = accounts.create_token(scope.as_str(), scope, None).await;
        format!("Bearer {}", token.expect("a token"))
    }

    /// A line to the echo.
    async fn echo(&self, token: &str) -> Line {
        let line = Line::open(self, paths::ECHO, &[("authorization", token)]).await;
        line.expect("a line")
    }
}

impl Member {
    /// A line to the echo, by the session's cookie.
    async fn echo(&self, app: &TestApp) -> Line {
        let headers = [("cookie", self.cookie.as_str()), ("origin", app.url.as_str())];
        Line::open(app, paths::ECHO, &headers).await.expect("a line")
    }
}

#[tokio::test]
async fn what_is_sent_comes_back_as_it_was_and_fragments_as_one() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app.bearer(Scope::Read).await;
    let mut line = app.echo(&token).await;
    let every_byte: Vec<u8> = (0..=255).collect();
    for message in [
        Message::text(""),
        Message::text("squawk: Zürich 価格 📈"),
        Message::binary(every_byte.clone()),
        Message::binary(Vec::new()),
        Message::text("x".repeat(WIDEST)),
        Message::binary(every_byte.repeat(LARGEST / 256)),
    ] {
        line.send(message.clone()).await;
        assert!(
            line.next().await == message,
            "{} bytes came back otherwise",
            message.len()
        );
    }
    // 64 KiB in fragments that end within letters, with a ping among them.
    let text = "価格".repeat(64 * 1024 / 6);
    let parts: Vec<_> = text.as_bytes().chunks(1_000).collect();
    for (n, bytes) in parts.iter().enumerate() {
        let kind = if n == 0 { Data::Text } else { Data::Continue };
        line.send(part(kind, *bytes, n + 1 == parts.len())).await;
        if n == 7 {
            line.send(Message::Ping("among them".into())).await;
        }
    }
    assert_eq!(line.next().await, Message::Pong("among them".into()));
    assert!(line.next().await == Message::text(text));
    line.send(part(Data::Binary, [1, 2], false)).await;
    line.send(part(Data::Continue, [], false)).await;
    line.send(part(Data::Continue, [3], true)).await;
    assert_eq!(line.next().await, Message::binary(vec![1, 2, 3]));
}

#[tokio::test]
async fn a_close_is_returned_with_its_code_and_reason() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app.bearer(Scope::Read).await;
    for (code, reason) in [
        (1000, ""),
        (1000, "done"),
        (1001, "tab closed"),
        (3000, "x"),
        (4001, "häää"),
    ] {
        let mut line = app.echo(&token).await;
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: reason.into(),
        };
        line.0.close(Some(frame.clone())).await.expect("asked to close");
        assert_eq!(line.closed().await, Some(frame));
    }
    let mut line = app.echo(&token).await;
    line.0.close(None).await.expect("asked to close");
    assert_eq!(line.closed().await, None);
    // Codes that nobody may send, and what is no close at all.
    for wrong in [
        &[0x03, 0xe7][..],
        &[0x03, 0xed],
        &[0x03, 0xee],
        &[0x03, 0xf8],
        &[0x13, 0x88],
        &[0x03],
    ] {
        let mut line = app.echo(&token).await;
        line.send(close_with(wrong)).await;
        assert_eq!(line.code().await, 1002, "{wrong:?}");
    }
}

#[tokio::test]
async fn what_breaks_the_rules_ends_the_line_with_the_code_that_says_so() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app.bearer(Scope::Read).await;
    let fragment = || vec![b'x'; 64 * 1024];
    let mut too_large: Vec<_> = (0..=WIDEST / fragment().len())
        .map(|_| part(Data::Continue, fragment(), false))
        .collect();
    too_large[0] = part(Data::Binary, fragment(), false);
    let reserved = |kind| Message::Frame(Frame::message(Vec::new(), OpCode::Data(kind), true));
    for (what, frames, code) in [
        ("too large", too_large, 1009),
        ("no UTF-8", vec![part(Data::Text, [0xff, 0xfe], true)], 1007),
        ("half a letter", vec![part(Data::Text, [0xe4, 0xbe], true)], 1007),
        // Before the message has come to its end.
        (
            "no UTF-8 in its second part",
            vec![
                part(Data::Text, "a", false),
                part(Data::Continue, [0xed, 0xa0, 0x80], false),
            ],
            1007,
        ),
        ("no reason", vec![close_with(&[0x03, 0xe8, 0xff])], 1007),
        (
            "an end without a beginning",
            vec![part(Data::Continue, "a", true)],
            1002,
        ),
        (
            "a beginning within",
            vec![part(Data::Text, "a", false), part(Data::Text, "b", true)],
            1002,
        ),
        ("a kind that is none", vec![reserved(Data::Reserved(5))], 1002),
        (
            "a ping that is too long",
            vec![Message::Ping(vec![0; 126].into())],
            1002,
        ),
    ] {
        let mut line = app.echo(&token).await;
        for frame in frames {
            // It may be closed before all of it was sent.
            if line.0.send(frame).await.is_err() {
                break;
            }
        }
        assert_eq!(line.code().await, code, "{what}");
    }
    let mut line = app.echo(&token).await;
    line.send(Message::text("another goes on")).await;
    assert_eq!(line.next().await, Message::text("another goes on"));
}

#[tokio::test]
async fn the_third_line_at_once_carries_less() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app.bearer(Scope::Read).await;
    let message = |bytes| Message::binary(vec![7; bytes]);
    let mut lines = [app.echo(&token).await, app.echo(&token).await, app.echo(&token).await];
    for (line, largest) in lines.iter_mut().zip([LARGEST + 1, LARGEST + 1, LARGEST]) {
        line.send(message(largest)).await;
        assert!(line.next().await == message(largest), "{largest}");
    }
    // It may be closed before all of it was sent.
    let _ = lines[2].0.send(message(LARGEST + 1)).await;
    let Message::Close(Some(frame)) = lines[2].next().await else {
        panic!("it goes on")
    };
    assert_eq!(
        (u16::from(frame.code), frame.reason.as_str()),
        (1009, "a message can hold 1 MiB on this line")
    );
}

#[tokio::test]
async fn a_stamped_text_has_the_servers_time() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app.bearer(Scope::Read).await;
    let mut line = Line::open(&app, paths::ECHO_STAMPED, &[("authorization", &token)])
        .await
        .expect("a line");
    for text in ["hello", "", "größer: 5. at12"] {
        let before = crate::time::Timestamp::now();
        line.send(Message::text(text)).await;
        let answer = line.next().await.into_text().expect("text").to_string();
        let after = crate::time::Timestamp::now();
        let stamped = |at: crate::time::Timestamp| format!("You send :{text}. at{}", at.second());
        assert!([stamped(before), stamped(after)].contains(&answer), "{answer}");
    }
    line.send(Message::binary(vec![7])).await;
    assert_eq!(line.next().await, Message::binary(vec![7]));
}

#[tokio::test]
async fn lines_end_with_the_session_and_with_the_server() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = app.bearer(Scope::Read).await;
    let (mut hers, mut programs) = (ines.echo(&app).await, app.echo(&token).await);
    let out = ines.client.post(format!("{}/do/sign_out", app.url)).send().await;
    assert_eq!(out.expect("an answer").status(), 200);
    assert_eq!(hers.closed().await.map(|frame| u16::from(frame.code)), Some(4401));
    programs.send(Message::text("still here")).await;
    assert_eq!(programs.next().await, Message::text("still here"));
    let (closed, ()) = tokio::join!(programs.closed(), app.running.stop());
    assert_eq!(closed.map(|frame| u16::from(frame.code)), Some(1012));
}
