//! Code in colours, and code that never comes to an end of being coloured: it holds up nobody, and outlives neither its
//! time nor the server.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use super::{
    bars::token,
    create_user,
    server::{Server, is_there},
};

/// The grammar of HTML turns for ever on an open comment in a script.
const ENDLESS: &str = "```html\n<script>\nx /*\n```";
const RUST: &str = "```rust\nfn a() {}\n```";
const KEYWORD: &str = "<span class=\"keyword\">fn</span>";

/// A bot at a server.
struct Bot {
    url: String,
    token: String,
}

impl Bot {
    fn of(server: &Server, data: &Path, name: &str) -> Self {
        Self {
            url: format!("{}/api/v1/rooms/1/messages", server.url),
            token: token(data, name, "read,post"),
        }
    }

    /// Says something, and gives the message's place and its HTML as it is then.
    async fn say(&self, text: &str) -> reqwest::Result<(u64, String)> {
        let request = reqwest::Client::new().post(&self.url);
        let answer = request
            .bearer_auth(&self.token)
            .json(&json!({ "text": text }))
            .send()
            .await?;
        assert_eq!(answer.status(), 201);
        let message: Value = answer.json().await?;
        let html = message["html"].as_str().expect("marked up");
        Ok((message["seq"].as_u64().expect("a place"), html.to_owned()))
    }

    async fn html(&self, seq: u64) -> String {
        let request = reqwest::Client::new().get(format!("{}?before={}&limit=1", self.url, seq + 1));
        let answer = request.bearer_auth(&self.token).send().await.expect("an answer");
        let messages: Value = answer.json().await.expect("messages");
        messages[0]["html"].as_str().expect("marked up").to_owned()
    }

    /// Waits until a message has colours.
    async fn sees_colours(&self, seq: u64) {
        eventually("it has no colours", async || self.html(seq).await.contains(KEYWORD)).await;
    }
}

async fn eventually(or: &str, holds: impl AsyncFn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < until, "{or}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_never_ends_stays_plain_holds_up_nobody_and_is_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let server = Server::start(folder.path());
    let (ci, cd) = (
        Bot::of(&server, folder.path(), "ci"),
        Bot::of(&server, folder.path(), "cd"),
    );
    let (plain, _) = ci.say("```\nfn a() {}\n```\n**no language**").await.expect("an answer");
    assert!(
        server.children().is_empty(),
        "without code in a language there is no process for it"
    );

    let (first, html) = ci.say(RUST).await.expect("an answer");
    assert_eq!(
        html, "<pre><code class=\"language-rust\">fn a() {}\n</code></pre>",
        "nobody waits for colours"
    );
    ci.sees_colours(first).await;
    let processes = server.children();
    assert_eq!(processes.len(), 1);

    let (endless, _) = ci.say(ENDLESS).await.expect("an answer");
    let asked = Instant::now();
    let (next, _) = cd.say(RUST).await.expect("an answer");
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    let gone = async || !is_there(processes[0]);
    eventually("it goes on, or nobody asked how it ended", gone).await;
    cd.sees_colours(next).await;

    // Its author goes without for a while, so that others don't.
    let (without, _) = ci.say(RUST).await.expect("an answer");
    let (last, _) = cd.say(RUST).await.expect("an answer");
    cd.sees_colours(last).await;
    for seq in [plain, endless, without] {
        let html = ci.html(seq).await;
        assert!(html.contains("<pre><code") && !html.contains("<span"), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_ended_is_begun_again() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let server = Server::start(folder.path());
    let ci = Bot::of(&server, folder.path(), "ci");
    for _ in 0..3 {
        let (seq, _) = ci.say(RUST).await.expect("an answer");
        ci.sees_colours(seq).await;
        for process in server.children() {
            let kill = std::process::Command::new("kill")
                .args(["-9", &process.to_string()])
                .status();
            assert!(kill.expect("kill").success());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_colours_code_ends_with_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    create_user(folder.path(), &["ada", "--admin"]);
    let mut server = Server::start(folder.path());
    Bot::of(&server, folder.path(), "ci")
        .say(ENDLESS)
        .await
        .expect("an answer");
    eventually("nothing was begun", async || !server.children().is_empty()).await;
    let processes = server.children();
    server.kill();
    for process in processes {
        eventually("it goes on", async || !is_there(process)).await;
    }
}
