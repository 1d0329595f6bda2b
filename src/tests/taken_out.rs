//! Who is taken out of a private room, by whom, and what becomes of that.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        server::{rooms, threads},
        wire::{ClientFrame, ServerFrame},
    },
    error::AppError,
    ids::{RoomId, UserId},
};

const DESK: RoomId = RoomId(1);
const DEALS: RoomId = RoomId(2);

impl Member {
    /// Makes the private room, with these people in it.
    async fn deals(&self, app: &TestApp, people: &[UserId]) {
        let form = [("name", "deals"), ("private", "true")];
        assert_eq!(self.form(app, "create_room", &form).await, 200);
        for person in people {
            assert_eq!(self.does(app, "invite", DEALS, *person).await, 200);
        }
    }

    /// Sends one of the forms about a room and somebody.
    async fn does(&self, app: &TestApp, function: &str, room: RoomId, person: UserId) -> u16 {
        let (room, person) = (room.to_string(), person.to_string());
        self.form(app, function, &[("room", &room), ("person", &person)]).await
    }

    async fn takes_out(&self, app: &TestApp, person: UserId) -> u16 {
        self.does(app, "remove_member", DEALS, person).await
    }

    /// What was said in the private room.
    async fn bodies(&self, app: &TestApp) -> Vec<String> {
        let (messages, _) = self.socket(app).await.follow(DEALS, None).await;
        messages.into_iter().map(|message| message.body).collect()
    }
}

async fn say(socket: &mut Socket, room: RoomId, body: &str) {
    let id = rooms::new_client_id();
    socket.post(room, &id, body).await;
    socket.acknowledged(&id).await.expect("kept");
}

#[tokio::test]
async fn whoever_is_taken_out_hears_no_more_of_the_room_within_a_second() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    ines.deals(&app, &[bob.me.id, eve.me.id]).await;
    let mut a = ines.socket(&app).await;
    say(&mut a, DEALS, "for few eyes, @bob").await;
    let chat = &app.running.state.chat;
    let thread = threads::open(chat, ines.me.id, (DEALS, 3)).await.expect("a thread");
    // In the room, in its thread, and elsewhere.
    let (mut page, mut pane, mut other) = (bob.socket(&app).await, bob.socket(&app).await, bob.socket(&app).await);
    say(&mut page, thread, "mine is among them").await;
    page.follow(DEALS, None).await;
    pane.follow(thread, None).await;
    other.follow(DESK, None).await;
    a.follow(DEALS, None).await;

    assert_eq!(eve.takes_out(&app, bob.me.id).await, 200, "whoever may invite");
    for socket in [&mut page, &mut pane, &mut other] {
        let left = socket.until(|frame| match frame {
            ServerFrame::Left { room } => Some(room),
            _ => None,
        });
        let left = timeout(Duration::from_secs(1), left).await;
        assert_eq!(left.expect("within a second"), Some(DEALS));
    }
    let members = a.until(|frame| match frame {
        ServerFrame::Members { room, came, went } => Some((room, came, went)),
        _ => None,
    });
    assert_eq!(members.await, Some((DEALS, vec![], vec![bob.me.id])));
    let told = a.said().await.expect("what became of him");
    assert_eq!(
        (told.author.name.as_str(), told.html.as_deref()),
        ("eve", Some("<p><em>∗ eve took bob out of the room</em></p>"))
    );

    say(&mut a, DEALS, "he is gone, @bob").await;
    say(&mut a, thread, "from here too").await;
    say(&mut a, DESK, "for all").await;
    for socket in [&mut page, &mut pane, &mut other] {
        socket.send(&ClientFrame::Ping).await;
        let pong = socket.until(|frame| match frame {
            ServerFrame::Pong => Some(true),
            ServerFrame::Noted { room, .. } | ServerFrame::Read { room, .. } if room != DESK => Some(false),
            ServerFrame::Members { room, .. } | ServerFrame::Typing { room, .. } if room != DESK => Some(false),
            _ => None,
        });
        assert_eq!(pong.await, Some(true), "nothing more from there");
        let news = socket.notified().await;
        assert!(news.iter().all(|news| news["body"] != "he is gone, @bob"), "{news:?}");
        // What was said before he went may be kept here; of what came later nothing is.
        say(socket, DESK, "here").await;
        socket.follow(DESK, None).await;
        say(socket, DESK, "the last of it").await;
        loop {
            let said = socket.said().await.expect("a message");
            let later = said.room != DESK && (said.author.name == "eve" || said.body.contains("gone"));
            assert!(!later && said.body != "from here too", "{said:?}");
            if said.body == "the last of it" {
                break;
            }
        }
    }

    // By no way in, and what he said is there for the others.
    let rooms = bob.rooms(&app).await;
    assert_eq!(rooms.iter().map(|room| room.id).collect::<Vec<_>>(), [DESK]);
    for room in [DEALS, thread] {
        let asked = json!({"room": room, "before": null, "on": null, "thread": null});
        assert_eq!(bob.call(&app, "room", asked).await.0, 404);
        page.send(&ClientFrame::Follow { room, after: None }).await;
        assert!(matches!(page.refused().await, Some((None, AppError::NotFound(_)))));
        page.post(room, &rooms::new_client_id(), "let me in").await;
        assert!(matches!(page.refused().await, Some((Some(_), AppError::NotFound(_)))));
    }
    let found = json!({"query": "eyes", "before": null});
    let (_, found) = bob.call(&app, "search_messages", found).await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(0));
    assert_eq!(bob.takes_out(&app, eve.me.id).await, 404);
    let html = bob.reads(&app, "/rooms/others?room=2").await;
    assert!(html.contains("you were taken out of it"), "{html}");
    let (said, _) = eve.socket(&app).await.follow(thread, None).await;
    assert_eq!(said[0].body, "mine is among them");

    // Once more says nothing more; and he can be brought back.
    let before = ines.bodies(&app).await;
    assert_eq!(eve.takes_out(&app, bob.me.id).await, 200);
    assert_eq!(ines.bodies(&app).await, before);
    assert_eq!(ines.does(&app, "invite", DEALS, bob.me.id).await, 200);
    let known = bob.bodies(&app).await;
    assert!(known.iter().any(|body| body == "he is gone, @bob"), "{known:?}");
}

