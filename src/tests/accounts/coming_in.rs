//! Set-up, the join link, signing in, and how often anyone may try.

use std::time::Duration;

use serde_json::Value;

use super::{SET_UP, ask, call, page, said, who};
use crate::{
    accounts::model::{TeamPage, Visitor},
    tests::app::{PASSWORD, TestApp},
    ticker::model::{Line, VenueKind},
};

#[tokio::test]
async fn the_team_is_set_up_once() {
    let app = TestApp::start().await;
    let client = app.client();
    assert_eq!(who(&app, &client).await, Visitor::NoTeam);
    let others = [app.client(), app.client(), app.client()];
    let names = ["tomasz", "priya", "li"];
    let answers = futures::future::join_all(others.iter().zip(names).map(async |(client, name)| {
        call(
            &app,
            client,
            "set_up",
            &[("team", name), ("name", name), ("password", PASSWORD)],
        )
        .await
        .status()
        .as_u16()
    }))
    .await;
    let mut statuses = answers.clone();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409], "one wins");
    for ((client, name), status) in others.iter().zip(names).zip(answers) {
        match who(&app, client).await {
            Visitor::In { me, team } => assert_eq!((status, me.name.as_str(), team.as_str()), (200, name, name)),
            other => assert_eq!((status, other), (409, Visitor::SignedOut)),
        }
        let again = call(
            &app,
            &app.client(),
            "sign_in",
            &[("name", name), ("password", PASSWORD)],
        )
        .await
        .status();
        assert_eq!(again == 200, status == 200, "who lost left no account behind");
    }
    assert_eq!(call(&app, &client, "set_up", &SET_UP).await.status(), 409);
}

