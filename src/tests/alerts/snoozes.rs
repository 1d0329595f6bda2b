//! Putting off, and taking that back.

use super::*;

const CROSSES: [(&str, &str); 4] = [
    ("test", "above"),
    ("symbol", "desk:ACME"),
    ("value", "100"),
    ("cooldown", "0s"),
];

async fn wake(app: &TestApp, who: &Member, rule: &str) -> u16 {
    let form = [("id", rule)];
    let request = who.client.post(format!("{}/do/wake_alert", app.url)).form(&form);
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_snooze_is_taken_back_by_its_button_and_in_the_list() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    tick(&app, "99").await;
    make(&app, &ines, &CROSSES).await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    tick(&app, "101").await;
    let fired = until(&mut socket, says("Firing: ACME")).await;
    let html = |message: &Message| message.html.clone().expect("a card");
    assert!(html(&fired).contains("class=\"alert-mark firing\"") && !html(&fired).contains("Wake up"));
    press(&app, &tomasz, &fired, "snooze-4h").await;
    let put_off = until(&mut socket, says("Snoozed: ACME")).await;
    let card = html(&put_off);
    assert!(
        card.contains("class=\"alert-mark snoozed\"") && card.contains("Wake up") && !card.contains("Snooze 4 h"),
        "{card}"
    );
    press(&app, &ines, &put_off, "wake").await;
    let awake = until(&mut socket, says("Firing: ACME")).await;
    assert!(
        !awake.body.contains("snoozed by") && html(&awake).contains("Snooze 4 h"),
        "{}",
        awake.body
    );
    assert_eq!(wake(&app, &ines, "1").await, 404, "it isn't put off");

    // What crossed while it was put off is told once that is taken back.
    press(&app, &tomasz, &awake, "snooze-4h").await;
    until(&mut socket, says("Snoozed: ACME")).await;
    tick(&app, "99").await;
    let over = until(&mut socket, says("Resolved: ACME")).await;
    assert!(html(&over).contains("class=\"alert-mark resolved\""));
    tick(&app, "102").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let page = ines
        .client
        .get(format!("{}/alerts", app.url))
        .send()
        .await
        .expect("an answer");
    let page = page.text().await.expect("text");
    assert!(
        page.contains("snoozed until") && page.contains("Wake up ACME crosses above 100"),
        "{page}"
    );
    assert!(wake(&app, &tomasz, "1").await < 400);
    let again = until(&mut socket, says("Firing: ACME")).await;
    assert!(again.seq > fired.seq, "another firing");
}

#[tokio::test]
async fn what_is_over_or_speaks_elsewhere_is_not_put_off() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    tick(&app, "99").await;
    make(&app, &ines, &CROSSES).await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    tick(&app, "101").await;
    let fired = until(&mut socket, says("Firing: ACME")).await;
    tick(&app, "99").await;
    until(&mut socket, says("Resolved: ACME")).await;
    assert_eq!(
        press(&app, &tomasz, &fired, "snooze-4h").await.status().as_u16(),
        409,
        "it is over"
    );

    // A rule that moves to another room is no longer for those of the old one to put off.
    tick(&app, "101").await;
    let second = until(&mut socket, says("Firing: ACME")).await;
    press(&app, &tomasz, &second, "snooze-4h").await;
    until(&mut socket, says("Snoozed: ACME")).await;
    let room = crate::chat::server::rooms::create(&app.running.state.chat, ines.me.id, "risk", true)
        .await
        .expect("a room")
        .id
        .to_string();
    let moved = [&CROSSES[..], &[("rule", "1"), ("room", &room)]].concat();
    let to = send(&app, &ines, &moved).await.headers()[LOCATION]
        .to_str()
        .expect("text")
        .to_owned();
    assert_eq!(to, "/alerts?done=kept");
    assert_eq!(press(&app, &tomasz, &second, "snooze-4h").await.status().as_u16(), 409);
    let mut socket = ines.socket(&app).await;
    let room = RoomId(room.parse().expect("a number"));
    socket.follow(room, None).await;
    tick(&app, "99").await;
    // Prices are looked at in rounds, of which each has the newest.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    tick(&app, "103").await;
    let there = until(&mut socket, says("Firing: ACME")).await;
    assert_eq!(there.room, room, "nobody here has put it off");
}
