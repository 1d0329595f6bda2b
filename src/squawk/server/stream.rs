//! What readers hear: every headline, once and in order, however slow they are. A reader subscribes first and reads the
//! store after, so nothing falls between; one that falls the whole ring behind reads the store again. It holds a page of
//! headlines at most.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use sqlx::SqlitePool;

use super::{NEWS, Squawk, store};
use crate::{
    error::AppError,
    server::{
        hub::{Receiver, RecvError},
        sse::{Event, Feed, encode},
    },
    squawk::{model::Headline, wire::TOPIC},
    time::Timestamp,
};

/// Headlines that a fresh page begins with at most.
pub const FRESH: u32 = 20;
/// Headlines that are read at once of what was missed.
const PAGE: u32 = 200;
/// After the database failed, the wait before it is asked again.
const RETRY: Duration = Duration::from_secs(2);

/// What readers are told of a headline, encoded once.
#[derive(Clone, Debug)]
pub struct Told {
    /// Its id.
    pub id: u64,
    /// The number of the change that is told.
    pub changed: u64,
    /// It has just come; else it was seen by somebody.
    pub is_new: bool,
    /// The event of `GET /events`.
    pub event: Bytes,
    /// The event of `GET /see`.
    pub plain: Bytes,
}

impl Told {
    /// Encodes it.
    pub fn of(headline: &Headline, is_new: bool) -> Self {
        let id = headline.id.0.unsigned_abs();
        let json = serde_json::to_string(headline).unwrap_or_default();
        Self {
            id,
            changed: headline.changed,
            is_new,
            event: encode(TOPIC, &json),
            plain: Bytes::from(format!("id: {id}\n{}\n", data(&headline.text))),
        }
    }
}

/// A text as `data:` lines.
pub fn data(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(|line| format!("data: {line}\n")).collect()
}

/// The topic `squawk` of `GET /events`.
pub struct Squawks(pub Arc<Squawk>);

impl Feed for Squawks {
    fn topic(&self) -> &'static str {
        TOPIC
    }

    fn open(&self, after: Option<u64>) -> BoxStream<'static, Event> {
        let reader = Reader::new(&self.0, By::Change, after);
        stream::unfold(reader, |mut reader| async move {
            let told = reader.next().await?;
            let event = Event {
                cursor: told.changed,
                bytes: told.event,
            };
            Some((event, reader))
        })
        .boxed()
    }
}

/// By what a reader counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Every change, from the number of a change on. Without one, from the news on.
    Change,
    /// New headlines alone, from an id on.
    Id,
}

/// One reader's place.
pub struct Reader {
    db: SqlitePool,
    live: Receiver<Told>,
    by: By,
    /// What was sent last, or after which to begin; `None` before a fresh reader's first.
    sent: Option<u64>,
    behind: bool,
    ready: VecDeque<Told>,
}

impl Reader {
    /// A reader that goes on after `after`.
    pub fn new(squawk: &Squawk, by: By, after: Option<u64>) -> Self {
        Self {
            live: squawk.hub.subscribe(),
            db: squawk.db.readers.clone(),
            by,
            sent: after,
            behind: true,
            ready: VecDeque::new(),
        }
    }

    /// Has it go on after `after`.
    pub fn after(mut self, after: u64) -> Self {
        self.sent = Some(after);
        self
    }

    /// What comes next, after which it may be asked again; dropped halfway, nothing is lost. `None` when the server stops.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(told) = self.ready.pop_front() {
                return Some(told);
            }
            if self.behind {
                // Ending would look like silence to a page with other topics, so it stays and tries again.
                match self.catch_up().await {
                    Ok(has_more) => self.behind = has_more,
                    Err(_) => tokio::time::sleep(RETRY).await,
                }
                continue;
            }
            match self.live.recv().await {
                Ok(told) => {
                    let at = self.place(&told);
                    if self.sent.is_some_and(|sent| at <= sent) || (self.by == By::Id && !told.is_new) {
                        continue;
                    }
                    self.sent = Some(at);
                    return Some(told);
                }
                Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    const fn place(&self, told: &Told) -> u64 {
        match self.by {
            By::Change => told.changed,
            By::Id => told.id,
        }
    }

    /// Reads a page of what came after what was sent last; true when there may be more.
    async fn catch_up(&mut self) -> Result<bool, AppError> {
        let (newest, changed) = store::reached(&self.db).await?;
        let end = match self.by {
            By::Change => changed,
            By::Id => newest,
        };
        // A number that was never given is of another database.
        let Some(sent) = self.sent.filter(|sent| *sent <= end) else {
            if self.by == By::Change {
                self.ready = news(&self.db).await?.iter().map(|one| Told::of(one, false)).collect();
            }
            self.sent = Some(end);
            return Ok(true);
        };
        let page = match self.by {
            By::Change => {
                let mut conn = self.db.acquire().await?;
                store::changed_after(&mut conn, sent, PAGE).await?
            }
            By::Id => store::after(&self.db, sent, PAGE).await?,
        };
        let is_full = page.len() == PAGE as usize;
        self.ready = page.iter().map(|one| Told::of(one, true)).collect();
        if let Some(last) = self.ready.back() {
            self.sent = Some(self.place(last));
        }
        Ok(is_full)
    }
}

/// What is news now, in the order of the last changes.
async fn news(db: &SqlitePool) -> Result<Vec<Headline>, AppError> {
    let since = Timestamp::now().plus_seconds(-NEWS);
    let mut news = store::newest(db, &store::Wanted::default(), FRESH).await?;
    news.retain(|headline| headline.at >= since);
    news.sort_by_key(|headline| headline.changed);
    Ok(news)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::HeadlineId;

    #[test]
    fn events_are_lines_that_end_in_lf_alone() {
        assert_eq!(data("a\r\nb\rc\n"), "data: a\ndata: b\ndata: c\ndata: \n");
        let headline = Headline {
            id: HeadlineId(7),
            changed: 9,
            at: Timestamp::from_micros(0),
            author: None,
            source: "ECB".into(),
            text: "Rates: 2.00%".into(),
            url: None,
            seen: 0,
            seen_by: vec![],
            gone: false,
        };
        let told = Told::of(&headline, true);
        assert_eq!(told.plain, "id: 7\ndata: Rates: 2.00%\n\n");
        assert!(told.event.starts_with(b"event: squawk\ndata: {\"id\":7,\"changed\":9,"));
        assert_eq!((told.id, told.changed), (7, 9));
    }
}