#[tokio::test]
async fn a_form_that_is_sent_twice_brings_its_sender_in_twice_and_nobody_else() {
    let app = TestApp::start().await;
    for _ in 0..2 {
        assert_eq!(call(&app, &app.client(), "set_up", &SET_UP).await.status(), 200);
    }
    // From now on prices come from the venue that was ticked, and from no other.
    let run = || -> Vec<VenueKind> {
        let venues = app.running.state.ticker.board().venues.into_iter();
        venues
            .filter(|state| state.line != Line::Off)
            .map(|state| state.venue)
            .collect()
    };
    let chosen = async {
        while run() != [VenueKind::Coinbase] {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(20), chosen).await;
    assert!(in_time.is_ok(), "{:?}", run());
    let admin = app.sign_in("ines").await;
    let team: TeamPage = ask(&app, &admin.client, "team_page")
        .await
        .json()
        .await
        .expect("a page");
    let link = team.link;
    let code = link.rsplit('/').next().expect("a code");
    let form = [("code", code), ("name", "tomasz"), ("password", PASSWORD)];
    // Both at once, as by a double click.
    let clients = [app.client(), app.client()];
    let sent = clients.iter().map(async |client| {
        assert_eq!(call(&app, client, "join", &form).await.status(), 200);
        who(&app, client).await
    });
    let came = futures::future::join_all(sent).await;
    assert!(matches!(&came[0], Visitor::In { me, .. } if me.name == "tomasz"));
    assert_eq!(came[0], came[1]);
    // By guessing, the form is no other way in than signing in is.
    let guess = [("code", code), ("name", "ines"), ("password", "fathom-kettle-ostrich")];
    let guesses = (0..12).map(async |_| call(&app, &app.client(), "join", &guess).await.status().as_u16());
    assert!(
        futures::future::join_all(guesses)
            .await
            .iter()
            .all(|status| *status != 200)
    );
    let limited = call(
        &app,
        &app.client(),
        "sign_in",
        &[("name", "ines"), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(limited.status(), 429, "guesses at one door count at the other");
}

#[tokio::test]
async fn nothing_is_left_of_a_set_up_that_was_refused() {
    let app = TestApp::start().await;
    let client = app.client();
    for (team, name, password, hint) in [
        ("", "ines", PASSWORD, "team"),
        ("North desk", "i", PASSWORD, "2 to 32"),
        ("North desk", "in es", PASSWORD, "without spaces"),
        ("North desk", "ines", "short", "at least 10"),
        ("North desk", "ines", "password123", "stranger"),
        ("Zyxomatic", "ines", "zyxomatic2026", "stranger"),
    ] {
        let form = [("team", team), ("name", name), ("password", password)];
        let (status, body) = said(call(&app, &client, "set_up", &form).await).await;
        assert!(status == 400 && body.contains(hint), "{status} {body}");
    }
    assert_eq!(who(&app, &client).await, Visitor::NoTeam);
    let incomplete = call(&app, &client, "set_up", &[("team", "North desk")]).await;
    assert_eq!(incomplete.status(), 400);
    let long = "x".repeat(70_000);
    let form = [("team", "North desk"), ("name", "ines"), ("password", &long)];
    assert_eq!(call(&app, &client, "set_up", &form).await.status(), 413);
}

#[tokio::test]
async fn only_the_current_join_link_lets_people_register() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let team: TeamPage = ask(&app, &admin.client, "team_page")
        .await
        .json()
        .await
        .expect("a page");
    let link = team.link;
    let code = link
        .strip_prefix(&format!("{}/join/", app.url))
        .expect("this server's address")
        .to_owned();
    let client = app.client();
    let form = |code, name| [("code", code), ("name", name), ("password", PASSWORD)];
    assert_eq!(
        call(&app, &client, "join", &form("guess", "tomasz")).await.status(),
        404
    );
    assert_eq!(call(&app, &client, "join", &form(&code, "tomasz")).await.status(), 200);
    let other = [
        ("code", &*code),
        ("name", "TOMASZ"),
        ("password", "fathom-kettle-ostrich"),
    ];
    let (status, body) = said(call(&app, &app.client(), "join", &other).await).await;
    assert!(status == 409 && body.contains("taken"), "{status} {body}");

    for (who, status) in [(&client, 403), (&app.client(), 401)] {
        assert_eq!(ask(&app, who, "team_page").await.status(), status);
        assert_eq!(call(&app, who, "new_join_link", &[]).await.status(), status);
    }
    assert_eq!(call(&app, &admin.client, "new_join_link", &[]).await.status(), 200);
    assert_eq!(
        call(&app, &app.client(), "join", &form(&code, "priya")).await.status(),
        404
    );
    assert_eq!(page(&app, &app.client(), &format!("/join/{code}")).await.status(), 404);
    app.join("priya").await;
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_read_alike_and_take_alike_long() {
    let app = TestApp::start().await;
    app.admin().await;
    let mut seen = Vec::new();
    for name in ["ines", "nobody"] {
        let (mut answers, mut fastest) = (Vec::new(), Duration::MAX);
        for _ in 0..5 {
            let begun = std::time::Instant::now();
            let form = [("name", name), ("password", "kettle-ostrich-fathoms")];
            answers.push(said(call(&app, &app.client(), "sign_in", &form).await).await);
            fastest = fastest.min(begun.elapsed());
        }
        seen.push((answers, fastest));
    }
    assert_eq!(seen[0].0, seen[1].0);
    assert_eq!(seen[0].0[0].0, 403);
    // Looked up without hashing, a name would be answered more than ten times as fast.
    let ratio = seen[0].1.as_secs_f64() / seen[1].1.as_secs_f64();
    assert!((0.25..4.0).contains(&ratio), "{seen:?}");
}

#[tokio::test]
async fn attempts_are_limited_by_name_and_by_address() {
    let app = TestApp::start().await;
    app.admin().await;
    let client = app.client();
    let attempt = async |name: &str, password: &str| {
        call(&app, &client, "sign_in", &[("name", name), ("password", password)]).await
    };
    for _ in 0..10 {
        assert_eq!(attempt("ines", "not this one").await.status(), 403);
    }
    assert_eq!(
        attempt("INES", PASSWORD).await.status(),
        429,
        "not even with the right one"
    );
    let other = attempt("tomasz", "not this one").await.status();
    assert_eq!(other, 403, "another name is not affected");
    let mut attempts = 12;
    let refused = loop {
        let answer = attempt(&format!("guess{attempts}"), "not this one").await;
        attempts += 1;
        if answer.status() == 429 {
            break said(answer).await.1;
        }
        assert!(attempts < 60, "the address is never limited");
    };
    assert!(
        attempts >= 30,
        "an office may sit behind one address, and it had {attempts}"
    );
    let refused: Value = serde_json::from_str(&refused).expect("JSON");
    assert!(
        refused["slow_down"]
            .as_u64()
            .is_some_and(|seconds| (1..=5).contains(&seconds)),
        "{refused}"
    );
}

#[tokio::test]
async fn registrations_are_limited_by_address() {
    let app = TestApp::start().await;
    app.admin().await;
    let client = app.client();
    let form = [("code", "guess"), ("name", "tomasz"), ("password", PASSWORD)];
    let mut attempts = 0;
    while call(&app, &client, "join", &form).await.status() != 429 {
        attempts += 1;
        assert!(attempts < 60, "codes can be guessed without end");
    }
    assert!(attempts >= 20, "only {attempts}");
}
