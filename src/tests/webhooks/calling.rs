//! Who calls a bot, with what, and what holds up nobody.

use data_encoding::HEXLOWER;
use reqwest::StatusCode;
use ring::hmac;
use serde_json::json;
use tokio::time::Instant;

use super::{DESK, Does, Endpoint, answer, text};
use crate::{
    accounts::server::secret::WebhookSecret,
    chat::server::{rooms, webhooks::LIMIT},
    tests::app::TestApp,
};

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
async fn a_bot_is_not_called_from_where_it_was_taken_out() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut endpoint = Endpoint::that(text("")).await;
    let bot = app.called_bot("deploy", &endpoint).await;
    let chat = &app.running.state.chat;
    let deals = rooms::create(chat, ines.me.id, "deals", true).await.expect("a room").id;
    let form = [("room", deals.to_string()), ("person", bot.id.to_string())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(ines.form(&app, "invite", &form).await, 200);
    ines.say(&app, deals, "@deploy status").await;
    while endpoint.next().await.plain() != "status" {}
    assert_eq!(ines.form(&app, "remove_member", &form).await, 200);
    ines.say(&app, deals, "@deploy once more").await;
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
