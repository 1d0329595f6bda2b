//! Who may read what: rooms of some, conversations, and what is unread in them.

use serde_json::{Value, json};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        model::{RoomKind, Rooms},
        server::{Audience, store},
        wire::{ClientFrame, ServerFrame},
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);

impl Member {
    /// Calls a server function; the status and the body.
    pub async fn call(&self, app: &TestApp, function: &str, arguments: Value) -> (u16, Value) {
        let answer = self
            .client
            .post(format!("{}/do/{function}", app.url))
            .json(&arguments)
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// As the forms do it.
    pub async fn form(&self, app: &TestApp, function: &str, form: &[(&str, &str)]) -> u16 {
        let answer = self.client.post(format!("{}/do/{function}", app.url)).form(form).send();
        answer.await.expect("an answer").status().as_u16()
    }

    pub async fn rooms(&self, app: &TestApp) -> Vec<crate::chat::model::Room> {
        let (_, opening) = self.call(app, "desk", json!({})).await;
        let rooms: Rooms = serde_json::from_value(opening["desk"]["rooms"].clone()).expect("rooms");
        rooms.rooms
    }
}

async fn left(socket: &mut Socket) -> (RoomId, u64, u32, u32) {
    let pick = |frame| match frame {
        ServerFrame::Read {
            room,
            read,
            unread,
            mentions,
            ..
        } => Some((room, read, unread, mentions)),
        _ => None,
    };
    socket.until(pick).await.expect("what is left")
}

#[tokio::test]
async fn a_name_calls_only_those_in_the_room() {
    let app = TestApp::start().await;
    let (ines, _bob) = (app.admin().await, app.join("bob").await);
    let fields = [("name", "deals"), ("private", "true")];
    assert_eq!(ines.form(&app, "create_room", &fields).await, 200);
    let mut socket = ines.socket(&app).await;
    for room in [RoomId(1), RoomId(2)] {
        socket.follow(room, None).await;
        socket.post(room, &format!("said-{room}"), "@bob and @ines").await;
        socket.acknowledged(&format!("said-{room}")).await;
    }
    let html = async |room| {
        let (messages, _) = ines.socket(&app).await.follow(room, Some(0)).await;
        messages[0].html.clone().expect("a form")
    };
    let mention = |name: &str| format!("<span class=\"mention\">@{name}</span>");
    assert!(html(RoomId(1)).await.contains(&mention("bob")));
    let inside = html(RoomId(2)).await;
    assert!(
        inside.contains(&mention("ines")) && !inside.contains(&mention("bob")),
        "{inside}"
    );
}

#[tokio::test]
async fn a_private_room_is_nobody_elses() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b) = (ines.socket(&app).await, bob.socket(&app).await);
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let deals = RoomId(2);
    let room = a.until(|frame| match frame {
        ServerFrame::Room { room } => Some(room),
        _ => None,
    });
    assert_eq!(
        room.await.map(|room| (room.id, room.kind)),
        Some((deals, RoomKind::Private))
    );
    a.follow(deals, None).await;
    a.post(deals, "a1", "nobody else hears").await;
    a.acknowledged("a1").await;

    // By no way in.
    assert_eq!(bob.rooms(&app).await.len(), 1);
    for (function, arguments) in [
        ("room", json!({"room": 2, "before": null})),
        ("more_messages", json!({"room": 2, "at": 9, "back": true})),
        ("about_room", json!({"room": 2})),
        (
            "change_message",
            json!({"room": 2, "seq": 1, "change": {"react": {"emoji": "👍", "on": true}}}),
        ),
    ] {
        assert_eq!(bob.call(&app, function, arguments).await.0, 404, "{function}");
    }
    assert_eq!(bob.form(&app, "invite", &[("room", "2"), ("person", "2")]).await, 404);
    assert_eq!(
        bob.form(&app, "describe_room", &[("room", "2"), ("name", "mine")])
            .await,
        404
    );
    let follow = ClientFrame::Follow {
        room: deals,
        after: None,
    };
    b.send(&follow).await;
    assert!(matches!(b.refused().await, Some((None, AppError::NotFound(_)))));
    b.post(deals, "b1", "let me in").await;
    assert!(matches!(b.refused().await, Some((Some(_), AppError::NotFound(_)))));

    // In, and out again.
    assert_eq!(ines.form(&app, "invite", &[("room", "2"), ("person", "2")]).await, 200);
    let (page, _) = b.follow(deals, None).await;
    assert_eq!(page.len(), 2, "what was said before too, and who brought him in");
    a.post(deals, "a2", "welcome").await;
    assert_eq!(b.said().await.map(|message| message.body).as_deref(), Some("welcome"));
    assert_eq!(bob.form(&app, "leave_room", &[("room", "2")]).await, 200);
    let gone = b.until(|frame| match frame {
        ServerFrame::Left { room } => Some(room),
        _ => None,
    });
    assert_eq!(gone.await, Some(deals));
    a.post(deals, "a3", "he is gone").await;
    a.acknowledged("a3").await;
    a.post(DESK, "a4", "for all").await;
    b.follow(DESK, Some(0)).await;
    b.send(&ClientFrame::Ping).await;
    let heard = b.until(|frame| match frame {
        ServerFrame::Pong => Some(true),
        ServerFrame::Message(message) if message.room == deals => Some(false),
        ServerFrame::Noted { room, .. } if room == deals => Some(false),
        _ => None,
    });
    assert_eq!(heard.await, Some(true), "nothing more from there");
}

