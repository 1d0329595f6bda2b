//! Pushes to browsers that have no page open.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{
    DESK, SOON, direct,
    push_service::{Browser, PushService},
};
use crate::{
    chat::server::rooms,
    tests::app::{Member, TestApp},
    time::Timestamp,
};

const NEAR: &[&str] = &["--allow-private-addresses"];

async fn subscriptions(app: &TestApp) -> i64 {
    let kept = sqlx::query_scalar("SELECT count(*) FROM push").fetch_one(&app.running.state.desk.readers);
    kept.await.expect("a number")
}

#[tokio::test]
async fn a_mention_is_pushed_so_that_the_browser_alone_reads_it() {
    let app = TestApp::with(NEAR).await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut service = PushService::start().await;
    let (laptop, phone) = (Browser::of(&service, 1), Browser::of(&service, 2));
    let bobs_phone = app.sign_in("bob").await;
    assert_eq!(laptop.subscribe(&app, &bob).await, 200);
    assert_eq!(phone.subscribe(&app, &bobs_phone).await, 200);
    ines.tells(&app, DESK, "not for him").await;
    ines.tells(&app, DESK, "the *spread*, @bob").await;
    let mut read = Vec::new();
    for _ in 0..2 {
        let pushed = service.next().await;
        let browser = if pushed.path.ends_with('1') { &laptop } else { &phone };
        for (name, value) in [
            ("content-encoding", "aes128gcm"),
            ("ttl", "86400"),
            ("urgency", "high"),
            ("topic", "room-1"),
        ] {
            assert_eq!(pushed.header(name), value);
        }
        assert!(!String::from_utf8_lossy(&pushed.body).contains("spread"));
        let (claims, key) = pushed.claims();
        assert_eq!(claims["aud"], service.url);
        let left = claims["exp"].as_i64().expect("seconds") - Timestamp::now().micros() / 1_000_000;
        assert!((0..86_400).contains(&left), "{left}");
        assert_eq!(bob.notify_page(&app).await["key"], key, "what browsers subscribe with");
        assert_eq!(
            browser.read(&pushed),
            json!({"title": "ines in # desk", "body": "the spread, @bob", "url": "/rooms/1?before=32#m2",
                   "tag": "room-1", "seq": 2})
        );
        read.push(pushed.path);
    }
    read.sort_unstable();
    assert_eq!(read, ["/push/1", "/push/2"], "each once");
    service.is_left_alone().await;
    sleep(SOON).await;
    let decisions = bob.decisions(&app).await;
    assert_eq!(decisions[0].3, ["pushed to Unknown device", "pushed to Unknown device"]);

    // One that has another person now, or that one has had before, is pushed to once, and for the last who asked.
    let eve = app.join("eve").await;
    assert_eq!(phone.subscribe(&app, &eve).await, 200);
    assert_eq!(laptop.subscribe(&app, &bob).await, 200);
    assert_eq!(subscriptions(&app).await, 2);
    ines.tells(&app, DESK, "@bob once more").await;
    assert_eq!(service.next().await.path, "/push/1");
    service.is_left_alone().await;
}

#[tokio::test]
async fn nothing_is_pushed_of_a_room_that_one_was_taken_out_of() {
    let app = TestApp::with(NEAR).await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut service = PushService::start().await;
    assert_eq!(Browser::of(&service, 1).subscribe(&app, &bob).await, 200);
    let chat = &app.running.state.chat;
    let deals = rooms::create(chat, ines.me.id, "deals", true).await.expect("a room").id;
    let form = [("room", deals.to_string()), ("person", bob.me.id.to_string())];
    let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(ines.form(&app, "invite", &form).await, 200);
    service.next().await;
    assert_eq!(bob.level(&app, deals, "everything").await, 200);
    ines.tells(&app, deals, "for few eyes").await;
    service.next().await;
    assert_eq!(ines.form(&app, "remove_member", &form).await, 200);
    ines.tells(&app, deals, "he is gone, @bob").await;
    service.is_left_alone().await;
}

#[tokio::test]
async fn what_is_gone_is_forgotten_and_the_page_says_so() {
    let app = TestApp::with(NEAR).await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut service = PushService::start().await;
    assert_eq!(Browser::of(&service, 1).subscribe(&app, &bob).await, 200);
    assert!(bob.notify_page(&app).await["pushes"].is_string());
    for (status, words, left) in [
        (500, "no push to Unknown device: the push service answered 500", 1),
        (429, "no push to Unknown device: the push service answered 429", 1),
        (302, "no push to Unknown device: the push service answered 302", 1),
        (
            410,
            "no push to Unknown device: the push service answered 410, subscription removed",
            0,
        ),
    ] {
        service.answers(status);
        ines.tells(&app, DESK, &format!("{status} @bob")).await;
        service.next().await;
        sleep(SOON).await;
        assert_eq!(bob.decisions(&app).await[0].3, [words]);
        assert_eq!(subscriptions(&app).await, left, "{status}");
    }
    assert!(bob.notify_page(&app).await["pushes"].is_null());
    ines.tells(&app, DESK, "@bob?").await;
    service.is_left_alone().await;
    service.answers(404);
    assert_eq!(Browser::of(&service, 1).subscribe(&app, &bob).await, 200);
    ines.tells(&app, DESK, "@bob?").await;
    service.next().await;
    sleep(SOON).await;
    assert_eq!(subscriptions(&app).await, 0);
}

