//! Who sees alerts, makes them, and changes them.

use super::*;
use crate::chat::server::rooms;

#[tokio::test]
async fn a_private_room_is_nobody_else_s() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let room = rooms::create(&app.running.state.chat, ines.me.id, "risk", true)
        .await
        .expect("a room")
        .id;
    let id = room.to_string();
    let form = [
        ("test", "more"),
        ("query", "timeout"),
        ("value", "0"),
        ("within", "10m"),
        ("room", id.as_str()),
    ];
    let refused = send(&app, &tomasz, &form).await;
    let back = refused
        .headers()
        .get(LOCATION)
        .expect("back")
        .to_str()
        .expect("text")
        .to_owned();
    assert!(
        back.starts_with("/alerts/new?") && back.contains("query=timeout"),
        "{back}"
    );
    let page = tomasz
        .client
        .get(format!("{}{back}", app.url))
        .send()
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    assert!(
        page.contains("There is no such room") && page.contains("value=\"timeout\""),
        "{page}"
    );
    let token = bot(&app, "watcher").await;
    assert_eq!(listed(&app, &token).await, json!([]));

    let kept = send(&app, &ines, &form).await;
    assert_eq!(
        kept.headers().get(LOCATION).expect("on").to_str().expect("text"),
        "/alerts?done=kept"
    );
    assert_eq!(
        listed(&app, &token).await,
        json!([]),
        "nobody outside of the room learns of it"
    );
    let page = async |who: &Member| {
        let answer = who.client.get(format!("{}/alerts", app.url)).send().await;
        answer.expect("an answer").text().await.expect("text")
    };
    let (hers, his) = (page(&ines).await, page(&tomasz).await);
    assert!(hers.contains("more than 0 lines") && hers.contains("risk"), "{hers}");
    assert!(!his.contains("more than 0 lines") && !his.contains("risk"), "{his}");

    let mut socket = ines.socket(&app).await;
    socket.follow(room, None).await;
    post_lines(&app, 1, "XLON").await;
    let fired = until(&mut socket, says("Firing")).await;
    assert_eq!(fired.room, room);
    assert_eq!(press(&app, &tomasz, &fired, "acknowledge").await.status().as_u16(), 404);
    for function in ["switch_alert", "delete_alert", "test_alert"] {
        let form = [("id", "1"), ("on", "false")];
        let answer = tomasz
            .client
            .post(format!("{}/do/{function}", app.url))
            .form(&form)
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status().as_u16(), 404, "{function}");
    }
    assert_eq!(press(&app, &ines, &fired, "snooze-4h").await.status().as_u16(), 303);
    let put_off = until(&mut socket, says("snoozed by ines until")).await;
    assert_eq!(put_off.seq, fired.seq);
}

#[tokio::test]
async fn its_author_and_administrators_change_it() {
    let app = TestApp::start().await;
    let (ines, tomasz, li) = (app.admin().await, app.join("tomasz").await, app.join("li").await);
    make(
        &app,
        &tomasz,
        &[
            ("test", "fewer"),
            ("query", "heartbeat"),
            ("value", "1"),
            ("within", "1h"),
        ],
    )
    .await;
    let delete = async |who: &Member| {
        let form = [("id", "1")];
        let request = who.client.post(format!("{}/do/delete_alert", app.url)).form(&form);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(delete(&li).await, 403);
    let change = [("rule", "1"), ("test", "fewer"), ("value", "2"), ("room", "1")];
    let answer = send(&app, &li, &change).await;
    assert!(
        answer
            .headers()
            .get(LOCATION)
            .expect("back")
            .to_str()
            .expect("text")
            .starts_with("/alerts/new?")
    );
    let answer = send(&app, &tomasz, &change).await;
    assert_eq!(
        answer.headers().get(LOCATION).expect("on").to_str().expect("text"),
        "/alerts?done=kept"
    );
    let token = bot(&app, "watcher").await;
    assert_eq!(listed(&app, &token).await[0]["value"], "2");
    assert!(delete(&ines).await < 400);
    assert_eq!(listed(&app, &token).await, json!([]));
}

#[tokio::test]
async fn programs_make_list_and_delete_their_own() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let token = bot(&app, "watcher").await;
    let client = reqwest::Client::new();
    let url = format!("{}/api/v1/alerts", app.url);
    let new = json!({"test": "more", "query": "level>=error", "value": "10", "within": "1m", "room": 1, "by": "venue"});
    let post = async |body: &Value| {
        let answer = client
            .post(&url)
            .bearer_auth(&token)
            .json(body)
            .send()
            .await
            .expect("an answer");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (status, made) = post(&new).await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(
        (&made["query"], &made["by"], &made["on"]),
        (&json!("level>=error"), &json!("venue"), &json!(true))
    );
    assert_eq!(post(&new).await.0, 200, "the same again is the same");
    let (status, problem) = post(&json!({"test": "more", "room": 1})).await;
    assert_eq!(status, 400);
    assert!(
        problem["detail"].as_str().expect("words").contains("number"),
        "{problem}"
    );
    assert_eq!(post(&json!({"test": "more", "value": "1", "room": 99})).await.0, 404);
    make(&app, &ines, &[("test", "fewer"), ("value", "1")]).await;
    let remove = async |id: i64| {
        let request = client.delete(format!("{url}/{id}")).bearer_auth(&token);
        request.send().await.expect("an answer").status().as_u16()
    };
    assert_eq!(
        remove(made["id"].as_i64().expect("an id") + 1).await,
        403,
        "somebody else's"
    );
    assert_eq!(remove(made["id"].as_i64().expect("an id")).await, 204);
    assert_eq!(remove(made["id"].as_i64().expect("an id")).await, 404);
}
