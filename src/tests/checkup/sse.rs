//! `GET /sse`.

use std::time::{Duration, Instant};

use reqwest::{Client, Response};

use super::PATIENCE;
use crate::{accounts::server::scopes::Scope, paths, tests::app::TestApp, time::Timestamp};

async fn open(app: &TestApp, token: &str) -> Response {
    let request = Client::new().get(format!("{}{}", app.url, paths::CLOCK));
    let request = request
        .header("authorization", token)
        .header("accept-encoding", "gzip, br");
    request.send().await.expect("a stream")
}

/// The next event: `data: ` and a time, and nothing else.
async fn event(stream: &mut Response) -> Timestamp {
    let chunk = tokio::time::timeout(PATIENCE, stream.chunk()).await.expect("in time");
    let chunk = chunk.expect("the line is up").expect("an event");
    let text = std::str::from_utf8(&chunk).expect("text");
    let time = text.strip_prefix("data: ").and_then(|rest| rest.strip_suffix("\n\n"));
    time.and_then(Timestamp::parse).unwrap_or_else(|| panic!("{text:?}"))
}

#[tokio::test]
async fn the_time_comes_once_a_second_and_nothing_holds_it_back() {
    let app = TestApp::start().await;
    app.admin().await;
    let token = app.bearer(Scope::Read).await;
    let mut stream = open(&app, &token).await;
    for (name, value) in [("content-type", "text/event-stream"), ("cache-control", "no-cache")] {
        assert_eq!(stream.headers()[name], value);
    }
    assert!(!stream.headers().contains_key("content-encoding"));
    let (before, began) = (event(&mut stream).await, Instant::now());
    let mut last = before;
    for _ in 0..3 {
        let next = event(&mut stream).await;
        assert!(next > last);
        last = next;
    }
    let (told, took) = (last.micros() - before.micros(), began.elapsed());
    assert!((2_500_000..4_500_000).contains(&told), "{told}");
    assert!(
        (Duration::from_millis(2_500)..Duration::from_millis(4_500)).contains(&took),
        "{took:?}"
    );
}

#[tokio::test]
async fn it_ends_with_the_token_and_with_the_server() {
    let app = TestApp::start().await;
    app.admin().await;
    let (one, two) = (app.bearer(Scope::Read).await, app.program_token().await);
    let (mut first, mut second) = (open(&app, &one).await, open(&app, &two).await);
    event(&mut first).await;
    event(&mut second).await;
    let gone = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            sqlx::query("DELETE FROM token WHERE name = 'read'")
                .execute(conn)
                .await?;
            Ok(())
        })
    });
    gone.await.expect("it is gone");
    let ended = async { while let Ok(Some(_)) = first.chunk().await {} };
    tokio::time::timeout(PATIENCE, ended).await.expect("it ends");
    event(&mut second).await;
    let ended = async { while let Ok(Some(_)) = second.chunk().await {} };
    let (ended, ()) = tokio::join!(tokio::time::timeout(PATIENCE, ended), app.running.stop());
    ended.expect("it ends");
}

impl TestApp {
    async fn program_token(&self) -> String {
        let accounts = &self.running.state.accounts;
        format!("Bearer {}", accounts.create_bot("alpha", None).await.expect("a token"))
    }
}