#[tokio::test]
async fn a_page_counts_the_people_of_its_room_and_hears_who_comes_and_goes() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    app.running
        .state
        .accounts
        .create_bot("deploy", None)
        .await
        .expect("a bot");
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let people = async |room: i64| {
        let (_, page) = ines
            .call(
                &app,
                "room",
                json!({"room": room, "before": null, "on": null, "thread": null}),
            )
            .await;
        let mut people: Vec<i64> = serde_json::from_value(page["people"].clone()).expect("numbers");
        people.sort_unstable();
        people
    };
    let (i, b) = (ines.me.id.0, bob.me.id.0);
    assert_eq!((people(1).await, people(2).await), (vec![i, b], vec![i]), "no bots");
    let mut page = ines.socket(&app).await;
    page.follow(RoomId(2), None).await;
    let members = |frame| match frame {
        ServerFrame::Members { room, came, went } => Some((room, came, went)),
        _ => None,
    };
    assert_eq!(
        ines.form(&app, "invite", &[("room", "2"), ("person", &b.to_string())])
            .await,
        200
    );
    assert_eq!(page.until(members).await, Some((RoomId(2), vec![bob.me.id], vec![])));
    assert_eq!(people(2).await, [i, b]);
    assert_eq!(bob.form(&app, "leave_room", &[("room", "2")]).await, 200);
    assert_eq!(page.until(members).await, Some((RoomId(2), vec![], vec![bob.me.id])));
    assert_eq!(people(2).await, [i]);

    // Whoever is shut out counts no more, until they are let in again.
    page.follow(RoomId(1), None).await;
    for (suspended, told) in [
        ("true", (RoomId(1), vec![], vec![bob.me.id])),
        ("false", (RoomId(1), vec![bob.me.id], vec![])),
    ] {
        let form = [("id", b.to_string()), ("suspended", suspended.to_owned())];
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(ines.form(&app, "set_suspended", &form).await, 200);
        assert_eq!(page.until(members).await, Some(told));
    }
    let form = [("id", b.to_string()), ("name", "bob".to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ines.form(&app, "remove_person", &form).await, 200);
    assert_eq!(page.until(members).await, Some((RoomId(1), vec![], vec![bob.me.id])));
    assert_eq!(people(1).await, [i]);
}

