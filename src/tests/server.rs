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
    app.break_rooms().await;
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
    for (path, words) in [("/do/create_room", "64 KiB"), ("/alerts/keep", "limit exceeded")] {
        let form = ada.client.post(format!("{}{path}", app.url));
        let answer = form
            .header("content-type", "application/x-www-form-urlencoded")
            .body(huge.clone())
            .send()
            .await;
        let answer = answer.expect("an answer");
        assert_eq!(answer.status(), 413, "{path}");
        let text = answer.text().await.expect("text");
        assert!(text.contains(words), "{path}: {text}");
    }
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

#[tokio::test]
async fn pages_are_compressed_for_those_who_read_that() {
    let app = TestApp::start().await;
    let ask = async |encodings: &str| {
        let request = app.client().get(format!("{}/set-up", app.url));
        let answer = request
            .header("accept-encoding", encodings)
            .send()
            .await
            .expect("an answer");
        let encoding = answer
            .headers()
            .get("content-encoding")
            .map(|kind| kind.to_str().expect("text").to_owned());
        (encoding, answer.bytes().await.expect("a body"))
    };
    let (none, whole) = ask("identity").await;
    let (brotli, small) = ask("br, gzip").await;
    assert_eq!((none.as_deref(), brotli.as_deref()), (None, Some("br")));
    assert!(small.len() * 2 < whole.len(), "{} of {}", small.len(), whole.len());
    assert_eq!(ask("gzip").await.0.as_deref(), Some("gzip"));
}

#[tokio::test]
async fn health_names_the_database_that_fails() {
    let app = TestApp::start().await;
    app.running.state.ticker.db.readers.close().await;
    let answer = app
        .client()
        .get(format!("{}/health", app.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 503);
    assert_eq!(
        answer.text().await.expect("a body"),
        r#"{"database":"ticker","status":"failing"}"#
    );
}

#[tokio::test]
async fn a_stopping_server_takes_no_new_work() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    let events = ada
        .client
        .get(format!("{}/events", app.url))
        .send()
        .await
        .expect("a stream");
    app.running.state.shutdown.begun.cancel();
    let refused = async {
        while TcpStream::connect(app.running.address).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(5), refused)
        .await
        .expect("nobody new comes in");
    let last = timeout(Duration::from_secs(5), events.text())
        .await
        .expect("it ends")
        .expect("in order");
    assert!(last.ends_with("retry: 1000\n\n"), "{last}");
    let again = ada.client.get(format!("{}/health", app.url)).send().await;
    assert!(again.is_err(), "what was open is closed: {again:?}");
}

#[tokio::test]
async fn a_session_that_cannot_be_looked_up_is_told_on_a_page() {
    let app = TestApp::start().await;
    let ada = app.admin().await;
    app.running.state.desk.readers.close().await;
    let ask = async |accept: &str| {
        let request = ada.client.get(format!("{}/rooms/1", app.url)).header("accept", accept);
        let answer = request.send().await.expect("an answer");
        let kind = header(&answer, "content-type").to_owned();
        (answer.status().as_u16(), kind, answer.text().await.expect("text"))
    };
    let (status, kind, html) = ask("text/html").await;
    assert_eq!((status, kind.as_str()), (500, "text/html; charset=utf-8"));
    assert!(
        html.contains("Something broke") && html.contains("rel=\"stylesheet\""),
        "{html}"
    );
    let (status, kind, _) = ask("*/*").await;
    assert_eq!((status, kind.as_str()), (500, "application/json"));
}

/// Keeps what is logged.
#[derive(Clone, Default)]
struct Logged(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Logged {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("unpoisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// One thread runs the server and its client here, so that what is said is caught.
#[tokio::test]
async fn what_a_request_causes_is_logged_with_its_id() {
    use tracing_subscriber::{EnvFilter, Layer, layer::SubscriberExt};
    let logged = Logged::default();
    let writer = logged.clone();
    let console = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(move || writer.clone());
    // As the setting is by default.
    let subscriber = tracing_subscriber::registry().with(console.with_filter(EnvFilter::new("info")));
    let _caught = tracing::subscriber::set_default(subscriber);
    let app = TestApp::start().await;
    let elsewhere = reqwest::Client::new().post(format!("{}/do/sign_out", app.url));
    let answer = elsewhere
        .header("origin", "http://elsewhere.test")
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 403);
    let id = header(&answer, "x-request-id").to_owned();
    let lines = String::from_utf8(logged.0.lock().expect("unpoisoned").clone()).expect("text");
    let line = lines
        .lines()
        .find(|line| line.contains("refused another origin"))
        .expect("a line");
    assert!(line.contains(&format!("request_id=\"{id}\"")), "{line}");
}
