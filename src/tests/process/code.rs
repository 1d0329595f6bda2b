//! Code that never comes to an end of being coloured: it holds up nobody, and outlives neither its time nor the server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{
    bars::token,
    create_user,
    server::{Server, is_running},
};

/// The grammar of HTML turns for ever on an open comment in a script.
const ENDLESS: &str = "```html\n<script>\nx /*\n```";
const RUST: &str = "```rust\nfn a() {}\n```";

async fn say(url: &str, token: &str, text: &str) -> reqwest::Result<String> {
    let request = reqwest::Client::new().post(format!("{url}/api/v1/rooms/1/messages"));
    let answer = request.bearer_auth(token).json(&json!({ "text": text })).send().await?;
    assert_eq!(answer.status(), 201);
    let message: Value = answer.json().await?;
    Ok(message["html"].as_str().expect("marked up").to_owned())
}

/// The processes that a server has begun, once there is one.
async fn begun(server: &Server) -> Vec<u32> {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let processes = server.children();
        if !processes.is_empty() {
            return processes;
        }
        assert!(Instant::now() < until, "nothing was begun");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn ended(process: u32) {
    let until = Instant::now() + Duration::from_secs(10);
    while is_running(process) {
        assert!(Instant::now() < until, "it goes on");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_never_ends_is_kept_without_colours_and_the_next_has_them() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let post = token(folder.path(), "ci", "post");
    let server = Server::start(folder.path());
    assert!(server.children().is_empty(), "without code there is no process for it");

    let coloured = say(&server.url, &post, RUST).await.expect("an answer");
    assert!(coloured.contains("<span class=\"keyword\">fn</span>"), "{coloured}");
    let first = begun(&server).await;
    assert_eq!(first.len(), 1);

    let (endless, words) = tokio::join!(say(&server.url, &post, ENDLESS), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let asked = Instant::now();
        (say(&server.url, &post, "*meanwhile*").await, asked.elapsed())
    });
    assert!(!endless.expect("an answer").contains("<span"));
    assert_eq!(words.0.expect("an answer"), "<p><em>meanwhile</em></p>");
    assert!(
        words.1 < Duration::from_secs(1),
        "words wait for no code: {:?}",
        words.1
    );
    ended(first[0]).await;

    // One after the other, as many as may.
    let more = futures::future::join_all((0..6).map(|_| say(&server.url, &post, ENDLESS))).await;
    assert!(more.into_iter().all(|html| !html.expect("an answer").contains("<span")));
    let again = say(&server.url, &post, RUST).await.expect("an answer");
    assert_eq!(again, coloured);
    assert!(server.children().len() <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_colours_code_ends_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let post = token(folder.path(), "ci", "post");
    let mut server = Server::start(folder.path());
    let url = server.url.clone();
    let endless = tokio::spawn(async move { say(&url, &post, ENDLESS).await });
    let processes = begun(&server).await;
    server.kill();
    for process in processes {
        ended(process).await;
    }
    assert!(endless.await.expect("no panic").is_err(), "it was answered");
}
