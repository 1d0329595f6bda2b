//! Headlines: told by every way there is, heard by everyone, once and in order; seen, found, followed.

mod feeds;
mod gone;
mod hearing;
mod telling;

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tokio::time::timeout;

use super::app::{Member, TestApp};
use crate::accounts::server::scopes::{Scope, Scopes};

impl TestApp {
    async fn token_for(&self, name: &str, scopes: impl Into<Scopes>) -> String {
        let token = self.running.state.accounts.create_token(name, scopes, None).await;
        token.expect("a token")
    }

    async fn ingest_and_read(&self, name: &str) -> String {
        self.token_for(name, [Scope::Ingest, Scope::Read].into_iter().collect::<Scopes>())
            .await
    }

    /// Tells a headline by the API.
    async fn squawk(&self, token: &str, new: Value) -> (u16, Value) {
        let call = Client::new()
            .post(format!("{}/api/v1/squawks", self.url))
            .bearer_auth(token)
            .json(&new);
        let answer = call.send().await.expect("an answer");
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }
}

impl Member {
    async fn submits(&self, app: &TestApp, function: &str, form: &[(&str, &str)]) -> Response {
        let call = self.client.post(format!("{}/do/{function}", app.url)).form(form);
        call.send().await.expect("an answer")
    }

    async fn looks_at(&self, app: &TestApp, path: &str) -> String {
        let page = self
            .client
            .get(format!("{}{path}", app.url))
            .send()
            .await
            .expect("a page");
        page.text().await.expect("a body")
    }
}

/// An event: its type, its id, its data.
#[derive(Debug, PartialEq, Eq)]
struct Heard {
    kind: String,
    id: String,
    data: String,
}

/// Somebody who listens, and reads a stream as the standard says.
struct Ear {
    answer: Response,
    text: String,
}

impl Ear {
    async fn of(request: RequestBuilder) -> Self {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("text"));
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self {
            answer,
            text: String::new(),
        }
    }

    /// The next event, but for beats.
    async fn next(&mut self) -> Heard {
        loop {
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                let field = |name: &str| -> Vec<String> {
                    let lines = block.lines().filter_map(|line| line.strip_prefix(name));
                    lines.map(|rest| rest.trim_start_matches(' ').to_owned()).collect()
                };
                let data = field("data:");
                let heard = Heard {
                    kind: field("event:").pop().unwrap_or_default(),
                    id: field("id:").pop().unwrap_or_default(),
                    data: data.join("\n"),
                };
                if !data.is_empty() && heard.kind != "beat" {
                    return heard;
                }
            }
            let more = timeout(Duration::from_secs(20), self.answer.chunk()).await;
            let more = more.expect("in time").expect("open").expect("not at its end");
            let more = String::from_utf8(more.to_vec()).expect("UTF-8");
            assert!(!more.contains('\r'), "lines end in LF alone: {more:?}");
            self.text.push_str(&more);
        }
    }

    /// The text of the next headline of `/see`.
    async fn text(&mut self) -> String {
        let heard = self.next().await;
        assert_eq!(heard.kind, "", "{heard:?}");
        heard.data
    }

    /// The next headline of `/events`.
    async fn json(&mut self) -> Value {
        let heard = self.next().await;
        assert_eq!(heard.kind, "squawk", "{heard:?}");
        serde_json::from_str(&heard.data).expect("JSON")
    }

    /// It ends soon.
    async fn ends(mut self) {
        let rest = async { while let Ok(Some(_)) = self.answer.chunk().await {} };
        timeout(Duration::from_secs(3), rest).await.expect("it ends");
    }
}
