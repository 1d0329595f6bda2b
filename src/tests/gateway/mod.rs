//! The line gateway, as the programs that speak it do.

mod ends;
mod line;
mod scopes;

use std::time::Duration;

use futures::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use self::line::{Line, PATIENCE};
use super::app::TestApp;
use crate::{
    chat::{model::RoomKind, wire::ServerFrame},
    ids::RoomId,
};

#[tokio::test]
async fn the_first_frame_registers_and_every_connection_of_the_receiver_hears() {
    let app = TestApp::start().await;
    app.admin().await;
    let (a, b) = (app.program("alpha").await, app.program("beta").await);
    let (mut from, mut other) = (a.connect().await, a.register().await);
    let (mut one, mut two, mut silent) = (b.register().await, b.connect().await, b.connect().await);
    two.send(format!("{}:{}:", b.id, a.id)).await;
    two.settle().await;
    // The first frame may say something, too.
    for content in ["hello", "a:b::c", "two\nlines: yes", ":"] {
        from.send(format!("{}:{}:{content}", a.id, b.id)).await;
        let expected = format!("{}:{content}", a.id);
        assert_eq!([one.line().await, two.line().await], [expected.clone(), expected]);
    }
    one.send(format!("{}:{}:and back", b.id, a.id)).await;
    assert_eq!(
        [from.line().await, other.line().await],
        [format!("{}:and back", b.id), format!("{}:and back", b.id)]
    );
    two.settle().await;
    silent.settle().await;
    from.settle().await;
}

#[tokio::test]
async fn what_is_wrong_gets_an_error_line_and_nothing_is_sent() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let (a, b) = (app.program("alpha").await, app.program("beta").await);
    let (mut from, mut to) = (a.connect().await, b.register().await);
    let (me, you) = (a.id, b.id);
    for (frame, words) in [
        (String::new(), "userid:toUserid:content"),
        ("hello".into(), "userid:toUserid:content"),
        (format!("{me}:{you}"), "userid:toUserid:content"),
        ("::".into(), "userid must be a person's number"),
        (format!(":{you}:hi"), "userid must be a person's number"),
        (format!("alpha:{you}:hi"), "not a name"),
        (format!("{you}:{me}:hi"), "You are"),
        (format!("{}:{you}:hi", ines.me.id), "You are"),
        (format!("{you}::"), "You are"),
        (format!("{me}::hi"), "toUserid must be a person's number"),
        (format!("{me}:beta:hi"), "not a name"),
        (format!("{me}:{me}:hi"), "your own number"),
        (format!("{me}:999:hi"), "Nobody here has the number 999"),
        (format!("{me}:-1:hi"), "Nobody here has the number -1"),
        (format!("{me}:{you}: \n"), "The message is empty"),
        (format!("{me}:{you}:{}", "x".repeat(16 * 1024 + 1)), "16 KiB"),
    ] {
        from.send(frame.clone()).await;
        let line = from.line().await;
        let shown: String = frame.chars().take(40).collect();
        assert!(line.starts_with("error: ") && line.contains(words), "{shown}: {line}");
        assert_eq!(line.lines().count(), 1, "{shown}: {line}");
    }
    from.socket
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .expect("the line is up");
    assert!(from.line().await.starts_with("error: Send text frames"));
    to.settle().await;
    let rooms = &app.running.state.chat.db.readers;
    let kept = crate::chat::server::store::rooms(rooms, you).await.expect("rooms");
    assert_eq!(kept.len(), 1, "no conversation was opened for nothing");
    let largest = "x".repeat(16 * 1024);
    from.send(format!("{me}:{you}:{largest}")).await;
    assert_eq!(to.line().await, format!("{me}:{largest}"), "and the line lives");
}

#[tokio::test]
async fn a_frame_that_is_far_too_large_ends_the_line_and_says_so() {
    let app = TestApp::start().await;
    app.admin().await;
    let a = app.program("alpha").await;
    let mut line = a.register().await;
    line.send(format!("{}:1:{}", a.id, "x".repeat(200 * 1024))).await;
    assert!(line.line().await.starts_with("error: A frame can hold 128 KiB"));
    let code = loop {
        match line.frame().await {
            Some(Message::Close(frame)) => break frame.map(|frame| u16::from(frame.code)),
            Some(_) => (),
            None => break None,
        }
    };
    assert_eq!(code, Some(1009));
}

