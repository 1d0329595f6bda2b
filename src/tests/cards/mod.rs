//! Cards that show messages, and what becomes of them when those are deleted.

mod threads;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{message::permalink, model::Message, plain::CARD, server::store},
    ids::RoomId,
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);
const FLOOR: RoomId = RoomId(2);
const SECRET: &str = "the key is 4711";

/// A team of two with a second room.
async fn floor(private: &str) -> (TestApp, Member, Member) {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let form = [("name", "floor"), ("private", private)];
    let form = if private.is_empty() { &form[..1] } else { &form };
    assert_eq!(ines.form(&app, "create_room", form).await, 200);
    (app, ines, bob)
}

async fn follows(app: &TestApp, who: &Member, room: RoomId) -> Socket {
    let mut socket = who.socket(app).await;
    socket.follow(room, None).await;
    socket
}

async fn say(socket: &mut Socket, room: RoomId, name: &str, body: &str) {
    socket.post(room, name, body).await;
    socket.acknowledged(name).await.expect("kept");
}

fn html(message: &Message) -> &str {
    message.html.as_deref().unwrap_or_default()
}

/// The next message at this place that is as wanted.
async fn until(socket: &mut Socket, seq: u64, is_wanted: impl Fn(&Message) -> bool) -> Message {
    loop {
        let message = socket.said().await.expect("a message");
        if message.seq == seq && is_wanted(&message) {
            return message;
        }
    }
}

/// Says it in a room that the socket follows, and waits for its card.
async fn card(socket: &mut Socket, room: RoomId, name: &str, body: &str) -> Message {
    socket.post(room, name, body).await;
    loop {
        let message = socket.said().await.expect("the message, and then its card");
        if message.client_id == name && html(&message).contains(CARD) {
            return message;
        }
    }
}

async fn change(app: &TestApp, who: &Member, room: RoomId, seq: u64, change: Value) {
    let change = json!({"room": room, "seq": seq, "change": change});
    let (status, answer) = who.call(app, "change_message", change).await;
    assert_eq!(status, 200, "{answer}");
}

async fn known(app: &TestApp) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM shown");
    count.fetch_one(&app.running.state.desk.readers).await.expect("a count")
}

