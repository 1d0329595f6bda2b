//! Chat over real sockets: kept before acknowledged, once, in order, resumed without a hole.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::wire::{ClientFrame, ServerFrame},
    error::AppError,
    ids::RoomId,
};

const DESK: RoomId = RoomId(1);

#[tokio::test]
async fn what_one_says_the_other_hears_in_order() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ada.socket(&app).await, bob.socket(&app).await);
    a.follow(DESK, None).await;
    b.follow(DESK, None).await;
    for n in 1..=5 {
        let (speaker, name) = if n % 2 == 0 { (&mut b, "bob") } else { (&mut a, "ada") };
        speaker.post(DESK, &format!("c{n}"), &format!("{n} from {name}")).await;
        assert_eq!(speaker.acknowledged(&format!("c{n}")).await, Some(n));
    }
    let mut heard = Vec::new();
    while heard.len() < 5 {
        heard.push(a.said().await.expect("a message"));
    }
    assert_eq!(heard.iter().map(|m| m.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert_eq!(
        (heard[1].body.as_str(), heard[1].author.name.as_str()),
        ("2 from bob", "bob")
    );
}

#[tokio::test]
async fn a_retry_is_the_same_message() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut socket = ada.socket(&app).await;
    socket.follow(DESK, None).await;
    for _ in 0..3 {
        socket.post(DESK, "once", "only once").await;
        assert_eq!(socket.acknowledged("once").await, Some(1));
    }
    socket.post(DESK, "next", "another").await;
    assert_eq!(socket.acknowledged("next").await, Some(2));
    let (all, _) = ada.socket(&app).await.follow(DESK, Some(0)).await;
    assert_eq!(
        all.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(),
        ["only once", "another"]
    );
}

#[tokio::test]
async fn resuming_sends_what_was_missed_or_says_reset() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut speaker = ada.socket(&app).await;
    for n in 1..=10 {
        speaker.post(DESK, &format!("c{n}"), "x").await;
        speaker.acknowledged(&format!("c{n}")).await;
    }
    let mut late = ada.socket(&app).await;
    let (missed, reset) = late.follow(DESK, Some(7)).await;
    assert_eq!(
        (missed.iter().map(|m| m.seq).collect::<Vec<_>>(), reset),
        (vec![8, 9, 10], false)
    );
    let (newest, reset) = late.follow(DESK, Some(999)).await;
    assert_eq!(
        (newest.len(), reset),
        (10, true),
        "a number from another database starts afresh"
    );
    speaker.post(DESK, "c11", "live").await;
    assert_eq!(late.said().await.map(|m| m.seq), Some(11));
    late.send(&ClientFrame::Follow {
        room: RoomId(404),
        after: None,
    })
    .await;
    assert!(matches!(late.refused().await, Some((None, AppError::NotFound(_)))));
}

/// Sockets come and go while others speak; every one of them ends with every message, once, in order.
#[tokio::test]
async fn joining_in_the_middle_leaves_no_hole() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let speaking = {
        let mut socket = ada.socket(&app).await;
        tokio::spawn(async move {
            for n in 0..60 {
                socket.post(DESK, &format!("c{n}"), "x").await;
                tokio::time::sleep(Duration::from_millis(55)).await;
            }
        })
    };
    let mut listeners = Vec::new();
    for _ in 0..6 {
        let mut socket = ada.socket(&app).await;
        listeners.push(tokio::spawn(async move {
            let (missed, _) = socket.follow(DESK, Some(0)).await;
            let mut heard: Vec<u64> = missed.iter().map(|m| m.seq).collect();
            while heard.len() < 60 {
                heard.push(socket.said().await.expect("a message").seq);
            }
            heard
        }));
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    speaking.await.expect("all said");
    for listener in listeners {
        assert_eq!(listener.await.expect("all heard"), (1..=60).collect::<Vec<u64>>());
    }
}

#[tokio::test]
async fn bad_frames_get_a_clear_error_and_the_socket_lives() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut socket = ada.socket(&app).await;
    socket.follow(DESK, None).await;
    for garbage in ["", "hello", "{}", r#"{"do":"dance"}"#, r#"{"do":"post","room":1}"#] {
        socket.text(garbage).await;
        assert!(
            matches!(socket.refused().await, Some((None, AppError::Invalid(_)))),
            "{garbage}"
        );
    }
    socket.post(DESK, "empty", "  \n ").await;
    assert!(matches!(socket.refused().await, Some((Some(id), AppError::Invalid(_))) if id == "empty"));
    socket.post(DESK, "long", &"x".repeat(16 * 1024 + 1)).await;
    assert!(matches!(socket.refused().await, Some((Some(id), AppError::TooLarge(_))) if id == "long"));
    socket.post(DESK, &"i".repeat(65), "hi").await;
    assert!(matches!(socket.refused().await, Some((Some(_), AppError::Invalid(_)))));
    socket.post(RoomId(404), "lost", "hi").await;
    assert!(matches!(socket.refused().await, Some((Some(id), AppError::NotFound(_))) if id == "lost"));
    socket.post(DESK, "good", "still here").await;
    assert_eq!(socket.acknowledged("good").await, Some(1));
    socket.send(&ClientFrame::Ping).await;
    assert!(
        socket
            .until(|frame| matches!(frame, ServerFrame::Pong).then_some(()))
            .await
            .is_some()
    );
}

