//! Bots that are called when they are spoken to, by an endpoint of their own that records what it gets.

use std::time::Duration;

use data_encoding::HEXLOWER;
use reqwest::StatusCode;
use ring::hmac;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

use super::app::{Member, TestApp};
use crate::{
    accounts::server::{scopes::Scope, secret::WebhookSecret},
    chat::{
        model::Person,
        server::{
            rooms,
            store::Webhook,
            webhooks::{
                LIMIT,
                call::{Caller, Failed},
            },
        },
    },
    ids::{RoomId, UserId},
};

const DESK: RoomId = RoomId(1);
/// How long a test waits for what must not come.
const QUIET: Duration = Duration::from_millis(400);

/// What an endpoint got.
#[derive(Debug)]
struct Got {
    head: String,
    body: String,
}

impl Got {
    fn header(&self, name: &str) -> &str {
        let of = |line: &'_ str| line.to_lowercase().starts_with(&format!("{name}:"));
        let line = self.head.lines().find(|line| of(line)).expect("the header");
        line.split_once(':').expect("a value").1.trim()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn plain(&self) -> String {
        self.json()["message"]["body"]["plain"]
            .as_str()
            .expect("text")
            .to_owned()
    }
}

/// An HTTP server that records and answers what it is told to.
struct Endpoint {
    url: String,
    got: mpsc::UnboundedReceiver<Got>,
}

/// What an endpoint does with a request.
#[derive(Clone)]
enum Does {
    /// Writes this and closes.
    Answers(Vec<u8>),
    /// Keeps the line open.
    Hangs,
}

fn text(body: &str) -> Does {
    answer("200 OK", "text/plain; charset=utf-8", body.as_bytes())
}

fn answer(status: &str, kind: &str, body: &[u8]) -> Does {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    Does::Answers([head.as_bytes(), body].concat())
}

impl Endpoint {
    async fn that(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/bot?key=hidden", listener.local_addr().expect("an address"));
        let (tell, got) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(serve(line, does.clone(), tell.clone()));
            }
        });
        Self { url, got }
    }

    async fn next(&mut self) -> Got {
        let got = timeout(Duration::from_secs(5), self.got.recv()).await;
        got.expect("a call in time").expect("a call")
    }

    async fn is_left_alone(&mut self) {
        if let Ok(Some(got)) = timeout(QUIET, self.got.recv()).await {
            panic!("called: {got:?}");
        }
    }
}

async fn serve(mut line: TcpStream, does: Does, tell: mpsc::UnboundedSender<Got>) {
    let mut bytes = Vec::new();
    let got = loop {
        let mut chunk = [0; 4096];
        match line.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
        let whole = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = whole.split_once("\r\n\r\n") else {
            continue;
        };
        let got = Got {
            head: head.to_owned(),
            body: body.to_owned(),
        };
        if got.body.len() >= got.header("content-length").parse().expect("a number") {
            break got;
        }
    };
    let _ = tell.send(got);
    match does {
        Does::Answers(answer) => {
            let _ = line.write_all(&answer).await;
            let _ = line.shutdown().await;
        }
        Does::Hangs => sleep(Duration::from_secs(60)).await,
    }
}

/// A bot that `endpoint` answers for.
struct Bot {
    id: UserId,
    token: String,
    secret: String,
}

impl TestApp {
    async fn called_bot(&self, name: &str, endpoint: &Endpoint) -> Bot {
        let accounts = &self.running.state.accounts;
        let token = accounts.create_bot(name, None).await.expect("a bot");
        let secret = accounts.set_webhook(name, &endpoint.url).await.expect("a secret");
        let bot = accounts
            .bot(&token, Scope::Post)
            .await
            .expect("a look-up")
            .expect("a bot");
        Bot {
            id: bot.me.id,
            token,
            secret,
        }
    }

    async fn direct(&self, me: &Member, other: UserId) -> RoomId {
        let room = rooms::direct(&self.running.state.chat, me.me.id, &[other]).await;
        room.expect("a conversation")
    }
}

