//! A server of one's own for each test.

use std::path::PathBuf;

use clap::Parser;
use leptos::prelude::LeptosOptions;

use crate::{
    logs::server::ingest::own_tracing::own_tracing,
    server::{
        config::Cli,
        start::{Running, start},
    },
};

/// A running server with a data folder that goes when it does.
pub struct TestApp {
    /// Such as `http://127.0.0.1:41234`.
    pub url: String,
    /// Where its databases are.
    pub folder: PathBuf,
    /// The server.
    pub running: Running,
    _folder: tempfile::TempDir,
}

impl TestApp {
    /// Starts with default settings on an empty folder.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// Starts with further flags.
    pub async fn with(flags: &[&str]) -> Self {
        let temporary = tempfile::tempdir().expect("a temporary folder");
        let folder = temporary.path().to_owned();
        let data = folder.to_str().expect("a plain path");
        let fixed = ["squawkbox", "--address", "127.0.0.1:0", "--data", data];
        let config = Cli::parse_from(fixed.iter().chain(flags)).serve;
        let leptos = LeptosOptions::builder().output_name("squawkbox").build();
        let running = start(config, leptos, own_tracing().1).await.expect("the server starts");
        Self {
            url: format!("http://{}", running.address),
            folder,
            running,
            _folder: temporary,
        }
    }

    /// An HTTP client with cookies of its own that sends this server's Origin, as a browser on its pages does.
    pub fn client(&self) -> reqwest::Client {
        let origin = self.url.parse().expect("a header value");
        reqwest::Client::builder()
            .cookie_store(true)
            .redirect(reqwest::redirect::Policy::none())
            .default_headers([(reqwest::header::ORIGIN, origin)].into_iter().collect())
            .build()
            .expect("a client")
    }
}

#[tokio::test]
async fn answers_health_and_stops() {
    let app = TestApp::start().await;
    let answer = app
        .client()
        .get(format!("{}/health", app.url))
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.text().await.expect("a body"), r#"{"status":"ok"}"#);
    app.running.stop().await;
}
