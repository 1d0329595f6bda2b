//! One call: signed, within its time, its answer within its size.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, header::CONTENT_TYPE, redirect::Policy};
use tokio::time::timeout;

use crate::{
    chat::server::store::Webhook,
    server::{
        outbound::{self, Refused},
        text_of_html::text_of_html,
    },
    time::Timestamp,
};

/// Largest answer that is read, in bytes.
const ANSWER: usize = 64 * 1024;
/// The header that tells a call from anybody else's.
pub const SIGNATURE: &str = "X-Squawkbox-Signature";

/// What went wrong, without the address, which may hold secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// Not done in time.
    #[error("there was no answer within {0:?}")]
    Slow(Duration),
    /// Neither done nor to be done, a redirect among them, which isn't followed.
    #[error("the answer was status {0}")]
    Status(StatusCode),
    /// Longer than is read.
    #[error("the answer is larger than {} KiB", ANSWER / 1024)]
    TooLarge,
    /// Called text, and none.
    #[error("the answer is no UTF-8")]
    NoText,
    /// No connection, or no HTTP on it.
    #[error("{0}")]
    NoAnswer(String),
}

impl From<reqwest::Error> for Failed {
    fn from(error: reqwest::Error) -> Self {
        Self::NoAnswer(outbound::words(error))
    }
}

/// Makes calls.
pub struct Caller {
    client: Client,
    limit: Duration,
}

impl Caller {
    /// Gives each call `limit`.
    ///
    /// # Errors
    /// When the TLS library can't start.
    pub fn new(limit: Duration) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            // The settings are all there is to configure.
            .no_proxy()
            // Calls are few: a connection that was kept would mostly be found closed.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("Squawkbox/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, limit })
    }

    /// Posts `body`, signed, and gives what the other end wants said: the text of a 200 that is text or HTML.
    ///
    /// # Errors
    /// Why there is no answer that counts.
    pub async fn call(&self, webhook: &Webhook, body: Vec<u8>) -> Result<Option<String>, Failed> {
        timeout(self.limit, self.answer(webhook, body))
            .await
            .unwrap_or(Err(Failed::Slow(self.limit)))
    }

    async fn answer(&self, webhook: &Webhook, body: Vec<u8>) -> Result<Option<String>, Failed> {
        let signature = webhook.secret.sign(Timestamp::now(), &body);
        let request = self
            .client
            .post(&webhook.url)
            .header(CONTENT_TYPE, "application/json")
            .header(SIGNATURE, signature)
            .body(body);
        let answer = request.send().await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Failed::Status(status));
        }
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default();
        let kind = kind.trim().to_ascii_lowercase();
        if status != StatusCode::OK || !matches!(kind.as_str(), "text/plain" | "text/html") {
            return Ok(None);
        }
        let text = text(answer).await?;
        let text = if kind == "text/html" {
            // What is made to be slow to read holds up no other task.
            let reduced = tokio::task::spawn_blocking(move || text_of_html(&text)).await;
            reduced.unwrap_or_default()
        } else {
            text
        };
        Ok(Some(text).filter(|text| !text.trim().is_empty()))
    }
}

async fn text(answer: Response) -> Result<String, Failed> {
    let bytes = outbound::body(answer, ANSWER).await.map_err(|refused| match refused {
        Refused::TooLarge(_) => Failed::TooLarge,
        other => Failed::NoAnswer(other.to_string()),
    })?;
    String::from_utf8(bytes).map_err(|_| Failed::NoText)
}
