//! Over prices.

use super::*;

#[tokio::test]
async fn a_tick_becomes_a_message_that_goes_on_and_is_over() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    tick(&app, "99").await;
    let form = [
        ("test", "above"),
        ("symbol", "desk:ACME"),
        ("value", "100"),
        ("mentions", "@tomasz"),
    ];
    make(&app, &ines, &form).await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    tick(&app, "100.50").await;
    let fired = until(&mut socket, says("Firing: ACME crosses above 100")).await;
    assert_eq!(fired.author.name, "Alerts");
    assert!(
        fired.body.contains("now 100.50, farthest 100.50") && fired.body.ends_with("@tomasz"),
        "{}",
        fired.body
    );
    let html = fired.html.as_deref().expect("marked up");
    assert!(
        html.contains("class=\"mention\"") && html.contains("Snooze 4 h"),
        "{html}"
    );
    assert!(
        html.contains("/ticker/chart?symbol=ACME&amp;venue=desk&amp;before="),
        "{html}"
    );
    let counts = async || {
        let rooms = crate::chat::server::room_pages::mine(&app.running.state.chat, tomasz.me.id)
            .await
            .expect("rooms");
        let desk = rooms.into_iter().find(|room| room.id == DESK).expect("the room");
        (desk.unread, desk.mentions)
    };
    assert_eq!(counts().await, (1, 1));

    let answer = press(&app, &tomasz, &fired, "acknowledge").await;
    let back = answer
        .headers()
        .get(LOCATION)
        .map(|to| to.to_str().expect("text").to_owned());
    assert_eq!(
        (answer.status().as_u16(), back),
        (303, Some(format!("/rooms/1?before={}#m{}", fired.seq + 30, fired.seq)))
    );
    let seen = until(&mut socket, says("acknowledged by tomasz")).await;
    assert!(seen.body.starts_with("**Acknowledged: ACME"), "{}", seen.body);
    assert!(!seen.html.expect("marked up").contains(">Acknowledge<"));
    tick(&app, "103").await;
    let on = until(&mut socket, says("now 103, farthest 103")).await;
    assert_eq!((on.seq, on.edited), (fired.seq, None), "the same message");
    tick(&app, "98").await;
    let over = until(&mut socket, says("Resolved: ACME")).await;
    assert!(
        over.body.contains("farthest 103") && over.body.contains(", resolved "),
        "{}",
        over.body
    );
    assert_eq!(counts().await, (1, 1), "what goes on is unread once, and calls once");
    assert_eq!(messages(&app, &ines).await.len(), 1);
}

#[tokio::test]
async fn the_command_makes_one_and_the_chart_knows_it() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    tick(&app, "99").await;
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    let note = async |socket: &mut Socket, name: &str, text: &str| {
        socket.post(DESK, name, text).await;
        let pick = |frame| match frame {
            crate::chat::wire::ServerFrame::Done { note, .. } => Some(note.unwrap_or_default()),
            crate::chat::wire::ServerFrame::Refused { error, .. } => Some(error.to_string()),
            _ => None,
        };
        socket.until(pick).await.expect("an answer")
    };
    let told = note(&mut socket, "a", "/alert desk:ACME < 90").await;
    assert!(told.contains("ACME crosses below 90"), "{told}");
    let told = note(&mut socket, "b", "/alert desk:ACME < 90").await;
    assert!(told.contains("already"), "{told}");
    assert!(!told.contains("this fires when"), "{told}");
    let told = note(&mut socket, "d", "/alert desk:ACME < 0.1k").await;
    assert!(
        told.contains(
            "ACME crosses below 100. ACME is 99 now, which is below 100 already: this fires when it comes back"
        ),
        "{told}"
    );
    let told = note(&mut socket, "c", "/alert me please").await;
    assert!(told.starts_with("Write /alert BTC-USD > 100000"), "{told}");
    let levels = ines
        .client
        .get(format!("{}/alerts/levels?symbol=ACME&venue=desk", app.url))
        .send()
        .await;
    let levels: Value = levels.expect("an answer").json().await.expect("JSON");
    assert_eq!(
        levels,
        json!([
            {"price": "90", "test": "below", "name": "ACME crosses below 90"},
            {"price": "100", "test": "below", "name": "ACME crosses below 100"},
        ])
    );
}

#[tokio::test]
async fn where_a_symbol_is_at_two_venues_its_own_is_said() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    tick(&app, "99").await;
    let form = [("test", "above"), ("symbol", "desk:ACME"), ("value", "1000")];
    make(&app, &ines, &form).await;
    let page = ines.reads(&app, "/alerts").await;
    assert!(
        page.contains("ACME crosses above 1,000") && !page.contains("desk:ACME"),
        "there is one: {page}"
    );
    let body = json!({"symbol": "ACME", "last": "98"}).to_string();
    let recorder = &app.running.state.ticker.recorder;
    take(recorder, "lab", body.as_bytes()).await.expect("a report");
    let page = ines.reads(&app, "/alerts").await;
    assert!(page.contains("desk:ACME crosses above 1,000"), "{page}");
    let form = [("test", "above"), ("symbol", "lab:ACME"), ("value", "100")];
    make(&app, &ines, &form).await;
    let looked = ines
        .reads(&app, "/alerts/preview?room=1&test=above&symbol=lab:ACME&value=90")
        .await;
    assert!(
        looked.contains("lab:ACME is 98 now, which is above 90 already"),
        "{looked}"
    );
    let mut socket = ines.socket(&app).await;
    socket.follow(DESK, None).await;
    let body = json!({"symbol": "ACME", "last": "101"}).to_string();
    take(recorder, "lab", body.as_bytes()).await.expect("a report");
    until(&mut socket, says("Firing: lab:ACME crosses above 100")).await;
    let page = ines.reads(&app, "/alerts").await;
    let place = |words: &str| page.find(words).expect("listed");
    assert!(
        place("lab:ACME crosses above 100") < place("desk:ACME crosses above 1,000"),
        "what fires comes first"
    );
}
