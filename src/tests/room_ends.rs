//! Rooms that end: left, archived, brought back, deleted.

use serde_json::{Value, json};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        model::Room,
        wire::{ClientFrame, ServerFrame},
    },
    error::AppError,
    ids::RoomId,
};

const FLOOR: RoomId = RoomId(2);

/// A team of two with a second open room that both are in.
async fn floor() -> (TestApp, Member, Member) {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert_eq!(ines.form(&app, "create_room", &[("name", "floor")]).await, 200);
    (app, ines, bob)
}

async fn names(who: &Member, app: &TestApp) -> Vec<String> {
    who.rooms(app).await.into_iter().map(|room| room.name).collect()
}

async fn room(socket: &mut Socket) -> Room {
    let pick = |frame| match frame {
        ServerFrame::Room { room } => Some(room),
        _ => None,
    };
    socket.until(pick).await.expect("a room")
}

async fn left(socket: &mut Socket) -> RoomId {
    let pick = |frame| match frame {
        ServerFrame::Left { room } => Some(room),
        _ => None,
    };
    socket.until(pick).await.expect("a room that is left")
}

async fn say(app: &TestApp, who: &Member, room: RoomId, text: &str) {
    let mut socket = who.socket(app).await;
    let name = text.replace(' ', "-");
    socket.post(room, &name, text).await;
    socket.acknowledged(&name).await.expect("kept");
}

#[tokio::test]
async fn an_open_room_is_left_and_joined_again_as_read() {
    let (app, ines, bob) = floor().await;
    let mut b = bob.socket(&app).await;
    assert_eq!(bob.form(&app, "leave_room", &[("room", "2")]).await, 200);
    assert_eq!(left(&mut b).await, FLOOR);
    assert_eq!(names(&bob, &app).await, ["desk"]);
    say(&app, &ines, FLOOR, "@room hears it, bob doesn't").await;
    let (_, others) = bob.call(&app, "other_rooms", json!({})).await;
    assert_eq!(others["open"][0]["name"], "floor");
    assert_eq!(bob.call(&app, "room", json!({"room": 2, "before": null})).await.0, 404);
    let browse = |path: &str| {
        bob.client
            .get(format!("{}{path}", app.url))
            .header("accept", "text/html")
            .send()
    };
    let answer = browse("/rooms/2").await;
    let answer = answer.expect("an answer");
    let way = answer.headers()["location"].to_str().expect("text");
    assert_eq!((answer.status().as_u16(), way), (302, "/rooms/others?room=2"));
    let page = bob.reads(&app, way).await;
    assert!(
        page.contains("You are not in # floor.") && page.contains("aria-label=\"Join # floor\""),
        "{page}"
    );
    assert_eq!(bob.form(&app, "join_room", &[("room", "2")]).await, 200);
    assert_eq!(room(&mut b).await.id, FLOOR);
    let joined = &bob.rooms(&app).await[1];
    assert_eq!((joined.id, joined.unread, joined.mentions), (FLOOR, 0, 0));
    // The first room strands nobody, and a private one is not to be joined.
    assert_eq!(bob.form(&app, "leave_room", &[("room", "1")]).await, 200);
    assert_eq!(names(&bob, &app).await, ["floor"]);
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    assert_eq!(bob.form(&app, "join_room", &[("room", "3")]).await, 404);
    let private = browse("/rooms/3").await.expect("an answer");
    assert_eq!(private.status(), 404, "as if it weren't there");
}

