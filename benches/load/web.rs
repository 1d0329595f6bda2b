//! Requests one after the other, and how long each takes.

use std::{net::SocketAddr, time::Instant};

use reqwest::{Client, StatusCode, header::HeaderName};

use crate::report::quantile;

/// A client of one server. Asks for nothing compressed: that costs the same for pages of the same size.
pub struct Web {
    client: Client,
    address: SocketAddr,
}

/// Milliseconds, one for each request.
#[derive(Default)]
pub struct Times(Vec<f64>);

impl Times {
    /// Adds one.
    pub fn add(&mut self, millis: f64) {
        let place = self.0.partition_point(|other| *other < millis);
        self.0.insert(place, millis);
    }

    /// What half of them are below.
    pub fn median(&self) -> f64 {
        quantile(&self.0, 0.5)
    }

    /// What 99 of 100 are below.
    pub fn p99(&self) -> f64 {
        quantile(&self.0, 0.99)
    }
}

impl Web {
    /// Of the server at `address`.
    pub fn new(address: SocketAddr) -> Self {
        let client = Client::new();
        Self { client, address }
    }

    /// Asks for a path with a header; gives the milliseconds until all of the answer was there, and the answer.
    ///
    /// # Errors
    /// When there is none, or another than 200.
    pub async fn get(&self, path: &str, (name, value): (HeaderName, &str)) -> Result<(f64, String), String> {
        let url = format!("http://{}{path}", self.address);
        let words = |e: reqwest::Error| format!("{path}: {e}");
        let began = Instant::now();
        let answer = self.client.get(url).header(name, value).send().await.map_err(words)?;
        let status = answer.status();
        let text = answer.text().await.map_err(words)?;
        let took = began.elapsed().as_secs_f64() * 1e3;
        if status != StatusCode::OK {
            return Err(format!("{path}: {status}: {text}"));
        }
        Ok((took, text))
    }
}