#[tokio::test]
async fn the_browser_and_the_gateway_hear_each_other() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let a = app.program("alpha").await;
    let mut line = a.register().await;
    let mut browser = ines.socket(&app).await;
    // From the gateway: a conversation that wasn't there.
    line.send(format!("{}:{}:**v1.4** is out", a.id, ines.me.id)).await;
    let room = browser.until(|frame| match frame {
        ServerFrame::Room { room } => Some(room),
        _ => None,
    });
    let room = room.await.expect("the conversation");
    assert_eq!(
        (room.kind, room.title(ines.me.id).as_str()),
        (RoomKind::Direct, "alpha")
    );
    line.settle().await;
    let (said, _) = browser.follow(room.id, None).await;
    assert_eq!((said[0].body.as_str(), said[0].author.id), ("**v1.4** is out", a.id));
    assert!(said[0].html.is_some());
    // From the browser, there and in one that the browser opens.
    browser.post(room.id, "c1", "thanks: good").await;
    assert_eq!(line.line().await, format!("{}:thanks: good", ines.me.id));
    let bobs = bob.converse(&app, &[a.id]).await;
    let mut b = bob.socket(&app).await;
    b.post(bobs, "c1", "and mine?").await;
    assert_eq!(line.line().await, format!("{}:and mine?", bob.me.id));
    line.send(format!("{}:{}:yours too", a.id, bob.me.id)).await;
    line.settle().await;
    let (said, _) = b.follow(bobs, None).await;
    assert_eq!(said.last().map(|message| message.body.as_str()), Some("yours too"));
    // Of three: whoever says it.
    let three = ines.converse(&app, &[a.id, bob.me.id]).await;
    b.post(three, "c2", "all of you").await;
    assert_eq!(line.line().await, format!("{}:all of you", bob.me.id));
    // Rooms are not conversations, an edit is not said anew, and what is said to others is not for this one.
    b.post(RoomId(1), "c3", "for the desk").await;
    b.acknowledged("c3").await;
    let edit = json!({"room": room.id, "seq": 2, "change": {"edit": "thanks: very good"}});
    assert_eq!(ines.call(&app, "change_message", edit).await.0, 200);
    let without = ines.converse(&app, &[bob.me.id]).await;
    b.post(without, "c4", "between us").await;
    b.acknowledged("c4").await;
    line.settle().await;
    // Whoever has been taken off the team hears nothing, and that is said.
    let id = bob.me.id.to_string();
    let form = [("id", id.as_str()), ("name", "bob")];
    assert_eq!(ines.form(&app, "remove_person", &form).await, 200);
    line.send(format!("{}:{}:still there?", a.id, bob.me.id)).await;
    assert_eq!(line.line().await, "error: They are not on the team any more.");
}

#[tokio::test]
async fn a_person_speaks_by_their_session_until_it_ends() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.line(&app).await, bob.line(&app).await);
    b.send(format!("{}::", bob.me.id)).await;
    b.settle().await;
    a.send(format!("{}:{}:hello", ines.me.id, bob.me.id)).await;
    assert_eq!(b.line().await, format!("{}:hello", ines.me.id));
    assert_eq!(ines.call(&app, "sign_out", json!({})).await.0, 200);
    assert_eq!(a.closed().await.map(|frame| u16::from(frame.code)), Some(4401));
    b.settle().await;
}

#[tokio::test]
async fn a_line_ends_with_its_token() {
    let app = TestApp::start().await;
    app.admin().await;
    let a = app.program("alpha").await;
    let mut line = a.register().await;
    let gone = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            sqlx::query("DELETE FROM token").execute(conn).await?;
            Ok(())
        })
    });
    gone.await.expect("it is gone");
    assert_eq!(line.closed().await.map(|frame| u16::from(frame.code)), Some(4401));
}

