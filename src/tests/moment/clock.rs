//! One clock: what was said, priced and logged around an instant.

use serde_json::{Value, json};

use super::{Bench, DESK};
use crate::{
    chat::model::Change,
    ids::RoomId,
    moment::model::{Moment, Slot},
    time::Timestamp,
};

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
