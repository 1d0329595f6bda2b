//! What begins with a slash, over the socket and by the plain form: run, said, or refused, never swallowed.

use clap::Parser;

use super::app::{Member, TestApp};
use crate::{
    chat::{
        model::{Message, Person},
        server::{
            Chat,
            commands::{Call, Command, Outcome, Run, take},
            files::shelf::Shelf,
            notify::Notifier,
        },
        wire::{Draft, ServerFrame},
    },
    ids::RoomId,
    server::{config::Cli, shutdown::Shutdown, start::open_desk},
};

const DESK: RoomId = RoomId(1);

impl Member {
    async fn posts(&self, app: &TestApp, body: &str) -> reqwest::Response {
        let form = reqwest::multipart::Form::new().text("body", body.to_owned());
        let answer = self
            .client
            .post(format!("{}/rooms/1/say", app.url))
            .multipart(form)
            .send();
        answer.await.expect("an answer")
    }

    /// Types into the form; where it leads.
    async fn types(&self, app: &TestApp, body: &str) -> String {
        let answer = self.posts(app, body).await;
        assert_eq!(answer.status(), 303);
        answer.headers()["location"].to_str().expect("text").to_owned()
    }

    /// Types into the form; the note with which the page comes back.
    async fn is_told(&self, app: &TestApp, body: &str) -> String {
        let page = self.types(app, body).await;
        let page = self.client.get(format!("{}{page}", app.url)).send();
        let page = page.await.expect("a page").text().await.expect("a body");
        let form = page.split("</textarea>").nth(1).expect("a composer");
        words(form, "status")
    }

    /// Types into the form; why that is refused, on a page that gives the text back.
    async fn is_refused(&self, app: &TestApp, body: &str) -> String {
        let answer = self.posts(app, body).await;
        assert!(answer.status().is_client_error(), "{}", answer.status());
        let page = answer.text().await.expect("a body");
        assert!(page.contains(&format!("\n{body}</textarea>")), "{page}");
        words(&page, "alert")
    }

    async fn last(&self, app: &TestApp, room: RoomId) -> Message {
        let (messages, _) = self.socket(app).await.follow(room, None).await;
        messages.last().cloned().expect("a message")
    }
}

/// What stands in the element of this role.
fn words(page: &str, role: &str) -> String {
    let told = page.split(&format!("role=\"{role}\"")).nth(1);
    let told = told.unwrap_or_else(|| panic!("{role} in {page}"));
    told.split("</p>").next().expect("words").to_owned()
}

#[tokio::test]
async fn what_speaks_is_said() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    assert_eq!(ines.types(&app, "/me waves & *smiles*\n\nat all").await, "/rooms/1");
    let said = ines.last(&app, DESK).await;
    assert_eq!(
        said.html.as_deref(),
        Some("<p><em>∗ ines waves &amp; <em>smiles</em><br>\nat all</em></p>")
    );
    ines.types(&app, "/shrug no idea").await;
    assert_eq!(
        ines.last(&app, DESK).await.html.as_deref(),
        Some(r"<p>no idea ¯\_(ツ)_/¯</p>")
    );
    assert!(ines.is_refused(&app, "/me").await.contains("Write /me TEXT"));
}

#[tokio::test]
async fn what_is_no_command_is_said_as_it_is_or_refused() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    for (typed, said) in [
        ("/etc/passwd is readable", "/etc/passwd is readable"),
        ("// a comment", "// a comment"),
        ("//tmp is full", "/tmp is full"),
        ("//topic sets it", "/topic sets it"),
        ("either/or", "either/or"),
    ] {
        assert_eq!(ines.types(&app, typed).await, "/rooms/1");
        assert_eq!(ines.last(&app, DESK).await.body, said);
    }
    let words = ines.is_refused(&app, "/tmp is full").await;
    assert!(
        words.contains("no command /tmp") && words.contains("/help") && words.contains("//tmp"),
        "{words}"
    );
    assert_eq!(ines.last(&app, DESK).await.body, "either/or");
}

#[tokio::test]
async fn the_room_is_changed_by_those_who_may() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert!(ines.is_told(&app, "/topic Open  outcry").await.contains("topic"));
    assert_eq!(bob.rooms(&app).await[0].topic, "Open outcry");
    assert!(bob.is_told(&app, "/topic").await.contains("Open outcry"));
    // Whoever has left an open room can be brought back.
    assert_eq!(bob.form(&app, "leave_room", &[("room", "1")]).await, 200);
    assert!(bob.rooms(&app).await.is_empty());
    assert_eq!(ines.last_seen(&app).await, 0, "nothing of it was said");
    assert!(ines.is_told(&app, "/invite bob").await.contains("bob is in this room"));
    assert_eq!(bob.last(&app, DESK).await.body, "_∗ ines brought @bob into the room_");
    assert_eq!(
        (bob.rooms(&app).await[0].unread, bob.rooms(&app).await[0].mentions),
        (1, 1)
    );
    assert!(ines.is_told(&app, "/invite bob").await.contains("bob is in this room"));
    assert_eq!(ines.last_seen(&app).await, 1, "said once");
    assert!(!bob.rooms(&app).await[0].muted);
    assert!(bob.is_told(&app, "/mute").await.contains("notified of nothing"));
    assert!(bob.rooms(&app).await[0].muted && !ines.rooms(&app).await[0].muted);
    assert!(ines.is_told(&app, "/help").await.contains("/dm NAME TEXT"));
    assert_eq!(ines.last_seen(&app).await, 1, "nothing of the others was said");
}