/// Waits until no message holds these words.
async fn is_gone(app: &TestApp, words: &str) {
    for _ in 0..200 {
        let left: i64 =
            sqlx::query_scalar("SELECT count(*) FROM message WHERE instr(body || coalesce(html, ''), ?) > 0")
                .bind(words)
                .fetch_one(&app.running.state.desk.readers)
                .await
                .expect("a count");
        if left == 0 {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    panic!("{words:?} can still be read");
}

#[tokio::test]
async fn a_deleted_message_goes_from_cards_wherever_they_are() {
    let (app, ines, bob) = floor("").await;
    let (mut a, mut b) = (follows(&app, &ines, FLOOR).await, follows(&app, &bob, DESK).await);
    say(&mut b, DESK, "b1", SECRET).await;
    let link = format!("{}{}", app.url, permalink(DESK, 1));
    let first = card(&mut a, FLOOR, "a1", &format!("look {link}")).await;
    let second = card(&mut a, FLOOR, "a2", &format!("look again {link}")).await;
    assert!(html(&first).contains(SECRET) && html(&second).contains(SECRET));
    // One that says something else by now, and one that says the same again.
    card(&mut a, FLOOR, "a3", &link).await;
    change(&app, &ines, FLOOR, 3, json!({"edit": "never mind"})).await;
    card(&mut a, FLOOR, "a4", &link).await;
    change(&app, &ines, FLOOR, 4, json!({"edit": format!("still: {link}")})).await;
    until(&mut a, 4, |message| {
        message.edited.is_some() && html(message).contains(CARD)
    })
    .await;
    card(&mut b, DESK, "b2", &link).await;
    assert_eq!(known(&app).await, 4);
    let seen = store::room(&app.running.state.desk.readers, FLOOR, ines.me.id).await;
    let seen = seen.expect("a look").expect("the room").changed;

    change(&app, &bob, DESK, 1, json!("delete")).await;
    let is_bare = |message: &Message| !html(message).contains(CARD) && !html(message).contains(SECRET);
    for seq in [1, 2, 4] {
        let gone = until(&mut a, seq, |message| message.changed > seen).await;
        assert!(
            is_bare(&gone) && html(&gone).contains(&link.replace('&', "&amp;")),
            "{gone:?}"
        );
    }
    let deleted = until(&mut b, 1, |message| message.deleted).await;
    let gone = until(&mut b, 2, is_bare).await;
    assert!(gone.changed > deleted.changed && gone.edited.is_none(), "{gone:?}");
    assert_eq!(known(&app).await, 0);

    // Whoever was away, or comes anew, by whatever way.
    let (missed, reset) = ines.socket(&app).await.follow(FLOOR, Some(seen)).await;
    assert_eq!(
        (missed.iter().map(|m| m.seq).collect::<Vec<_>>(), reset),
        (vec![1, 2, 4], false)
    );
    let token = app.running.state.accounts.create_bot("deploy", Some("floor")).await;
    let read = reqwest::Client::new()
        .get(format!("{}/api/v1/rooms/2/messages", app.url))
        .bearer_auth(token.expect("a token"));
    let answer = read.send().await.expect("an answer");
    assert_eq!(answer.status(), 200);
    let now = Timestamp::now();
    let wanted = json!({"wanted": {"at": now.to_string(), "span": 60, "q": "", "symbols": ""}});
    for (what, text) in [
        ("resumed", serde_json::to_string(&missed).unwrap()),
        ("api", answer.text().await.expect("text")),
        (
            "room",
            ines.call(&app, "room", json!({"room": FLOOR, "before": null}))
                .await
                .1
                .to_string(),
        ),
        ("page", ines.reads(&app, "/rooms/2").await),
        ("history", ines.reads(&app, "/rooms/2?before=9").await),
        ("found", ines.reads(&app, "/search?q=look").await),
        (
            "search",
            ines.call(&app, "search_messages", json!({"query": "look", "before": null}))
                .await
                .1
                .to_string(),
        ),
        ("around", ines.call(&app, "around", wanted).await.1.to_string()),
        ("moment", ines.reads(&app, &format!("/at/{now}")).await),
    ] {
        assert!(text.contains("look") && !text.contains(SECRET), "{what}: {text}");
    }
    is_gone(&app, SECRET).await;

    // A link to what is deleted gets no card.
    a.post(FLOOR, "a5", &link).await;
    say(&mut b, DESK, "b3", "kept").await;
    card(&mut a, FLOOR, "a6", &format!("{}{}", app.url, permalink(DESK, 3))).await;
    assert_eq!(known(&app).await, 1);
}

#[tokio::test]
async fn a_moment_keeps_what_else_it_shows() {
    let (app, ines, bob) = floor("").await;
    let (mut a, mut b) = (follows(&app, &ines, FLOOR).await, follows(&app, &bob, DESK).await);
    for (name, body) in [("b1", SECRET), ("b2", "they *sell* it")] {
        say(&mut b, DESK, name, body).await;
    }
    say(&mut a, FLOOR, "a1", "mine stays").await;
    let shared = card(&mut a, FLOOR, "a2", &format!("{}/at/{}", app.url, Timestamp::now())).await;
    for part in [SECRET, "they sell it", "mine stays", "in # desk: "] {
        assert!(html(&shared).contains(part), "{part} in {}", html(&shared));
    }
    card(&mut a, FLOOR, "a3", &format!("{}{}", app.url, permalink(DESK, 2))).await;
    change(&app, &bob, DESK, 1, json!("delete")).await;
    let left = until(&mut a, 2, |message| !html(message).contains(SECRET)).await;
    assert!(
        html(&left).contains("they sell it") && html(&left).contains("mine stays"),
        "{left:?}"
    );

    // With whoever is removed with what they said.
    let id = bob.me.id.to_string();
    let form = [("id", id.as_str()), ("name", "bob"), ("messages", "true")];
    assert_eq!(ines.form(&app, "remove_person", &form).await, 200);
    let left = until(&mut a, 2, |message| !html(message).contains("they sell it")).await;
    assert!(html(&left).contains("mine stays"), "{left:?}");
    let bare = until(&mut a, 3, |message| !html(message).contains("they sell it")).await;
    assert!(!html(&bare).contains(CARD), "{bare:?}");
    is_gone(&app, "they sell it").await;
    assert_eq!(known(&app).await, 1);
}

#[tokio::test]
async fn a_deleted_room_goes_from_cards_elsewhere() {
    let (app, ines, bob) = floor("").await;
    assert_eq!(ines.form(&app, "create_room", &[("name", "attic")]).await, 200);
    let attic = RoomId(3);
    let (mut a, mut b) = (ines.socket(&app).await, follows(&app, &bob, DESK).await);
    say(&mut a, FLOOR, "a1", SECRET).await;
    say(&mut a, attic, "a2", "the vault is open").await;
    for (name, room) in [("b1", FLOOR), ("b2", attic)] {
        card(&mut b, DESK, name, &format!("{}{}", app.url, permalink(room, 1))).await;
    }
    let delete = [("room", "2"), ("name", "floor")];
    assert_eq!(ines.form(&app, "delete_room", &delete).await, 200);
    let gone = until(&mut b, 1, |message| !html(message).contains(SECRET)).await;
    assert!(!html(&gone).contains(CARD), "{gone:?}");
    app.is_cleared(FLOOR).await;
    is_gone(&app, SECRET).await;

    // As a crash before the last step leaves it.
    let write = app
        .running
        .state
        .chat
        .db
        .writer
        .write(move |conn| Box::pin(async move { store::delete_room(conn, attic, Timestamp::now()).await }));
    write.await.expect("deleted");
    let app = app.again().await;
    is_gone(&app, "the vault is open").await;
    app.is_cleared(attic).await;
    assert_eq!(known(&app).await, 0);
}

#[tokio::test]
async fn of_many_cards_all_go() {
    let (app, ines, bob) = floor("").await;
    let mut b = bob.socket(&app).await;
    say(&mut b, DESK, "b1", SECRET).await;
    let fill = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120) \
         INSERT INTO message (room, seq, changed, author, client_id, body, html, at) \
         SELECT 2, i, i, {}, 'm' || i, 'x', '<p>x</p>{CARD}{SECRET}</div>', i FROM n; \
         UPDATE room SET said = 120, changed = 120 WHERE id = 2; \
         INSERT INTO shown (room, seq, of_room, of_seq) SELECT 2, seq, 1, 1 FROM message WHERE room = 2",
        ines.me.id
    );
    let writer = &app.running.state.chat.db.writer;
    let filled =
        writer.write(move |conn| Box::pin(async move { Ok(sqlx::query(&fill).execute(conn).await.map(|_| ())?) }));
    filled.await.expect("filled");
    let mut a = ines.socket(&app).await;
    a.follow(FLOOR, Some(120)).await;
    change(&app, &bob, DESK, 1, json!("delete")).await;
    let mut told = Vec::new();
    for _ in 0..120 {
        let message = a.said().await.expect("a card that goes");
        assert_eq!(html(&message), "<p>x</p>");
        told.push(message.changed);
    }
    assert_eq!(told, (121..=240).collect::<Vec<_>>(), "each once, in order");
    is_gone(&app, SECRET).await;
    assert_eq!(known(&app).await, 0);
}
