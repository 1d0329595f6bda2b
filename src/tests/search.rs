//! Finding what was said: all of it that one may read, and nothing else.

use serde_json::{Value, json};

use super::app::{Member, TestApp};
use crate::ids::RoomId;

const DESK: RoomId = RoomId(1);

async fn found(who: &Member, app: &TestApp, query: &str) -> Vec<String> {
    let (status, found) = who
        .call(app, "search_messages", json!({"query": query, "before": null}))
        .await;
    assert_eq!(status, 200, "{query}: {found}");
    let hits = found["hits"].as_array().expect("a list").iter();
    hits.map(|hit| hit["message"]["body"].as_str().expect("text").to_owned())
        .collect()
}

#[tokio::test]
async fn everything_that_one_may_read_is_found() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut a = ines.socket(&app).await;
    let said = [
        "Gateway timed out at 14:03:07",
        "see https://status.test/incidents/8812?x=1",
        "order_id=AB-1234567 was refused",
        "今日の相場は静かです",
        "AND nothing OR \"quoted\" NOT",
        "go",
        "?!",
    ];
    for (n, body) in said.iter().enumerate() {
        a.post(DESK, &format!("a{n}"), body).await;
        a.acknowledged(&format!("a{n}")).await;
    }
    for (query, hits) in [
        ("gateway", vec![0]),
        ("OUT time", vec![0]),
        ("\"timed out\"", vec![0]),
        ("\"out timed\"", vec![]),
        ("incidents/8812", vec![1]),
        ("has:link", vec![1]),
        ("1234", vec![2]),
        ("相場は", vec![3]),
        ("静か", vec![3]),
        ("AND", vec![4]),
        ("\"quoted\"", vec![4]),
        ("go", vec![5]),
        ("?!", vec![6]),
        ("\"", vec![]),
        ("", vec![]),
        ("from:ines out", vec![0]),
        ("from:bob out", vec![]),
        ("in:#desk gateway", vec![0]),
        ("before:2020-01-01 gateway", vec![]),
        ("after:2020-01-01 gateway", vec![0]),
        ("'; DROP TABLE message --", vec![]),
        ("body:gateway*", vec![]),
    ] {
        let hits: Vec<&str> = hits.iter().map(|&n: &usize| said[n]).collect();
        assert_eq!(found(&bob, &app, query).await, hits, "{query}");
    }
    refused(&bob, &app, "after:noon", "is no time").await;
    refused(
        &bob,
        &app,
        "in:elsewhere gateway",
        "You are in no room called # elsewhere",
    )
    .await;
    refused(&bob, &app, "gateway from:@nobody", "Nobody is called @nobody").await;
}

async fn refused(who: &Member, app: &TestApp, query: &str, words: &str) {
    let asked = json!({"query": query, "before": null});
    let (status, error) = who.call(app, "search_messages", asked).await;
    assert!(
        status == 400 && error.to_string().contains(words),
        "{query}: {status} {error}"
    );
}

#[tokio::test]
async fn a_search_follows_edits_deletions_and_membership() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let room: Value = json!({"name": "deals", "private": true});
    let make = ines
        .client
        .post(format!("{}/do/create_room", app.url))
        .form(&room)
        .send();
    assert_eq!(make.await.expect("an answer").status(), 200);
    let mut a = ines.socket(&app).await;
    for (n, (room, body)) in [(2, "secret takeover"), (1, "public takeover"), (1, "another")]
        .into_iter()
        .enumerate()
    {
        a.post(RoomId(room), &format!("a{n}"), body).await;
        a.acknowledged(&format!("a{n}")).await;
    }
    assert_eq!(
        found(&ines, &app, "takeover").await,
        ["public takeover", "secret takeover"],
        "newest first"
    );
    assert_eq!(found(&bob, &app, "takeover").await, ["public takeover"]);
    assert_eq!(found(&ines, &app, "in:deals takeover").await, ["secret takeover"]);
    refused(&bob, &app, "in:deals takeover", "You are in no room called # deals").await;
    let change = |seq: u64, change: Value| json!({"room": 1, "seq": seq, "change": change});
    assert_eq!(
        ines.call(&app, "change_message", change(1, json!({"edit": "public merger"})))
            .await
            .0,
        200
    );
    assert_eq!(
        ines.call(&app, "change_message", change(2, json!("delete"))).await.0,
        200
    );
    assert!(found(&bob, &app, "takeover").await.is_empty());
    assert_eq!(found(&bob, &app, "merger").await, ["public merger"]);
    assert!(found(&bob, &app, "another").await.is_empty());
}

