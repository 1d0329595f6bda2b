//! Threads: rooms that hang on a message, and what those who follow them hear.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        message::permalink,
        model::{Message, Room, RoomKind},
        server::{store, threads},
        wire::{ClientFrame, ServerFrame},
    },
    error::AppError,
    ids::{RoomId, UserId},
};

const DESK: RoomId = RoomId(1);

/// The thread of a message of # desk, opened as the page does it.
async fn thread(app: &TestApp, who: &Member, seq: u64) -> RoomId {
    let arguments = json!({"room": DESK, "before": null, "thread": seq});
    let (status, page) = who.call(app, "room", arguments).await;
    assert_eq!(status, 200, "{page}");
    RoomId(page["room"]["id"].as_i64().expect("a number"))
}

async fn say(socket: &mut Socket, room: RoomId, name: &str, body: &str) {
    socket.post(room, name, body).await;
    socket.acknowledged(name).await.expect("kept");
}

/// What is unread in the threads that somebody follows, by thread.
async fn unread(app: &TestApp, who: &Member) -> Vec<(RoomId, u32, u32)> {
    let rooms = who.rooms(app).await.into_iter();
    let threads = rooms.filter(|room| room.kind == RoomKind::Thread);
    threads.map(|room| (room.id, room.unread, room.mentions)).collect()
}

/// The thread that somebody is told to follow from now on.
async fn joined(socket: &mut Socket) -> Option<Room> {
    let room = socket.until(|frame| match frame {
        ServerFrame::Room { room } => Some(room),
        _ => None,
    });
    room.await
}

async fn noted(socket: &mut Socket) -> Option<(RoomId, UserId)> {
    let note = socket.until(|frame| match frame {
        ServerFrame::Noted { room, author, .. } => Some((room, author)),
        _ => None,
    });
    note.await
}

fn replies(message: &Message) -> Option<(RoomId, u32)> {
    message.thread.as_ref().map(|thread| (thread.room, thread.replies))
}

