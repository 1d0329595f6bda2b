//! What every answer carries, and what the server does with those who misbehave.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::app::TestApp;

async fn page(app: &TestApp, path: &str) -> reqwest::Response {
    let request = app
        .client()
        .get(format!("{}{path}", app.url))
        .header("accept", "text/html");
    request.send().await.expect("an answer")
}

fn header<'r>(response: &'r reqwest::Response, name: &str) -> &'r str {
    response
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("no {name}"))
        .to_str()
        .expect("text")
}

#[tokio::test]
async fn pages_allow_their_own_scripts_only() {
    let app = TestApp::start().await;
    let (first, second) = (page(&app, "/set-up").await, page(&app, "/set-up").await);
    let policy = header(&first, "content-security-policy").to_owned();
    assert!(
        !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
        "{policy}"
    );
    assert!(
        policy.contains("frame-ancestors 'none'") && policy.contains("'wasm-unsafe-eval'"),
        "{policy}"
    );
    assert_ne!(
        policy,
        header(&second, "content-security-policy"),
        "a nonce is used once"
    );
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("referrer-policy", "same-origin"),
    ] {
        assert_eq!(header(&first, name), value);
    }
    assert_eq!(header(&first, "x-request-id").len(), 16);
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a nonce")
        .to_owned();
    let html = first.text().await.expect("text");
    let scripts = html.matches("<script").count();
    assert!(
        scripts > 0 && html.matches(&format!("nonce=\"{nonce}\"")).count() >= scripts,
        "{html}"
    );
    assert!(!html.contains(" style=\""), "inline styles would be refused: {html}");
}

#[tokio::test]
async fn what_isn_t_there_is_a_404_page() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    for path in ["/no/such/page", "/rooms/999", "/rooms/desk"] {
        let answer = ada
            .client
            .get(format!("{}{path}", app.url))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 404, "{path}");
        let html = answer.text().await.expect("text");
        assert!(
            html.contains("Nothing here") && html.contains("href=\"/\""),
            "{path}: {html}"
        );
    }
}

#[tokio::test]
async fn a_fault_of_ours_is_a_500_page_that_names_its_log_entry_and_nothing_else() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let broken = app.running.state.desk.writer.write(|conn| {
        Box::pin(async move {
            sqlx::query("ALTER TABLE room RENAME TO room_gone")
                .execute(conn)
                .await?;
            Ok(())
        })
    });
    broken.await.expect("renamed");
    let answer = ada
        .client
        .get(format!("{}/rooms/1", app.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 500);
    let id = header(&answer, "x-request-id").to_owned();
    let html = answer.text().await.expect("text");
    assert!(html.contains(&format!("It is logged under {id}.")), "{html}");
    assert!(!html.contains("no such table"), "{html}");
}

#[tokio::test]
async fn the_signed_out_are_sent_to_where_they_can_come_in() {
    let app = TestApp::start().await;
    let first = page(&app, "/").await;
    assert_eq!((first.status().as_u16(), header(&first, "location")), (302, "/set-up"));
    app.admin().await;
    let second = page(&app, "/rooms/1").await;
    assert_eq!(
        (second.status().as_u16(), header(&second, "location")),
        (302, "/sign-in")
    );
    assert_eq!(
        app.client()
            .get(format!("{}/events", app.url))
            .send()
            .await
            .expect("an answer")
            .status(),
        401
    );
}

#[tokio::test]
async fn an_event_stream_is_unbuffered_and_ends_with_its_session() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let request = ada
        .client
        .get(format!("{}/events?topics=ticker,logs", app.url))
        .header("accept-encoding", "gzip, br");
    let mut stream = request.send().await.expect("a stream");
    assert_eq!(header(&stream, "content-type"), "text/event-stream");
    assert_eq!(header(&stream, "x-accel-buffering"), "no");
    assert!(header(&stream, "cache-control").contains("no-transform"));
    assert!(!stream.headers().contains_key("content-encoding"));
    let first = timeout(Duration::from_secs(5), stream.chunk())
        .await
        .expect("at once")
        .expect("open")
        .expect("bytes");
    assert!(first.starts_with(b": squawkbox\nretry: "), "{first:?}");
    ada.client
        .post(format!("{}/do/sign_out", app.url))
        .send()
        .await
        .expect("signed out");
    let to_the_end = async { while let Ok(Some(_)) = stream.chunk().await {} };
    timeout(Duration::from_secs(2), to_the_end)
        .await
        .expect("it ends within a second or two");
    let unknown = app
        .sign_in(&ada.me.name)
        .await
        .client
        .get(format!("{}/events?topics=tea", app.url))
        .send()
        .await;
    let unknown = unknown.expect("an answer");
    assert_eq!(unknown.status(), 400);
    assert!(
        unknown.text().await.expect("text").contains("ticker"),
        "says which topics there are"
    );
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_off() {
    let app = TestApp::start().await;
    let mut slow = TcpStream::connect(app.running.address).await.expect("connected");
    slow.write_all(b"GET /health HTTP/1.1\r\nHost: a").await.expect("sent");
    let mut answer = Vec::new();
    let closed = timeout(crate::server::limits::HEADER_TIME * 2, slow.read_to_end(&mut answer)).await;
    assert!(closed.is_ok(), "the socket is still held open");
    assert!(
        !answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}

#[tokio::test]
async fn bodies_have_limits_that_say_so() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let huge = format!(
        "room=1&client_id=a&body={}",
        "x".repeat(crate::server::limits::FORM_BODY)
    );
    let form = ada.client.post(format!("{}/do/create_room", app.url));
    let answer = form
        .header("content-type", "application/x-www-form-urlencoded")
        .body(huge)
        .send()
        .await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status(), 413);
    assert!(answer.text().await.expect("text").contains("64 KiB"));
}

/// Each request is rendered in an arena of its own: whatever reads a signal outside of it finds nothing, or another's.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_asked_for_at_once_are_whole_and_each_ones_own() {
    let app = TestApp::start().await;
    let (ines, tomasz) = (app.admin().await, app.join("tomasz").await);
    let open = |cookie: &str, path: &'static str| {
        let request = app.client().get(format!("{}{path}", app.url));
        let request = request.header("cookie", cookie).header("accept", "text/html");
        async move {
            let answer = request.send().await.expect("an answer");
            (answer.status(), answer.text().await.expect("a body"))
        }
    };
    for round in 0..8 {
        let paths = ["/rooms/1", "/you", "/rooms/1/about", "/ticker", "/people", "/rooms/1"];
        let visits = paths
            .into_iter()
            .flat_map(|path| [(path, &ines, "tomasz"), (path, &tomasz, "ines")]);
        let visits = visits.map(async |(path, person, other)| {
            let (status, html) = open(&person.cookie, path).await;
            assert_eq!(status, 200, "{path} in round {round}: {html}");
            assert!(html.contains("</html>"), "{path} in round {round}: {html}");
            if path == "/you" {
                assert!(html.contains(&person.me.name) && !html.contains(other), "{html}");
            }
        });
        futures::future::join_all(visits).await;
    }
}