#[tokio::test]
async fn a_search_goes_on_page_by_page() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    for n in 1..=35 {
        a.post(DESK, &format!("a{n}"), &format!("needle {n}")).await;
        a.acknowledged(&format!("a{n}")).await;
    }
    let (_, first) = ines
        .call(&app, "search_messages", json!({"query": "needle", "before": null}))
        .await;
    assert_eq!(
        (first["hits"].as_array().map(Vec::len), &first["before"]),
        (Some(30), &first["hits"][29]["id"])
    );
    let last = &first["before"];
    let (_, rest) = ines
        .call(&app, "search_messages", json!({"query": "needle", "before": last}))
        .await;
    let rest: Vec<&str> = rest["hits"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|hit| hit["message"]["body"].as_str())
        .collect();
    assert_eq!(rest, ["needle 5", "needle 4", "needle 3", "needle 2", "needle 1"]);
}

#[tokio::test]
async fn what_fits_best_can_come_first() {
    let app = TestApp::start().await;
    let (ines, bob) = (app.admin().await, app.join("bob").await);
    let mut a = ines.socket(&app).await;
    let said = [
        "Gateway gateway gateway",
        "the gateway was mentioned once in this much longer line about lunch, weather and everything else",
    ];
    for (n, body) in said.iter().enumerate() {
        a.post(DESK, &format!("a{n}"), body).await;
        a.acknowledged(&format!("a{n}")).await;
    }
    assert_eq!(found(&bob, &app, "gateway").await, [said[1], said[0]]);
    assert_eq!(found(&bob, &app, "gateway sort:newest").await, [said[1], said[0]]);
    assert_eq!(found(&bob, &app, "sort:best gateway").await, said);
    assert_eq!(found(&bob, &app, "sort:best from:ines").await.len(), 2);
    assert!(found(&bob, &app, "sort:best").await.is_empty());
    assert!(found(&bob, &app, "sort:best gateway from:bob").await.is_empty());
}

#[tokio::test]
async fn a_search_knows_the_last_word_and_what_became_of_it() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    a.post(DESK, "a", "draft of the notice").await;
    let seq = a.acknowledged("a").await;
    // Changed before anything has indexed it, then after.
    for body in ["settlement at noon", "settlement at one", "closing at one"] {
        let change = json!({"room": DESK, "seq": seq, "change": {"edit": body}});
        assert_eq!(ines.call(&app, "change_message", change).await.0, 200);
        assert_eq!(found(&ines, &app, body).await, [body]);
        assert!(found(&ines, &app, "draft").await.is_empty());
    }
    assert!(found(&ines, &app, "settlement").await.is_empty());
}

#[tokio::test]
async fn one_letter_and_days_find_something() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let mut a = ines.socket(&app).await;
    for (name, body) in [("a1", "plan B"), ("a2", "over and out")] {
        a.post(DESK, name, body).await;
        a.acknowledged(name).await.expect("kept");
    }
    assert_eq!(found(&ines, &app, "b").await, ["plan B"]);
    assert!(found(&ines, &app, "z").await.is_empty());
    // As if it had been said long ago.
    let aged = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            let long_ago = crate::time::Timestamp::parse("2024-03-05T10:00:00Z").expect("a time");
            sqlx::query("UPDATE message SET at = ? WHERE seq = 1")
                .bind(long_ago.micros())
                .execute(conn)
                .await?;
            Ok(())
        })
    });
    aged.await.expect("aged");
    for (query, expected) in [
        ("before:2024-03-06", vec!["plan B"]),
        ("before:2024-03-05T10:00:01Z plan", vec!["plan B"]),
        ("before:2024-03-05T10:00:00Z", vec![]),
        ("before:2024-03-05", vec![]),
        ("after:2024-03-06", vec!["over and out"]),
        ("after:2024-03-05 before:2024-03-06 p", vec!["plan B"]),
    ] {
        assert_eq!(found(&ines, &app, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_conversation_is_searched_by_who_is_in_it() {
    let app = TestApp::start().await;
    let (ines, bob, carla) = (app.admin().await, app.join("bob").await, app.join("carla").await);
    let mut a = ines.socket(&app).await;
    for (n, with) in [vec![&bob], vec![&bob, &carla]].iter().enumerate() {
        let ids: Vec<String> = with.iter().map(|who| who.me.id.to_string()).collect();
        let form: Vec<(&str, &str)> = ids.iter().map(|id| ("people[]", id.as_str())).collect();
        assert_eq!(ines.form(&app, "open_direct", &form).await, 200);
        a.post(RoomId(n as i64 + 2), &format!("d{n}"), &format!("lunch {n}"))
            .await;
        a.acknowledged(&format!("d{n}")).await.expect("kept");
    }
    a.post(DESK, "desk", "lunch for all").await;
    a.acknowledged("desk").await.expect("kept");
    assert_eq!(found(&ines, &app, "lunch in:@bob").await, ["lunch 1", "lunch 0"]);
    assert_eq!(found(&ines, &app, "lunch in:@Bob in:@carla").await, ["lunch 1"]);
    assert_eq!(found(&carla, &app, "lunch in:@bob").await, ["lunch 1"], "hers alone");
    assert_eq!(found(&ines, &app, "lunch in:desk").await, ["lunch for all"]);
    refused(&ines, &app, "lunch in:@nobody", "Nobody is called @nobody").await;
}
