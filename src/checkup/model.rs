//! What the connection check tells of a request.

use std::{collections::BTreeMap, net::IpAddr};

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A request as it got here, for whoever compares it with what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The server's clock.
    pub time: Timestamp,
    /// How it was sent: what a proxy that is believed says, else `http`, which is all that is spoken here.
    pub scheme: String,
    /// `Host`.
    pub host: Option<String>,
    /// `Origin`.
    pub origin: Option<String>,
    /// The address that people type, as the server is told (`--public-url`).
    pub public_url: Option<String>,
    /// True when it came from where a proxy is believed: a public URL is set, and the peer is near.
    pub proxy: bool,
    /// Who counts as its sender.
    pub client: IpAddr,
    /// By which version it came the last part of its way, such as `HTTP/1.1`.
    pub http: String,
    /// `Accept-Encoding`.
    pub accept_encoding: Option<String>,
    /// What proxies wrote into it, by the header's name in small letters.
    pub forwarded: BTreeMap<String, String>,
    /// What it brought of our cookies.
    pub cookies: Cookies,
}

/// Which of our cookies a request brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cookies {
    /// Whether they are for https alone.
    pub secure: bool,
    /// The session's was there.
    pub session: bool,
    /// The name of the one that is set to try.
    pub probe_name: String,
    /// What that one held.
    pub probe: Option<String>,
}
