//! What is unread, in rooms where much was said.

use super::app::TestApp;
use crate::{
    chat::wire::{ClientFrame, ServerFrame},
    ids::{RoomId, UserId},
};

const DESK: RoomId = RoomId(1);

impl TestApp {
    /// Has `author` say so much in the desk, each message deleted whose place `deleted` divides.
    async fn says(&self, author: UserId, count: i64, deleted: i64) {
        let said = self.running.state.desk.writer.write(move |conn| {
            Box::pin(async move {
                sqlx::query(
                    "WITH RECURSIVE n (seq, last) AS (SELECT said + 1, said + ?2 FROM room WHERE id = 1 \
                     UNION ALL SELECT seq + 1, last FROM n WHERE seq < last) \
                     INSERT INTO message (room, seq, changed, author, client_id, body, at, deleted) \
                     SELECT 1, seq, seq, ?1, 'n' || seq, 'hello', seq, iif(seq % ?3 = 0, 1, NULL) FROM n",
                )
                .bind(author.0)
                .bind(count)
                .bind(deleted)
                .execute(&mut *conn)
                .await?;
                sqlx::query("UPDATE room SET said = said + ?1, changed = changed + ?1 WHERE id = 1")
                    .bind(count)
                    .execute(conn)
                    .await?;
                Ok(())
            })
        });
        said.await.expect("said");
    }
}

#[tokio::test]
async fn ones_own_and_deleted_messages_use_up_nothing_of_the_count() {
    let app = TestApp::start().await;
    let (ines, bob, carla) = (app.admin().await, app.join("bob").await, app.join("carla").await);
    let unread = async || {
        let of = async |who: &super::app::Member| who.rooms(&app).await[0].unread;
        (of(&ines).await, of(&bob).await, of(&carla).await)
    };
    assert_eq!(unread().await, (0, 0, 0));
    app.says(bob.me.id, 3_000, i64::MAX).await;
    app.says(ines.me.id, 7, i64::MAX).await;
    app.says(carla.me.id, 2_000, 1).await;
    app.says(carla.me.id, 5, i64::MAX).await;
    assert_eq!(
        unread().await,
        (1_000, 12, 1_000),
        "what bob said himself and what was deleted isn't counted"
    );
    // Where he has read on, by the frame that he is told by.
    let mut line = bob.socket(&app).await;
    for (seq, left) in [(3_000, 12), (3_004, 8), (5_007, 5), (5_010, 2), (5_012, 0)] {
        line.send(&ClientFrame::Read { room: DESK, seq }).await;
        let told = line.until(|frame| match frame {
            ServerFrame::Read { read, unread, .. } => Some((read, unread)),
            _ => None,
        });
        assert_eq!(told.await, Some((seq, left)));
    }
    assert_eq!(unread().await, (1_000, 0, 1_000));
}

#[tokio::test]
async fn it_is_exact_up_to_a_thousand() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    for (said, expected) in [(998, 998), (1, 999), (1, 1_000), (1, 1_000), (500, 1_000)] {
        app.says(bob.me.id, said, i64::MAX).await;
        assert_eq!(ines.rooms(&app).await[0].unread, expected);
    }
    app.says(bob.me.id, 10, 1).await;
    assert_eq!(ines.rooms(&app).await[0].unread, 1_000);
}

/// What the newest frame about what is unread says of the desk.
async fn told(line: &mut super::socket::Socket) -> Option<(u32, u32)> {
    let told = line.until(|frame| match frame {
        ServerFrame::Read {
            room: DESK,
            unread,
            mentions,
            ..
        } => Some((unread, mentions)),
        _ => None,
    });
    told.await
}

#[tokio::test]
async fn what_is_taken_back_is_unread_no_more_at_once() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    for (name, body) in [("a1", "@bob, look"), ("a2", "at this"), ("a3", "and this")] {
        a.post(DESK, name, body).await;
        a.acknowledged(name).await.expect("kept");
    }
    let change = async |seq: u64, change: serde_json::Value| {
        let arguments = serde_json::json!({"room": DESK, "seq": seq, "change": change});
        assert_eq!(ines.call(&app, "change_message", arguments).await.0, 200);
    };
    change(2, serde_json::json!("delete")).await;
    assert_eq!(told(&mut b).await, Some((2, 1)), "one of three is gone");
    // Nobody is called in it any more, then another calls him.
    change(1, serde_json::json!({"edit": "never mind"})).await;
    assert_eq!(told(&mut b).await, Some((2, 0)));
    change(3, serde_json::json!({"edit": "@bob, this"})).await;
    assert_eq!(told(&mut b).await, Some((2, 1)));
    // What calls nobody before and after changes no count, and what is said next is counted once.
    change(3, serde_json::json!({"react": {"emoji": "👍", "on": true}})).await;
    change(1, serde_json::json!({"edit": "never mind it"})).await;
    a.post(DESK, "a4", "more").await;
    a.acknowledged("a4").await.expect("kept");
    change(3, serde_json::json!("delete")).await;
    let next = b.until(|frame| match frame {
        ServerFrame::Noted { .. } => Some(None),
        ServerFrame::Read { unread, mentions, .. } => Some(Some((unread, mentions))),
        _ => None,
    });
    assert_eq!(next.await, Some(None), "the new message is noted first");
    assert_eq!(told(&mut b).await, Some((2, 0)));
    assert_eq!(bob.rooms(&app).await[0].unread, 2, "as a new page counts");
}

#[tokio::test]
async fn a_room_that_one_has_left_the_page_of_is_counted_again() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    let say = async |a: &mut super::socket::Socket, name: &str| {
        a.post(DESK, name, "@bob").await;
        a.acknowledged(name).await.expect("kept");
    };
    b.follow(DESK, None).await;
    say(&mut a, "seen").await;
    assert!(b.said().await.is_some());
    b.send(&ClientFrame::Read { room: DESK, seq: 1 }).await;
    assert_eq!(told(&mut b).await, Some((0, 0)));
    // What comes as a message, and nobody reads it any more.
    say(&mut a, "on-its-way").await;
    b.send(&ClientFrame::Unfollow { room: DESK }).await;
    assert_eq!(told(&mut b).await, Some((1, 1)));
    say(&mut a, "after-it").await;
    let noted = b.until(|frame| match frame {
        ServerFrame::Noted { mentions, .. } => Some(mentions),
        ServerFrame::Message(message) => panic!("{message:?} is sent whole"),
        _ => None,
    });
    assert_eq!(noted.await, Some(vec![bob.me.id]));
}

#[tokio::test]
async fn a_page_shows_what_is_by_name_apart_and_what_is_new_further_down() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut a = ines.socket(&app).await;
    for (name, body) in [("a1", "one"), ("a2", "two"), ("a3", "@bob, three")] {
        a.post(DESK, name, body).await;
        a.acknowledged(name).await.expect("kept");
    }
    let counted = r#"<span class="n">3<span class="visually-hidden"> unread, 1 by name</span></span>"#;
    let by_name = r#"<span class="n me" aria-hidden="true">@1</span>"#;
    for path in ["/rooms", "/ticker"] {
        let html = bob.reads(&app, path).await;
        assert!(html.contains(&format!("{counted}{by_name}")), "{html}");
    }
    let past = bob.reads(&app, "/rooms/1?before=2").await;
    assert!(
        past.contains("3 new messages") && !past.contains("Newest messages"),
        "{past}"
    );
    // Whoever has read all of it is led there all the same.
    let past = ines.reads(&app, "/rooms/1?before=2").await;
    assert!(past.contains("Newest messages"), "{past}");
}
