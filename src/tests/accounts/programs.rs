//! Tokens of programs, and the command line.

use std::time::Duration;

use reqwest::{
    Client, Method,
    header::{AUTHORIZATION, ORIGIN},
};
use serde_json::{Value, json};
use sqlx::{Connection, SqliteConnection};
use tokio::time::{sleep, timeout};

use super::{call, said, who};
use crate::{
    accounts::{
        model::{Password, Role, Visitor},
        server::scopes::{Scope, Scopes},
    },
    error::AppError,
    server::command::{
        create_user,
        programs::{create_bot, create_token, list_bots, list_tokens, revoke_token},
    },
    tests::app::{PASSWORD, TestApp},
};

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
        // A password that is no token.
        (Some("Basic aW5lczpzZWNyZXQ="), "unknown"),
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
    let token = create_token(&data, "gateway", Scope::Ingest.into(), None)
        .await
        .expect("a token");
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
    let token = create_token(&app.folder, "gateway", Scope::Ingest.into(), None)
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
    let refused = create_token(&file, "gateway", Scope::Ingest.into(), None)
        .await
        .expect_err("no folder");
    assert!(refused.contains("no Squawkbox in the data folder"), "{refused}");
}

fn scopes(words: &str) -> Scopes {
    Scopes::parse(words)
}

