//! One event stream per tab that carries every feed (`GET /events`), and resumes each where it was.
//!
//! An event's bytes are encoded once for all readers; only the `id` line before it is the reader's own: the cursors of all
//! its topics, such as `logs:812,ticker:4077`. What is there at once goes out as one piece. A reader that stalls is not polled, so
//! it holds up nobody; what it missed is its feed's business (the ticker conflates, logs report a gap).

use std::{
    any::Any,
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    fmt::Write,
    future::Future,
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, header},
    response::Response,
};
use bytes::{BufMut, BytesMut};
use futures::{
    FutureExt, StreamExt,
    stream::{self, BoxStream, SelectAll},
};
use serde::Deserialize;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::listen::Line;
use crate::{error::AppError, ids::UserId};

/// How long a reader may take to read the end of its stream.
const LAST_WORDS: Duration = Duration::from_secs(3);
/// Bytes after which a piece goes out, though more is there.
const PIECE: usize = 16 * 1024;
/// Bytes of an event above which it goes out as it is, shared by all readers, rather than copied into a piece.
const COPIED: usize = 4 * 1024;
/// Silence after which [`BEAT`] is sent.
pub const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// A comment for proxies, and an event for the page, whose EventSource doesn't show it comments: the line is up.
const BEAT: Bytes = Bytes::from_static(b":\nevent: beat\ndata: \n\n");
/// What the browser is told to wait before it reconnects after a drop, in milliseconds.
pub const RETRY_MS: u32 = 1_000;

/// One event of a feed.
#[derive(Clone, Debug)]
pub struct Event {
    /// Where the feed goes on after this event.
    pub cursor: u64,
    /// The encoded event, from [`encode`], shared by all readers.
    pub bytes: Bytes,
}

/// A topic of `GET /events`.
pub trait Feed: Send + Sync + 'static {
    /// The topic's name in the query, in cursors and as the events' type.
    fn topic(&self) -> &'static str;
    /// What came after `after` (everything worth showing when `None` or unknown), then what comes.
    fn open(&self, after: Option<u64>) -> BoxStream<'static, Event>;
    /// The same, of what is asked for alone where the feed knows of it.
    ///
    /// # Errors
    /// `Invalid` for what can't be understood.
    fn open_for(&self, after: Option<u64>, asked: &Asked) -> Result<BoxStream<'static, Event>, AppError> {
        let _ = asked;
        Ok(self.open(after))
    }
    /// Somebody reads it, until their stream drops what this returns.
    fn attend(&self, who: UserId) -> Option<Box<dyn Any + Send>> {
        let _ = who;
        None
    }
}

/// What a reader wants of its topics: the request's parameters, of which each feed reads its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Asked(HashMap<String, String>);

impl Asked {
    /// The parameter of this name; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Asked {
    fn from(parameters: [(&str, &str); N]) -> Self {
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self(parameters.into())
    }
}

/// Encodes an event of type `kind`; `json` must be one line, as serde_json writes it.
pub fn encode(kind: &str, json: &str) -> Bytes {
    Bytes::from(format!("event: {kind}\ndata: {json}\n\n"))
}

/// The cursors of a reader, by topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursors(BTreeMap<String, u64>);

impl Cursors {
    /// Reads `topic:number,…`; parts that can't be read are as if absent, so that their feed starts afresh.
    pub fn parse(text: &str) -> Self {
        let parts = text.split(',').filter_map(|part| part.split_once(':'));
        Self(
            parts
                .filter_map(|(topic, n)| Some((topic.to_owned(), n.parse().ok()?)))
                .collect(),
        )
    }

    /// Where `topic` was.
    pub fn get(&self, topic: &str) -> Option<u64> {
        self.0.get(topic).copied()
    }

    /// Moves `topic` on.
    pub fn set(&mut self, topic: &str, cursor: u64) {
        match self.0.get_mut(topic) {
            Some(at) => *at = cursor,
            None => {
                self.0.insert(topic.to_owned(), cursor);
            }
        }
    }

    fn write_id(&self, piece: &mut BytesMut) {
        let mut before = "id: ";
        for (topic, n) in &self.0 {
            // Writing into memory doesn't fail.
            let _ = write!(piece, "{before}{topic}:{n}");
            before = ",";
        }
        piece.put_u8(b'\n');
    }
}

