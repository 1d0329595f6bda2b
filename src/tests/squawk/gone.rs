//! All that wait are put away at once; and what somebody squawked goes with them.

use serde_json::json;

use super::*;
use crate::{
    ids::{HeadlineId, UserId},
    squawk::{model::NAMES, server::publish},
};

#[tokio::test]
async fn open_desks_are_told_what_went_with_its_author() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let wire = app.token_for("wire", Scope::Post).await;
    for text in ["his first", "his second", "his third"] {
        let answer = tomasz.submits(&app, "squawk", &[("text", text)]).await;
        assert!(answer.status().as_u16() < 400, "{}", answer.status());
    }
    app.squawk(&wire, json!({"text": "stays"})).await;
    let events = format!("{}/events?topics=squawk", app.url);
    let mut open = Ear::of(ines.client.get(&events)).await;
    for id in 1..=4 {
        assert_eq!(open.json().await["id"], id);
    }
    let accounts = &app.running.state.accounts;
    accounts.remove(&ines.me, tomasz.me.id, true).await.expect("removed");
    let mut resumed = Ear::of(ines.client.get(format!("{events}&after=squawk:4"))).await;
    for ear in [&mut open, &mut resumed] {
        let mut gone = Vec::new();
        for _ in 0..3 {
            let event = ear.json().await;
            assert_eq!((&event["gone"], &event["text"]), (&json!(true), &json!("")), "{event}");
            gone.push(event["id"].as_i64().expect("an id"));
        }
        gone.sort_unstable();
        assert_eq!(gone, [1, 2, 3]);
    }
    let page = ines.looks_at(&app, "/squawks").await;
    assert!(page.contains("stays") && !page.contains("his first"), "{page}");
    let fresh = Ear::of(ines.client.get(&events)).await.json().await;
    assert_eq!(fresh["text"], "stays", "who comes new hears nothing of it");
}

#[tokio::test]
async fn who_saw_it_before_fifty_others_is_not_told_again() {
    let app = TestApp::start().await;
    app.admin().await;
    let tomasz = app.join("tomasz").await;
    let wire = app.token_for("wire", Scope::Post).await;
    app.squawk(&wire, json!({"text": "once is enough"})).await;
    tomasz.submits(&app, "see_headline", &[("id", "1")]).await;
    for n in 0..NAMES {
        app.token_for(&format!("reader{n}"), Scope::Read).await;
    }
    let state = &app.running.state;
    let others: Vec<i64> = sqlx::query_scalar("SELECT id FROM user WHERE name LIKE 'reader%'")
        .fetch_all(&state.desk.readers)
        .await
        .expect("read");
    assert_eq!(others.len(), NAMES as usize);
    for id in others {
        let seen = publish::see(&state.squawk, UserId(id), HeadlineId(1)).await;
        seen.expect("seen");
    }
    let desk = tomasz.looks_at(&app, "/rooms/1").await;
    assert!(
        desk.contains("class=\"banner none\"") && desk.contains("data-seen=\"1\""),
        "{desk}"
    );
    let page = tomasz.looks_at(&app, "/squawks").await;
    assert!(
        page.contains("seen by 51") && !page.contains("action=\"/do/see_headline\""),
        "{page}"
    );
}

#[tokio::test]
async fn all_that_wait_are_seen_by_one_button() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let wire = app.token_for("wire", Scope::Post).await;
    app.squawk(&wire, json!({"text": "one"})).await;
    let desk = tomasz.looks_at(&app, "/").await;
    let at = desk.find("class=\"all\"").expect("the form");
    let (start, end) = (desk[..at].rfind('<').unwrap_or(0), desk[at..].find('>').unwrap_or(0));
    assert!(desk[start..at + end].contains(" hidden"), "nothing else waits");
    for text in ["two", "three"] {
        app.squawk(&wire, json!({"text": text})).await;
    }
    let page = tomasz.looks_at(&app, "/squawks").await;
    assert!(
        page.contains("All seen") && page.contains("name=\"until\" value=\"3\""),
        "{page}"
    );
    let answer = tomasz
        .submits(&app, "see_headlines", &[("from", "1"), ("until", "3")])
        .await;
    assert!(answer.status().as_u16() < 400, "{}", answer.status());
    let page = tomasz.looks_at(&app, "/squawks").await;
    assert!(
        !page.contains("All seen") && page.matches("seen by 1").count() >= 3,
        "{page}"
    );
    assert!(tomasz.looks_at(&app, "/").await.contains("class=\"banner none\""));
    assert!(ines.looks_at(&app, "/").await.contains("2 more"), "for her they wait");
}
