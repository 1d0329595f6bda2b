//! Feeds of the web that the server follows: what comes into one after it was first read becomes a headline.
//!
//! One task asks one feed at a time, the one that is due first: whether anything is new (`ask`), what it says (`read`), and
//! when it is asked next (`times`). What a feed has said is kept, so that neither a restart nor an entry that moves tells a
//! headline twice.

mod ask;
mod read;
mod times;

use std::{sync::Arc, time::Duration};

use clap::Args;
use sqlx::SqlitePool;
use tokio::sync::Notify;

use self::{
    ask::{Said, ask, client},
    read::Entry,
};
use super::{
    Squawk,
    publish::{New, Source, publish},
    store::feeds::{self, Answered, Followed, MOST},
};
use crate::{
    error::AppError,
    ids::FeedId,
    server::{
        config::Config,
        db::Database,
        error::internal,
        outbound::{Outbound, Reach, Scheme},
        shutdown::Shutdown,
    },
    squawk::{model::Feed, rules},
    time::Timestamp,
};

/// What is new in a feed at once that becomes headlines, the newest of it; the rest is passed over.
const AT_ONCE: usize = 10;
/// After the database failed, the wait before it is asked again.
const RETRY: Duration = Duration::from_secs(60);
/// No feed is left alone for longer, whatever it or the clock says.
const LONGEST: i64 = 24 * 3_600;

/// What is followed.
#[derive(Clone, Debug, Args)]
pub struct FeedSettings {
    /// Tell everyone what is new in this RSS or Atom feed; may be given several times. Its address may be a private one
    #[arg(long = "feed", env = "SQUAWKBOX_FEED", value_delimiter = ',', value_name = "URL", value_parser = address)]
    pub feed: Vec<String>,

    /// Milliseconds after which a feed is asked again: for tests
    #[arg(long, hide = true, default_value_t = 120_000, value_name = "MILLISECONDS")]
    pub feed_every_ms: u64,
}

fn address(text: &str) -> Result<String, String> {
    let url = reqwest::Url::parse(text).ok().filter(|_| rules::is_url(text));
    url.map(String::from)
        .ok_or_else(|| "expected the address of a feed, such as https://www.ecb.europa.eu/rss/press.html".to_owned())
}

/// The feeds that are followed.
pub struct Following {
    /// Those of the command line.
    fixed: Vec<String>,
    /// The list has changed.
    changed: Notify,
    /// Asks those of the list.
    list: Outbound,
}

impl Following {
    /// Knows the command line's.
    ///
    /// # Errors
    /// When the database fails; `Invalid` for too many.
    pub async fn new(db: &Database, config: &Config) -> Result<Self, AppError> {
        let mut fixed = config.squawks.feed.clone();
        fixed.sort();
        fixed.dedup();
        if fixed.len() > MOST as usize {
            return Err(AppError::Invalid(format!("--feed can be given {MOST} times")));
        }
        let urls = fixed.clone();
        if !urls.is_empty() {
            db.writer
                .write(move |conn| Box::pin(async move { feeds::know(conn, &urls).await }))
                .await?;
        }
        Ok(Self {
            fixed,
            changed: Notify::new(),
            list: client(config.reach()).map_err(|e| internal("feeds", &e))?,
        })
    }

    /// All of them, for the page.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, db: &SqlitePool) -> Result<Vec<Feed>, AppError> {
        let rows = feeds::followed(db, &self.fixed).await?;
        Ok(rows.into_iter().map(|row| row.shown(&self.fixed)).collect())
    }

    /// Puts a feed into the list.
    ///
    /// # Errors
    /// `Invalid` for what can't be asked, `Conflict` when it is there or the list is full.
    pub async fn add(&self, db: &Database, url: &str) -> Result<(), AppError> {
        let url = url.trim();
        let refused = |why: &dyn std::fmt::Display| AppError::Invalid(format!("This feed can't be followed: {why}."));
        if !rules::is_url(url) {
            return Err(refused(&"an address begins with https:// or http://"));
        }
        let url = self.list.check(url, Scheme::Any).map_err(|why| refused(&why))?;
        let url = String::from(url);
        if self.fixed.contains(&url) {
            return Err(AppError::Conflict("This feed is followed already.".into()));
        }
        db.writer
            .write(move |conn| Box::pin(async move { feeds::list(conn, &url).await }))
            .await?;
        self.changed.notify_one();
        Ok(())
    }

    /// Takes a feed off the list.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn remove(&self, db: &Database, id: FeedId) -> Result<(), AppError> {
        let work = db.writer.write(move |conn| Box::pin(feeds::unlist(conn, id)));
        if !work.await? {
            return Err(AppError::NotFound("This feed isn't followed any more.".into()));
        }
        self.changed.notify_one();
        Ok(())
    }
}

