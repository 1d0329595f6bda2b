//! What stands under a message with a link into Squawkbox, and at a price that it names.

use serde_json::json;

use super::{Bench, DESK, card};
use crate::{ids::RoomId, time::Timestamp};

#[tokio::test]
async fn a_link_to_a_line_keeps_the_line_when_it_is_gone() {
    let bench = Bench::start().await;
    let (app, ines) = (&bench.app, bench.app.sign_in("ines").await);
    bench
        .post(
            "/ingest/logs",
            &[
                json!({"message": "order <b>refused</b>", "level": "error", "source": "gateway", "venue": "XLON"}),
                json!({"message": "second", "source": "gateway"}),
            ],
        )
        .await;
    let (_, found) = ines
        .call(app, "find_lines", json!({"wanted": {"q": "source:gateway", "by": ""}}))
        .await;
    let ids: Vec<u64> = found["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["line"]["id"].as_u64().unwrap())
        .collect();
    let [second, first] = ids[..] else { panic!("{found}") };
    let mut socket = ines.socket(app).await;
    socket.follow(DESK, None).await;
    let url = &app.url;
    let one = card(&mut socket, DESK, "one", &format!("look: {url}/logs/search?at={first}")).await;
    assert!(
        one.contains("<b class=\"l-error\">ERROR</b> order &lt;b&gt;refused&lt;/b&gt;"),
        "{one}"
    );
    assert!(
        one.contains("venue=XLON") && one.contains(&format!("href=\"/logs/search?at={first}\" rel=\"external\"")),
        "{one}"
    );
    assert!(one.contains("href=\"/at/20"), "{one}");
    let both = card(
        &mut socket,
        DESK,
        "both",
        &format!("{url}/logs/search?at={first}&to={second}"),
    )
    .await;
    assert!(
        both.contains("2 lines from") && both.contains("gateway second"),
        "{both}"
    );
    // Selected in a search, what stands between them and isn't found is left out.
    let link = format!("{url}/logs/search?q=refused&at={first}&to={second}");
    let found = card(&mut socket, DESK, "found", &link).await;
    assert!(
        found.contains("refused") && !found.contains("gateway second"),
        "{found}"
    );
    let search = card(
        &mut socket,
        DESK,
        "search",
        &format!("{url}/logs/search?q=refused+since:1h"),
    )
    .await;
    assert!(
        search.contains("Log search") && search.contains("refused&lt;/b&gt;"),
        "{search}"
    );
    // It leads to what was found then, whenever it is followed.
    assert!(
        search.contains("since%3A20") && search.contains("before%3A20"),
        "{search}"
    );

    let logs = &app.running.state.logs;
    let later = Timestamp::now().plus_seconds(15 * 86_400);
    let gone = crate::logs::server::retention::sweep(&logs.db, &logs.keep, later).await;
    assert!(gone.unwrap() >= 2);
    let mut conn = app.running.state.desk.readers.acquire().await.unwrap();
    let kept = crate::chat::server::store::message(&mut conn, DESK, 1)
        .await
        .unwrap()
        .unwrap();
    assert!(
        kept.html.unwrap().contains("refused"),
        "the line is gone, the message isn't"
    );
}

#[tokio::test]
async fn a_private_room_s_words_are_shown_there_alone() {
    let bench = Bench::start().await;
    let (app, ines) = (&bench.app, bench.app.sign_in("ines").await);
    assert_eq!(
        ines.form(app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let mut socket = ines.socket(app).await;
    socket.follow(RoomId(2), None).await;
    socket.post(RoomId(2), "secret", "we buy *them*").await;
    socket.acknowledged("secret").await.expect("kept");
    let link = format!("{}/rooms/2?before=31#m1", app.url);
    let inside = card(&mut socket, RoomId(2), "inside", &link).await;
    assert!(inside.contains("we buy them") && inside.contains("# deals"), "{inside}");
    socket.follow(DESK, None).await;
    socket.post(DESK, "outside", &link).await;
    let seq = socket.acknowledged("outside").await.expect("kept");
    // What comes after it has its card, so it was looked at.
    let open = card(
        &mut socket,
        DESK,
        "open",
        &format!("{}/rooms/1?before=31#m{seq}", app.url),
    )
    .await;
    assert!(open.contains("# desk"), "{open}");
    let mut conn = app.running.state.desk.readers.acquire().await.unwrap();
    let said = crate::chat::server::store::message(&mut conn, DESK, seq)
        .await
        .unwrap()
        .unwrap();
    let html = said.html.unwrap();
    assert!(!html.contains("we buy") && !html.contains("class=\"card\""), "{html}");
}

#[tokio::test]
async fn a_price_named_in_a_message_is_what_it_was_when_it_was_said() {
    let bench = Bench::start().await;
    let (app, ines) = (&bench.app, bench.app.sign_in("ines").await);
    let tick = async |last: &str| {
        bench
            .post(
                "/ingest/ticks",
                &[json!({"symbol": "X-Y", "venue": "lab", "last": last})],
            )
            .await;
    };
    tick("1234.50").await;
    let mut socket = ines.socket(app).await;
    socket.follow(DESK, None).await;
    socket.post(DESK, "one", "now $x-y, and $5 and $NOBODY").await;
    let said = socket.said().await.expect("said").html.expect("a form");
    assert!(
        said.contains("data-said=\"1234.50\"") && said.contains("$x-y <strong>1,234.50</strong></a>"),
        "{said}"
    );
    assert!(said.contains("and $5 and $NOBODY"), "{said}");
    assert_eq!(said.matches("class=\"chip\"").count(), 1, "{said}");
    tick("1300").await;
    // An edit leaves it.
    let change = json!({"room": 1, "seq": 1, "change": {"edit": "was $x-y, is $lab:X-Y"}});
    assert_eq!(ines.call(app, "change_message", change).await.0, 200);
    let edited = socket.said().await.expect("edited").html.expect("a form");
    assert!(
        edited.contains("data-said=\"1234.50\"") && edited.contains("data-said=\"1300\""),
        "{edited}"
    );
    let chart = card(
        &mut socket,
        DESK,
        "chart",
        &format!("{}/ticker/chart?symbol=X-Y&venue=lab", app.url),
    )
    .await;
    assert!(chart.contains("1,300") && chart.contains("at lab"), "{chart}");
    let then = Timestamp::now();
    let at = card(
        &mut socket,
        DESK,
        "at",
        &format!("{}/at/{then}?symbols=lab:X-Y", app.url),
    )
    .await;
    assert!(at.contains("One clock") && at.contains("X-Y at lab"), "{at}");
}