impl Member {
    /// Says something and waits until it is kept.
    async fn say(&self, app: &TestApp, room: RoomId, body: &str) {
        let mut socket = self.socket(app).await;
        let id = rooms::new_client_id();
        socket.post(room, &id, body).await;
        socket.acknowledged(&id).await.expect("kept");
    }

    /// The first message in `room` that a bot said, when it comes.
    async fn hears(&self, app: &TestApp, room: RoomId, from: &str) -> Option<String> {
        let mut socket = self.socket(app).await;
        let (page, _) = socket.follow(room, None).await;
        if let Some(said) = page.into_iter().find(|message| message.author.name == from) {
            return Some(said.body);
        }
        let said = async {
            loop {
                let said = socket.said().await?;
                if said.author.name == from {
                    return Some(said.body);
                }
            }
        };
        timeout(QUIET, said).await.ok().flatten()
    }
}

#[tokio::test]
async fn a_mention_calls_the_bot_and_its_answer_is_posted() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut endpoint = Endpoint::that(text("**All** good")).await;
    let bot = app.called_bot("deploy", &endpoint).await;
    ines.say(&app, DESK, "nothing for a bot").await;
    ines.say(&app, DESK, "@Deploy *status* < now").await;
    let got = endpoint.next().await;
    assert!(got.head.starts_with("POST /bot?key=hidden HTTP/1.1"), "{}", got.head);
    assert_eq!(got.header("content-type"), "application/json");
    let called = got.json();
    let path = called["room"]["path"].as_str().expect("a path").to_owned();
    assert!(
        path.starts_with("/rooms/1/sbx_") && path.ends_with("/messages"),
        "{path}"
    );
    assert_eq!(
        called,
        json!({
            "user": {"id": ines.me.id, "name": "ines", "username": "ines"},
            "room": {"id": 1, "name": "desk", "path": path},
            "message": {
                "id": 2,
                "body": {
                    "html": "<p><span class=\"mention\">@Deploy</span> <em>status</em> &lt; now</p>",
                    "plain": "*status* < now",
                },
                "path": "/rooms/1?before=32#m2",
            },
        })
    );
    assert_eq!(ines.hears(&app, DESK, "deploy").await.as_deref(), Some("**All** good"));

    // As its receiver checks it.
    let signature = got.header("x-squawkbox-signature");
    let (t, v1) = signature.split_once(',').expect("two parts");
    let (t, v1) = (t.strip_prefix("t=").expect("t"), v1.strip_prefix("v1=").expect("v1"));
    let key = hmac::Key::new(hmac::HMAC_SHA256, bot.secret.as_bytes());
    let signed = format!("{t}.{}", got.body);
    let v1 = HEXLOWER.decode(v1.as_bytes()).expect("hex");
    hmac::verify(&key, signed.as_bytes(), &v1).expect("our signature");
    let age = crate::time::Timestamp::now().micros() / 1_000_000 - t.parse::<i64>().expect("seconds");
    assert!((0..60).contains(&age), "{age}");

    // The path is where the bot speaks by itself, later; it may post and nothing else.
    let later = reqwest::Client::new().post(format!("{}{path}", app.url)).body("done");
    assert_eq!(later.send().await.expect("an answer").status(), StatusCode::CREATED);
    let token = path.split('/').nth(3).expect("a token");
    let read = reqwest::Client::new()
        .get(format!("{}/api/v1/rooms", app.url))
        .bearer_auth(token);
    assert_eq!(read.send().await.expect("an answer").status(), StatusCode::FORBIDDEN);
    endpoint.is_left_alone().await;
}

#[tokio::test]
async fn what_is_written_to_a_bot_calls_it_once_by_name_or_not() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut endpoint = Endpoint::that(answer("204 No Content", "text/plain", b"")).await;
    let bot = app.called_bot("deploy", &endpoint).await;
    let room = app.direct(&ines, bot.id).await;
    ines.say(&app, room, "1 < 2\nand so").await;
    let got = endpoint.next().await.json();
    assert_eq!(got["room"]["name"], "ines", "as the bot knows it");
    assert_eq!(got["message"]["body"]["html"], "<p>1 &lt; 2<br />\nand so</p>");
    ines.say(&app, room, "@deploy again").await;
    assert_eq!(endpoint.next().await.plain(), "again");
    ines.say(&app, DESK, "@room lunch").await;
    assert_eq!(endpoint.next().await.plain(), "@room lunch", "everyone is called");
    endpoint.is_left_alone().await;
}

