//! A moment shared, and what is on a page discussed in a room.

use serde_json::json;

use super::{Bench, DESK, card};
use crate::{chat::wire::ServerFrame, ids::RoomId, time::Timestamp};

#[tokio::test]
async fn a_shared_moment_holds_what_all_who_read_it_may_see() {
    let bench = Bench::start().await;
    let (app, ines) = (&bench.app, bench.app.sign_in("ines").await);
    let deals = RoomId(2);
    assert_eq!(
        ines.form(app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let mut socket = ines.socket(app).await;
    for (room, name, body) in [(DESK, "open", "who *moved* it?"), (deals, "private", "we buy them")] {
        socket.follow(room, None).await;
        socket.post(room, name, body).await;
        socket.acknowledged(name).await.expect("kept");
    }
    socket.post(DESK, "heard", "/squawk Trading halted").await;
    let done = socket.until(|frame| matches!(frame, ServerFrame::Done { .. }).then_some(()));
    done.await.expect("heard");
    bench
        .post(
            "/ingest/logs",
            &[json!({"message": "fill rejected", "level": "error", "source": "gateway"})],
        )
        .await;

    // Where it begins: the moment at which one pressed.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    let answer = client.build().unwrap().get(format!("{}/share", app.url)).send();
    let answer = answer.await.expect("an answer");
    assert_eq!(answer.status(), 303);
    let place = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(place.starts_with("/discuss?link=%2Fat%2F20"), "{place}");
    let shown = ines.reads(app, &place).await;
    assert!(
        shown.contains("who moved it?") && shown.contains("fill rejected") && !shown.contains("we buy them"),
        "{shown}"
    );

    let link = format!("{}/at/{}", app.url, Timestamp::now());
    let inside = card(&mut socket, deals, "inside", &link).await;
    for part in [
        "who moved it?",
        "in # deals: we buy them",
        "Trading halted",
        "fill rejected",
    ] {
        assert!(inside.contains(part), "{part} in {inside}");
    }
    socket.follow(DESK, None).await;
    let outside = card(&mut socket, DESK, "outside", &format!("as it was: {link}")).await;
    for part in ["in # desk: who moved it?", "Trading halted", "fill rejected"] {
        assert!(outside.contains(part), "{part} in {outside}");
    }
    assert!(
        !outside.contains("we buy them") && !outside.contains("deals"),
        "{outside}"
    );
    // What quotes the moment is no part of it.
    let own = outside.split("class=\"card\"").nth(1).expect("a card");
    assert!(!own.contains("as it was"), "{own}");
}

#[tokio::test]
async fn what_is_on_a_page_is_discussed_in_a_room() {
    let bench = Bench::start().await;
    let (app, ines) = (&bench.app, bench.app.sign_in("ines").await);
    bench
        .post(
            "/ingest/logs",
            &[json!({"message": "order [refused]", "level": "error", "source": "gateway"})],
        )
        .await;
    let page = ines.client.get(format!(
        "{}/discuss?link=%2Flogs%2Fsearch%3Fq%3Drefused&room=1",
        app.url
    ));
    let html = page.send().await.unwrap().text().await.unwrap();
    assert!(html.contains("order [refused]") && html.contains("# desk"), "{html}");
    let say = async |link: &str| {
        ines.form(
            app,
            "discuss",
            &[("room", "1"), ("link", link), ("words", "Who *knows*?")],
        )
        .await
    };
    assert_eq!(say("//evil.test/").await, 400);
    let answer = say("/logs/search?q=refused").await;
    assert!(answer == 302 || answer == 200, "{answer}");
    let mut conn = app.running.state.desk.readers.acquire().await.unwrap();
    let said = crate::chat::server::store::message(&mut conn, DESK, 1)
        .await
        .unwrap()
        .unwrap();
    assert!(
        said.body.starts_with("Who *knows*?") && said.body.contains("/logs/search?q=refused"),
        "{}",
        said.body
    );
    drop(conn);

    // A command's answer leads there too.
    let mut socket = ines.socket(app).await;
    socket.follow(DESK, None).await;
    socket.post(DESK, "ask", "/logs error gateway 15m").await;
    let note = socket
        .until(|frame| match frame {
            ServerFrame::Done { note, .. } => note,
            _ => None,
        })
        .await
        .expect("an answer");
    let lines: Vec<&str> = note.lines().collect();
    assert_eq!(lines[0], "1 line of level>=error source:gateway since:15m");
    assert!(lines[1].contains("ERROR gateway order [refused]"), "{note}");
    assert!(lines[2].starts_with("/discuss?link=%2Flogs%2Fsearch"), "{note}");
}