/// Picks the feeds named in `topics` (all when empty).
///
/// # Errors
/// `Invalid` that names the topics there are.
pub fn choose<'a>(feeds: &'a [Box<dyn Feed>], topics: &str) -> Result<Vec<&'a dyn Feed>, AppError> {
    let mut names: Vec<&str> = topics
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    names.sort_unstable();
    names.dedup();
    if let Some(unknown) = names
        .iter()
        .find(|name| feeds.iter().all(|feed| feed.topic() != **name))
    {
        let known: Vec<&str> = feeds.iter().map(|feed| feed.topic()).collect();
        return Err(AppError::Invalid(format!(
            "There is no topic {unknown:?}; topics are {}.",
            known.join(", ")
        )));
    }
    let all = feeds.iter().map(AsRef::as_ref);
    Ok(all
        .filter(|feed: &&dyn Feed| names.is_empty() || names.contains(&feed.topic()))
        .collect())
}

struct Reader {
    feeds: SelectAll<BoxStream<'static, (&'static str, Event)>>,
    cursors: Cursors,
    /// The second half of a large event, whose id line has just been written.
    pending: Option<Bytes>,
    /// Cancelled when the stream is to end.
    end: CancellationToken,
    ended: bool,
    _gone: DropGuard,
    /// By which feeds know who reads.
    _attending: Vec<Box<dyn Any + Send>>,
}

/// Streams `feeds` to `who` from `cursors` on, of what is `asked` alone, until `end` completes, then hints at reconnecting. A
/// reader that doesn't take so much within a moment loses its `line`.
///
/// # Errors
/// `Invalid` for what can't be understood.
pub fn respond(
    feeds: &[&dyn Feed],
    mut cursors: Cursors,
    asked: &Asked,
    who: UserId,
    end: impl Future<Output = ()> + Send + 'static,
    line: Line,
) -> Result<Response, AppError> {
    let (told, gone) = (CancellationToken::new(), CancellationToken::new());
    // What else a reader says it has seen is not carried along in every id.
    cursors
        .0
        .retain(|topic, _| feeds.iter().any(|feed| feed.topic() == topic));
    let opened = feeds.iter().map(|feed| {
        let topic = feed.topic();
        let events = feed.open_for(cursors.get(topic), asked)?;
        Ok(events.map(move |event| (topic, event)).boxed())
    });
    let opened = opened.collect::<Result<Vec<_>, AppError>>()?;
    tokio::spawn(watch(end, told.clone(), gone.clone(), line));
    let reader = Reader {
        feeds: stream::select_all(opened),
        cursors,
        pending: Some(Bytes::from(format!(": squawkbox\nretry: {RETRY_MS}\n\n"))),
        end: told,
        ended: false,
        _gone: gone.drop_guard(),
        _attending: feeds.iter().filter_map(|feed| feed.attend(who)).collect(),
    };
    let body = stream::unfold(reader, |mut reader| async move {
        let bytes = reader.next().await?;
        Some((Ok::<_, Infallible>(bytes), reader))
    });
    Ok(stream_response(Body::from_stream(body)))
}

/// An answer that is a stream of events.
pub fn stream_response(body: Body) -> Response {
    let mut response = Response::new(body);
    for (name, value) in [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache, no-transform"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Has a stream end, in a task of its own: one that stalls isn't polled and hears of nothing. `told` is cancelled when `end`
/// completes; a reader that isn't `gone` a moment later loses its `line`.
pub async fn watch(end: impl Future<Output = ()>, told: CancellationToken, gone: CancellationToken, line: Line) {
    tokio::select! {
        () = gone.cancelled() => return,
        () = end => told.cancel(),
    }
    if timeout(LAST_WORDS, gone.cancelled()).await.is_err() {
        line.cut();
    }
}

impl Reader {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(bytes) = self.pending.take() {
            return Some(bytes);
        }
        if self.ended {
            return None;
        }
        tokio::select! {
            biased;
            () = self.end.cancelled() => {
                self.ended = true;
                Some(Bytes::from(format!("retry: {RETRY_MS}\n\n")))
            }
            event = self.feeds.next() => {
                let mut piece = BytesMut::new();
                self.write(event?, &mut piece);
                while self.pending.is_none() && piece.len() < PIECE {
                    // What isn't there yet is polled for again by the next call, which then has a task to wake.
                    let Some(Some(event)) = self.feeds.next().now_or_never() else { break };
                    self.write(event, &mut piece);
                }
                Some(piece.freeze())
            }
            () = tokio::time::sleep(KEEP_ALIVE) => Some(BEAT),
        }
    }

    fn write(&mut self, (topic, event): (&'static str, Event), piece: &mut BytesMut) {
        self.cursors.set(topic, event.cursor);
        self.cursors.write_id(piece);
        if event.bytes.len() > COPIED {
            self.pending = Some(event.bytes);
        } else {
            piece.extend_from_slice(&event.bytes);
        }
    }
}

#[cfg(test)]
#[path = "sse_tests.rs"]
mod tests;
