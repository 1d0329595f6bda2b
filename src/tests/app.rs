//! A server of one's own for each test.

use std::path::{Path, PathBuf};

use clap::Parser;
use leptos::prelude::LeptosOptions;

use crate::{
    accounts::{
        model::{Me, Role, Visitor},
        server::scopes::Scope,
    },
    logs::server::ingest::own_tracing::{OwnLines, own_tracing},
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
        Self::on(tempfile::tempdir().expect("a temporary folder"), flags, own_tracing().1).await
    }

    /// Starts with what it is to keep of its own tracing.
    pub async fn hearing(own: OwnLines) -> Self {
        Self::on(tempfile::tempdir().expect("a temporary folder"), &[], own).await
    }

    /// Stops, and starts anew on the same folder.
    pub async fn again(self) -> Self {
        self.again_with(&[]).await
    }

    /// The same, with further flags.
    pub async fn again_with(self, flags: &[&str]) -> Self {
        self.running.stop().await;
        Self::on(self._folder, flags, own_tracing().1).await
    }

    /// Stops, does something to what lies in the folder, and starts anew on it.
    pub async fn again_after(self, meanwhile: impl AsyncFnOnce(&Path)) -> Self {
        self.running.stop().await;
        meanwhile(&self.folder).await;
        Self::on(self._folder, &[], own_tracing().1).await
    }

    async fn on(temporary: tempfile::TempDir, flags: &[&str], own: OwnLines) -> Self {
        let folder = temporary.path().to_owned();
        let data = folder.to_str().expect("a plain path");
        let fixed = ["squawkbox", "--address", "127.0.0.1:0", "--data", data];
        let config = Cli::parse_from(fixed.iter().chain(flags)).serve;
        let leptos = LeptosOptions::builder().output_name("squawkbox").build();
        let running = start(config, leptos, own).await.expect("the server starts");
        Self {
            url: format!("http://{}", running.address),
            folder,
            running,
            _folder: temporary,
        }
    }

    /// Makes whatever reads rooms fail, by a fault of the server's own.
    pub async fn break_rooms(&self) {
        let rename = self.running.state.desk.writer.write(|conn| {
            Box::pin(async move {
                sqlx::query("ALTER TABLE room RENAME TO room_gone")
                    .execute(conn)
                    .await?;
                Ok(())
            })
        });
        rename.await.expect("renamed");
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

    /// Sets the team up through the real form; its administrator is `ines`.
    pub async fn admin(&self) -> Member {
        let form = [
            ("team", "North desk"),
            ("name", "ines"),
            ("password", PASSWORD),
            ("venues[]", "demo"),
        ];
        self.come_in("set_up", &form).await
    }

    /// Registers `name` through the real form with the current join code; the team must be set up.
    pub async fn join(&self, name: &str) -> Member {
        let code = self.running.state.accounts.join_code().await.expect("a team");
        self.come_in("join", &[("code", &code), ("name", name), ("password", PASSWORD)])
            .await
    }

    /// A new ingest token whose name, the default source, is `test`.
    pub async fn token(&self) -> String {
        self.running
            .state
            .accounts
            .create_token("test", Scope::Ingest, None)
            .await
            .expect("a token")
    }

    /// Signs `name` in again, in another browser.
    pub async fn sign_in(&self, name: &str) -> Member {
        self.come_in("sign_in", &[("name", name), ("password", PASSWORD)]).await
    }

    async fn come_in(&self, function: &str, form: &[(&str, &str)]) -> Member {
        let client = self.client();
        let answer = client
            .post(format!("{}/do/{function}", self.url))
            .form(form)
            .send()
            .await
            .expect("an answer");
        let set = answer
            .headers()
            .get("set-cookie")
            .map(|value| value.to_str().expect("text").to_owned());
        assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("a body"));
        let cookie = set.expect("a cookie").split(';').next().expect("a pair").to_owned();
        let who = client
            .post(format!("{}/do/who", self.url))
            .send()
            .await
            .expect("an answer");
        match who.json().await.expect("a visitor") {
            Visitor::In { me, .. } => Member { client, cookie, me },
            other => panic!("{function} left us {other:?}"),
        }
    }
}

/// The password of everybody in the tests.
pub const PASSWORD: &str = "kettle-ostrich-fathom";

/// Somebody who is signed in.
pub struct Member {
    /// Carries the session's cookie and this server's Origin.
    pub client: reqwest::Client,
    /// The cookie as a request's `Cookie` header has it, for sockets: `name=value`.
    pub cookie: String,
    /// Who it is.
    pub me: Me,
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

#[tokio::test]
async fn people_come_in_through_the_forms() {
    let app = TestApp::start().await;
    let (admin, member) = (app.admin().await, app.join("tomasz").await);
    assert_eq!((admin.me.name.as_str(), admin.me.role), ("ines", Role::Admin));
    assert_eq!((member.me.name.as_str(), member.me.role), ("tomasz", Role::Member));
    assert!(member.cookie.starts_with("squawkbox_session="), "{}", member.cookie);
    assert!(app.token().await.starts_with("sbx_"));
}
