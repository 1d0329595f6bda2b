//! Tokens of programs, and the command line.

use reqwest::{
    Client,
    header::{AUTHORIZATION, ORIGIN},
};

use super::{call, said, who};
use crate::{
    accounts::model::{Password, Role, Visitor},
    error::AppError,
    server::{
        command::{create_token, create_user},
        config::Scope,
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
    assert!(refused.contains("no Squawkbox in the data folder"), "{refused}");
}