#[tokio::test]
async fn a_frame_of_bytes_is_refused_and_one_that_can_t_be_read_ends_the_socket_in_words() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut socket = ada.socket(&app).await;
    socket.0.send(Message::binary(vec![1, 2, 3])).await.expect("sent");
    assert!(matches!(socket.refused().await, Some((None, AppError::Invalid(_)))));
    socket.send(&ClientFrame::Ping).await;
    let pong = socket.until(|frame| matches!(frame, ServerFrame::Pong).then_some(()));
    assert!(pong.await.is_some(), "it lives");
    socket.text(&"x".repeat(200 * 1024)).await;
    assert!(matches!(socket.refused().await, Some((None, AppError::TooLarge(_)))));
    let code = loop {
        match socket.0.next().await {
            Some(Ok(Message::Close(frame))) => break frame.map(|frame| u16::from(frame.code)),
            Some(Ok(_)) => (),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(code, Some(1009));
}

#[tokio::test]
async fn too_many_are_told_to_slow_down_and_none_is_half_taken() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut socket = ada.socket(&app).await;
    for n in 0..100 {
        socket.post(DESK, &format!("c{n}"), "x").await;
    }
    let (mut taken, mut refused) = (0, 0);
    while taken + refused < 100 {
        let counted = socket.until(|frame| match frame {
            ServerFrame::Ack { .. } => Some(true),
            ServerFrame::Refused {
                client_id: Some(_),
                error: AppError::SlowDown(_),
                ..
            } => Some(false),
            _ => None,
        });
        if counted.await.expect("an answer to each") {
            taken += 1
        } else {
            refused += 1
        }
    }
    assert!(taken >= 40 && refused > 0, "{taken} taken, {refused} refused");
    // The pace counts every frame, this one too.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (kept, _) = socket.follow(DESK, Some(0)).await;
    assert_eq!(kept.len(), taken);
    // And those that are none of ours.
    for _ in 0..100 {
        socket.0.send(Message::binary(vec![1])).await.expect("sent");
    }
    let mut slowed = 0;
    for _ in 0..100 {
        slowed += u32::from(matches!(socket.refused().await, Some((None, AppError::SlowDown(_)))));
    }
    assert!(slowed > 0, "as any other");
}

#[tokio::test]
async fn a_reader_that_stalls_holds_up_nobody() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut stalled, mut b) = (ada.socket(&app).await, bob.socket(&app).await, bob.socket(&app).await);
    stalled.follow(DESK, None).await;
    b.follow(DESK, None).await;
    // More than a socket's buffers hold, which `stalled` never reads.
    let body = "x".repeat(16 * 1024);
    for n in 1..=100 {
        a.post(DESK, &format!("c{n}"), &body).await;
        assert_eq!(a.acknowledged(&format!("c{n}")).await, Some(n));
        assert_eq!(b.said().await.map(|m| m.seq), Some(n));
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let resumed = bob.socket(&app).await.follow(DESK, Some(0)).await;
    assert_eq!(resumed.0.len(), 100);
}

#[tokio::test]
async fn presence_and_typing() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.admin().await, app.join("bob").await);
    let mut a = ada.socket(&app).await;
    a.follow(DESK, None).await;
    let id = bob.me.id;
    let bob_came = |frame| match frame {
        ServerFrame::Presence { came, .. } => came.iter().any(|person| person.name == "bob").then_some(()),
        _ => None,
    };
    let bob_went = |frame| match frame {
        ServerFrame::Presence { came, went } => (came.is_empty() && went == [id]).then_some(()),
        _ => None,
    };
    let mut b = bob.socket(&app).await;
    a.until(bob_came).await.expect("bob came");
    b.send(&ClientFrame::Typing { room: DESK }).await;
    let typing = |frame| match frame {
        ServerFrame::Typing { person, .. } => Some(person.name),
        _ => None,
    };
    assert_eq!(a.until(typing).await.as_deref(), Some("bob"));
    drop(b);
    a.until(bob_went).await.expect("bob left");
}