#[tokio::test]
async fn a_price_is_told_to_whoever_asks() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let ticker = &app.running.state.ticker;
    let body =
        br#"{"symbol":"BTC-EUR","venue":"desk","last":"96412.50","open":"95231.00","time":"2026-01-05T10:00:00Z"}"#;
    crate::ticker::server::ingest::take(&ticker.recorder, "desk", body)
        .await
        .expect("kept");
    let told = ines.is_told(&app, "/price btc-eur").await;
    for shown in [
        "BTC-EUR 96,412.50 ▲ +1,181.50 (+1.24%) at desk",
        "95,231.00 – 96,412.50",
        "2026-01-05 10:00:00 UTC",
    ] {
        assert!(told.contains(shown), "{shown} in {told}");
    }
    assert!(
        ines.is_refused(&app, "/price BTCEUR")
            .await
            .contains("Near it: BTC-EUR")
    );
    assert!(ines.is_refused(&app, "/price").await.contains("Write /price SYMBOL"));
    assert_eq!(ines.last_seen(&app).await, 0, "nothing of it was said");
}

#[tokio::test]
async fn some_lead_elsewhere() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    assert_eq!(
        ines.types(&app, "/search from:bob 100%").await,
        "/search?q=from%3Abob%20100%25"
    );
    assert_eq!(ines.types(&app, "/dm @Bob lunch?").await, "/rooms/2");
    let said = bob.last(&app, RoomId(2)).await;
    assert_eq!((said.body.as_str(), said.author.name.as_str()), ("lunch?", "ines"));
    assert_eq!(bob.types(&app, "/dm ines").await, "/rooms/2", "the same conversation");
    assert!(
        ines.is_refused(&app, "/dm nobody hello")
            .await
            .contains("called nobody")
    );
}

impl Member {
    /// How much was said in the desk.
    async fn last_seen(&self, app: &TestApp) -> usize {
        self.socket(app).await.follow(DESK, None).await.0.len()
    }
}

#[tokio::test]
async fn programs_texts_are_never_commands() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app
        .running
        .state
        .accounts
        .create_bot("deploy", None)
        .await
        .expect("a bot");
    let hook = format!("{}/rooms/1/{token}/messages", app.url);
    let said = app
        .client()
        .post(&hook)
        .body("/topic is now mine")
        .send()
        .await
        .expect("an answer");
    assert_eq!(said.status(), 201);
    let form = reqwest::multipart::Form::new().text("body", "//me too");
    assert_eq!(
        app.client()
            .post(&hook)
            .multipart(form)
            .send()
            .await
            .expect("an answer")
            .status(),
        201
    );
    let ines = app.sign_in("ines").await;
    let (messages, _) = ines.socket(&app).await.follow(DESK, None).await;
    let bodies: Vec<_> = messages.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(bodies, ["/topic is now mine", "//me too"]);
    assert_ne!(ines.rooms(&app).await[0].topic, "is now mine");
}

#[tokio::test]
async fn a_topic_leaves_a_name_that_is_given_at_the_same_moment_alone() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut line = ines.socket(&app).await;
    let chat = &app.running.state.chat;
    let renamed = app.renames_once_others_wait(DESK, "floor");
    let told = async {
        crate::chat::server::rooms::set_topic(chat, ines.me.id, DESK, "Open outcry")
            .await
            .expect("a new topic");
        line.until(|frame| match frame {
            ServerFrame::Room { room } => Some(room),
            _ => None,
        })
        .await
        .expect("what the room is now")
    };
    let ((), now) = tokio::join!(renamed, told);
    assert_eq!((now.name.as_str(), now.topic.as_str()), ("floor", "Open outcry"));
    let kept = &ines.rooms(&app).await[0];
    assert_eq!((kept.name.as_str(), kept.topic.as_str()), ("floor", "Open outcry"));
    // And so does the command.
    assert!(ines.is_told(&app, "/topic Closed").await.contains("new topic"));
    let kept = &ines.rooms(&app).await[0];
    assert_eq!((kept.name.as_str(), kept.topic.as_str()), ("floor", "Closed"));
}

/// What a feature elsewhere would add.
struct Price;

impl Command for Price {
    fn name(&self) -> &'static str {
        "price"
    }
    fn usage(&self) -> &'static str {
        "SYMBOL"
    }
    fn summary(&self) -> &'static str {
        "tells what it costs"
    }
    fn run<'a>(&'a self, call: Call<'a>) -> Run<'a> {
        Box::pin(async move { Ok(Outcome::Note(format!("{} asks for {}", call.me.name, call.draft.body))) })
    }
}

#[tokio::test]
async fn a_feature_adds_commands_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let shutdown = Shutdown::default();
    let db = open_desk(folder.path(), &shutdown).await.expect("a database");
    let shelf = Shelf::open(folder.path().join("files")).expect("a folder for files");
    let config = Cli::parse_from(["squawkbox"]).serve;
    let notify = Notifier::start(&db, &config).await.expect("the server's keys");
    let (mut chat, _) = Chat::new(db, shelf, notify, &config, &shutdown);
    chat.commands.push(Box::new(Price));
    let typed = async |body: &str| {
        let me = Person {
            name: "ines".into(),
            ..Person::default()
        };
        let draft = Draft {
            room: DESK,
            client_id: "a".into(),
            body: body.into(),
            ..Draft::default()
        };
        match take(&chat, me, draft).await {
            Ok(Outcome::Note(words)) => words,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(typed("/Price  BTC-USD ").await, "ines asks for BTC-USD");
    let listed = typed("/help").await;
    assert!(
        listed.contains("/price SYMBOL") && listed.contains("tells what it costs"),
        "{listed}"
    );
}
