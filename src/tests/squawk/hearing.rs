//! Who hears headlines, and who has seen them.

use futures::future::join_all;
use serde_json::json;

use super::*;
use crate::squawk::server::{
    publish::{New, Source, publish},
    stream::{By, Reader},
};

#[tokio::test]
async fn whoever_was_away_hears_what_was_missed() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let (wire, reads) = (
        app.token_for("wire", Scope::Post).await,
        app.token_for("reads", Scope::Read).await,
    );
    for text in ["one", "two"] {
        app.squawk(&wire, json!({"text": text})).await;
    }
    let app = app.again().await;
    app.squawk(&wire, json!({"text": "three"})).await;
    let see = format!("{}/see", app.url);
    let client = Client::new();
    let resumed = |id: &'static str| {
        client
            .get(format!("{see}?token={reads}&after=0"))
            .header("last-event-id", id)
    };
    for (request, begin, missed) in [
        (
            client.get(format!("{see}?token={reads}&after=1")),
            "1",
            vec!["two", "three"],
        ),
        (
            client.get(format!("{see}?after=0")).bearer_auth(&reads),
            "0",
            vec!["one", "two", "three"],
        ),
        // The header of a reconnection counts before the address of the first connection.
        (resumed("2"), "2", vec!["three"]),
        (resumed(""), "0", vec!["one", "two", "three"]),
        // Numbers that were never given are another database's.
        (client.get(format!("{see}?token={reads}&after=99")), "3", vec![]),
        (client.get(format!("{see}?token={reads}")), "3", vec![]),
    ] {
        let mut ear = Ear::of(request).await;
        let hello = ear.next().await;
        assert_eq!((hello.kind.as_str(), hello.id.as_str()), ("custom", begin));
        for text in missed {
            assert_eq!(ear.text().await, text);
        }
    }
    let wrong = client
        .get(format!("{see}?token={reads}&after=x"))
        .send()
        .await
        .expect("an answer");
    assert_eq!(wrong.status(), 400);
    // And the desk's stream, by the number of a change.
    let events = format!("{}/events?topics=squawk", app.url);
    let mut fresh = Ear::of(ines.client.get(&events)).await;
    let first = fresh.next().await;
    assert_eq!((first.kind.as_str(), first.id.as_str()), ("squawk", "squawk:1"));
    assert_eq!(
        (fresh.json().await["text"].clone(), fresh.json().await["text"].clone()),
        (json!("two"), json!("three"))
    );
    let mut resumed = Ear::of(ines.client.get(format!("{events}&after=squawk:2"))).await;
    assert_eq!(resumed.json().await["text"], "three");
    app.squawk(&wire, json!({"text": "four"})).await;
    assert_eq!(
        (resumed.json().await["id"].clone(), fresh.json().await["id"].clone()),
        (json!(4), json!(4))
    );
}

#[tokio::test]
async fn only_who_may_read_hears() {
    let app = TestApp::start().await;
    let ines = app.admin().await;
    let (reads, posts) = (
        app.token_for("reads", Scope::Read).await,
        app.token_for("posts", Scope::Post).await,
    );
    let more = app.ingest_and_read("more").await;
    let see = format!("{}/see", app.url);
    let client = Client::new();
    let in_url = |token: &str| client.get(format!("{see}?token={token}"));
    for (request, status, words) in [
        (client.get(&see), 401, ""),
        (in_url("sbx_nonsense"), 401, "unknown here"),
        (in_url(&posts), 403, "lacks the scope `read`"),
        (in_url(&more), 403, "nothing but `read`"),
        (client.get(&see).bearer_auth(&posts), 403, "lacks the scope `read`"),
        (client.get(&see).bearer_auth("sbx_nonsense"), 401, "unknown here"),
        // A cookie doesn't make up for a bad token.
        (
            ines.client.get(format!("{see}?token=sbx_nonsense")),
            401,
            "unknown here",
        ),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), status, "{words}");
        assert!(!answer.headers().contains_key("access-control-allow-origin"));
        let said = answer.text().await.expect("text");
        assert!(said.contains(words), "{said}");
    }
    // Pages of others may read along by a token alone.
    let origin = |request: RequestBuilder| request.header("origin", "https://other.test");
    for (request, allowed) in [
        (origin(in_url(&reads)), true),
        (origin(client.get(&see).bearer_auth(&more)), true),
        (origin(ines.client.get(&see)), false),
        (origin(ines.client.get(format!("{see}?token={reads}"))), true),
    ] {
        let ear = Ear::of(request).await;
        let headers = ear.answer.headers();
        assert_eq!(
            headers.get("access-control-allow-origin").is_some_and(|any| any == "*"),
            allowed
        );
        assert!(!headers.contains_key("access-control-allow-credentials"));
        assert_eq!(headers["x-accel-buffering"], "no");
    }
    let asked = client
        .request(reqwest::Method::OPTIONS, &see)
        .header("access-control-request-headers", "authorization");
    let asked = origin(asked).send().await.expect("an answer");
    assert_eq!(asked.status(), 204);
    let allowed = asked.headers()["access-control-allow-headers"].to_str().expect("text");
    assert!(
        allowed.contains("authorization") && allowed.contains("last-event-id"),
        "{allowed}"
    );
    // What is open ends with what opened it.
    let (by_token, by_cookie) = (Ear::of(in_url(&reads)).await, Ear::of(ines.client.get(&see)).await);
    let accounts = &app.running.state.accounts;
    let tokens = accounts.tokens().await.expect("tokens");
    let id = tokens.iter().find(|token| token.name == "reads").expect("it").id;
    accounts.revoke_token(id).await.expect("revoked");
    by_token.ends().await;
    ines.submits(&app, "sign_out", &[]).await;
    by_cookie.ends().await;
}

