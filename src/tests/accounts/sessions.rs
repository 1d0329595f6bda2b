//! What a session's cookie is, when it is renewed and how it ends.

use std::time::Duration;

use reqwest::{
    Client,
    header::{COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE},
};

use super::{SET_UP, call, header, session_of, who};
use crate::{
    accounts::{
        model::{Password, TeamPage, Visitor},
        server::{LIFETIME, store},
    },
    tests::app::{PASSWORD, TestApp},
    time::Timestamp,
};

#[tokio::test]
async fn signing_in_rotates_the_session_and_signing_out_ends_it() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let (first, second) = (
        session_of(&app, &admin).await.expect("a session"),
        session_of(&app, &admin).await,
    );
    let waiting = tokio::spawn(second.expect("a session").ended());
    let events = format!("{}/events?topics=logs", app.url);
    let mut stream = admin.client.get(&events).send().await.expect("an answer");
    assert_eq!(stream.status(), 200);

    let again = call(
        &app,
        &admin.client,
        "sign_in",
        &[("name", " Ines "), ("password", PASSWORD)],
    )
    .await;
    assert_eq!(again.status(), 200, "case and space around a name don't count");
    let new = header(&again, SET_COOKIE).split(';').next().expect("a pair").to_owned();
    assert_ne!(new, admin.cookie);
    let wait = Duration::from_secs(5);
    tokio::time::timeout(wait, waiting)
        .await
        .expect("it ends")
        .expect("without a panic");
    tokio::time::timeout(wait, first.ended()).await.expect("it has ended");
    let to_the_end = async { while stream.chunk().await.expect("a chunk").is_some() {} };
    tokio::time::timeout(wait, to_the_end)
        .await
        .expect("the event stream ends with its session");
    assert!(
        session_of(&app, &admin).await.is_none(),
        "the old cookie is worth nothing"
    );

    let out = call(&app, &admin.client, "sign_out", &[]).await;
    assert!(header(&out, SET_COOKIE).contains("Max-Age=0"), "{:?}", out.headers());
    assert_eq!(header(&out, LOCATION), "/sign-in");
    assert_eq!(who(&app, &admin.client).await, Visitor::SignedOut);
    let with_old = Client::new()
        .get(&events)
        .header(COOKIE, new)
        .send()
        .await
        .expect("an answer");
    assert_eq!(with_old.status(), 401);
    assert_eq!(
        call(&app, &admin.client, "sign_out", &[]).await.status(),
        200,
        "twice does no harm"
    );
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let app = TestApp::start().await;
    let cookie = header(&call(&app, &app.client(), "set_up", &SET_UP).await, SET_COOKIE);
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert!(pair.starts_with("squawkbox_session="), "{cookie}");
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Path=/; Max-Age=2592000");

    let app = TestApp::with(&["--public-url", "https://desk.test"]).await;
    let request = app.client().post(format!("{}/do/set_up", app.url)).form(&SET_UP);
    let answer = request
        .header(ORIGIN, "https://desk.test")
        .send()
        .await
        .expect("an answer");
    let cookie = header(&answer, SET_COOKIE);
    let (pair, attributes) = cookie.split_once("; ").expect("attributes");
    assert!(pair.starts_with("__Host-squawkbox_session="), "{cookie}");
    assert_eq!(attributes, "HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=2592000");
    let link = app
        .client()
        .post(format!("{}/do/team_page", app.url))
        .json(&serde_json::json!({}))
        .header(COOKIE, pair);
    let team: TeamPage = link.send().await.expect("an answer").json().await.expect("a page");
    assert!(team.link.starts_with("https://desk.test/join/"), "{}", team.link);
    let unprefixed = pair.trim_start_matches("__Host-").to_owned();
    let answer = app
        .client()
        .post(format!("{}/do/team_page", app.url))
        .json(&serde_json::json!({}))
        .header(COOKIE, unprefixed);
    assert_eq!(
        answer.send().await.expect("an answer").status(),
        401,
        "a cookie that http could have set"
    );
}