#[tokio::test]
async fn an_archived_room_is_read_and_nothing_changes_in_it() {
    let (app, ines, bob) = floor().await;
    say(&app, &bob, FLOOR, "kept for later").await;
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    b.follow(FLOOR, None).await;
    let archive = |archived: &'static str| [("room", "2"), ("archived", archived)];
    assert_eq!(bob.form(&app, "archive_room", &archive("true")).await, 403);
    assert_eq!(ines.form(&app, "archive_room", &archive("true")).await, 200);
    assert!(room(&mut b).await.archived, "told at once");
    assert_eq!(names(&bob, &app).await, ["desk"]);

    // Whoever isn't in it can come in, to read.
    let eve = app.join("eve").await;
    assert_eq!(eve.form(&app, "leave_room", &[("room", "2")]).await, 200);
    let html = eve.reads(&app, "/rooms/others?room=2").await;
    assert!(
        html.contains("You are not in # floor.") && html.contains("Join # floor"),
        "{html}"
    );

    // By no way in.
    b.post(FLOOR, "b1", "one more").await;
    assert!(matches!(b.refused().await, Some((Some(_), AppError::Conflict(words))) if words.contains("archived")));
    for change in [
        json!({"edit": "other"}),
        json!("delete"),
        json!({"react": {"emoji": "👍", "on": true}}),
    ] {
        let change = json!({"room": 2, "seq": 1, "change": change});
        assert_eq!(bob.call(&app, "change_message", change).await.0, 409);
    }
    let brought = bob
        .client
        .post(format!("{}/files?room=2&name=a.txt", app.url))
        .body("a")
        .send();
    assert_eq!(brought.await.expect("an answer").status(), 409);
    let rename = [("room", "2"), ("name", "attic")];
    assert_eq!(ines.form(&app, "describe_room", &rename).await, 409);
    let token = app.running.state.accounts.create_bot("deploy", Some("floor")).await;
    let token = token.expect("a token");
    let hook = reqwest::Client::new()
        .post(format!("{}/hooks/{token}", app.url))
        .header("content-type", "application/json")
        .body(r#"{"text":"hi"}"#)
        .send()
        .await
        .expect("an answer");
    assert_eq!(hook.status(), 410);
    assert_eq!(hook.text().await.expect("a word"), "channel_is_archived");

    // Read, found, listed.
    let (page, _) = a.follow(FLOOR, None).await;
    assert_eq!(page.len(), 1);
    let found = json!({"query": "later", "before": null});
    let (_, found) = bob.call(&app, "search_messages", found).await;
    assert_eq!(found["hits"][0]["room"], "# floor");
    let (_, others) = bob.call(&app, "other_rooms", json!({})).await;
    assert_eq!(others["archived"][0]["name"], "floor");
    let rooms = async |query: &str| -> Value {
        let asked = reqwest::Client::new().get(format!("{}/api/v1/rooms{query}", app.url));
        let answer = asked.bearer_auth(&token).send().await.expect("an answer");
        answer.json().await.expect("rooms")
    };
    assert_eq!(rooms("").await.as_array().map(Vec::len), Some(1));
    assert_eq!(rooms("?archived=true").await[1]["archived"], true);

    // And back, also for a page that was opened meanwhile; it is as quiet as it was.
    let mute = [("room", "2"), ("level", "nothing")];
    assert_eq!(bob.form(&app, "set_level", &mute).await, 200);
    let mut late = bob.socket(&app).await;
    assert_eq!(ines.form(&app, "archive_room", &archive("false")).await, 200);
    assert!(!room(&mut late).await.archived);
    let muted = late.until(|frame| match frame {
        ServerFrame::Muted { room, muted } => Some((room, muted)),
        _ => None,
    });
    assert_eq!(muted.await, Some((FLOOR, true)));
    late.post(FLOOR, "b2", "back").await;
    late.acknowledged("b2").await.expect("kept");
    assert_eq!(names(&bob, &app).await, ["desk", "floor"]);
}

#[tokio::test]
async fn the_last_open_room_stays() {
    let (app, ines, _) = floor().await;
    assert_eq!(
        ines.form(&app, "archive_room", &[("room", "2"), ("archived", "true")])
            .await,
        200
    );
    assert_eq!(
        ines.form(&app, "archive_room", &[("room", "1"), ("archived", "true")])
            .await,
        409
    );
    let delete = [("room", "1"), ("name", "desk")];
    assert_eq!(ines.form(&app, "delete_room", &delete).await, 409);
    assert_eq!(names(&ines, &app).await, ["desk"]);
}

#[tokio::test]
async fn a_deleted_room_is_gone_for_everybody_at_once_and_its_name_is_free() {
    let (app, ines, bob) = floor().await;
    say(&app, &bob, FLOOR, "soon gone").await;
    say(&app, &ines, FLOOR, "this too").await;
    let brought = bob.client.post(format!("{}/files?room=2&name=a.txt", app.url));
    let brought = brought.body("abc").send().await.expect("an answer");
    let file: Value = brought.json().await.expect("a file");
    let mut b = bob.socket(&app).await;
    let draft = json!({"do": "post", "room": 2, "client_id": "f", "body": "", "files": [file["id"]]});
    let draft: ClientFrame = serde_json::from_value(draft).expect("a draft");
    b.send(&draft).await;
    b.acknowledged("f").await.expect("kept");

    let (_, losses) = ines.call(&app, "room_losses", json!({"room": 2})).await;
    assert_eq!((&losses["messages"], &losses["people"]), (&json!(3), &json!(2)));
    assert_eq!((&losses["files"], &losses["bytes"]), (&json!(1), &json!(3)));
    assert_eq!(bob.call(&app, "room_losses", json!({"room": 2})).await.0, 403);
    let delete = |name: &'static str| [("room", "2"), ("name", name)];
    assert_eq!(bob.form(&app, "delete_room", &delete("floor")).await, 403);
    assert_eq!(ines.form(&app, "delete_room", &delete("desk")).await, 400);
    b.follow(FLOOR, None).await;
    assert_eq!(ines.form(&app, "delete_room", &delete("# Floor")).await, 200);
    assert_eq!(left(&mut b).await, FLOOR);
    assert_eq!(names(&bob, &app).await, ["desk"]);
    assert_eq!(bob.call(&app, "room", json!({"room": 2, "before": null})).await.0, 404);
    let (_, found) = bob
        .call(&app, "search_messages", json!({"query": "soon", "before": null}))
        .await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(0));
    assert_eq!(ines.form(&app, "create_room", &[("name", "floor")]).await, 200);
    app.is_cleared(FLOOR).await;
    let newcomer = app.join("eve").await;
    assert_eq!(names(&newcomer, &app).await, ["desk", "floor"]);
    let held = walk(&app.folder.join("files"));
    assert_eq!(held, 0, "its files are gone from the disk");
}