#[tokio::test]
async fn the_same_people_have_one_conversation() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    let mut b = bob.socket(&app).await;
    let bobs = bob.me.id.to_string();
    assert_eq!(ines.form(&app, "open_direct", &[("people[]", &bobs)]).await, 200);
    let room = b.until(|frame| match frame {
        ServerFrame::Room { room } => Some(room),
        _ => None,
    });
    let room = room.await.expect("the conversation");
    assert_eq!((room.kind, room.title(bob.me.id).as_str()), (RoomKind::Direct, "ines"));
    assert_eq!(
        bob.form(&app, "open_direct", &[("people[]", &ines.me.id.to_string())])
            .await,
        200
    );
    assert_eq!((ines.rooms(&app).await.len(), eve.rooms(&app).await.len()), (2, 1));
    assert_eq!(ines.form(&app, "open_direct", &[]).await, 400, "with nobody");
    assert_eq!(ines.form(&app, "open_direct", &[("people[]", "99")]).await, 404);
    let id = room.id.to_string();
    assert_eq!(
        ines.form(&app, "invite", &[("room", &id), ("person", &eve.me.id.to_string())])
            .await,
        400
    );
}

#[tokio::test]
async fn there_are_only_so_many_rooms() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let added = app.running.state.desk.writer.write(move |conn| {
        Box::pin(async move {
            for n in 1..499 {
                store::insert_room(conn, &format!("room-{n}"), RoomKind::Open, Timestamp::now()).await?;
            }
            Ok(())
        })
    });
    added.await.expect("rooms");
    let open = [("name", "open")];
    let private = [("name", "closed"), ("private", "true")];
    let last = [("name", "last")];
    assert_eq!(ines.form(&app, "create_room", &last).await, 200, "the five hundredth");
    assert_eq!(
        ines.form(&app, "create_room", &private).await,
        409,
        "she is in all of them"
    );
    // Whoever has left one can be in another, but not in one that everybody would be in.
    assert_eq!(bob.form(&app, "leave_room", &[("room", "1")]).await, 200);
    assert_eq!(bob.form(&app, "create_room", &open).await, 409);
    assert_eq!(bob.form(&app, "create_room", &private).await, 200);
    assert_eq!(
        bob.form(&app, "join_room", &[("room", "1")]).await,
        409,
        "he is in as many again"
    );
}