#[tokio::test]
async fn a_reply_is_counted_by_the_root_for_all_who_see_it() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b, mut pane) = (ines.socket(&app).await, bob.socket(&app).await, bob.socket(&app).await);
    say(&mut a, DESK, "a1", "shall we hedge?").await;
    let (before, _) = b.follow(DESK, None).await;
    let id = thread(&app, &bob, 1).await;
    assert_eq!(thread(&app, &ines, 1).await, id, "a message has one");
    pane.follow(id, None).await;
    let (_, nothing) = bob.call(&app, "room", json!({"room": 1})).await;
    assert_eq!(
        nothing["history"]["messages"][0]["thread"],
        Value::Null,
        "nothing is said in it"
    );

    say(&mut pane, id, "b1", "half of it").await;
    say(&mut a, id, "a2", "done").await;
    for count in 1..=2 {
        let root = b.said().await.expect("the root");
        assert_eq!((root.room, root.seq, replies(&root)), (DESK, 1, Some((id, count))));
    }
    let said = [pane.said().await, pane.said().await].map(|message| message.map(|m| (m.room, m.seq, m.body)));
    assert_eq!(said, [Some((id, 1, "half of it".into())), Some((id, 2, "done".into()))]);

    // Who was away hears it too, and a reply that is taken back counts no more.
    let delete = json!({"room": id, "seq": 2, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    let (missed, reset) = bob.socket(&app).await.follow(DESK, Some(before[0].changed)).await;
    assert_eq!((missed.len(), reset, replies(&missed[0])), (1, false, Some((id, 1))));
    let delete = json!({"room": id, "seq": 1, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    let (missed, _) = bob.socket(&app).await.follow(DESK, Some(missed[0].changed)).await;
    assert_eq!(replies(&missed[0]), None, "there is nothing left in it");
}

#[tokio::test]
async fn unread_is_for_those_who_follow_it() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    let (mut a, mut b, mut e) = (ines.socket(&app).await, bob.socket(&app).await, eve.socket(&app).await);
    say(&mut a, DESK, "a1", "shall we hedge?").await;
    let id = thread(&app, &bob, 1).await;
    let room = joined(&mut a).await.expect("its author follows it");
    assert_eq!(
        (room.id, room.root, room.title(ines.me.id).as_str()),
        (id, Some((DESK, 1)), "Thread in # desk")
    );
    say(&mut b, id, "b1", "half of it").await;
    assert_eq!(
        joined(&mut b).await.map(|room| room.id),
        Some(id),
        "who replies follows it"
    );
    assert_eq!(noted(&mut a).await, Some((id, bob.me.id)));
    say(&mut b, id, "b2", "or all").await;
    assert_eq!(unread(&app, &ines).await, [(id, 2, 0)]);
    assert_eq!(
        (unread(&app, &bob).await, unread(&app, &eve).await),
        (vec![(id, 0, 0)], vec![])
    );
    assert_eq!(eve.rooms(&app).await.len(), 1, "a thread is in no list of rooms");

    // Called in it, one follows it; what was said before isn't new.
    say(&mut a, id, "a2", "what does @eve say? @room").await;
    assert_eq!(joined(&mut e).await.map(|room| room.id), Some(id));
    assert_eq!(noted(&mut e).await, Some((id, ines.me.id)));
    assert_eq!(unread(&app, &eve).await, [(id, 1, 1)]);
    assert_eq!(unread(&app, &bob).await, [(id, 1, 1)], "@room is those who follow it");
    e.send(&ClientFrame::Read { room: id, seq: 3 }).await;
    let read = e.until(|frame| match frame {
        ServerFrame::Read { room, unread, .. } => Some((room, unread)),
        _ => None,
    });
    assert_eq!(read.await, Some((id, 0)));

    // Whoever doesn't want to hear of it any more doesn't.
    let room = id.to_string();
    assert_eq!(eve.form(&app, "follow_thread", &[("room", &room)]).await, 200);
    say(&mut b, id, "b3", "and now?").await;
    assert_eq!(unread(&app, &eve).await, []);
    say(&mut b, DESK, "b4", "something else").await;
    let next = async |e: &mut Socket| noted(e).await.map(|(room, _)| room);
    while next(&mut e).await != Some(DESK) {}
    assert_eq!(
        eve.form(&app, "follow_thread", &[("room", &room), ("follows", "true")])
            .await,
        200
    );
    assert_eq!(unread(&app, &eve).await, [(id, 0, 0)], "from now on");
    assert_eq!(
        eve.form(&app, "follow_thread", &[("room", "1")]).await,
        404,
        "a room is no thread"
    );
}

#[tokio::test]
async fn searches_that_find_threads_do_not_wait_for_each_other() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut a = ines.socket(&app).await;
    say(&mut a, DESK, "a0", "root").await;
    let id = thread(&app, &ines, 1).await;
    for n in 1..=5 {
        say(&mut a, id, &format!("a{n}"), "a needle in a thread").await;
    }
    // More at once than there are connections to read with.
    let all = (0..24).map(async |n| {
        let who = if n % 2 == 0 { &ines } else { &bob };
        let found = who.call(&app, "search_messages", json!({"query": "needle", "before": null}));
        let (status, found) = found.await;
        (status, found["hits"].as_array().map(Vec::len))
    });
    let all = tokio::time::timeout(Duration::from_secs(10), futures::future::join_all(all));
    for answer in all.await.expect("answers in time") {
        assert!(matches!(answer, (200, Some(5)) | (429, _)), "{answer:?}");
    }
}

#[tokio::test]
async fn a_thread_is_of_those_who_are_in_its_room() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let (mut a, mut b, mut pane) = (ines.socket(&app).await, bob.socket(&app).await, bob.socket(&app).await);
    let deals = RoomId(2);
    say(&mut a, deals, "a1", "for few eyes").await;
    let chat = &app.running.state.chat;
    let id = threads::open(chat, ines.me.id, (deals, 1)).await.expect("a thread");
    say(&mut a, id, "a2", "even fewer").await;

    let follow = ClientFrame::Follow { room: id, after: None };
    b.send(&follow).await;
    assert!(matches!(b.refused().await, Some((None, AppError::NotFound(_)))));
    b.post(id, "b1", "let me in").await;
    assert!(matches!(b.refused().await, Some((Some(_), AppError::NotFound(_)))));
    for arguments in [json!({"room": id}), json!({"room": deals, "thread": 1})] {
        assert_eq!(bob.call(&app, "room", arguments).await.0, 404);
    }
    assert_eq!(bob.form(&app, "follow_thread", &[("room", &id.to_string())]).await, 404);
    assert!(matches!(
        threads::open(chat, bob.me.id, (deals, 1)).await,
        Err(AppError::NotFound(_))
    ));

    // In with the room, and out with it, whatever is being looked at.
    let people = [("room", "2"), ("person", "2")];
    assert_eq!(ines.form(&app, "invite", &people).await, 200);
    assert_eq!(pane.follow(id, None).await.0.len(), 1);
    assert_eq!(unread(&app, &bob).await, [], "nothing in it is new to him");
    say(&mut b, id, "b2", "here I am").await;
    assert_eq!(
        pane.said().await.map(|message| message.body).as_deref(),
        Some("here I am")
    );
    assert_eq!(bob.form(&app, "leave_room", &[("room", "2")]).await, 200);
    let left = b.until(|frame| matches!(frame, ServerFrame::Left { .. }).then_some(()));
    left.await.expect("told");
    say(&mut a, id, "a3", "he is gone").await;
    say(&mut a, DESK, "a4", "for all").await;
    for socket in [&mut b, &mut pane] {
        socket.send(&ClientFrame::Ping).await;
        let heard = socket.until(|frame| match frame {
            ServerFrame::Pong => Some(true),
            ServerFrame::Noted { room, .. } if room == id => Some(false),
            _ => None,
        });
        assert_eq!(heard.await, Some(true), "nothing more from there");
    }
    pane.follow(DESK, Some(0)).await;
    assert_eq!(bob.call(&app, "room", json!({"room": id})).await.0, 404);
    // Who joins the team is in an open room's threads.
    let open = thread(&app, &ines, 1).await;
    let eve = app.join("eve").await;
    assert_eq!(thread(&app, &eve, 1).await, open);
}

