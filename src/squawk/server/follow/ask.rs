//! Asks a feed whether anything is new, behind the guard of [`outbound`](crate::server::outbound).

use std::time::Duration;

use reqwest::{
    Response, StatusCode,
    header::{
        ACCEPT, CONTENT_ENCODING, ETAG, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
    },
};
use tokio::time::timeout;

use super::{
    read::{Document, read},
    times,
};
use crate::{
    server::outbound::{self, Outbound, Reach, Refused, Scheme},
    squawk::server::store::feeds::Followed,
    time::Timestamp,
};

/// A feed must be there within this, redirects included.
const LIMIT: Duration = Duration::from_secs(15);
/// Bytes of a feed at most.
const LARGEST: usize = 2 * 1024 * 1024;
/// Redirects that are followed.
const STEPS: usize = 4;
/// Longest mark of a version that is kept, in bytes.
const LONGEST_MARK: usize = 500;

/// What came of it.
pub struct Answer {
    /// What it says, or why nothing can be read, in words for administrators.
    pub said: Result<Said, String>,
    /// The mark of the version by which it is asked next.
    pub etag: Option<String>,
    /// The same.
    pub modified: Option<String>,
    /// It doesn't want to be asked before.
    pub retry_after: Option<Duration>,
}

/// What a feed says.
pub enum Said {
    /// Nothing is new.
    Same,
    /// This.
    Document(Document),
}

/// Asks for `server::outbound`'s client.
///
/// # Errors
/// When the TLS library can't start.
pub fn client(reach: Reach) -> Result<Outbound, reqwest::Error> {
    Outbound::new(reach, LIMIT)
}

/// Asks a feed.
pub async fn ask(client: &Outbound, feed: &Followed) -> Answer {
    let mut answer = Answer {
        said: Ok(Said::Same),
        etag: None,
        modified: None,
        retry_after: None,
    };
    let asked = timeout(LIMIT, whole(client, feed, &mut answer)).await;
    answer.said = match asked.unwrap_or_else(|_| Err(Refused::Slow.to_string())) {
        Ok(Some(bytes)) => {
            let url = feed.url.clone();
            // Some feeds are made to be slow to read, or to break who reads them.
            let read = tokio::task::spawn_blocking(move || read(&bytes, &url)).await;
            read.unwrap_or_else(|_| Err("it is no RSS or Atom feed".into()))
                .map(Said::Document)
        }
        Ok(None) => Ok(Said::Same),
        Err(fault) => Err(fault),
    };
    answer
}

async fn whole(client: &Outbound, feed: &Followed, told: &mut Answer) -> Result<Option<Vec<u8>>, String> {
    let prepare = |mut request: reqwest::RequestBuilder| {
        request = request.header(
            ACCEPT,
            "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5",
        );
        for (name, mark) in [(IF_NONE_MATCH, &feed.etag), (IF_MODIFIED_SINCE, &feed.modified)] {
            if let Some(mark) = mark {
                request = request.header(name, mark);
            }
        }
        request
    };
    let answer = client.get(&feed.url, Scheme::Any, STEPS, prepare).await;
    let answer = answer.map_err(|why| why.to_string())?;
    let header = |name: HeaderName| text(&answer, name);
    told.retry_after = header(RETRY_AFTER).and_then(|text| times::retry_after(&text, Timestamp::now().micros()));
    if answer.status() == StatusCode::NOT_MODIFIED {
        return Ok(None);
    }
    if !answer.status().is_success() {
        return Err(format!("its server answers {}", answer.status()));
    }
    if header(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        // Nothing compressed was asked for, and nothing is unpacked.
        return Err("its server sends it compressed, which wasn't asked for".into());
    }
    let mark = |name| header(name).filter(|mark| mark.len() <= LONGEST_MARK);
    (told.etag, told.modified) = (mark(ETAG), mark(LAST_MODIFIED));
    let bytes = outbound::body(answer, LARGEST).await;
    bytes.map(Some).map_err(|why| why.to_string())
}

fn text(answer: &Response, name: HeaderName) -> Option<String> {
    let value = answer.headers().get(name)?.to_str().ok()?;
    Some(value.to_owned())
}
