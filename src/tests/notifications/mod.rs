//! Who is notified of what, and how it reaches them.

mod push;
mod push_service;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        self,
        server::rooms,
        wire::{ClientFrame, ServerFrame},
    },
    ids::{RoomId, UserId},
};

const DESK: RoomId = RoomId(1);
/// In this time what was said has been looked at.
const SOON: Duration = Duration::from_millis(400);

impl Member {
    /// Says something, waits until it is kept, and until it has been looked at.
    async fn tells(&self, app: &TestApp, room: RoomId, body: &str) {
        let mut socket = self.socket(app).await;
        let id = rooms::new_client_id();
        socket.post(room, &id, body).await;
        socket.acknowledged(&id).await.expect("kept");
        sleep(SOON).await;
    }

    async fn level(&self, app: &TestApp, room: RoomId, level: &str) -> u16 {
        let form = [("room", room.to_string()), ("level", level.to_owned())];
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.form(app, "set_level", &form).await
    }

    /// Their page about notifications.
    async fn notify_page(&self, app: &TestApp) -> Value {
        let (status, page) = self.call(app, "notify_page", json!({})).await;
        assert_eq!(status, 200);
        page
    }

    /// What was decided lately, newest first: was notified, why, and what came of it.
    async fn decisions(&self, app: &TestApp) -> Vec<(String, bool, String, Vec<String>)> {
        let page = self.notify_page(app).await;
        let decisions = page["decisions"].as_array().expect("a list").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        decisions
            .map(|decision| {
                let ways = decision["ways"].as_array().expect("a list").iter().map(text).collect();
                let notified = decision["notified"].as_bool().expect("a bool");
                (text(&decision["text"]), notified, text(&decision["why"]), ways)
            })
            .collect()
    }

    async fn page(&self, app: &TestApp, path: &str) -> String {
        let answer = self.client.get(format!("{}{path}", app.url)).send().await;
        answer.expect("an answer").text().await.expect("a page")
    }
}

async fn direct(app: &TestApp, me: &Member, other: UserId) -> RoomId {
    let room = rooms::direct(&app.running.state.chat, me.me.id, &[other]).await;
    room.expect("a conversation")
}

