//! What never gets into the log, however much is said.

use reqwest::{Client, Method};
use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt};

use crate::{
    logs::server::{ingest::own_tracing::own_tracing, store::after},
    tests::app::TestApp,
};

#[tokio::test]
async fn no_token_and_no_code_gets_into_the_log() {
    let (layer, lines) = own_tracing();
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(EnvFilter::new("debug")));
    // One thread runs the server and the test, so that all that is said is caught.
    let _caught = tracing::dispatcher::set_default(&subscriber.into());
    let app = TestApp::hearing(lines).await;
    let ines = app.admin().await;
    let accounts = &app.running.state.accounts;
    let token = accounts.create_bot("deploy", None).await.expect("a token");
    let join = accounts.join_code().await.expect("a team");
    let session = ines.cookie.split_once('=').expect("a pair").1.to_owned();
    let stranger = Client::new();
    let paths = [
        format!("/hooks/{token}"),
        format!("/rooms/1/{token}/messages"),
        format!("/join/{join}"),
        format!("/reset/{join}"),
        format!("/nonsense/{token}"),
        format!("/api/v1/{token}"),
        format!("/ingest/logs?token={token}"),
        format!("/loki/api/v1/push?token={token}"),
        format!("/v1/logs?token={token}"),
        format!("/app/_bulk?token={token}"),
        format!("/elastic/_license?token={token}"),
        format!("/elastic/{token}"),
        format!("/see?token={token}"),
        format!("/send?m=hi&token={token}"),
        format!("/send/{token}?m=hi"),
    ];
    let everywhere = async || {
        for path in &paths {
            let url = format!("{}{path}", app.url);
            for method in [Method::GET, Method::POST] {
                let plain = stranger.request(method.clone(), &url).body(r#"{"text":"hi"}"#);
                let from_afar = stranger.request(method, &url).header("origin", "https://evil.test");
                let signed_in = ines.client.get(&url).header("accept", "text/html");
                let basic = stranger.get(&url).basic_auth("logs", Some(&token));
                for request in [plain.bearer_auth(&token), from_afar, signed_in, basic] {
                    request.send().await.expect("an answer");
                }
            }
        }
    };
    everywhere().await;
    // And when everything fails.
    let broken = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            for table in ["message", "room", "team", "token", "reset"] {
                sqlx::query(&format!("ALTER TABLE {table} RENAME TO {table}_gone"))
                    .execute(&mut *conn)
                    .await?;
            }
            Ok(())
        })
    });
    broken.await.expect("renamed");
    everywhere().await;
    let mut said = Vec::new();
    for _ in 0..200 {
        said = after(&app.running.state.logs.db.readers, 0, 10_000)
            .await
            .expect("lines");
        if said.iter().filter(|line| line.message == "internal error").count() >= 6 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let said: Vec<String> = said
        .iter()
        .map(|line| format!("{} {}", line.message, line.fields))
        .collect();
    let all = said.join("\n");
    for words in ["internal error", "refused another origin", "(its URL is secret)"] {
        assert!(all.contains(words), "nothing was said of {words:?}: {all}");
    }
    let secret = token.strip_prefix("sbx_").expect("a token");
    for (what, secret) in [
        ("token", secret),
        ("join code", join.as_str()),
        ("session", session.as_str()),
    ] {
        assert!(!all.contains(secret), "the {what} is in the log: {all}");
    }
}