#[tokio::test]
async fn only_others_are_taken_out_and_only_of_private_rooms() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    ines.deals(&app, &[bob.me.id]).await;
    let talk = rooms::direct(&app.running.state.chat, ines.me.id, &[bob.me.id]).await;
    let talk = talk.expect("a conversation");
    for (who, room, person, status) in [
        (&ines, DESK, bob.me.id, 400),
        (&ines, talk, bob.me.id, 400),
        (&ines, DEALS, ines.me.id, 400),
        (&ines, DEALS, UserId(99), 404),
        (&ines, RoomId(99), bob.me.id, 404),
        (&eve, DEALS, bob.me.id, 404),
        (&eve, DEALS, eve.me.id, 404),
        // Who isn't in it, isn't.
        (&ines, DEALS, eve.me.id, 200),
    ] {
        assert_eq!(
            who.does(&app, "remove_member", room, person).await,
            status,
            "{room} {person}"
        );
    }
    assert_eq!(ines.bodies(&app).await, ["_∗ ines brought @bob into the room_"]);

    // The page has what can be done, and no more.
    let has = async |who: &Member, room: RoomId, name: &str| {
        let html = who.reads(&app, &format!("/rooms/{room}/about")).await;
        html.contains(&format!("aria-label=\"Remove {name}\""))
    };
    assert!(has(&ines, DEALS, "bob").await && !has(&ines, DEALS, "ines").await);
    assert!(has(&bob, DEALS, "ines").await && !has(&bob, DEALS, "bob").await);
    assert!(!has(&ines, DESK, "bob").await && !has(&ines, talk, "bob").await);
    let archive = |archived| [("room", "2"), ("archived", archived)];
    assert_eq!(ines.form(&app, "archive_room", &archive("true")).await, 200);
    assert_eq!(ines.takes_out(&app, bob.me.id).await, 409);
    assert!(!has(&ines, DEALS, "bob").await);
    assert_eq!(ines.form(&app, "archive_room", &archive("false")).await, 200);

    // Without scripts, and back to it.
    let id = bob.me.id.to_string();
    let form = [("room", "2"), ("person", id.as_str())];
    let answer = ines
        .client
        .post(format!("{}/do/remove_member", app.url))
        .header("accept", "text/html")
        .form(&form)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.headers()["location"], "/rooms/2/about?done=removed");
    let html = ines.reads(&app, "/rooms/2/about?done=removed").await;
    assert!(
        html.contains("They are not in this room any more.") && !html.contains("Remove bob"),
        "{html}"
    );
}

#[tokio::test]
async fn a_command_takes_out() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    ines.deals(&app, &[bob.me.id]).await;
    let mut line = ines.socket(&app).await;
    for (typed, answer) in [
        ("/remove @Bob", "bob is not in this room any more."),
        ("/remove bob", "bob is not in this room."),
    ] {
        line.post(DEALS, &rooms::new_client_id(), typed).await;
        let note = line.until(|frame| match frame {
            ServerFrame::Done { note, .. } => Some(note),
            _ => None,
        });
        assert_eq!(note.await.flatten().as_deref(), Some(answer));
    }
    for (room, typed, words) in [
        (DEALS, "/remove", "Write /remove NAME"),
        (DEALS, "/remove ines", "leave the room"),
        (DEALS, "/remove nobody", "called nobody"),
        (DESK, "/remove bob", "everybody's"),
    ] {
        line.post(room, &rooms::new_client_id(), typed).await;
        let (_, error) = line.refused().await.expect("a refusal");
        assert!(error.to_string().contains(words), "{typed}: {error}");
    }
    assert_eq!(
        ines.bodies(&app).await,
        [
            "_∗ ines brought @bob into the room_",
            "_∗ ines took bob out of the room_"
        ]
    );
}