#[tokio::test]
async fn a_thread_outlives_its_root_and_has_none_of_its_own() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    say(&mut a, DESK, "a1", "first").await;
    say(&mut a, DESK, "a2", "second").await;
    let id = thread(&app, &bob, 1).await;
    say(&mut b, id, "b1", "about the first").await;
    for seq in [1, 2] {
        let delete = json!({"room": 1, "seq": seq, "change": "delete"});
        assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    }
    assert_eq!(thread(&app, &bob, 1).await, id);
    let (_, page) = bob.call(&app, "room", json!({"room": 1, "thread": 1})).await;
    assert_eq!(page["root"]["deleted"], true);
    assert_eq!(page["history"]["messages"][0]["body"], "about the first");
    let none = bob.call(&app, "room", json!({"room": 1, "thread": 2})).await;
    assert_eq!(none.0, 404, "nothing begins at what was taken back");
    assert_eq!(bob.call(&app, "room", json!({"room": 1, "thread": 9})).await.0, 404);
    assert_eq!(bob.call(&app, "room", json!({"room": id, "thread": 1})).await.0, 400);
    let describe = [("room", "2"), ("name", "mine"), ("topic", "")];
    assert_eq!(bob.form(&app, "describe_room", &describe).await, 400);
    assert_eq!(bob.form(&app, "leave_room", &[("room", "2")]).await, 400);

    // What somebody said goes with them, and the root counts on.
    let chat = &app.running.state.chat;
    chat.db
        .writer
        .write(|conn| {
            Box::pin(async move {
                Ok(sqlx::query("UPDATE user SET withdraw = 1 WHERE id = 2")
                    .execute(conn)
                    .await
                    .map(|_| ())?)
            })
        })
        .await
        .expect("marked");
    crate::chat::server::withdraw::begin(&app.running.state);
    let mut root = None;
    for _ in 0..100 {
        sleep(Duration::from_millis(20)).await;
        let mut conn = chat.db.readers.acquire().await.expect("a reader");
        root = store::message(&mut conn, DESK, 1).await.expect("a message");
        if root.as_ref().is_some_and(|root| root.thread.is_none()) {
            break;
        }
    }
    assert_eq!(root.map(|root| root.thread), Some(None));
}

