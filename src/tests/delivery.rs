//! The delivery contract over real sockets and forms: tabs of one person, lost acknowledgements, gaps, clocks.

use reqwest::multipart::Form;

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        model::{Message, Person},
        server::store::{self, NewMessage},
        wire::{ClientFrame, Draft},
    },
    ids::RoomId,
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);

/// Keeps `count` messages of `author`, the `n`th at the time that `at` gives it, without telling anybody.
async fn keep(app: &TestApp, author: &Member, count: i64, at: fn(i64) -> i64) {
    let author = Person {
        id: author.me.id,
        name: author.me.name.clone(),
        ..Person::default()
    };
    let kept = app.running.state.desk.writer.write(move |conn| {
        Box::pin(async move {
            for n in 1..=count {
                let new = NewMessage {
                    room: DESK,
                    author: author.clone(),
                    client_id: format!("kept-{n}"),
                    body: format!("kept {n}"),
                    html: None,
                    reply: None,
                    at: Timestamp::from_micros(at(n)),
                };
                store::insert(conn, new).await?;
            }
            Ok(())
        })
    });
    kept.await.expect("kept");
}

fn places(messages: &[Message]) -> Vec<u64> {
    messages.iter().map(|message| message.seq).collect()
}

#[tokio::test]
async fn what_one_tab_sends_the_other_shows_at_once_whatever_garbage_comes_between() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let (mut one, mut other) = (ines.socket(&app).await, ines.socket(&app).await);
    one.follow(DESK, None).await;
    other.follow(DESK, None).await;
    for (n, garbage) in (1..).zip(["\u{0}", "[]", r#"{"do":"post"}"#, r#"{"do":"follow","room":"desk"}"#]) {
        one.text(garbage).await;
        other.text(garbage).await;
        let name = format!("c{n}");
        one.post(DESK, &name, &format!("from the first tab, {n}")).await;
        let heard = other.said().await.expect("the line lives");
        assert_eq!((heard.seq, &heard.client_id, heard.author.id), (n, &name, ines.me.id));
        assert_eq!(one.acknowledged(&name).await, Some(n));
    }
    let heard = one.said().await.expect("its own message too");
    assert_eq!(heard.seq, 1);
}

#[tokio::test]
async fn one_message_however_its_acknowledgement_was_lost_and_wherever_it_was_tried_again() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut b = bob.socket(&app).await;
    b.follow(DESK, None).await;
    let mut first = ines.socket(&app).await;
    first.post(DESK, "once", "only once").await;
    assert_eq!(b.said().await.map(|message| message.seq), Some(1));
    // The line goes before the answer is read.
    drop(first);
    let mut second = ines.socket(&app).await;
    second.post(DESK, "once", "only once").await;
    assert_eq!(second.acknowledged("once").await, Some(1));
    let form = Form::new().text("client_id", "once").text("body", "only once");
    let plain = ines.client.post(format!("{}/rooms/1/say", app.url)).multipart(form);
    assert_eq!(plain.send().await.expect("an answer").status(), 303);
    // The name is its author's: somebody else's message of that name is another.
    b.post(DESK, "once", "mine").await;
    assert_eq!(b.acknowledged("once").await, Some(2));
    assert_eq!(
        b.said().await.map(|message| message.body).as_deref(),
        Some("mine"),
        "heard once"
    );
    let (all, _) = ines.socket(&app).await.follow(DESK, Some(0)).await;
    assert_eq!(places(&all), [1, 2]);
}

#[tokio::test]
async fn the_same_message_sent_at_once_from_many_places_is_one() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut tabs: Vec<Socket> = Vec::new();
    for _ in 0..5 {
        tabs.push(ines.socket(&app).await);
    }
    let draft = Draft {
        room: DESK,
        client_id: "once".into(),
        body: "only once".into(),
        reply: None,
        files: Vec::new(),
    };
    for tab in &mut tabs {
        for _ in 0..3 {
            tab.send(&ClientFrame::Post(draft.clone())).await;
        }
    }
    for tab in &mut tabs {
        for _ in 0..3 {
            assert_eq!(tab.acknowledged("once").await, Some(1));
        }
    }
    let (all, _) = tabs[0].follow(DESK, Some(0)).await;
    assert_eq!(places(&all), [1]);
}

#[tokio::test]
async fn a_gap_of_500_is_told_whole_and_a_larger_one_is_a_reset_to_the_newest_page() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    keep(&app, &ines, 520, |n| n).await;
    let mut socket = ines.socket(&app).await;
    let (missed, reset) = socket.follow(DESK, Some(20)).await;
    assert_eq!((places(&missed), reset), ((21..=520).collect(), false));
    let (newest, reset) = socket.follow(DESK, Some(19)).await;
    assert_eq!((places(&newest), reset), ((481..=520).collect(), true));
    // What comes after a reset is live.
    socket.post(DESK, "next", "and on").await;
    assert_eq!(socket.said().await.map(|message| message.seq), Some(521));
}

#[tokio::test]
async fn a_clock_that_jumps_about_changes_no_order() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    // Each a day before the one said before it, the first in a far future.
    keep(&app, &ines, 30, |n| 4_000_000_000_000_000 - n * 86_400_000_000).await;
    let mut socket = ines.socket(&app).await;
    let in_order: Vec<u64> = (1..=30).collect();
    let (missed, _) = socket.follow(DESK, Some(0)).await;
    assert_eq!(places(&missed), in_order);
    let (page, _) = socket.follow(DESK, None).await;
    assert_eq!(places(&page), in_order);
    socket.post(DESK, "now", "by a clock that is right again").await;
    assert_eq!(socket.said().await.map(|message| message.seq), Some(31));
    let before = store::history(&app.running.state.desk.readers, DESK, Some(31), 10).await;
    assert_eq!(
        places(&before.expect("a history").messages),
        (21..=30).collect::<Vec<_>>()
    );
    // Whatever the author's clock says has no part in it: the time is the server's.
    let frame = r#"{"do":"post","room":1,"client_id":"late","body":"x","at":"1999-01-01T00:00:00Z"}"#;
    socket.text(frame).await;
    let late = socket.said().await.expect("the line lives");
    let age = Timestamp::now().seconds_since(late.at);
    assert!(late.seq == 32 && (0..60).contains(&age), "{late:?}");
}
