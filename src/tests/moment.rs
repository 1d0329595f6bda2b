//! One clock, and what is quoted of one feature in another.

use serde_json::{Value, json};

use super::{
    app::{Member, TestApp},
    socket::Socket,
};
use crate::{
    chat::{
        model::{Change, Message},
        wire::ServerFrame,
    },
    ids::RoomId,
    moment::model::{Moment, Slot},
    time::Timestamp,
};

const DESK: RoomId = RoomId(1);

struct Bench {
    app: TestApp,
    token: String,
}

impl Bench {
    async fn start() -> Self {
        let app = TestApp::start().await;
        app.admin().await;
        let token = app.token().await;
        Self { app, token }
    }

    async fn post(&self, path: &str, lines: &[Value]) {
        let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
        let url = format!("{}{path}", self.app.url);
        let request = reqwest::Client::new().post(url).bearer_auth(&self.token).body(body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    }

    async fn around(&self, who: &Member, wanted: Value) -> Moment {
        let (status, answer) = who.call(&self.app, "around", json!({ "wanted": wanted })).await;
        assert_eq!(status, 200, "{answer}");
        serde_json::from_value(answer).expect("a moment")
    }
}

fn wanted(at: &str, q: &str, symbols: &str) -> Value {
    json!({"at": at, "span": 60, "q": q, "symbols": symbols})
}

fn words(moment: &Moment) -> Vec<&str> {
    let said = moment.slots.iter().flat_map(|slot| &slot.said);
    said.map(|said| said.words.as_str()).collect()
}

#[tokio::test]
async fn what_was_said_priced_and_logged_in_one_second_stands_side_by_side_for_those_who_may_see_it() {
    let bench = Bench::start().await;
    let app = &bench.app;
    let (ines, bob) = (app.sign_in("ines").await, app.join("bob").await);
    assert_eq!(
        ines.form(app, "create_room", &[("name", "deals"), ("private", "true")])
            .await,
        200
    );
    let mut socket = ines.socket(app).await;
    for (room, said) in [(DESK, "why **did** it jump?"), (RoomId(2), "we know why")] {
        socket.follow(room, None).await;
        socket.post(room, &format!("said-{room}"), said).await;
        socket.acknowledged(&format!("said-{room}")).await.expect("kept");
    }
    let now = Timestamp::now();
    let at = |seconds: i64| now.plus_seconds(seconds).to_string();
    bench
        .post(
            "/ingest/ticks",
            &[
                json!({"symbol": "X", "venue": "lab", "last": "100.50", "time": at(-30)}),
                json!({"symbol": "X", "venue": "lab", "last": "101.25", "time": at(-10)}),
            ],
        )
        .await;
    bench
        .post(
            "/ingest/logs",
            &[
                json!({"message": "order refused", "level": "error", "source": "gateway", "time": at(-10)}),
                json!({"message": "beat", "source": "risk", "time": at(-10)}),
                json!({"message": "long ago", "source": "risk", "time": at(-600)}),
            ],
        )
        .await;
    let moment = bench.around(&ines, wanted(&at(-10), "", "lab:X")).await;
    assert_eq!((moment.wrong.as_deref(), moment.live, moment.step), (None, false, 1));
    let here: Vec<&Slot> = moment.slots.iter().filter(|slot| slot.here).collect();
    let [here] = here[..] else { panic!("{moment:?}") };
    let logged: Vec<&str> = here.lines.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(logged, ["order refused", "beat"]);
    assert_eq!(
        (here.prices[0].last.as_str(), here.prices[0].symbol.as_str()),
        ("101.25", "X")
    );
    assert_eq!(here.at.second(), now.plus_seconds(-10).second());
    assert_eq!(words(&moment), ["why did it jump?", "we know why"]);
    assert!(
        moment.after.is_some_and(|after| after > here.at),
        "the messages come later"
    );
    let titles: Vec<&str> = moment
        .slots
        .iter()
        .flat_map(|slot| &slot.said)
        .map(|said| said.title.as_str())
        .collect();
    assert_eq!(titles, ["# desk", "# deals"]);

    // Of a room that one isn't in, nothing.
    let seen = bench.around(&bob, wanted(&at(-10), "level>=error", "lab:X")).await;
    assert_eq!(words(&seen), ["why did it jump?"]);
    let lines = seen.slots.iter().map(|slot| slot.lines.len()).sum::<usize>();
    assert_eq!((lines, seen.q.as_str()), (1, "level>=error"));

    // What can't be understood is said, and the rest is shown.
    let wrong = bench.around(&bob, wanted(&at(0), "level>=wron", "")).await;
    assert!(
        wrong.wrong.is_some_and(|words| words.contains("level")),
        "the query is wrong"
    );
    let unknown = bench.around(&bob, wanted(&at(0), "", "nowhere at all")).await;
    assert!(unknown.wrong.is_some(), "no such symbol");
    let (status, refused) = ines
        .call(app, "around", json!({"wanted": wanted("soon", "", "")}))
        .await;
    assert_eq!(status, 400, "{refused}");

    let page = |path: String| {
        let request = ines.client.get(format!("{}{path}", app.url));
        async move { request.send().await.expect("an answer").text().await.expect("a page") }
    };
    let html = page(format!("/at/{}?symbols=lab:X", at(-10))).await;
    assert!(
        html.contains("order refused") && html.contains("101.25") && html.contains("we know why"),
        "{html}"
    );
    assert!(page("/at/now".into()).await.contains("data-live"));
    assert!(page("/at?t=2026-01-01T00:00:00".into()).await.contains("2026-01-01"));
}

#[tokio::test]
async fn what_was_edited_since_is_marked_and_administrators_see_what_it_said_then() {
    let bench = Bench::start().await;
    let app = &bench.app;
    let (ines, bob) = (app.sign_in("ines").await, app.join("bob").await);
    let mut socket = bob.socket(app).await;
    socket.follow(DESK, None).await;
    let edit = async |body: &str| {
        let body = json!({"room": 1, "seq": 1, "change": Change::Edit(body.into())});
        let (status, answer) = bob.call(app, "change_message", body).await;
        assert_eq!(status, 200, "{answer}");
    };
    let pause = async || tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    socket.post(DESK, "c1", "sell **100**").await;
    socket.acknowledged("c1").await.expect("kept");
    pause().await;
    let first = Timestamp::now();
    pause().await;
    edit("sell 1,000").await;
    pause().await;
    let second = Timestamp::now();
    pause().await;
    edit("sell nothing").await;
    pause().await;
    let third = Timestamp::now();
    let before = first.plus_seconds(-5);
    for (at, is_edited, then) in [
        (before, true, Some("sell **100**")),
        (first, true, Some("sell **100**")),
        (second, true, Some("sell 1,000")),
        (third, false, None),
    ] {
        for (who, may) in [(&ines, true), (&bob, false)] {
            let moment = bench.around(who, wanted(&at.to_string(), "", "")).await;
            let said = moment.slots.iter().flat_map(|slot| &slot.said).next().expect("it");
            let told = (said.words.as_str(), said.edited, said.then.as_deref());
            assert_eq!(told, ("sell nothing", is_edited, then.filter(|_| may)), "{at}");
        }
    }
    let page = ines.reads(app, &format!("/at/{second}")).await;
    assert!(page.contains("edited since") && page.contains("sell 1,000"), "{page}");
    let page = bob.reads(app, &format!("/at/{second}")).await;
    assert!(page.contains("edited since") && !page.contains("sell 1,000"), "{page}");
}

#[tokio::test]
async fn of_too_much_the_nearest_is_shown() {
    let bench = Bench::start().await;
    let ines = bench.app.sign_in("ines").await;
    let now = Timestamp::now().plus_seconds(-120);
    // Ten a second for a minute and a half, around it.
    let lines: Vec<Value> = (-500..500)
        .map(|i| json!({"message": format!("line {i}"), "time": Timestamp::from_micros(now.micros() + i * 90_000 + 1).to_string()}))
        .collect();
    bench.post("/ingest/logs", &lines).await;
    let moment = bench.around(&ines, wanted(&now.to_string(), "", "")).await;
    let shown: Vec<i64> = moment
        .slots
        .iter()
        .flat_map(|slot| &slot.lines)
        .map(|line| line.message.trim_start_matches("line ").parse().unwrap())
        .collect();
    assert_eq!(shown.len(), 120);
    assert_eq!((shown.iter().min(), shown.iter().max()), (Some(&-60), Some(&59)));
    assert_eq!(moment.left_out, ["earlier and later log lines"]);
}

/// Says it, and waits for what stands under it.
async fn card(who: &mut Socket, room: RoomId, name: &str, body: &str) -> String {
    who.post(room, name, body).await;
    loop {
        let message: Message = who.said().await.expect("the message, and then its card");
        let html = message.html.clone().unwrap_or_default();
        if message.client_id == name && html.contains("class=\"card\"") {
            return html;
        }
    }
}

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
