//! What happened to a symbol: alerts, what was said and squawked of it, for those who may see it.

use serde_json::{Value, json};

use super::{bars::desk, post};
use crate::{
    ids::RoomId,
    tests::{
        app::{Member, TestApp},
        socket::Socket,
    },
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);

async fn moments(app: &TestApp, who: &Member, asked: Value) -> Vec<Value> {
    let (status, answer) = who.call(app, "moments_of", json!({ "asked": asked })).await;
    assert_eq!(status, 200, "{answer}");
    answer.as_array().expect("a list").clone()
}

async fn say(socket: &mut Socket, room: RoomId, name: &str, text: &str) {
    socket.post(room, name, text).await;
    socket.acknowledged(name).await.expect("kept");
}

/// `kind: words` of each.
fn told(moments: &[Value]) -> Vec<String> {
    let text = |one: &Value, field: &str| one[field].as_str().expect("text").to_owned();
    moments
        .iter()
        .map(|one| format!("{}: {}", text(one, "kind"), text(one, "words")))
        .collect()
}

#[tokio::test]
async fn alerts_quotes_and_headlines_stand_on_a_symbol_s_page() {
    let (app, _) = desk().await;
    let (ines, bob) = (app.sign_in("ines").await, app.join("bob").await);
    let ticker = &app.running.state.ticker;
    let tick = async |symbol: &str, last: &str| {
        post(
            ticker,
            &format!(r#"{{"symbol":"{symbol}","venue":"desk","last":"{last}"}}"#),
        )
        .await;
    };
    tick("ACME", "99").await;
    tick("F", "12").await;
    assert_eq!(
        ines.form(&app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let alert = [
        ("room", "2"),
        ("test", "above"),
        ("symbol", "desk:ACME"),
        ("value", "100"),
        ("name", "ACME is dear"),
    ];
    let kept = ines.client.post(format!("{}/alerts/keep", app.url)).form(&alert);
    assert_eq!(kept.send().await.expect("an answer").status(), 303);
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    say(&mut socket, DESK, "one", "who sells $acme here?").await;
    say(&mut socket, DESK, "two", "ACME without a sign, and $F").await;
    socket.post(DESK, "three", "/squawk $ACME halted").await;
    socket.post(DESK, "four", "/squawk ACME without a sign").await;
    socket.follow(RoomId(2), None).await;
    say(&mut socket, RoomId(2), "five", "we buy $desk:ACME").await;
    tick("ACME", "101.50").await;
    let since = json!({"symbol": "ACME", "venue": "desk", "from": Timestamp::now().plus_seconds(-600)});
    // Alerts speak within a second or two.
    let found = async {
        loop {
            let found = moments(&app, &ines, since.clone()).await;
            if found.len() >= 4 {
                return found;
            }
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    };
    let found = tokio::time::timeout(super::PATIENCE, found).await.expect("in time");
    let mut said = told(&found);
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "alert: ACME is dear",
            "said: we buy $desk:ACME 99",
            "said: who sells $acme 99 here?",
            "squawk: $ACME halted",
        ]
    );
    let alert = found.iter().find(|one| one["kind"] == "alert").expect("the alert");
    assert_eq!(alert["by"], "in # deals");
    let then = alert["then"].as_str().expect("a path");
    assert!(
        then.starts_with("/at/20") && then.ends_with("?symbols=desk%3AACME"),
        "{then}"
    );
    assert!(
        alert["place"]
            .as_str()
            .is_some_and(|place| place.starts_with("/rooms/2")),
        "{alert}"
    );
    let times: Vec<&str> = found.iter().filter_map(|one| one["at"].as_str()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "the newest first: {times:?}");

    // Who isn't in the room sees nothing of it.
    let mut seen = told(&moments(&app, &bob, since.clone()).await);
    seen.sort_unstable();
    assert_eq!(seen, ["said: who sells $acme 99 here?", "squawk: $ACME halted"]);
    let page = bob
        .client
        .get(format!("{}/ticker/chart?symbol=ACME&venue=desk", app.url));
    let html = page.send().await.expect("an answer").text().await.expect("a page");
    for shown in [">Moments<", "$ACME halted", "by ines in # desk", "href=\"/at/20"] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
    assert!(!html.contains("we buy") && !html.contains("ACME is dear"), "{html}");

    // A letter alone is in no index; a stretch of time is that stretch.
    let short = json!({"symbol": "F", "from": Timestamp::now().plus_seconds(-600)});
    assert_eq!(
        told(&moments(&app, &bob, short).await),
        ["said: ACME without a sign, and $F 12"]
    );
    let before = json!({"symbol": "ACME", "from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z"});
    assert_eq!(moments(&app, &ines, before).await, [] as [Value; 0]);
    let (status, _) = ines
        .call(
            &app,
            "moments_of",
            json!({"asked": {"symbol": "NONE", "from": "2026-01-01T00:00:00Z"}}),
        )
        .await;
    assert_eq!(status, 404);
    let empty = ines.client.get(format!(
        "{}/ticker/chart?symbol=F&venue=desk&before=2026-01-01T00:00:00Z",
        app.url
    ));
    let html = empty.send().await.expect("an answer").text().await.expect("a page");
    assert!(html.contains("No alert fired"), "{html}");
}

#[tokio::test]
async fn what_was_said_in_a_thread_stands_under_its_room_s_name() {
    let (app, _) = desk().await;
    let (ines, bob) = (app.sign_in("ines").await, app.join("bob").await);
    post(
        &app.running.state.ticker,
        r#"{"symbol":"ACME","venue":"desk","last":"99"}"#,
    )
    .await;
    let mut socket = ines.socket(&app).await;
    say(&mut socket, DESK, "one", "shall we hedge?").await;
    let arguments = json!({"room": DESK, "before": null, "thread": 1});
    let (_, page) = ines.call(&app, "room", arguments).await;
    let thread = RoomId(page["room"]["id"].as_i64().expect("a thread"));
    say(&mut socket, thread, "two", "who buys $ACME?").await;
    // Also for who doesn't follow it.
    let asked = json!({"symbol": "ACME", "venue": "desk", "from": Timestamp::now().plus_seconds(-600)});
    let found = moments(&app, &bob, asked).await;
    let by: Vec<&str> = found.iter().filter_map(|one| one["by"].as_str()).collect();
    assert_eq!(by, ["by ines in Thread in # desk"]);
}
