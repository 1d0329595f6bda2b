//! Coming in and going out, as browsers with and without scripts, programs and the command line do it.

use std::time::Duration;

use reqwest::{
    Client, Response,
    header::{ACCEPT, AUTHORIZATION, COOKIE, HOST, LOCATION, ORIGIN, REFERER, SET_COOKIE},
};
use serde_json::Value;

use super::app::{Member, PASSWORD, TestApp};
use crate::{
    accounts::{
        model::{Password, Role, Visitor},
        server::{LIFETIME, session::Session, store},
    },
    error::AppError,
    server::{
        command::{create_token, create_user},
        config::Scope,
    },
    time::Timestamp,
};

const SET_UP: [(&str, &str); 4] = [
    ("team", "North desk"),
    ("name", "ines"),
    ("password", PASSWORD),
    ("venues[]", "coinbase"),
];

/// Calls a server function as a hydrated page does.
async fn call(app: &TestApp, client: &Client, function: &str, form: &[(&str, &str)]) -> Response {
    client
        .post(format!("{}/do/{function}", app.url))
        .form(form)
        .send()
        .await
        .expect("an answer")
}

/// Posts a form as a browser without scripts does, from the page at `path`.
async fn post(app: &TestApp, client: &Client, function: &str, form: &[(&str, &str)], path: &str) -> Response {
    let request = client.post(format!("{}/do/{function}", app.url)).form(form);
    let request = request
        .header(ACCEPT, "text/html,*/*;q=0.8")
        .header(REFERER, format!("{}{path}", app.url));
    request.send().await.expect("an answer")
}

async fn page(app: &TestApp, client: &Client, path: &str) -> Response {
    let request = client
        .get(format!("{}{path}", app.url))
        .header(ACCEPT, "text/html,*/*;q=0.8");
    request.send().await.expect("an answer")
}

async fn who(app: &TestApp, client: &Client) -> Visitor {
    call(app, client, "who", &[]).await.json().await.expect("a visitor")
}

fn header(response: &Response, name: reqwest::header::HeaderName) -> String {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().expect("text"))
        .to_owned()
}

/// Status and what was said.
async fn said(response: Response) -> (u16, String) {
    (response.status().as_u16(), response.text().await.expect("a body"))
}