#[tokio::test]
async fn pushes_end_with_the_session_and_when_they_are_turned_off() {
    let app = TestApp::with(NEAR).await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut service = PushService::start().await;
    let browser = Browser::of(&service, 1);
    let subscribe = async |member: &Member| {
        assert_eq!(browser.subscribe(&app, member).await, 200);
        assert_eq!(subscriptions(&app).await, 1);
    };
    subscribe(&bob).await;
    assert_eq!(bob.form(&app, "unsubscribe", &[]).await, 200);
    assert_eq!(subscriptions(&app).await, 0);
    subscribe(&bob).await;
    assert_eq!(bob.form(&app, "sign_out", &[]).await, 200);
    assert_eq!(subscriptions(&app).await, 0);
    assert_eq!(browser.subscribe(&app, &bob).await, 401);
    let bob = app.sign_in("bob").await;
    subscribe(&bob).await;
    let accounts = &app.running.state.accounts;
    accounts
        .set_suspended(&ines.me, bob.me.id, true)
        .await
        .expect("suspended");
    assert_eq!(subscriptions(&app).await, 0);
    ines.tells(&app, DESK, "@room").await;
    service.is_left_alone().await;
}

#[tokio::test]
async fn a_push_service_that_hangs_holds_up_nobody() {
    let app = TestApp::with(NEAR).await;
    let (ines, bob, eve) = (app.admin().await, app.join("bob").await, app.join("eve").await);
    let (mut sloth, mut hare) = (PushService::start().await, PushService::start().await);
    sloth.answers(0);
    assert_eq!(Browser::of(&sloth, 1).subscribe(&app, &bob).await, 200);
    // Another host, as far as the queue can tell.
    hare.url = hare.url.replace("127.0.0.1", "localhost");
    assert_eq!(Browser::of(&hare, 2).subscribe(&app, &eve).await, 200);
    let talk = direct(&app, &ines, bob.me.id).await;
    let mut socket = ines.socket(&app).await;
    for n in 0..30 {
        socket.post(talk, &format!("n{n}"), "wake up").await;
        socket.acknowledged(&format!("n{n}")).await.expect("kept");
    }
    for _ in 0..16 {
        sloth.next().await;
    }
    sloth.is_left_alone().await;
    let begun = Instant::now();
    ines.tells(&app, DESK, "@eve").await;
    hare.next().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    // Nor the stop.
    let begun = Instant::now();
    app.running.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_test_takes_every_way_that_is_on() {
    let app = TestApp::with(NEAR).await;
    let bob = app.admin().await;
    let mut service = PushService::start().await;
    let browser = Browser::of(&service, 1);
    assert_eq!(browser.subscribe(&app, &bob).await, 200);
    let mut socket = bob.socket(&app).await;
    assert_eq!(bob.form(&app, "test_notification", &[]).await, 200);
    let news = browser.read(&service.next().await);
    assert_eq!(news["tag"].as_str(), Some("test"));
    assert_eq!(socket.notified().await, [news]);
    let (text, notified, why, ways) = bob.decisions(&app).await.remove(0);
    assert_eq!((text.as_str(), notified, why.as_str()), ("A test", true, ""));
    assert_eq!(
        ways,
        [
            "told to 1 open page, whose browser shows it where it may",
            "pushed to Unknown device"
        ],
        "by the time of the answer"
    );
    let more = async || bob.form(&app, "test_notification", &[]).await;
    assert_eq!((more().await, more().await, more().await), (200, 200, 429));
}

#[tokio::test]
async fn only_subscriptions_that_can_be_used_are_taken() {
    let app = TestApp::start().await;
    let bob = app.admin().await;
    let key = bob.notify_page(&app).await["key"].as_str().expect("a key").to_owned();
    let auth = "AAAAAAAAAAAAAAAAAAAAAA";
    let subscribe = async |endpoint: &str, key: &str, auth: &str| {
        bob.form(
            &app,
            "subscribe",
            &[("endpoint", endpoint), ("key", key), ("auth", auth)],
        )
        .await
    };
    let good = "https://push.example.com/x";
    assert_eq!(subscribe(good, &key, auth).await, 200);
    assert_eq!(
        subscribe(good, &format!("{key}="), &format!("{auth}==")).await,
        200,
        "padded"
    );
    for endpoint in [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://[::ffff:192.168.0.1]/x",
        "https://2130706433/",
        "push",
        "",
    ] {
        assert_eq!(subscribe(endpoint, &key, auth).await, 400, "{endpoint}");
    }
    let long = format!("{good}/{}", "x".repeat(1_024));
    assert_eq!(subscribe(&long, &key, auth).await, 400);
    for (key, auth) in [
        ("", auth),
        (&key[2..], auth),
        ("no base64 !", auth),
        (&key, ""),
        (&key, "AAAA"),
    ] {
        assert_eq!(subscribe(good, key, auth).await, 400, "{key} {auth}");
    }
    assert_eq!(subscriptions(&app).await, 1);
}

#[tokio::test]
async fn the_servers_keys_are_made_once() {
    let app = TestApp::start().await;
    let bob = app.admin().await;
    let before = bob.notify_page(&app).await["key"].clone();
    let app = app.again().await;
    let bob = app.sign_in("ines").await;
    assert_eq!(bob.notify_page(&app).await["key"], before);
    let other = TestApp::start().await;
    let ines = other.admin().await;
    assert_ne!(
        ines.notify_page(&other).await["key"],
        before,
        "and each server has its own"
    );
}