#[tokio::test]
async fn unread_is_counted_per_person_and_told_to_all_their_pages() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut a, mut b, mut b2) = (ines.socket(&app).await, bob.socket(&app).await, bob.socket(&app).await);
    let noted = |frame| match frame {
        ServerFrame::Noted { room, author, mentions } => Some((room, author, mentions)),
        _ => None,
    };
    for (n, body) in ["one", "two for @Bob", "three @room", "four"].iter().enumerate() {
        a.post(DESK, &format!("a{n}"), body).await;
        a.acknowledged(&format!("a{n}")).await;
        let calls = if (1..3).contains(&n) {
            vec![bob.me.id]
        } else {
            Vec::<UserId>::new()
        };
        assert_eq!(b.until(noted).await, Some((DESK, ines.me.id, calls)), "{body}");
    }
    // What was said before the first frame is counted there: should the hub bring it too, it isn't told again.
    let mut late = bob.socket(&app).await;
    for changed in [4, 5] {
        let note = ServerFrame::Noted {
            room: DESK,
            author: ines.me.id,
            mentions: vec![UserId(changed)],
        };
        let to = Audience::Followers {
            room: DESK,
            changed: changed.try_into().ok(),
            note: Some(note.encode().into()),
        };
        app.running.state.chat.tell(&ServerFrame::Pong, to);
    }
    let told = late.until(noted).await.map(|(_, _, mentions)| mentions);
    assert_eq!(told, Some(vec![UserId(5)]), "the newer one only");
    let unread = |rooms: Vec<crate::chat::model::Room>| (rooms[0].unread, rooms[0].mentions);
    assert_eq!(unread(bob.rooms(&app).await), (4, 2));
    assert_eq!(unread(ines.rooms(&app).await), (0, 0), "one's own are read");
    b.send(&ClientFrame::Read { room: DESK, seq: 2 }).await;
    assert_eq!(left(&mut b).await, (DESK, 2, 2, 1));
    assert_eq!(left(&mut b2).await, (DESK, 2, 2, 1), "in the other tab too");
    let delete = json!({"room": 1, "seq": 3, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    assert_eq!(
        unread(bob.rooms(&app).await),
        (1, 0),
        "what is deleted needs no reading"
    );
    for page in [&mut b, &mut b2] {
        assert_eq!(left(page).await, (DESK, 2, 1, 0), "as every page is told");
    }
    b.send(&ClientFrame::Read { room: DESK, seq: 99 }).await;
    assert_eq!(left(&mut b).await, (DESK, 4, 0, 0));
    b.send(&ClientFrame::Read {
        room: DESK,
        seq: u64::MAX,
    })
    .await;
    assert_eq!(left(&mut b).await, (DESK, 4, 0, 0), "all of it, whatever the last is");
    b.send(&ClientFrame::Read { room: DESK, seq: 0 }).await;
    assert_eq!(left(&mut b).await.2, 3, "and unread again, if one likes");
}

#[tokio::test]
async fn a_page_opens_at_a_day_and_goes_on_both_ways() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    // Two messages an hour from the 1st on.
    let write = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            sqlx::query(
                "INSERT INTO message (room, seq, changed, author, client_id, body, at) \
                 WITH RECURSIVE n (seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 480) \
                 SELECT 1, seq, seq, 1, 'c' || seq, 'm' || seq, (unixepoch('2026-11-01') + (seq - 1) * 1800) * 1000000 FROM n; \
                 UPDATE room SET said = 480, changed = 480",
            )
            .execute(conn)
            .await?;
            Ok(())
        })
    });
    write.await.expect("messages");
    let open = async |asked: Value| {
        let answer = ines
            .client
            .post(format!("{}/do/room", app.url))
            .json(&asked)
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.expect("a page"))
    };
    let places = |history: &Value| {
        let messages = history["messages"].as_array().expect("messages");
        let place = |message: Option<&Value>| message.and_then(|message| message["seq"].as_u64());
        (place(messages.first()), place(messages.last()))
    };
    for (day, mark) in [
        ("2026-11-01", 1),
        ("2026-11-04", 145),
        ("2026-10-01", 1),
        ("2027-01-01", 480),
    ] {
        let (_, page) = open(json!({"room": 1, "on": day})).await;
        assert_eq!(page["mark"], mark, "{day}");
        let (first, last) = places(&page["history"]);
        assert!(
            first <= Some(mark) && last >= Some(mark),
            "{day}: {first:?} to {last:?}"
        );
        assert_eq!(
            page["history"]["later"].as_bool().unwrap_or_default(),
            last < Some(480),
            "{day}"
        );
    }
    let (status, error) = open(json!({"room": 1, "on": "yesterday"})).await;
    assert_eq!(status, 400, "{error}");
    assert!(error.to_string().contains("2026-11-20"), "{error}");
    // On and on, as a browser does, to the last message and back to the first.
    let step = async |at: u64, back: bool| {
        let asked = json!({"room": 1, "at": at, "back": back});
        let answer = bob
            .client
            .post(format!("{}/do/more_messages", app.url))
            .json(&asked)
            .send()
            .await;
        answer.expect("an answer").json::<Value>().await.expect("a history")
    };
    let (mut at, mut steps) = (50, 0);
    loop {
        let history = step(at, false).await;
        let (first, last) = places(&history);
        assert_eq!(first, Some(at + 1), "no hole");
        (at, steps) = (last.expect("a message"), steps + 1);
        if history["later"] != true {
            break;
        }
    }
    assert_eq!((at, steps), (480, 11));
    assert_eq!(places(&step(61, true).await), (Some(21), Some(60)));
}