#[tokio::test]
async fn what_a_deleted_room_held_is_cleared_after_a_restart_too() {
    let (app, ines, _) = floor().await;
    say(&app, &ines, FLOOR, "half way").await;
    // As a crash right after the commit leaves it.
    let write = app.running.state.chat.db.writer.write(|conn| {
        Box::pin(
            async move { crate::chat::server::store::delete_room(conn, FLOOR, crate::time::Timestamp::now()).await },
        )
    });
    write.await.expect("deleted");
    let app = app.again().await;
    app.is_cleared(FLOOR).await;
}

#[tokio::test]
async fn the_last_member_of_a_private_room_takes_it_along() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let private = [("name", "deals"), ("private", "true")];
    assert_eq!(bob.form(&app, "create_room", &private).await, 200);
    say(&app, &bob, FLOOR, "between us").await;
    let me = ines.me.id.to_string();
    assert_eq!(bob.form(&app, "invite", &[("room", "2"), ("person", &me)]).await, 200);
    assert_eq!(bob.form(&app, "leave_room", &[("room", "2")]).await, 200);
    assert_eq!(names(&ines, &app).await, ["deals", "desk"]);
    assert_eq!(ines.form(&app, "leave_room", &[("room", "2")]).await, 200);
    app.is_cleared(FLOOR).await;
    assert_eq!(bob.form(&app, "create_room", &private).await, 200, "the name is free");
}

impl TestApp {
    /// Nothing is left of a room.
    pub async fn is_cleared(&self, room: RoomId) {
        for _ in 0..100 {
            let left: i64 = sqlx::query_scalar(
                "SELECT (SELECT count(*) FROM room WHERE id = ?1) + (SELECT count(*) FROM message WHERE room = ?1) \
                 + (SELECT count(*) FROM file WHERE room = ?1) + (SELECT count(*) FROM said WHERE room = ?1)",
            )
            .bind(room.0)
            .fetch_one(&self.running.state.desk.readers)
            .await
            .expect("a count");
            if left == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("something is left");
    }
}

/// Files in a folder and those below.
fn walk(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    let entries = entries.flatten().map(|entry| entry.path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

impl TestApp {
    /// Renames a room in a transaction that ends when what others have asked for meanwhile waits behind it.
    pub async fn renames_once_others_wait(&self, room: RoomId, name: &'static str) {
        let renamed = self.running.state.desk.writer.write(move |conn| {
            Box::pin(async move {
                sqlx::query("UPDATE room SET name = ? WHERE id = ?")
                    .bind(name)
                    .bind(room.0)
                    .execute(conn)
                    .await?;
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                Ok(())
            })
        });
        renamed.await.expect("renamed");
    }
}

#[tokio::test]
async fn whoever_hears_of_a_rooms_end_hears_its_newest_name() {
    let (app, ines, bob) = floor().await;
    let mut b = bob.socket(&app).await;
    let archive = async {
        let chat = &app.running.state.chat;
        let done = crate::chat::server::ends::archive(chat, &ines.me, FLOOR, true).await;
        done.expect("archived");
        room(&mut b).await
    };
    let ((), told) = tokio::join!(app.renames_once_others_wait(FLOOR, "pit"), archive);
    assert_eq!((told.name.as_str(), told.archived), ("pit", true));
}
