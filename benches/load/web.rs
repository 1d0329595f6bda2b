//! Requests one after the other, and how long each takes.

use std::{net::SocketAddr, time::Instant};

use reqwest::{Client, StatusCode, header::HeaderName};

use crate::report::Times;

/// A client of one server. Asks for nothing compressed: that costs the same for pages of the same size.
pub struct Web {
    client: Client,
    address: SocketAddr,
}

impl Web {
    /// Of the server at `address`.
    pub fn new(address: SocketAddr) -> Self {
        let client = Client::new();
        Self { client, address }
    }

    /// Asks for a path with a header; notes how long it takes until all of the answer is there, and gives it.
    ///
    /// # Errors
    /// When there is none, or another than 200.
    pub async fn get(
        &self,
        path: &str,
        (name, value): (HeaderName, &str),
        times: &mut Times,
    ) -> Result<String, String> {
        let url = format!("http://{}{path}", self.address);
        let words = |e: reqwest::Error| format!("{path}: {e}");
        let began = Instant::now();
        let answer = self.client.get(url).header(name, value).send().await.map_err(words)?;
        let status = answer.status();
        let text = answer.text().await.map_err(words)?;
        times.add(began);
        if status != StatusCode::OK {
            return Err(format!("{path}: {status}: {text}"));
        }
        Ok(text)
    }
}