#[tokio::test]
async fn bots_that_are_not_spoken_to_are_left_alone() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut endpoint = Endpoint::that(text("@deploy @watch hello")).await;
    let deploy = app.called_bot("deploy", &endpoint).await;
    let watch = app.called_bot("watch", &endpoint).await;
    let chat = &app.running.state.chat;
    // In a room that it isn't in.
    let deals = rooms::create(chat, ines.me.id, "deals", true).await.expect("a room").id;
    ines.say(&app, deals, "@deploy are you there").await;
    // Between others.
    let between = app.direct(&ines, bob.me.id).await;
    ines.say(&app, between, "@deploy and here").await;
    endpoint.is_left_alone().await;
    // By another bot, by itself, or by its own answer.
    for (token, body) in [(&watch.token, "@deploy go"), (&deploy.token, "@deploy go")] {
        let said = reqwest::Client::new()
            .post(format!("{}/rooms/1/{token}/messages", app.url))
            .body(body);
        assert_eq!(said.send().await.expect("an answer").status(), StatusCode::CREATED);
    }
    let room = app.direct(&ines, deploy.id).await;
    let said = reqwest::Client::new()
        .post(format!("{}/rooms/{room}/{}/messages", app.url, deploy.token))
        .body("hello ines");
    assert_eq!(said.send().await.expect("an answer").status(), StatusCode::CREATED);
    endpoint.is_left_alone().await;
    ines.say(&app, DESK, "@deploy go").await;
    assert_eq!(endpoint.next().await.plain(), "go");
    assert!(ines.hears(&app, DESK, "deploy").await.is_some());
    endpoint.is_left_alone().await;
    // Not for what is changed later, and not once it is revoked.
    let mut socket = ines.socket(&app).await;
    socket.post(DESK, "edited", "nobody").await;
    let seq = socket.acknowledged("edited").await.expect("kept");
    let edit = json!({"room": DESK, "seq": seq, "change": {"edit": "@deploy now"}});
    assert_eq!(ines.call(&app, "change_message", edit).await.0, 200);
    endpoint.is_left_alone().await;
    let accounts = &app.running.state.accounts;
    for token in accounts.tokens().await.expect("a list") {
        if token.name == "deploy's webhook" {
            accounts.revoke_token(token.id).await.expect("revoked");
        }
    }
    ines.say(&app, DESK, "@deploy go").await;
    endpoint.is_left_alone().await;
    ines.say(&app, DESK, "@watch go").await;
    assert_eq!(endpoint.next().await.plain(), "go", "another's goes on");
}

#[tokio::test]
async fn one_that_hangs_holds_up_nobody_else_and_no_message() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut hanging = Endpoint::that(Does::Hangs).await;
    let mut quick = Endpoint::that(text("pong")).await;
    app.called_bot("sloth", &hanging).await;
    app.called_bot("hare", &quick).await;
    for _ in 0..10 {
        ines.say(&app, DESK, "@sloth wake up").await;
    }
    for _ in 0..4 {
        hanging.next().await;
    }
    hanging.is_left_alone().await;
    let begun = Instant::now();
    ines.say(&app, DESK, "@hare ping").await;
    quick.next().await;
    assert_eq!(ines.hears(&app, DESK, "hare").await.as_deref(), Some("pong"));
    assert!(begun.elapsed() < LIMIT / 2, "{:?}", begun.elapsed());
    // Nor the stop.
    let begun = Instant::now();
    app.running.stop().await;
    assert!(begun.elapsed() < LIMIT / 2, "{:?}", begun.elapsed());
}

fn webhook(url: &str) -> Webhook {
    Webhook {
        bot: Person {
            id: UserId(1),
            name: "deploy".into(),
            ..Person::default()
        },
        url: url.to_owned(),
        secret: WebhookSecret::kept("sbxwh_test".into()),
    }
}