#[tokio::test]
async fn a_reader_that_falls_behind_misses_nothing() {
    let app = TestApp::start().await;
    app.admin().await;
    let squawk = &app.running.state.squawk;
    let (mut ids, mut changes) = (
        Reader::new(squawk, By::Id, Some(0)),
        Reader::new(squawk, By::Change, Some(0)),
    );
    let tell = |n: usize| {
        let new = New {
            text: n.to_string(),
            ..New::default()
        };
        publish(squawk, Source::Feed("wire".into()), new)
    };
    tell(0).await.expect("told");
    assert_eq!(ids.next().await.map(|told| told.id), Some(1));
    assert_eq!(changes.next().await.map(|told| told.changed), Some(1));
    // More than the ring holds, and than is read at once.
    for told in join_all((1..700).map(tell)).await {
        told.expect("told");
    }
    for n in 2..=700 {
        assert_eq!(ids.next().await.map(|told| told.id), Some(n));
        assert_eq!(changes.next().await.map(|told| told.changed), Some(n));
    }
    tell(700).await.expect("told");
    assert_eq!(ids.next().await.map(|told| told.id), Some(701));
}

#[tokio::test]
async fn who_has_seen_a_headline_is_shown_to_everyone() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let mut ear = Ear::of(tomasz.client.get(format!("{}/events?topics=squawk", app.url))).await;
    let mut plain = Ear::of(tomasz.client.get(format!("{}/see", app.url))).await;
    plain.next().await;
    ines.submits(
        &app,
        "squawk",
        &[("text", "ECB holds <b>"), ("url", "https://ecb.test/")],
    )
    .await;
    assert_eq!(ear.json().await["seen"], 0);
    // It stands on everybody's tape, and comes up to everybody but her.
    for (who, comes_up) in [(&ines, false), (&tomasz, true)] {
        let desk = who.looks_at(&app, "/rooms/1").await;
        let tape = desk.split("id=\"squawk-head\"").nth(1).expect("a tape");
        assert!(
            tape.split("</a>").next().expect("it").contains("ECB holds &lt;b&gt;"),
            "{tape}"
        );
        let banner = desk.split("id=\"squawk-banner\"").nth(1).expect("a banner");
        let banner = banner.split("</form>").next().expect("it");
        assert_eq!(banner.contains("ECB holds &lt;b&gt;"), comes_up, "{banner}");
        assert_eq!(desk.contains("class=\"banner none\""), !comes_up);
    }
    assert!(
        tomasz
            .looks_at(&app, "/squawks")
            .await
            .contains("action=\"/do/see_headline\"")
    );

    let seen = tomasz.submits(&app, "see_headline", &[("id", "1")]).await;
    assert!(seen.status().is_success(), "{}", seen.status());
    let told = ear.json().await;
    assert_eq!(
        (&told["id"], &told["seen"], &told["seen_by"][0][1]),
        (&json!(1), &json!(1), &json!("tomasz"))
    );
    tomasz.submits(&app, "see_headline", &[("id", "1")]).await;
    assert_eq!(tomasz.submits(&app, "see_headline", &[("id", "9")]).await.status(), 404);
    ines.submits(&app, "squawk", &[("text", "Fed cuts")]).await;
    assert_eq!(ear.json().await["id"], 2, "seen twice is seen once");
    assert_eq!(
        (plain.text().await, plain.text().await),
        ("ECB holds <b>".into(), "Fed cuts".into())
    );

    let page = ines.looks_at(&app, "/squawks").await;
    assert!(page.contains("seen by 1") && page.contains("tomasz"), "{page}");
    let found = ines.looks_at(&app, "/squawks?q=cuts").await;
    assert!(found.contains("Fed cuts") && !found.contains("ECB holds"), "{found}");
    let none = ines.looks_at(&app, "/squawks?q=nothing").await;
    assert!(none.contains("No squawk has all of these words."), "{none}");
    let stranger = app
        .client()
        .post(format!("{}/do/see_headline", app.url))
        .form(&[("id", "1")])
        .send();
    assert_eq!(stranger.await.expect("an answer").status(), 401);
}