/// Begins to follow, until the server stops.
///
/// # Errors
/// When the TLS library can't start.
pub fn start(squawk: &Arc<Squawk>, config: &Config, shutdown: &Shutdown) -> Result<(), AppError> {
    let follower = Follower {
        squawk: squawk.clone(),
        // Whoever starts the server may name what stands beside it.
        fixed: client(Reach::Anywhere).map_err(|e| internal("feeds", &e))?,
        usual: Duration::from_millis(config.squawks.feed_every_ms),
    };
    shutdown.spawn(follower.run());
    Ok(())
}

struct Follower {
    squawk: Arc<Squawk>,
    fixed: Outbound,
    usual: Duration,
}

impl Follower {
    async fn run(self) {
        let squawk = &*self.squawk;
        loop {
            let following = &squawk.following;
            let Ok(feeds) = feeds::followed(&squawk.db.readers, &following.fixed).await else {
                tokio::time::sleep(RETRY).await;
                continue;
            };
            let next = feeds.into_iter().min_by_key(|feed| feed.due);
            let wait = next.as_ref().map(|feed| until(feed.due, Timestamp::now()));
            let due = async {
                match wait {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => (),
                () = following.changed.notified() => continue,
            }
            let Some(feed) = next else { continue };
            if let Err(error) = self.poll(squawk, &feed).await {
                // Busy, or a full disk: nothing is kept, so it is all there the next time.
                tracing::warn!(feed = feed.id, %error, "a feed was not kept");
                tokio::time::sleep(RETRY.min(self.usual)).await;
            }
        }
    }

    async fn poll(&self, squawk: &Squawk, feed: &Followed) -> Result<(), AppError> {
        let client = match squawk.following.fixed.contains(&feed.url) {
            true => &self.fixed,
            false => &squawk.following.list,
        };
        let asked = ask(client, feed).await;
        let now = Timestamp::now();
        let (answered, ttl) = match asked.said {
            Ok(Said::Same) => (
                Answered {
                    etag: feed.etag.clone(),
                    modified: feed.modified.clone(),
                    ..Answered::default()
                },
                None,
            ),
            Ok(Said::Document(document)) => {
                let title = match document.title.is_empty() {
                    true => host(&feed.url),
                    false => document.title,
                };
                self.tell(squawk, feed, &title, &document.entries).await?;
                let answered = Answered {
                    title: Some(title),
                    etag: asked.etag,
                    modified: asked.modified,
                    entries: document.entries.iter().map(|entry| entry.hash).collect(),
                };
                (answered, document.ttl)
            }
            Err(fault) => {
                if feed.fault != fault {
                    tracing::warn!(feed = feed.id, fault, "a feed can't be read");
                }
                let pause = times::after_fault(self.usual, feed.fails, asked.retry_after);
                let (id, due) = (feed.id, later(now, pause));
                let work = squawk
                    .db
                    .writer
                    .write(move |conn| Box::pin(async move { feeds::failed(conn, id, &fault, due).await }));
                return work.await;
            }
        };
        let (id, due) = (feed.id, later(now, times::usual(self.usual, ttl, asked.retry_after)));
        let work = squawk
            .db
            .writer
            .write(move |conn| Box::pin(async move { feeds::answered(conn, id, &answered, (now, due)).await }));
        work.await
    }

    /// Publishes what is new, the oldest first; nothing the first time.
    async fn tell(&self, squawk: &Squawk, feed: &Followed, title: &str, entries: &[Entry]) -> Result<(), AppError> {
        if feed.polled.is_none() {
            return Ok(());
        }
        let known = feeds::known(&squawk.db.readers, feed.id).await?;
        let new: Vec<&Entry> = entries
            .iter()
            .filter(|entry| !known.contains(&entry.hash[..]))
            .collect();
        if new.len() > AT_ONCE {
            tracing::info!(
                feed = feed.id,
                passed_over = new.len() - AT_ONCE,
                "much is new in a feed at once"
            );
        }
        for entry in new.into_iter().take(AT_ONCE).rev() {
            let headline = New {
                text: entry.text.clone(),
                url: entry.url.clone(),
                outer_id: Some(data_encoding::HEXLOWER.encode(&entry.hash)),
            };
            publish(squawk, Source::Feed(title.to_owned()), headline).await?;
        }
        Ok(())
    }
}

/// How long to wait for something that is due; a clock that was put back keeps nothing waiting for ever.
fn until(due: i64, now: Timestamp) -> Duration {
    let micros = due.saturating_sub(now.micros());
    match u64::try_from(micros) {
        Ok(micros) if micros <= LONGEST.unsigned_abs() * 1_000_000 => Duration::from_micros(micros),
        _ => Duration::ZERO,
    }
}

fn later(now: Timestamp, pause: Duration) -> Timestamp {
    let micros = i64::try_from(pause.as_micros()).unwrap_or(LONGEST * 1_000_000);
    Timestamp::from_micros(now.micros().saturating_add(micros.min(LONGEST * 1_000_000)))
}

fn host(url: &str) -> String {
    let url = reqwest::Url::parse(url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}
