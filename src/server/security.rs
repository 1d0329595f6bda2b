//! What every answer carries and every request that changes something must prove.

use std::net::IpAddr;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

use crate::{
    error::AppError,
    paths::{ECHO, ECHO_STAMPED, SEND, holds_a_token, is_api, is_shipped, shown},
};

use super::{config::Config, state::AppState};

/// For answers that are not pages: nothing may load, nothing may frame them.
const BARE_POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");

/// Sets the page's Content-Security-Policy around the nonce that this rendering uses. Called for every page.
pub fn allow_this_pages_scripts() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let policy = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}

/// Adds the headers that keep a browser from doing with our answers what we did not mean.
pub async fn add_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(BARE_POLICY);
    let is_page = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    if headers.get(header::CONTENT_TYPE).is_some_and(is_page) {
        // Or going back would show the desk to whoever sits there after the signing out.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), microphone=(), geolocation=(), payment=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Refuses requests that change something, and WebSocket upgrades, unless they come from our own pages or
/// carry a bearer token, which no other site's page can make a browser send.
pub async fn same_origin(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let guarded = !safe || headers.contains_key(header::UPGRADE);
    let is_fine = has_bearer(headers) || is_by_token(&request) || is_a_strangers(&request, &state.config);
    if guarded && !is_fine && !is_ours(headers, &state.config) {
        tracing::warn!(path = shown(request.uri().path()), origin = ?headers.get(header::ORIGIN), "refused another origin");
        return AppError::Forbidden(
            "This request didn't come from Squawkbox's own pages. If it did, tell the server its address with \
             --public-url, or let the proxy pass the Host header on."
                .into(),
        )
        .into_response();
    }
    next.run(request).await
}

/// Programs come in there, by token alone; no cookie counts, so there is nothing that another site's page could use. Whoever
/// sends no token is told that, rather than where pages come from.
fn is_by_token(request: &Request) -> bool {
    let path = request.uri().path();
    path.starts_with("/ingest/") || is_shipped(path) || holds_a_token(path) || is_api(path) || path == SEND
}

/// The connection check may be open to strangers, who come from anywhere: without a cookie there is nobody to speak for.
fn is_a_strangers(request: &Request, config: &Config) -> bool {
    let is_echo = matches!(request.uri().path(), ECHO | ECHO_STAMPED);
    config.open_checkup && is_echo && !request.headers().contains_key(header::COOKIE)
}

/// Not any authorization: a browser sends a proxy's Basic by itself, whichever page asks.
fn has_bearer(headers: &HeaderMap) -> bool {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let scheme = value.and_then(|value| value.split_whitespace().next());
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"))
}

fn is_ours(headers: &HeaderMap, config: &Config) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else {
        return text(HeaderName::from_static("sec-fetch-site")) == Some("same-origin");
    };
    if let Some(ours) = &config.public_url
        && origin.eq_ignore_ascii_case(ours)
    {
        return true;
    }
    // The scheme is not compared: a proxy may speak https to the browser and http to us.
    let theirs = origin.split_once("://").map(|(_, authority)| authority);
    theirs.is_some() && theirs == text(header::HOST)
}

/// Who is calling: the peer's address, or what a proxy of ours says. A proxy is believed only with `--public-url`
/// set and only from this machine or a private network; its last `X-Forwarded-For` entry is the one it added.
pub fn client_address(headers: &HeaderMap, peer: IpAddr, config: &Config) -> IpAddr {
    // An IPv4 peer of a socket that listens on all of IPv6.
    let peer = peer.to_canonical();
    if !may_be_proxy(peer, config) {
        return peer;
    }
    headers
        .get_all("x-forwarded-for")
        .iter()
        .next_back()
        .and_then(|value| value.to_str().ok())
        .and_then(|list| list.rsplit(',').next())
        .and_then(|last| last.trim().parse().ok())
        .unwrap_or(peer)
}

/// True of an address from which a proxy of ours may speak for others; it is canonical.
pub fn may_be_proxy(peer: IpAddr, config: &Config) -> bool {
    let near = match peer {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    };
    config.public_url.is_some() && near
}
