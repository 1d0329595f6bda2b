//! A program that sends log lines by any protocol.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use super::*;
use crate::{logs::server::store::after, tests::app::TestApp};

/// A shipper with a token, and the server that it sends to.
pub struct Shipper {
    pub app: TestApp,
    pub token: String,
    client: reqwest::Client,
}

/// An answer.
pub struct Sent {
    pub status: u16,
    /// Its media type; empty when there is none.
    pub kind: String,
    /// Its header `Retry-After`.
    pub wait: Option<String>,
    pub product: Option<String>,
    pub body: Vec<u8>,
}

impl Sent {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Shipper {
    pub async fn start() -> Self {
        let app = TestApp::start().await;
        app.admin().await;
        let token = app.token().await;
        let client = reqwest::Client::new();
        Self { app, token, client }
    }

    /// Posts with the bearer token.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: impl Into<reqwest::Body>) -> Sent {
        let bearer = format!("Bearer {}", self.token);
        let headers: Vec<_> = headers
            .iter()
            .copied()
            .chain([("authorization", bearer.as_str())])
            .collect();
        self.send("POST", path, &headers, body).await
    }

    /// Sends as it is.
    pub async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Sent {
        let method = method.parse().expect("a method");
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.app.url))
            .body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.expect("an answer");
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            Some(value.to_str().expect("text").to_owned())
        };
        let (kind, wait, product) = (
            header("content-type"),
            header("retry-after"),
            header("x-elastic-product"),
        );
        Sent {
            status: answer.status().as_u16(),
            kind: kind.unwrap_or_default(),
            wait,
            product,
            body: answer.bytes().await.expect("a body").to_vec(),
        }
    }

    /// What is kept.
    pub async fn lines(&self) -> Vec<Arc<LogLine>> {
        after(&self.app.running.state.logs.db.readers, 0, 1_000)
            .await
            .expect("lines")
    }

    /// Each line as `level source message fields`.
    pub async fn shown(&self) -> Vec<String> {
        super::shown(&self.lines().await)
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

pub fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    data_encoding::HEXLOWER.decode(digits.as_bytes()).expect("hexadecimal")
}