/// Calls with a token, as a program does; the status and the body.
async fn program(app: &TestApp, method: Method, path: &str, token: &str, body: Value) -> (u16, Value) {
    let request = Client::new()
        .request(method, format!("{}{path}", app.url))
        .bearer_auth(token);
    let answer = request.json(&body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// One call of each kind, and the scope that it needs.
fn calls(token: &str) -> Vec<(Method, String, Value, Scope)> {
    let say = json!({"text": "hi"});
    let tick = json!({"symbol": "AAPL", "last": "1"});
    let api = |path: &str| format!("/api/v1{path}");
    vec![
        (Method::GET, api("/rooms"), Value::Null, Scope::Read),
        (Method::GET, api("/rooms/1/messages"), Value::Null, Scope::Read),
        (Method::GET, api("/rooms/1/messages/1"), Value::Null, Scope::Read),
        (Method::GET, api("/rooms/1/members"), Value::Null, Scope::Read),
        (Method::GET, api("/search?q=hello"), Value::Null, Scope::Read),
        (Method::POST, api("/rooms/1/messages"), say.clone(), Scope::Post),
        (Method::PATCH, api("/rooms/1/messages/1"), say.clone(), Scope::Post),
        (
            Method::PUT,
            api("/rooms/1/messages/1/reactions/:tada:"),
            Value::Null,
            Scope::Post,
        ),
        (
            Method::DELETE,
            api("/rooms/1/messages/1/reactions/:tada:"),
            Value::Null,
            Scope::Post,
        ),
        (Method::DELETE, api("/rooms/1/messages/1"), Value::Null, Scope::Post),
        (Method::POST, api("/rooms"), json!({"name": "x"}), Scope::Post),
        (Method::POST, format!("/hooks/{token}"), say.clone(), Scope::Post),
        (Method::POST, format!("/rooms/1/{token}/messages"), say, Scope::Post),
        (Method::POST, "/ingest/ticks".into(), tick.clone(), Scope::Ingest),
        (
            Method::POST,
            "/ingest/logs".into(),
            json!({"message": "hi"}),
            Scope::Ingest,
        ),
        (Method::GET, api("/tokens"), Value::Null, Scope::Admin),
        (Method::DELETE, api("/tokens/999"), Value::Null, Scope::Admin),
        (
            Method::DELETE,
            api("/instruments?symbol=NONE&venue=none"),
            Value::Null,
            Scope::Admin,
        ),
    ]
}

#[tokio::test]
async fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let app = TestApp::start().await;
    app.admin().await;
    for bits in 1..16u8 {
        let has = |scope: Scope| bits & (1 << scope as u8) != 0;
        let scopes: Scopes = Scope::ALL.into_iter().filter(|scope| has(*scope)).collect();
        let accounts = &app.running.state.accounts;
        let token = accounts
            .create_token(&format!("bot{bits}"), scopes, None)
            .await
            .expect("a token");
        for (method, path, body, needs) in calls(&token) {
            let (status, answer) = program(&app, method.clone(), &path, &token, body).await;
            let what = format!("{method} {path} with {:?}: {status} {answer}", scopes.words());
            if has(needs) {
                assert!(
                    status != 401 && status != 403 || path.ends_with("/messages/1"),
                    "{what}"
                );
                continue;
            }
            assert_eq!(status, 403, "{what}");
            let words = match path.as_str() {
                _ if path.starts_with("/hooks/") => continue,
                _ if path.starts_with("/ingest/") => &answer["message"],
                _ => &answer["detail"],
            };
            assert!(
                words
                    .as_str()
                    .expect("words")
                    .contains(&format!("`{}`", needs.as_str())),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn tokens_are_listed_and_revoked_by_programs_of_administrators() {
    let app = TestApp::start().await;
    app.admin().await;
    let accounts = &app.running.state.accounts;
    let deploy = accounts.create_bot("deploy", None).await.expect("a bot");
    let admin = accounts
        .create_token("keys", Scope::Admin, None)
        .await
        .expect("a token");
    let (_, listed) = program(&app, Method::GET, "/api/v1/tokens", &admin, Value::Null).await;
    assert_eq!(
        (
            &listed[0]["name"],
            &listed[0]["scopes"],
            &listed[0]["bot"],
            &listed[0]["last_used"]
        ),
        (
            &json!("deploy"),
            &json!(["read", "post"]),
            &json!("deploy"),
            &Value::Null
        )
    );
    assert!(!listed.to_string().contains("sbx_"), "{listed}");

    // What is open for it hears of it; what is open for another doesn't.
    let open = accounts
        .bot(&deploy, Scope::Post)
        .await
        .expect("a look-up")
        .expect("a bot")
        .ended();
    let other = accounts
        .create_token("again", scopes("read,post"), Some("Deploy"))
        .await
        .expect("a token");
    let still_open = accounts
        .bot(&other, Scope::Read)
        .await
        .expect("a look-up")
        .expect("a bot");
    assert_eq!(still_open.me.name, "deploy", "a second token of the same bot");
    assert!(still_open.room.is_some());
    let path = format!("/api/v1/tokens/{}", listed[0]["id"]);
    assert_eq!(program(&app, Method::DELETE, &path, &admin, Value::Null).await.0, 204);
    open.await;
    assert!(timeout(Duration::from_millis(20), still_open.ended()).await.is_err());
    assert_eq!(
        program(&app, Method::GET, "/api/v1/rooms", &deploy, Value::Null)
            .await
            .0,
        401
    );
    assert_eq!(
        program(&app, Method::GET, "/api/v1/rooms", &other, Value::Null).await.0,
        200
    );
    for gone in [path.as_str(), "/api/v1/tokens/x", "/api/v1/tokens/-1"] {
        let (status, problem) = program(&app, Method::DELETE, gone, &admin, Value::Null).await;
        assert_eq!((status, &problem["status"]), (404, &json!(404)), "{gone}");
    }
    assert_eq!(
        program(&app, Method::GET, "/api/v1/tokens", "", Value::Null).await.0,
        401
    );
}

#[tokio::test]
async fn the_last_use_is_noted_once_a_minute_and_behind_the_request() {
    let app = TestApp::start().await;
    let token = app.token().await;
    let accounts = &app.running.state.accounts;
    let last_used = async || accounts.tokens().await.expect("a list")[0].last_used;
    assert_eq!(last_used().await, None);
    accounts.ingest_token(&token).await.expect("a look-up");
    let noted = loop {
        match last_used().await {
            Some(noted) => break noted,
            None => sleep(Duration::from_millis(10)).await,
        }
    };
    accounts.ingest_token(&token).await.expect("a look-up");
    sleep(Duration::from_millis(100)).await;
    assert_eq!(last_used().await, Some(noted), "not twice in a minute");
}

#[tokio::test]
async fn the_command_line_lists_and_revokes_beside_the_server() {
    let app = TestApp::start().await;
    app.admin().await;
    let printed = create_bot(&app.folder, "deploy", Some("desk"), Some("http://127.0.0.1:9/deploy"))
        .await
        .expect("a bot");
    let (token, secret) = printed.split_once('\n').expect("two lines");
    assert!(token.starts_with("sbx_") && secret.starts_with("sbxwh_"), "{printed}");
    let plain = create_bot(&app.folder, "watch", None, None).await.expect("a bot");
    assert_eq!(plain.lines().count(), 1, "a token alone");
    for (bad, url, words) in [
        ("a", "ftp://bots.test/", "https://"),
        ("b", "deploy", "https://"),
        ("deploy", "http://127.0.0.1:9/", "taken"),
    ] {
        let refused = create_bot(&app.folder, bad, None, Some(url)).await.expect_err(url);
        assert!(refused.contains(words), "{refused}");
    }
    let bots = list_bots(&app.folder).await.expect("a list");
    assert_eq!(bots.lines().count(), 3, "a wrong address leaves no bot behind: {bots}");
    assert!(bots.contains("http://127.0.0.1:9/deploy"), "{bots}");

    let tokens = list_tokens(&app.folder).await.expect("a list");
    let first = tokens.lines().nth(1).expect("a token");
    assert!(
        first.starts_with("1   deploy") && first.contains("read,post") && first.ends_with("never"),
        "{tokens}"
    );
    assert!(
        tokens.contains("deploy's webhook") && !tokens.contains("sbx"),
        "{tokens}"
    );
    let bot = app
        .running
        .state
        .accounts
        .bot(token, Scope::Post)
        .await
        .expect("a look-up")
        .expect("a bot");
    revoke_token(&app.folder, 1).await.expect("revoked");
    timeout(Duration::from_secs(5), bot.ended())
        .await
        .expect("the server finds out by itself");
    assert!(
        app.running
            .state
            .accounts
            .bot(token, Scope::Post)
            .await
            .expect("a look-up")
            .is_none()
    );
    let refused = revoke_token(&app.folder, 1).await.expect_err("gone");
    assert!(refused.contains("no token of that number"), "{refused}");
    revoke_token(&app.folder, 2).await.expect("revoked");
    let bots = list_bots(&app.folder).await.expect("a list");
    assert!(
        !bots.contains("http"),
        "a webhook ends with the token that it answers by: {bots}"
    );

    let refused = create_token(&app.folder, "more", scopes("read"), Some("nobody"))
        .await
        .expect_err("no bot");
    assert!(refused.contains("no bot of that name"), "{refused}");
    let refused = create_token(&app.folder, "two words", scopes("read"), None)
        .await
        .expect_err("no name for a bot");
    assert!(refused.contains("without spaces"), "{refused}");
}

#[tokio::test]
async fn what_was_made_before_there_were_scopes_goes_on_as_it_could() {
    let mut conn = SqliteConnection::connect("sqlite::memory:").await.expect("a database");
    let mut migrations = sqlx::migrate!("./migrations/desk");
    let all = migrations.migrations.clone();
    migrations.migrations = all.iter().filter(|one| one.version < 9).cloned().collect();
    migrations.run(&mut conn).await.expect("migrated");
    sqlx::raw_sql(
        "INSERT INTO user (name, folded, role, password, created, bot) VALUES ('deploy', 'deploy', 'member', '', 1, 1);
         INSERT INTO token (name, scope, token_hash, created) VALUES ('gateway', 'ingest', zeroblob(32), 2);
         INSERT INTO token (name, scope, user, room, token_hash, created) VALUES ('deploy', 'bot', 1, 1, x'01', 3);",
    )
    .execute(&mut conn)
    .await
    .expect("kept");
    migrations.migrations = all;
    migrations.run(&mut conn).await.expect("migrated");
    let kept = crate::accounts::server::store::tokens(&mut conn).await.expect("a list");
    let kept: Vec<_> = kept
        .into_iter()
        .map(|token| (token.id, token.scopes.words().join(","), token.bot))
        .collect();
    assert_eq!(
        kept,
        [
            (1, "ingest".to_owned(), None),
            (2, "read,post".to_owned(), Some("deploy".to_owned()))
        ]
    );
}