/// The texts of what a page has been told to notify of.
async fn bodies(socket: &mut Socket) -> Vec<String> {
    let told = socket.notified().await.into_iter();
    told.map(|news| news["body"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn a_level_is_chosen_for_each_room_and_told_to_all_pages() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let talk = direct(&app, &ines, bob.me.id).await;
    let page = ines.notify_page(&app).await;
    assert_eq!(
        page["rooms"],
        json!([[1, "# desk", "mentions"], [talk, "bob", "everything"]]),
        "as nobody has chosen"
    );
    let mut socket = ines.socket(&app).await;
    for (level, muted) in [("nothing", true), ("everything", false)] {
        assert_eq!(ines.level(&app, DESK, level).await, 200);
        let told = socket.until(|frame| match frame {
            ServerFrame::Muted { room, muted } => Some((room, muted)),
            _ => None,
        });
        assert_eq!(told.await, Some((DESK, muted)));
        assert_eq!(ines.rooms(&app).await[0].muted, muted);
        assert_eq!(ines.notify_page(&app).await["rooms"][0][2], level);
        let (_, about) = ines.call(&app, "about_room", json!({"room": DESK})).await;
        assert_eq!(about["level"], level);
    }
    // Others' are their own; a room that one isn't in has none; a level that there isn't is none.
    assert_eq!(bob.notify_page(&app).await["rooms"][0][2], "mentions");
    let chat = &app.running.state.chat;
    let deals = rooms::create(chat, ines.me.id, "deals", true).await.expect("a room").id;
    assert_eq!(bob.level(&app, deals, "nothing").await, 404);
    assert_eq!(bob.level(&app, DESK, "loud").await, 400);

    // Without scripts, by both pages, and back to them.
    for (all, back) in [
        ("", "/rooms/1/about?done=level"),
        ("true", "/you/notifications?done=level"),
    ] {
        let mut form = vec![("room", "1"), ("level", "nothing")];
        form.extend((!all.is_empty()).then_some(("all", all)));
        let answer = ines.client.post(format!("{}/do/set_level", app.url)).form(&form);
        let answer = answer.header("accept", "text/html").send().await.expect("an answer");
        assert_eq!(answer.headers()["location"], back);
        let html = ines.page(&app, back).await;
        assert!(html.contains("from now on."), "{html}");
        assert!(html.contains(r#"<option value="nothing" selected"#), "{html}");
    }
}

#[tokio::test]
async fn whoever_wants_to_know_is_told_and_nobody_else() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    let talk = direct(&app, &ines, bob.me.id).await;
    let (mut b, mut e) = (bob.socket(&app).await, eve.socket(&app).await);
    assert_eq!(eve.level(&app, DESK, "everything").await, 200);
    ines.tells(&app, DESK, "nobody in particular").await;
    ines.tells(&app, DESK, "you, @Bob").await;
    ines.tells(&app, talk, "just us").await;
    ines.tells(&app, DESK, "@room lunch").await;
    assert_eq!(bodies(&mut b).await, ["you, @Bob", "just us", "@room lunch"]);
    assert_eq!(
        bodies(&mut e).await,
        ["nobody in particular", "you, @Bob", "@room lunch"]
    );
    // Muted, a room still counts, and tells of nothing, not even of one's name.
    assert_eq!(bob.level(&app, DESK, "nothing").await, 200);
    assert_eq!(bob.level(&app, talk, "mentions").await, 200);
    ines.tells(&app, DESK, "hello @bob").await;
    ines.tells(&app, talk, "are you there").await;
    ines.tells(&app, talk, "@bob!").await;
    assert_eq!(bodies(&mut b).await, ["@bob!"]);
    let desk = &bob.rooms(&app).await[0];
    assert_eq!((desk.unread, desk.mentions, desk.calls()), (4, 3, 0));
    // What one says is no news to oneself, and an edit is none to anybody.
    bob.tells(&app, DESK, "@room @bob").await;
    assert!(bodies(&mut b).await.is_empty());
    let edit = json!({"room": DESK, "seq": 1, "change": {"edit": "@eve now"}});
    assert_eq!(ines.call(&app, "change_message", edit).await.0, 200);
    sleep(SOON).await;
    assert_eq!(bodies(&mut e).await, ["hello @bob", "@room @bob"]);
    let told = eve.decisions(&app).await;
    assert_eq!(told[0].0, "@room @bob");
    assert!(told.iter().all(|(_, notified, _, _)| *notified), "{told:?}");
}

#[tokio::test]
async fn whoever_looks_at_the_room_is_left_alone() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let (mut one, mut other) = (bob.socket(&app).await, bob.socket(&app).await);
    let look = async |socket: &mut Socket, room| {
        socket.send(&ClientFrame::Look { room }).await;
        // Answered after that.
        socket.notified().await
    };
    look(&mut one, Some(DESK)).await;
    ines.tells(&app, DESK, "@bob, as you see").await;
    let told = ["told to 2 open pages, whose browsers show it where they may".to_owned()].to_vec();
    look(&mut one, None).await;
    ines.tells(&app, DESK, "@bob, look").await;
    assert_eq!(bodies(&mut one).await, ["@bob, look"]);
    assert_eq!(bodies(&mut other).await, ["@bob, look"]);
    // In another room, or in one that isn't theirs.
    let chat = &app.running.state.chat;
    let deals = rooms::create(chat, ines.me.id, "deals", true).await.expect("a room").id;
    look(&mut one, Some(deals)).await;
    assert!(!chat.notify.looking.is_at(bob.me.id, deals));
    look(&mut other, Some(DESK)).await;
    drop(other);
    sleep(SOON).await;
    ines.tells(&app, DESK, "and again @bob").await;
    assert_eq!(bodies(&mut one).await, ["and again @bob"]);
    let decisions = bob.decisions(&app).await;
    let of = |text: &str| {
        decisions
            .iter()
            .find(|(said, ..)| said == text)
            .expect("decided")
            .clone()
    };
    let (_, notified, why, ways) = of("@bob, as you see");
    assert_eq!(
        (notified, why.as_str(), ways),
        (false, "you were looking at the room", Vec::new())
    );
    let (_, notified, why, ways) = of("@bob, look");
    assert_eq!((notified, why.as_str(), ways), (true, "you were mentioned", told));
}

#[tokio::test]
async fn the_page_says_what_was_decided_and_why() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    ines.tells(&app, DESK, "plain <b>talk</b>").await;
    ines.tells(&app, DESK, "hey @bob").await;
    let socket = bob.socket(&app).await;
    ines.tells(&app, DESK, "hey again @bob").await;
    drop(socket);
    let nothing = "no page of the desk was open, and no device takes pushes";
    let decision = |text: &str, notified, why: &str, ways: &[&str]| {
        let ways = ways.iter().map(ToString::to_string).collect::<Vec<_>>();
        (text.to_owned(), notified, why.to_owned(), ways)
    };
    let silent = "the level is mentions and you weren't mentioned";
    assert_eq!(
        bob.decisions(&app).await,
        [
            decision(
                "hey again @bob",
                true,
                "you were mentioned",
                &["told to 1 open page, whose browser shows it where it may"]
            ),
            decision("hey @bob", true, "you were mentioned", &[nothing]),
            decision("plain <b>talk</b>", false, silent, &[]),
        ]
    );
    assert!(ines.decisions(&app).await.is_empty(), "one's own words are no news");
    let html = bob.page(&app, "/you/notifications").await;
    for words in ["plain &lt;b&gt;talk", silent, "Not notified", "Not reached", nothing] {
        assert!(html.contains(words), "{words}: {html}");
    }
    // What is deleted is no longer told of. What was said under another level is left out: who knows what held then.
    let delete = json!({"room": DESK, "seq": 2, "change": "delete"});
    assert_eq!(ines.call(&app, "change_message", delete).await.0, 200);
    assert_eq!(bob.level(&app, DESK, "nothing").await, 200);
    let texts: Vec<String> = bob.decisions(&app).await.into_iter().map(|(text, ..)| text).collect();
    assert_eq!(texts, ["hey again @bob"]);
    // Twenty at most.
    for n in 0..25 {
        let mut socket = ines.socket(&app).await;
        let id = format!("many-{n}");
        socket.post(DESK, &id, "and on").await;
        socket.acknowledged(&id).await.expect("kept");
    }
    let decisions = bob.decisions(&app).await;
    assert_eq!(decisions.len(), 20);
    assert_eq!(decisions[0], decision("and on", false, "the level is nothing", &[]));
    // Whoever isn't signed in is told nothing.
    let stranger = app
        .client()
        .post(format!("{}/do/notify_page", app.url))
        .json(&json!({}));
    assert_eq!(stranger.send().await.expect("an answer").status(), 401);
}

#[tokio::test]
async fn of_a_thread_those_are_told_who_follow_it() {
    let app = TestApp::start().await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    ines.tells(&app, DESK, "shall we hedge?").await;
    let chat = &app.running.state.chat;
    let thread = chat::server::threads::open(chat, bob.me.id, (DESK, 1)).await;
    let thread = thread.expect("a thread");
    let (mut a, mut e) = (ines.socket(&app).await, eve.socket(&app).await);
    bob.tells(&app, thread, "half of it").await;
    let told = a.notified().await;
    assert_eq!(told[0]["title"], "bob in a thread in # desk");
    assert_eq!(told[0]["url"], "/rooms/1?thread=1&reply=1#t1");
    assert!(e.notified().await.is_empty(), "she doesn't follow it");
    bob.tells(&app, thread, "ask @eve").await;
    assert_eq!(bodies(&mut e).await, ["ask @eve"]);
    ines.tells(&app, thread, "let me see").await;
    assert_eq!(bodies(&mut e).await, ["let me see"], "called in it, she follows it");
    assert_eq!(eve.level(&app, thread, "nothing").await, 200);
    bob.tells(&app, thread, "@eve?").await;
    assert!(e.notified().await.is_empty());
}

#[tokio::test]
async fn the_worker_is_served_from_the_root_and_may_ask_us_alone() {
    let app = TestApp::start().await;
    let answer = app.client().get(format!("{}/worker.js", app.url)).send().await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/javascript; charset=utf-8");
    assert_eq!(
        answer.headers()["content-security-policy"],
        "default-src 'none'; connect-src 'self'"
    );
    assert!(answer.text().await.expect("a body").contains("showNotification"));
}
