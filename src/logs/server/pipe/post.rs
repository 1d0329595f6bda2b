//! One request to the server, and what it comes to.

use std::time::Duration;

use reqwest::{Client, StatusCode, header::RETRY_AFTER};
use serde_json::Value;

use super::Target;
use crate::{
    logs::{
        model::Fields,
        server::{pen::written, record::NewLine},
    },
    paths,
};

/// A request that has no answer by then is sent again.
const PATIENCE: Duration = Duration::from_secs(15);
/// What is read of an answer, in bytes.
const ANSWER: usize = 256 * 1024;

/// Where requests go.
pub struct Post {
    client: Client,
    url: String,
    target: Target,
}

/// What a request came to.
pub enum Answer {
    /// Its lines are kept, but for so many, and why the first of these is not.
    Kept(u64, String),
    /// They can't be kept, whatever is tried.
    Refused(String),
    /// They may be kept later: why, when to try again if that was said, and whether somebody must mend something first.
    Later(String, Option<Duration>, bool),
}

impl Post {
    /// To where `target` says.
    ///
    /// # Errors
    /// When the system can't give what connections need.
    pub fn new(target: Target) -> Result<Self, String> {
        let client = Client::builder().timeout(PATIENCE).no_proxy().build();
        Ok(Self {
            client: client.map_err(|error| format!("no connection can be made: {error}"))?,
            url: format!("{}{}", target.to, paths::INGEST_LOGS),
            target,
        })
    }

    /// Sends what [`body`] made.
    pub async fn send(&self, body: Vec<u8>) -> Answer {
        let token = self.target.token.reveal();
        let request = self.client.post(&self.url).bearer_auth(token).body(body);
        let (to, mut answer) = match request.send().await {
            Ok(answer) => (&self.target.to, answer),
            Err(error) => {
                let why = format!("{} can't be reached ({})", self.target.to, error.without_url());
                return Answer::Later(why, None, false);
            }
        };
        let (status, wait) = (answer.status(), answer.headers().get(RETRY_AFTER));
        let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
        // What it says is for words only: its status came after the commit.
        let mut said = Vec::new();
        while let Ok(Some(chunk)) = answer.chunk().await
            && said.len() < ANSWER
        {
            said.extend_from_slice(&chunk);
        }
        let said: Value = serde_json::from_slice(&said).unwrap_or_default();
        let words = said["message"].as_str().unwrap_or_default().to_owned();
        match status {
            StatusCode::OK => {
                let more = said["more_rejected"].as_u64().unwrap_or_default();
                let listed = said["rejected"].as_array().map_or(0, |list| list.len() as u64);
                let why = said["rejected"][0]["error"].as_str().unwrap_or_default();
                Answer::Kept(listed + more, why.to_owned())
            }
            StatusCode::BAD_REQUEST | StatusCode::PAYLOAD_TOO_LARGE => Answer::Refused(words),
            _ => {
                let is_ours =
                    [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::NOT_FOUND].contains(&status);
                let why = format!("{to} answered {status}: {words}");
                Answer::Later(why, wait.map(Duration::from_secs), is_ours)
            }
        }
    }
}

/// As `/ingest/logs` takes them. What it looks for first, comes first; fields of the same names stay fields.
pub fn body(lines: &[NewLine]) -> Vec<u8> {
    let mut body = Vec::new();
    for line in lines {
        let mut parts = vec![
            ("time".to_owned(), line.time.to_string().into()),
            ("level".to_owned(), line.level.name().into()),
            ("message".to_owned(), written(&line.message, &line.colours).into()),
        ];
        if !line.source.is_empty() {
            parts.push(("source".to_owned(), line.source.as_str().into()));
        }
        parts.extend(line.fields.0.iter().cloned());
        // Into memory, and names are texts: it can't fail.
        if let Ok(json) = serde_json::to_vec(&Fields(parts)) {
            body.extend_from_slice(&json);
            body.push(b'\n');
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        logs::server::ingest::{
            object::{self, Names},
            understand::Raw,
        },
        time::Timestamp,
    };

    #[test]
    fn what_was_found_in_a_line_is_found_again() {
        let now = Timestamp::from_micros(1_800_000_000_000_000);
        for text in [
            r#"{"time":1700000000,"level":"warn","msg":"late","source":"inner","order":7,"message":"also"}"#,
            "level=error msg=\"timed out\" order=007",
            "order=7 ok=no",
            "2026-11-20 14:03:07 [error] failed\n  at a",
            r#"{"ts":"yesterday","a":1}"#,
            "\u{1b}[31mWARN\u{1b}[0m in \u{1b}[1;94mcolours",
        ] {
            let raw = Raw {
                source: "gateway".into(),
                message: text.into(),
                ..Raw::default()
            };
            let line = raw.understood(now);
            let object: Fields = serde_json::from_slice(&body(std::slice::from_ref(&line))).unwrap();
            let back = object::line(object, &Names::default(), "token", Timestamp::default()).unwrap();
            assert_eq!(
                (
                    back.time,
                    back.level,
                    back.source,
                    back.message,
                    back.fields,
                    back.colours
                ),
                (
                    line.time,
                    line.level,
                    line.source,
                    line.message,
                    line.fields,
                    line.colours
                )
            );
        }
    }
}
