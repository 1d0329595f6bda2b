//! Pins, which a room shares, and bookmarks, which are each person's own.

use serde_json::{Value, json};

use super::app::{Member, TestApp};
use crate::{chat::model::Found, ids::RoomId};

const DESK: RoomId = RoomId(1);

impl Member {
    async fn mark(&self, app: &TestApp, seq: u64, change: Value) -> (u16, Value) {
        self.call(app, "change_message", json!({"room": 1, "seq": seq, "change": change}))
            .await
    }

    async fn bookmarks(&self, app: &TestApp) -> Vec<String> {
        let (_, found) = self.call(app, "bookmarks", json!({"before": null})).await;
        let found: Found = serde_json::from_value(found).expect("bookmarks");
        found.hits.into_iter().map(|hit| hit.message.body).collect()
    }

    async fn pins(&self, app: &TestApp) -> Vec<(String, Option<String>)> {
        let (_, found) = self.call(app, "pins", json!({"room": 1})).await;
        let found: Found = serde_json::from_value(found).expect("pins");
        let pin = |hit: crate::chat::model::Hit| (hit.message.body, hit.message.pinned);
        found.hits.into_iter().map(pin).collect()
    }
}

#[tokio::test]
async fn a_pin_is_a_change_that_everybody_hears_of_and_resumes() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    b.follow(DESK, None).await;
    for text in ["one", "two"] {
        a.post(DESK, text, text).await;
        a.acknowledged(text).await.expect("kept");
        b.said().await.expect("a message");
    }
    assert_eq!(bob.mark(&app, 1, json!({"pin": true})).await.0, 200);
    let pinned = b.said().await.expect("the message again");
    assert_eq!((pinned.seq, pinned.pinned.as_deref()), (1, Some("bob")));
    assert!(pinned.edited.is_none());
    // The same again changes nothing, whoever asks for it.
    assert_eq!(ines.mark(&app, 1, json!({"pin": true})).await.0, 200);
    assert_eq!(ines.mark(&app, 2, json!({"pin": true})).await.0, 200);
    assert_eq!(b.said().await.expect("the other").pinned.as_deref(), Some("ines"));
    let both = [("two", "ines"), ("one", "bob")].map(|(text, who)| (text.to_owned(), Some(who.to_owned())));
    assert_eq!(bob.pins(&app).await, both);
    let (missed, _) = bob.socket(&app).await.follow(DESK, Some(pinned.changed)).await;
    assert_eq!(missed.len(), 1);

    assert_eq!(bob.form(&app, "unpin", &[("room", "1"), ("seq", "2")]).await, 200);
    assert_eq!(b.said().await.expect("unpinned").pinned, None);
    assert_eq!(ines.mark(&app, 1, json!("delete")).await.0, 200);
    assert!(b.said().await.expect("deleted").pinned.is_none());
    assert_eq!(bob.pins(&app).await, []);
    assert_eq!(bob.mark(&app, 1, json!({"pin": true})).await.0, 404);
}

#[tokio::test]
async fn a_room_has_a_bounded_number_of_pins() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let write = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            let sql = "INSERT INTO message (room, seq, changed, author, client_id, body, at) \
                       WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 101) \
                       SELECT 1, n, n, 1, 'm' || n, 'm' || n, 0 FROM n; \
                       UPDATE room SET said = 101, changed = 101; \
                       INSERT INTO pin (room, seq, user, at) SELECT room, seq, 1, seq FROM message WHERE seq <= 100";
            Ok(sqlx::query(sql).execute(conn).await.map(|_| ())?)
        })
    });
    write.await.expect("a full room");
    assert_eq!(ines.mark(&app, 101, json!({"pin": true})).await.0, 409);
    assert_eq!(ines.mark(&app, 7, json!({"pin": false})).await.0, 200);
    assert_eq!(ines.mark(&app, 101, json!({"pin": true})).await.0, 200);
    let pins = ines.pins(&app).await;
    assert_eq!((pins.len(), pins[0].0.as_str()), (100, "m101"));
}

#[tokio::test]
async fn a_bookmark_is_ones_own_as_long_as_one_may_read_the_message() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    b.follow(DESK, None).await;
    for text in ["one", "two"] {
        a.post(DESK, text, text).await;
        a.acknowledged(text).await.expect("kept");
        b.said().await.expect("a message");
        let seq = if text == "one" { 1 } else { 2 };
        let (status, words) = bob.mark(&app, seq, json!("bookmark")).await;
        assert_eq!(status, 200);
        assert!(
            words.as_str().is_some_and(|words| words.starts_with("Bookmarked")),
            "{words}"
        );
    }
    assert_eq!(bob.bookmarks(&app).await, ["two", "one"]);
    assert!(ines.bookmarks(&app).await.is_empty());
    let (_, words) = bob.mark(&app, 1, json!("bookmark")).await;
    assert_eq!(words, "The bookmark is removed.");
    assert_eq!(bob.bookmarks(&app).await, ["two"]);
    // Nobody has heard of it: what comes next is what is said next.
    a.post(DESK, "three", "three").await;
    assert_eq!(b.said().await.expect("a message").body, "three");

    // Out of sight with the room, and back with it.
    assert_eq!(ines.form(&app, "create_room", &[("name", "floor")]).await, 200);
    assert_eq!(bob.form(&app, "leave_room", &[("room", "1")]).await, 200);
    assert!(bob.bookmarks(&app).await.is_empty());
    assert_eq!(bob.mark(&app, 1, json!("bookmark")).await.0, 404);
    assert_eq!(bob.form(&app, "join_room", &[("room", "1")]).await, 200);
    assert_eq!(bob.bookmarks(&app).await, ["two"]);
    assert_eq!(ines.mark(&app, 2, json!("delete")).await.0, 200);
    assert!(bob.bookmarks(&app).await.is_empty(), "gone with the message");
    assert_eq!(bob.mark(&app, 2, json!("bookmark")).await.0, 404);
    assert_eq!(bob.mark(&app, 3, json!("bookmark")).await.0, 200);
    let remove = [("room", "1"), ("seq", "3")];
    assert_eq!(bob.form(&app, "remove_bookmark", &remove).await, 200);
    assert!(bob.bookmarks(&app).await.is_empty());
}

#[tokio::test]
async fn what_is_said_in_a_thread_is_bookmarked_too() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut line = ines.socket(&app).await;
    line.post(DESK, "root", "the root").await;
    line.acknowledged("root").await.expect("kept");
    let (_, page) = ines.call(&app, "room", json!({"room": 1, "thread": 1})).await;
    let thread = RoomId(page["room"]["id"].as_i64().expect("a thread"));
    line.post(thread, "reply", "a reply").await;
    line.acknowledged("reply").await.expect("kept");
    let bookmark = json!({"room": thread, "seq": 1, "change": "bookmark"});
    assert_eq!(ines.call(&app, "change_message", bookmark).await.0, 200);
    assert_eq!(ines.bookmarks(&app).await, ["a reply"]);
}