#[tokio::test]
async fn only_from_our_pages_and_only_signed_in() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let status = |result: Result<Socket, tokio_tungstenite::tungstenite::Error>| match result {
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => response.status().as_u16(),
        Err(other) => panic!("{other}"),
        Ok(_) => 101,
    };
    assert_eq!(
        status(Socket::open(&app.url, &ada.cookie, "https://evil.test").await),
        403
    );
    let mut stranger = Socket::open(&app.url, "squawkbox_session=guess", &app.url)
        .await
        .expect("told by a close code, which a browser shows to the page");
    assert_eq!(closed(&mut stranger).await, Some(CloseCode::from(4401)));
    assert_eq!(status(Socket::open(&app.url, &ada.cookie, &app.url).await), 101);
}

/// The code with which the server closes the socket.
async fn closed(socket: &mut Socket) -> Option<CloseCode> {
    let close = async {
        loop {
            match socket.0.next().await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code),
                Some(Ok(_)) => (),
                _ => return None,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(2), close)
        .await
        .expect("it ends soon")
}

#[tokio::test]
async fn signing_out_ends_the_socket() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let mut socket = ada.socket(&app).await;
    ada.sign_out(&app).await;
    let code = closed(&mut socket).await;
    assert_eq!(code, Some(CloseCode::from(4401)));
}

#[tokio::test]
async fn a_plain_form_says_the_same_once() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let post = |body: &'static str, id: &'static str| {
        let form = reqwest::multipart::Form::new().text("client_id", id).text("body", body);
        ada.client
            .post(format!("{}/rooms/1/say", app.url))
            .multipart(form)
            .send()
    };
    for _ in 0..2 {
        let answer = post("from a form", "form-1").await.expect("an answer");
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], "/rooms/1");
    }
    let refused = post(" ", "form-2").await.expect("an answer");
    assert!(
        refused.headers()["location"].to_str().expect("text").contains("__err="),
        "the page says why"
    );
    let refused = post("/nonsense </textarea><b>", "form-3").await.expect("an answer");
    assert_eq!(refused.status(), 400);
    let html = refused.text().await.expect("text");
    assert!(
        html.contains("\n/nonsense &lt;/textarea>&lt;b></textarea>") && html.contains("no command"),
        "the message is there to be mended: {html}"
    );
    let page = ada
        .client
        .get(format!("{}/rooms/1", app.url))
        .send()
        .await
        .expect("a page");
    assert_eq!(page.status(), 200);
    let html = page.text().await.expect("text");
    assert_eq!(html.matches(">from a form<").count(), 1, "{html}");
    let data = r#"\"body\":\"from a form\""#;
    assert_eq!(
        html.matches(data).count(),
        1,
        "what scripts take over with is there once: {html}"
    );
}

#[tokio::test]
async fn rooms_are_made_once_and_seen_by_all() {
    let app = TestApp::start().await;
    let (ada, bob) = (app.admin().await, app.join("bob").await);
    let mut b = bob.socket(&app).await;
    let create = |name: &'static str| {
        ada.client
            .post(format!("{}/do/create_room", app.url))
            .header("accept", "text/html")
            .form_body(&[("name", name)])
    };
    let made = create("%23Incidents").send().await.expect("an answer");
    assert!(made.headers()["location"].to_str().expect("text").contains("/rooms/2"));
    let room = b.until(|frame| match frame {
        ServerFrame::Room { room } => Some(room.name),
        _ => None,
    });
    assert_eq!(room.await.as_deref(), Some("incidents"));
    let taken = ada
        .client
        .post(format!("{}/do/create_room", app.url))
        .form_body(&[("name", "incidents")])
        .send()
        .await;
    let taken = taken.expect("an answer");
    assert_eq!(taken.status(), 409, "{:?}", taken.text().await);
}

impl Member {
    /// A chat socket of this person's.
    pub async fn socket(&self, app: &TestApp) -> Socket {
        Socket::open(&app.url, &self.cookie, &app.url).await.expect("a socket")
    }

    async fn sign_out(&self, app: &TestApp) {
        let answer = self
            .client
            .post(format!("{}/do/sign_out", app.url))
            .form_body(&[])
            .send()
            .await;
        assert!(answer.expect("an answer").status().is_success());
    }
}

trait FormBody {
    fn form_body(self, form: &[(&str, &str)]) -> Self;
}

impl FormBody for reqwest::RequestBuilder {
    /// A form whose values are already encoded.
    fn form_body(self, form: &[(&str, &str)]) -> Self {
        let body = form
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("&");
        self.header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }
}