#[tokio::test]
async fn what_is_said_in_a_thread_is_found_in_its_room() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    say(&mut a, DESK, "a1", "the gateway is slow").await;
    let id = thread(&app, &ines, 1).await;
    say(&mut a, id, "a2", "the gateway was restarted").await;
    for (query, hits) in [("in:desk gateway", 2), ("restarted", 1), ("in:desk restarts", 0)] {
        let arguments = json!({"query": query, "before": null});
        let (_, found) = ines.call(&app, "search_messages", arguments).await;
        let found = found["hits"].as_array().expect("a list");
        assert_eq!(found.len(), hits, "{query}");
        if query == "restarted" {
            assert_eq!(found[0]["room"], "Thread in # desk");
        }
    }
}

#[tokio::test]
async fn a_thread_of_a_conversation_is_called_after_its_people() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let chat = &app.running.state.chat;
    let talk = crate::chat::server::rooms::direct(chat, ines.me.id, &[bob.me.id]).await;
    let talk = talk.expect("a conversation");
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    say(&mut a, talk, "a1", "lunch?").await;
    let id = threads::open(chat, bob.me.id, (talk, 1)).await.expect("a thread");
    say(&mut b, id, "b1", "at one").await;
    let titles = |who: &Member, rooms: Vec<Room>| rooms.iter().map(|room| room.title(who.me.id)).collect::<Vec<_>>();
    let rooms = ines.rooms(&app).await;
    assert_eq!(titles(&ines, rooms), ["# desk", "bob", "Thread in bob"]);
    assert_eq!(
        titles(&bob, bob.rooms(&app).await),
        ["# desk", "ines", "Thread in ines"]
    );
}

#[tokio::test]
async fn a_room_that_goes_takes_its_threads_along() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    say(&mut a, DESK, "a1", "first").await;
    let id = thread(&app, &ines, 1).await;
    say(&mut a, id, "a2", "about the first").await;
    let desk = &app.running.state.desk;
    let gone = desk.writer.write(|conn| {
        Box::pin(async move {
            sqlx::query("DELETE FROM message WHERE room = 1; DELETE FROM room WHERE id = 1")
                .execute(&mut *conn)
                .await?;
            Ok(())
        })
    });
    gone.await.expect("gone");
    let left: (i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM room), (SELECT count(*) FROM member), (SELECT count(*) FROM message)",
    )
    .fetch_one(&desk.readers)
    .await
    .expect("counts");
    assert_eq!(left, (0, 0, 0));
}

#[tokio::test]
async fn the_address_of_a_reply_leads_to_it_beside_its_room() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    say(&mut a, DESK, "root", "shall we hedge?").await;
    let id = thread(&app, &ines, 1).await;
    for n in 1..=90 {
        // No faster than people may.
        a.post(id, &format!("r{n}"), &format!("reply {n}")).await;
        a.acknowledged(&format!("r{n}")).await.expect("kept");
        sleep(Duration::from_millis(50)).await;
    }
    let get = async |path: &str| {
        let answer = ines
            .client
            .get(format!("{}{path}", app.url))
            .header("Accept", "text/html")
            .send()
            .await;
        answer.expect("an answer")
    };
    let way = get(&permalink(id, 5)).await;
    assert_eq!(way.status(), 302);
    let to = way.headers()["location"].to_str().expect("text").to_owned();
    assert_eq!(to, "/rooms/1?thread=1&reply=5#t5");
    let page = get(&to).await.text().await.expect("a page");
    for there in ["shall we hedge?", "reply 5<", "reply 30<"] {
        assert!(page.contains(there), "{there} isn't on the page");
    }
    assert!(!page.contains("reply 90<"), "it opens around the reply");
    let (status, page) = ines
        .call(&app, "room", json!({"room": DESK, "on": "5", "thread": 1}))
        .await;
    assert_eq!((status, &page["mark"]), (200, &json!(5)));
}
