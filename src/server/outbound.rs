//! Requests to addresses that people and browsers name: only to the public internet, so that nobody makes the server
//! ask what stands beside it.
//!
//! A name is resolved here and nowhere else, to nothing but addresses that anyone could reach: what was checked is what
//! is connected to. Redirects are never followed unseen: [`Outbound::get`] checks every step as it checked the first.

use std::{
    error::Error,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, ClientBuilder, RequestBuilder, Response, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::LOCATION,
    redirect::Policy,
};

/// Idle connections that are kept for the next request to the same host.
const IDLE: usize = 4;

/// How far requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// To the public internet.
    Public,
    /// Also to this machine and its networks, and without https: for tests and closed networks.
    Anywhere,
}

/// Whether an address must be https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// It must, unless everything is in [reach](Reach::Anywhere).
    Https,
    /// It may be http.
    Any,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not an address that could be asked.
    #[error("this is no address of the web")]
    NoUrl,
    /// Without encryption.
    #[error("the address must begin with https://")]
    NotHttps,
    /// Somewhere that only those near the server could reach.
    #[error("the address leads to a private network")]
    Private,
    /// Sent on and on.
    #[error("it redirects too often")]
    TooFar,
    /// Not done in time.
    #[error("there was no answer in time")]
    Slow,
    /// Longer than is read.
    #[error("the answer is larger than {0} KiB")]
    TooLarge(usize),
    /// No connection, or no HTTP on it.
    #[error("{0}")]
    NoAnswer(String),
}

impl From<reqwest::Error> for Refused {
    fn from(error: reqwest::Error) -> Self {
        if causes(&error).any(|cause| cause.is::<Private>()) {
            return Self::Private;
        }
        if error.is_timeout() {
            return Self::Slow;
        }
        Self::NoAnswer(words(error))
    }
}

/// What went wrong with a request and why, without its address, which may hold secrets.
pub fn words(error: reqwest::Error) -> String {
    let error = error.without_url();
    let words: Vec<String> = causes(&error).map(ToString::to_string).collect();
    words.join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}

/// Reads an answer whole.
///
/// # Errors
/// `TooLarge` over `most` bytes; what became of the connection.
pub async fn body(mut answer: Response, most: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if bytes.len() + chunk.len() > most {
            return Err(Refused::TooLarge(most / 1024));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Makes requests.
#[derive(Clone)]
pub struct Outbound {
    client: Client,
    reach: Reach,
}

impl Outbound {
    /// Gives each request `limit`, from looking up its name to the last byte of its answer.
    ///
    /// # Errors
    /// When the TLS library can't start.
    pub fn new(reach: Reach, limit: Duration) -> Result<Self, reqwest::Error> {
        let client = client(reach, limit).build()?;
        Ok(Self { client, reach })
    }

    /// The address, if it may be asked as far as its text tells; what its name leads to is seen when it is.
    ///
    /// # Errors
    /// `NoUrl`, `NotHttps`, `Private`.
    pub fn check(&self, url: &str, scheme: Scheme) -> Result<Url, Refused> {
        let url = Url::parse(url).map_err(|_| Refused::NoUrl)?;
        match url.scheme() {
            "https" => (),
            "http" if scheme == Scheme::Any || self.reach == Reach::Anywhere => (),
            "http" => return Err(Refused::NotHttps),
            _ => return Err(Refused::NoUrl),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::NoUrl);
        }
        // An address in numbers is connected to without being resolved.
        let host = url.host_str().ok_or(Refused::NoUrl)?;
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match literal {
            Ok(address) if self.reach == Reach::Public && !is_public(address) => Err(Refused::Private),
            _ => Ok(url),
        }
    }

    /// A request to be made once, without following where its answer leads.
    ///
    /// # Errors
    /// As [`Outbound::check`].
    pub fn post(&self, url: &str, scheme: Scheme) -> Result<RequestBuilder, Refused> {
        Ok(self.client.post(self.check(url, scheme)?))
    }

    /// Gets what `url` leads to, over `steps` redirects at most, each checked as the first; `prepare` adds the headers of
    /// each. The answer's own address is that of the last step.
    ///
    /// # Errors
    /// Why there is no answer. Each step has the whole time limit.
    pub async fn get(
        &self,
        url: &str,
        scheme: Scheme,
        steps: usize,
        prepare: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Response, Refused> {
        let mut url = self.check(url, scheme)?;
        for _ in 0..=steps {
            let answer = prepare(self.client.get(url.clone())).send().await?;
            let next = answer.headers().get(LOCATION).and_then(|next| next.to_str().ok());
            let Some(next) = next.filter(|_| answer.status().is_redirection()) else {
                return Ok(answer);
            };
            let next = url.join(next).map_err(|_| Refused::NoUrl)?;
            url = self.check(next.as_str(), scheme)?;
        }
        Err(Refused::TooFar)
    }
}

fn client(reach: Reach, limit: Duration) -> ClientBuilder {
    Client::builder()
        .dns_resolver(Arc::new(Guard(reach)))
        .redirect(Policy::none())
        .referer(false)
        // A proxy would resolve names by itself.
        .no_proxy()
        .timeout(limit)
        .pool_max_idle_per_host(IDLE)
        .user_agent(concat!("Squawkbox/", env!("CARGO_PKG_VERSION")))
}

/// Resolves names, to what is in reach.
struct Guard(Reach);

/// A name leads nowhere that is in reach.
#[derive(Debug)]
struct Private;

impl fmt::Display for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name leads to a private network")
    }
}

impl Error for Private {}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            // Port 0 stands for the address's own.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<_> = found
                .filter(|address| reach == Reach::Anywhere || is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(Private.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// True for an address that anyone could reach, whichever way it is written.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

/// The IANA registry of special addresses, and multicast.
fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let is_special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 0
        // Carriers' own (CGNAT).
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        // 6to4's relays, benchmarks.
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
        // Reserved, and the broadcast.
        || a >= 240;
    !is_special
}

/// Only what is given out to the world, less what is special in it.
fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, ..] = v6.segments();
    (0x2000..0x4000).contains(&a)
        // Protocols' own, Teredo among them; documentation; 6to4.
        && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

/// The IPv4 address that an IPv6 one stands for: mapped, compatible, or behind NAT64.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = || {
        let ([w, x], [y, z]) = (g.to_be_bytes(), h.to_be_bytes());
        Some(Ipv4Addr::new(w, x, y, z))
    };
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] => v4(),
        // `::` and `::1` become 0.0.0.0 and 0.0.0.1, which are as little public.
        [0, 0, 0, 0, 0, 0] => v4(),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