#[tokio::test]
async fn the_database_holds_no_password_and_no_token() {
    let app = TestApp::start().await;
    let member = app.admin().await;
    let bearer = app.token().await;
    let folder = app.folder.clone();
    let (_, token) = member.cookie.split_once('=').expect("a pair");
    let raw = data_encoding::BASE64URL_NOPAD
        .decode(token.as_bytes())
        .expect("base64url");
    let mut kept = Vec::new();
    for file in std::fs::read_dir(folder).expect("a folder") {
        let file = file.expect("a file").path();
        if file.is_file() {
            kept.extend(std::fs::read(file).expect("its content"));
        }
    }
    let holds = |secret: &[u8]| kept.windows(secret.len()).any(|bytes| bytes == secret);
    assert!(holds(b"$argon2id$"), "looked in the right place");
    for secret in [
        PASSWORD.as_bytes(),
        token.as_bytes(),
        &raw,
        bearer.trim_start_matches("sbx_").as_bytes(),
    ] {
        assert!(!holds(secret), "{}", String::from_utf8_lossy(secret));
    }
    assert_eq!(format!("{:?}", Password(PASSWORD.into())), "Password(…)");
}

#[tokio::test]
async fn a_session_in_use_is_renewed_and_one_out_of_use_runs_out() {
    let app = TestApp::start().await;
    let member = app.admin().await;
    let desk = &app.running.state.desk;
    let id = session_of(&app, &member).await.expect("a session").id;
    let now = Timestamp::now();
    let set = async |last_seen: i64, expires: i64| {
        let (last_seen, expires) = (now.plus_seconds(last_seen), now.plus_seconds(expires));
        let work = desk
            .writer
            .write(move |conn| Box::pin(async move { store::renew_session(conn, id, last_seen, expires).await }));
        work.await.expect("a change");
    };
    set(-60, 3600).await;
    assert_eq!(
        header(&call(&app, &member.client, "who", &[]).await, SET_COOKIE),
        "",
        "not at every request"
    );
    set(-600, 3600).await;
    let answer = call(&app, &member.client, "who", &[]).await;
    assert_eq!(
        header(&answer, SET_COOKIE).split(';').next(),
        Some(member.cookie.as_str())
    );
    assert!(header(&answer, SET_COOKIE).contains(&format!("Max-Age={LIFETIME}")));
    assert_eq!(
        header(&call(&app, &member.client, "who", &[]).await, SET_COOKIE),
        "",
        "it has been noted"
    );
    set(-600, 3600).await;
    let out = call(&app, &member.client, "sign_out", &[]).await;
    assert_eq!(
        out.headers().get_all(SET_COOKIE).iter().count(),
        1,
        "signing out is not undone by a renewal"
    );

    let member = app.join("tomasz").await;
    let id = session_of(&app, &member).await.expect("a session").id;
    let soon = Timestamp::now();
    let work = desk
        .writer
        .write(move |conn| Box::pin(async move { store::renew_session(conn, id, soon, soon.plus_seconds(2)).await }));
    work.await.expect("a change");
    let session = session_of(&app, &member)
        .await
        .expect("a session that is about to run out");
    tokio::time::timeout(Duration::from_secs(5), session.ended())
        .await
        .expect("it runs out");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(who(&app, &member.client).await, Visitor::SignedOut);
}

#[tokio::test]
async fn other_sites_forms_are_refused() {
    let app = TestApp::start().await;
    let member = app.admin().await;
    let elsewhere = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    for (header, value) in [(ORIGIN, "https://evil.test"), (ORIGIN, "null"), (HOST, "evil.test")] {
        let request = elsewhere
            .post(format!("{}/do/sign_out", app.url))
            .header(COOKIE, &member.cookie);
        let answer = request.header(header.clone(), value).send().await.expect("an answer");
        assert_eq!(answer.status(), 403, "{header}: {value}");
    }
    assert!(session_of(&app, &member).await.is_some(), "still signed in");
}

#[tokio::test]
async fn what_is_open_in_a_revoked_session_closes_within_a_second() {
    let app = TestApp::start().await;
    app.admin().await;
    let (here, elsewhere) = (app.join("bob").await, app.sign_in("bob").await);
    let (mut socket, mut kept) = (elsewhere.socket(&app).await, here.socket(&app).await);
    let events = elsewhere.client.get(format!("{}/events?topics=ticker,logs", app.url));
    let mut events = events.send().await.expect("a stream");
    assert!(events.chunk().await.expect("open").is_some());
    let session = session_of(&app, &elsewhere).await.expect("a session").id.to_string();
    let ended = call(&app, &here.client, "end_session", &[("session", &session)]).await;
    assert_eq!(ended.status(), 200);
    let second = Duration::from_secs(1);
    let closed = tokio::time::timeout(second, socket.until(|_| None::<()>)).await;
    assert!(closed.expect("the socket within a second").is_none());
    let over = async { while let Ok(Some(_)) = events.chunk().await {} };
    tokio::time::timeout(second, over)
        .await
        .expect("the stream within a second");
    assert!(kept.notified().await.is_empty(), "the other is open");
}