#[tokio::test]
async fn only_answers_that_are_text_count_and_none_that_are_too_late_or_too_large() {
    assert_eq!(
        LIMIT,
        Duration::from_secs(7),
        "what the README says; here less, for a quick test"
    );
    let limit = Duration::from_millis(500);
    let caller = Caller::new(limit).expect("a client");
    let call = async |does: Does| {
        let endpoint = Endpoint::that(does).await;
        caller.call(&webhook(&endpoint.url), b"{}".to_vec()).await
    };
    let html = "<p>All <b>good</b></p><p>&amp; well</p>";
    let largest = "x".repeat(64 * 1024);
    for (does, said) in [
        (text("hello"), Some("hello")),
        (text(""), None),
        (text(" \n"), None),
        (text(&largest), Some(largest.as_str())),
        (answer("200 OK", "TEXT/HTML", html.as_bytes()), Some("All good\n& well")),
        (answer("200 OK", "image/png", b"\x89PNG"), None),
        (answer("200 OK", "application/json", b"{}"), None),
        (answer("201 Created", "text/plain", b"made"), None),
        (Does::Answers(b"HTTP/1.1 200 OK\r\n\r\nno kind".to_vec()), None),
    ] {
        assert_eq!(call(does).await, Ok(said.map(str::to_owned)));
    }
    let elsewhere = Endpoint::that(text("followed")).await;
    let moved = format!(
        "HTTP/1.1 307 Elsewhere\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        elsewhere.url
    );
    for (does, failed) in [
        (Does::Hangs, Failed::Slow(limit)),
        (text(&"x".repeat(64 * 1024 + 1)), Failed::TooLarge),
        (answer("200 OK", "text/plain", b"\xff\xfe"), Failed::NoText),
        (
            answer("500 Oops", "text/plain", b"no"),
            Failed::Status(StatusCode::INTERNAL_SERVER_ERROR),
        ),
        (
            Does::Answers(moved.into_bytes()),
            Failed::Status(StatusCode::TEMPORARY_REDIRECT),
        ),
    ] {
        assert_eq!(call(does).await, Err(failed));
    }
    let endless = [
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n".to_vec(),
        vec![b'x'; 1 << 20],
    ]
    .concat();
    assert_eq!(call(Does::Answers(endless)).await, Err(Failed::TooLarge));
    let slowly = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 10\r\n\r\nhal".to_vec();
    for garbage in [
        b"nonsense\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\n".to_vec(),
        vec![0; 512],
        slowly,
        Vec::new(),
    ] {
        let failed = call(Does::Answers(garbage)).await.expect_err("no answer");
        assert!(matches!(failed, Failed::NoAnswer(_)), "{failed}");
    }
    let free = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port")
        .local_addr()
        .expect("an address");
    let failed = caller
        .call(&webhook(&format!("http://{free}/?key=hidden")), Vec::new())
        .await;
    let failed = failed.expect_err("nobody there").to_string();
    assert!(
        failed.contains("refused") && !failed.contains("hidden") && !failed.contains("http"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_failed_call_is_not_repeated_and_a_restart_goes_on() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut endpoint = Endpoint::that(answer("503 Later", "text/plain", b"later")).await;
    let bot = app.called_bot("deploy", &endpoint).await;
    ines.say(&app, DESK, "@deploy one").await;
    assert_eq!(endpoint.next().await.plain(), "one");
    endpoint.is_left_alone().await;
    let app = app.again().await;
    endpoint.is_left_alone().await;
    let ines = app.sign_in("ines").await;
    ines.say(&app, DESK, "@deploy two").await;
    let got = endpoint.next().await;
    assert_eq!(got.plain(), "two");
    let t = got.header("x-squawkbox-signature")[2..]
        .split(',')
        .next()
        .expect("t")
        .to_owned();
    let at = crate::time::Timestamp::from_micros(t.parse::<i64>().expect("seconds") * 1_000_000);
    let signature = WebhookSecret::kept(bot.secret).sign(at, got.body.as_bytes());
    assert_eq!(got.header("x-squawkbox-signature"), signature, "the same secret");
}
