//! Asks pages of the web what they are, behind the guard of [`outbound`](crate::server::outbound).

use std::time::Duration;

use reqwest::{
    Response, Url,
    header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE},
};
use tokio::time::timeout;

use crate::{
    chat::server::files::{Files, kind::kind, thumbnail::Thumbnail},
    server::outbound::{self, Outbound, Refused, Scheme},
};

use super::{
    card::Card,
    page::{self, Page},
};

/// A page, and then its picture, must be there within this, redirects included.
pub const LIMIT: Duration = Duration::from_secs(7);
/// Bytes of a page that are read.
const PAGE: usize = 512 * 1024;
/// Bytes of a picture at most.
const PICTURE: usize = 4 * 1024 * 1024;
/// Redirects that are followed.
const STEPS: usize = 4;
/// Width and height of a card's picture at most.
const SMALL: (u32, u32) = (320, 240);
/// Bytes of a card's picture at most.
const SMALL_BYTES: usize = 256 * 1024;

/// What was found behind an address.
pub struct Found {
    /// As it is shown, but for its picture's key.
    pub card: Card,
    /// Its picture.
    pub picture: Option<Thumbnail>,
}

/// What `url` leads to; `None` when it says nothing that could be shown.
///
/// # Errors
/// Why it can't be asked.
pub async fn fetch(outbound: &Outbound, files: &Files, url: &str) -> Result<Option<Found>, Refused> {
    let asked = timeout(LIMIT, ask(outbound, url)).await;
    let (at, said) = asked.map_err(|_| Refused::Slow)??;
    let host = at.host_str().unwrap_or_default().trim_start_matches("www.").to_owned();
    let (page, picture) = match said {
        Said::Page(page) => {
            let address = at.join(&page.picture).ok().filter(|_| !page.picture.is_empty());
            let picture = match address {
                Some(address) => timeout(LIMIT, get(outbound, address.as_str(), PICTURE)).await,
                None => return Ok(card(url, host, page, None)),
            };
            (page, picture.ok().and_then(Result::ok).map(|(_, _, bytes)| bytes))
        }
        Said::Picture(bytes) => {
            let name = at.path_segments().and_then(|mut parts| parts.next_back());
            let title = name.filter(|name| !name.is_empty()).unwrap_or(&host).to_owned();
            (
                Page {
                    title,
                    ..Page::default()
                },
                Some(bytes),
            )
        }
        Said::Nothing => return Ok(None),
    };
    let small = match picture.filter(|bytes| kind(bytes).starts_with("image/")) {
        Some(bytes) => files.small(bytes, SMALL).await,
        None => None,
    };
    Ok(card(
        url,
        host,
        page,
        small.filter(|small| small.bytes.len() <= SMALL_BYTES),
    ))
}

fn card(url: &str, host: String, page: Page, picture: Option<Thumbnail>) -> Option<Found> {
    let site = if page.site.is_empty() { host } else { page.site };
    let card = Card {
        url: url.to_owned(),
        title: page.title,
        description: page.description,
        site,
        picture: None,
    };
    (!card.title.is_empty()).then_some(Found { card, picture })
}

enum Said {
    Page(Page),
    Picture(Vec<u8>),
    Nothing,
}

async fn ask(outbound: &Outbound, url: &str) -> Result<(Url, Said), Refused> {
    let (at, content_type, bytes) = get(outbound, url, PAGE).await?;
    let content_type = content_type.to_ascii_lowercase();
    if content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml") {
        // Some pages are made to be slow to read.
        let read = tokio::task::spawn_blocking(move || page::read(&page::decoded(&bytes, &content_type)));
        return Ok((at, Said::Page(read.await.unwrap_or_default())));
    }
    if kind(&bytes).starts_with("image/") {
        // Once more, whole.
        let (at, _, bytes) = get(outbound, at.as_str(), PICTURE).await?;
        return Ok((at, Said::Picture(bytes)));
    }
    Ok((at, Said::Nothing))
}

/// Where an address led, the type of what is there, and its first `most` bytes; of the end of a picture that is cut off,
/// nothing is shown.
async fn get(outbound: &Outbound, url: &str, most: usize) -> Result<(Url, String, Vec<u8>), Refused> {
    let answer = outbound
        .get(url, Scheme::Any, STEPS, |request| {
            request.header(ACCEPT, "text/html, application/xhtml+xml, image/*;q=0.8")
        })
        .await?;
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let encoding = header(CONTENT_ENCODING).unwrap_or("identity");
    if !answer.status().is_success() || encoding != "identity" {
        // Nothing compressed was asked for, and nothing is unpacked.
        return Err(Refused::NoAnswer(format!("{}, {encoding}", answer.status())));
    }
    let content_type = header(CONTENT_TYPE).unwrap_or_default().to_owned();
    let at = answer.url().clone();
    Ok((at, content_type, beginning(answer, most).await?))
}

async fn beginning(mut answer: Response, most: usize) -> Result<Vec<u8>, Refused> {
    let mut bytes = Vec::new();
    while bytes.len() < most {
        let Some(chunk) = answer.chunk().await? else { break };
        bytes.extend_from_slice(&chunk[..chunk.len().min(most - bytes.len())]);
    }
    Ok(bytes)
}

/// Asks for `server::outbound`'s client.
///
/// # Errors
/// When the TLS library can't start.
pub fn client(reach: outbound::Reach) -> Result<Outbound, reqwest::Error> {
    Outbound::new(reach, LIMIT)
}