#[tokio::test]
async fn who_may_not_come_in() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let a = app.program("alpha").await;
    let (cookie, token) = (ines.cookie.as_str(), format!("Bearer {}", a.token));
    let ingest = format!("Bearer {}", app.token().await);
    for (headers, status) in [
        (vec![], 403),
        (vec![("origin", app.url.as_str())], 401),
        (vec![("cookie", cookie)], 403),
        (vec![("cookie", cookie), ("origin", "https://evil.test")], 403),
        (vec![("cookie", "squawkbox_session=guess"), ("origin", &app.url)], 401),
        (vec![("authorization", "Bearer sbx_nonsense")], 401),
        (vec![("authorization", &ingest)], 403),
        // A cookie doesn't make up for a bad token.
        (
            vec![
                ("cookie", cookie),
                ("authorization", "Bearer sbx_nonsense"),
                ("origin", "https://evil.test"),
            ],
            401,
        ),
        (vec![("cookie", cookie), ("origin", &app.url)], 101),
        (vec![("authorization", &token)], 101),
    ] {
        assert_eq!(Line::refused(&app, &headers).await, status, "{headers:?}");
    }
}

#[tokio::test]
async fn a_close_is_acknowledged_and_unregisters() {
    let app = TestApp::start().await;
    app.admin().await;
    let (a, b) = (app.program("alpha").await, app.program("beta").await);
    let (mut from, mut one, mut two) = (a.register().await, b.register().await, b.register().await);
    let listeners = app.running.state.chat.hub.listeners();
    let bye = CloseFrame {
        code: CloseCode::Normal,
        reason: "".into(),
    };
    one.socket.close(Some(bye.clone())).await.expect("asked to close");
    assert_eq!(one.closed().await, Some(bye));
    tokio::time::timeout(PATIENCE, async {
        while app.running.state.chat.hub.listeners() >= listeners {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .expect("it is forgotten");
    from.send(format!("{}:{}:still there?", a.id, b.id)).await;
    assert_eq!(two.line().await, format!("{}:still there?", a.id));
}

#[tokio::test]
async fn too_many_are_told_to_slow_down_and_the_rest_arrives_in_order() {
    let app = TestApp::start().await;
    app.admin().await;
    let (a, b) = (app.program("alpha").await, app.program("beta").await);
    let (mut from, mut to) = (a.register().await, b.register().await);
    for n in 0..100 {
        from.send(format!("{}:{}:{n}", a.id, b.id)).await;
    }
    let errors = from.lines().await;
    assert!(!errors.is_empty() && errors.len() <= 65, "{}", errors.len());
    assert!(
        errors.iter().all(|line| line.starts_with("error: That was too fast")),
        "{errors:?}"
    );
    let mut heard = Vec::new();
    while heard.len() < 100 - errors.len() {
        let line = to.line().await;
        heard.push(
            line.split_once(':')
                .expect("a line")
                .1
                .parse::<u32>()
                .expect("a number"),
        );
    }
    assert!(heard.is_sorted() && heard[0] == 0, "{heard:?}");
    to.settle().await;
}

#[tokio::test]
async fn a_reader_that_stalls_holds_up_nobody() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let b = app.program("beta").await;
    let (stalled, mut reads) = (b.register().await, b.register().await);
    let room = ines.converse(&app, &[b.id]).await;
    let mut browser = ines.socket(&app).await;
    // More than a socket's buffers hold, which `stalled` never reads.
    let body = "x".repeat(16 * 1024);
    for n in 1..=100 {
        browser.post(room, &format!("c{n}"), &body).await;
        assert_eq!(browser.acknowledged(&format!("c{n}")).await, Some(n));
        assert_eq!(reads.line().await.len(), body.len() + 2);
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    drop(stalled);
}

#[tokio::test]
async fn stopping_closes_with_a_hint_to_come_back() {
    let app = TestApp::start().await;
    app.admin().await;
    let mut line = app.program("alpha").await.register().await;
    let (code, ()) = tokio::join!(line.closed(), app.running.stop());
    assert_eq!(code.map(|frame| u16::from(frame.code)), Some(1012));
}
