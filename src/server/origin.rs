//! Where people and programs reach the server.

use axum::http::{header::HOST, request::Parts};

use super::config::Config;

/// By the settings, or as whoever asks has reached it; without a slash at the end.
pub fn origin(config: &Config, asked: Option<&Parts>) -> String {
    let host = asked.and_then(|parts| parts.headers.get(HOST)?.to_str().ok());
    let public = config
        .public_url
        .as_deref()
        .map(|url| url.trim_end_matches('/').to_owned());
    public.unwrap_or_else(|| format!("http://{}", host.unwrap_or("127.0.0.1:3000")))
}