async fn session_of(app: &TestApp, member: &Member) -> Option<Session> {
    let (_, token) = member.cookie.split_once('=').expect("a pair");
    app.running
        .state
        .accounts
        .session(token)
        .await
        .expect("a look-up")
        .map(|(session, _)| session)
}

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
    let link: String = call(&app, &admin.client, "join_link", &[])
        .await
        .json()
        .await
        .expect("a link");
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
    let (status, body) = said(call(&app, &app.client(), "join", &form(&code, "TOMASZ")).await).await;
    assert!(status == 409 && body.contains("taken"), "{status} {body}");

    for (name, status) in [("join_link", 403), ("new_join_link", 403)] {
        assert_eq!(
            call(&app, &client, name, &[]).await.status(),
            status,
            "{name} is not for members"
        );
        assert_eq!(
            call(&app, &app.client(), name, &[]).await.status(),
            401,
            "{name} is not for strangers"
        );
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
    assert_eq!(refused["error"], "slow_down");
    assert!(
        refused["detail"]
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
        .post(format!("{}/do/join_link", app.url))
        .header(COOKIE, pair);
    let link: String = link.send().await.expect("an answer").json().await.expect("a link");
    assert!(link.starts_with("https://desk.test/join/"), "{link}");
    let unprefixed = pair.trim_start_matches("__Host-").to_owned();
    let answer = app
        .client()
        .post(format!("{}/do/join_link", app.url))
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
        kept.extend(std::fs::read(file.expect("a file").path()).expect("its content"));
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
async fn forms_work_without_scripts_and_errors_come_back() {
    let app = TestApp::start().await;
    let client = app.client();
    let refused = post(
        &app,
        &client,
        "set_up",
        &[("team", "T"), ("name", "ines"), ("password", "short")],
        "/set-up",
    );
    let refused = refused.await;
    assert_eq!(refused.status(), 302);
    let back = header(&refused, LOCATION)
        .strip_prefix(&app.url)
        .expect("our own page")
        .to_owned();
    assert!(back.starts_with("/set-up?") && !back.contains("short"), "{back}");
    let (status, html) = said(page(&app, &client, &back).await).await;
    assert!(
        status == 200 && html.contains(r#"role="alert""#) && html.contains("too short"),
        "{status} {html}"
    );

    // From the page that shows the error: the new one takes its place.
    let form = [("team", "T"), ("name", "i"), ("password", PASSWORD)];
    let back = header(&post(&app, &client, "set_up", &form, &back).await, LOCATION);
    let html = page(&app, &client, back.strip_prefix(&app.url).expect("our own page"))
        .await
        .text()
        .await;
    let html = html.expect("a body");
    assert!(
        html.contains("2 to 32 characters.") && !html.contains("too short"),
        "{html}"
    );

    let set_up = post(&app, &client, "set_up", &SET_UP, "/set-up").await;
    assert_eq!(
        (set_up.status().as_u16(), header(&set_up, LOCATION).as_str()),
        (302, "/")
    );
    let Visitor::In { me, team } = who(&app, &client).await else {
        panic!("not signed in")
    };
    assert_eq!(
        (me.name.as_str(), me.role, team.as_str()),
        ("ines", Role::Admin, "North desk")
    );

    let out = post(&app, &client, "sign_out", &[], "/more").await;
    assert_eq!(
        (out.status().as_u16(), header(&out, LOCATION).as_str()),
        (302, "/sign-in")
    );
    let wrong = post(
        &app,
        &client,
        "sign_in",
        &[("name", "ines"), ("password", "not this one")],
        "/sign-in",
    )
    .await;
    let back = header(&wrong, LOCATION)
        .strip_prefix(&app.url)
        .expect("our own page")
        .to_owned();
    let html = page(&app, &client, &back).await.text().await.expect("a body");
    assert!(html.contains("No account has this name and this password."), "{html}");
    let right = post(
        &app,
        &client,
        "sign_in",
        &[("name", "ines"), ("password", PASSWORD)],
        "/sign-in",
    )
    .await;
    assert_eq!((right.status().as_u16(), header(&right, LOCATION).as_str()), (302, "/"));
}

#[tokio::test]
async fn pages_send_everyone_where_they_belong() {
    let app = TestApp::start().await;
    let stranger = app.client();
    let goes_to = async |client: &Client, path: &str| {
        let answer = page(&app, client, path).await;
        (answer.status().as_u16(), header(&answer, LOCATION))
    };
    assert_eq!(goes_to(&stranger, "/sign-in").await, (302, "/set-up".into()));
    assert_eq!(goes_to(&stranger, "/join/guess").await, (302, "/set-up".into()));
    let html = page(&app, &stranger, "/set-up").await.text().await.expect("a body");
    for part in [
        "Team name",
        "Where prices come from",
        r#"autocomplete="new-password""#,
        r#"minlength="10""#,
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("style="), "the policy forbids it: {html}");

    let admin = app.admin().await;
    assert_eq!(goes_to(&stranger, "/set-up").await, (302, "/sign-in".into()));
    for path in ["/set-up", "/sign-in", "/join/guess"] {
        assert_eq!(goes_to(&admin.client, path).await, (302, "/".into()), "{path}");
    }
    let html = page(&app, &stranger, "/sign-in").await.text().await.expect("a body");
    assert!(
        html.contains(r#"autocomplete="current-password""#) && html.contains("Sign in · Squawkbox"),
        "{html}"
    );

    let (status, html) = said(page(&app, &stranger, "/join/guess").await).await;
    assert!(
        status == 404 && html.contains("no longer good") && !html.contains("<form"),
        "{status} {html}"
    );
    let code = app.running.state.accounts.join_code().await.expect("a team");
    let (status, html) = said(page(&app, &stranger, &format!("/join/{code}")).await).await;
    assert!(
        status == 200 && html.contains("North desk") && html.contains(&format!(r#"value="{code}""#)),
        "{html}"
    );

    let html = page(&app, &admin.client, "/more").await.text().await.expect("a body");
    assert!(
        html.contains(&format!(r#"value="{}/join/{code}""#, app.url)) && html.contains("Sign out"),
        "{html}"
    );
    let member = app.join("tomasz").await;
    let html = page(&app, &member.client, "/more").await.text().await.expect("a body");
    assert!(
        html.contains("tomasz") && html.contains("Sign out") && !html.contains(&code),
        "{html}"
    );
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
async fn programs_need_a_token_and_must_not_hurry() {
    let app = TestApp::start().await;
    let send = async |authorization: Option<&str>| {
        let request = Client::new().post(format!("{}/ingest/ticks", app.url)).body("[]");
        let request = authorization
            .into_iter()
            .fold(request, |r, value| r.header(AUTHORIZATION, value));
        let request = if authorization.is_none() {
            request.header(ORIGIN, &app.url)
        } else {
            request
        };
        request.send().await.expect("an answer")
    };
    let unknown = format!("Bearer sbx_{}", "A".repeat(43));
    for (wrong, hint) in [
        (None, "Authorization: Bearer"),
        (Some("Basic aW5lczpzZWNyZXQ="), "Authorization: Bearer"),
        (Some("Bearer"), "Authorization: Bearer"),
        (Some("Bearer nonsense"), "unknown"),
        (Some(unknown.as_str()), "unknown"),
    ] {
        let answer = send(wrong).await;
        assert_eq!(
            answer.headers().get("www-authenticate").map(|v| v.as_bytes()),
            Some(&b"Bearer"[..])
        );
        let (status, body) = said(answer).await;
        assert!(status == 401 && body.contains(hint), "{wrong:?}: {status} {body}");
    }
    let token = app.token().await;
    for scheme in ["Bearer", "bearer"] {
        let status = send(Some(&format!("{scheme} {token}"))).await.status();
        assert!(status != 401 && status != 403 && status != 429, "{status}");
    }
    let accounts = &app.running.state.accounts;
    let mut counted = 0;
    let refused = loop {
        match accounts.ingest_token(&token).await {
            Ok(found) => assert_eq!(found.expect("known").name, "test"),
            Err(error) => break error,
        }
        counted += 1;
        assert!(counted < 100_000, "never limited");
    };
    assert!(
        counted >= 190 && matches!(refused, AppError::SlowDown(1)),
        "{counted} {refused}"
    );
    let other = app.token().await;
    assert!(accounts.ingest_token(&other).await.is_ok(), "each token has its own");
}

#[tokio::test]
async fn the_command_line_makes_accounts_and_tokens_before_the_first_start_and_beside_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("not/yet/there");
    let password = || Password(PASSWORD.into());
    let refused = create_user(&data, "ines", password(), Role::Member)
        .await
        .expect_err("no team");
    assert!(refused.contains("--admin"), "{refused}");
    let refused = create_user(&data, "ines", Password("short".into()), Role::Admin)
        .await
        .expect_err("too short");
    assert!(refused.contains("at least 10"), "{refused}");
    create_user(&data, "ines", password(), Role::Admin)
        .await
        .expect("an account");
    create_user(&data, "tomasz", password(), Role::Member)
        .await
        .expect("an account");
    let refused = create_user(&data, "Ines", password(), Role::Admin)
        .await
        .expect_err("taken");
    assert!(refused.contains("taken"), "{refused}");
    let token = create_token(&data, "gateway", Scope::Ingest).await.expect("a token");
    assert!(token.starts_with("sbx_") && token.len() == 47, "{token}");

    let app = TestApp::start().await;
    create_user(&app.folder, "priya", password(), Role::Admin)
        .await
        .expect("an account beside the server");
    let client = app.client();
    let answer = call(&app, &client, "sign_in", &[("name", "priya"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status(), 200);
    let Visitor::In { me, .. } = who(&app, &client).await else {
        panic!("not signed in")
    };
    assert_eq!((me.name.as_str(), me.role), ("priya", Role::Admin));
    let token = create_token(&app.folder, "gateway", Scope::Ingest)
        .await
        .expect("a token beside the server");
    let found = app
        .running
        .state
        .accounts
        .ingest_token(&token)
        .await
        .expect("a look-up")
        .expect("known");
    assert_eq!(found.name, "gateway");

    let file = folder.path().join("a file");
    std::fs::write(&file, "no folder").expect("a file");
    let refused = create_token(&file, "gateway", Scope::Ingest)
        .await
        .expect_err("no folder");
    assert!(refused.contains("can't be"), "{refused}");
}
