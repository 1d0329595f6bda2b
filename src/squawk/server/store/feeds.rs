//! The feeds of the web that are followed, and what each has said.

use std::collections::HashSet;

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

use crate::{error::AppError, ids::FeedId, squawk::model::Feed, time::Timestamp};

/// What a feed has said, by the SHA-256 of its address and the entry's id.
pub type Hash = [u8; 32];

/// Feeds in the list at most.
pub const MOST: u32 = 50;
/// Entries of a feed that are remembered: many times what one holds at once.
const REMEMBERED: i64 = 2_000;

/// A feed as it is asked next.
#[derive(Clone, Debug, FromRow)]
pub struct Followed {
    /// `feed.id`.
    pub id: i64,
    /// Its address.
    pub url: String,
    /// Administrators have it followed.
    pub listed: bool,
    /// What it calls itself.
    pub title: String,
    /// What it is asked with.
    pub etag: Option<String>,
    /// The same.
    pub modified: Option<String>,
    /// When it was read last, in microseconds.
    pub polled: Option<i64>,
    /// When it is asked next, in microseconds.
    pub due: i64,
    /// How often it failed in a row.
    pub fails: u32,
    /// What was wrong the last time.
    pub fault: String,
}

impl Followed {
    /// As the page shows it, where `fixed` are those of the command line.
    pub fn shown(self, fixed: &[String]) -> Feed {
        Feed {
            id: FeedId(self.id),
            fixed: fixed.contains(&self.url),
            url: self.url,
            title: self.title,
            polled: self.polled.map(Timestamp::from_micros),
            fault: self.fault,
        }
    }
}

/// What an answer of a feed changes.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// What it calls itself; `None` where it said only that nothing is new.
    pub title: Option<String>,
    /// What it is asked with next.
    pub etag: Option<String>,
    /// The same.
    pub modified: Option<String>,
    /// What is in it.
    pub entries: Vec<Hash>,
}

/// Makes sure that the command line's feeds are known.
///
/// # Errors
/// When the database fails.
pub async fn know(conn: &mut SqliteConnection, urls: &[String]) -> Result<(), AppError> {
    for url in urls {
        sqlx::query("INSERT OR IGNORE INTO feed (url) VALUES (?)")
            .bind(url)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// The feeds that are followed: those in the list, and the command line's.
///
/// # Errors
/// When the database fails.
pub async fn followed<'c>(conn: impl SqliteExecutor<'c>, fixed: &[String]) -> Result<Vec<Followed>, AppError> {
    let fixed = serde_json::to_string(fixed).unwrap_or_default();
    let rows = sqlx::query_as(
        "SELECT id, url, listed, title, etag, modified, polled, due, fails, fault FROM feed \
         WHERE listed OR url IN (SELECT value FROM json_each(?)) ORDER BY id",
    )
    .bind(fixed)
    .fetch_all(conn)
    .await?;
    Ok(rows)
}

/// Puts a feed into the list; what it has said by the time it is first read is not news.
///
/// # Errors
/// `Conflict` when it is there, or the list is full.
pub async fn list(conn: &mut SqliteConnection, url: &str) -> Result<(), AppError> {
    let (count, there): (u32, bool) =
        sqlx::query_as("SELECT count(*), coalesce(sum(url = ?), 0) > 0 FROM feed WHERE listed")
            .bind(url)
            .fetch_one(&mut *conn)
            .await?;
    if there {
        return Err(AppError::Conflict("This feed is followed already.".into()));
    }
    if count >= MOST {
        return Err(AppError::Conflict(format!(
            "{MOST} feeds are followed, which is as many as there can be. Remove one first."
        )));
    }
    sqlx::query(
        "INSERT INTO feed (url, listed) VALUES (?, 1) ON CONFLICT (url) DO UPDATE SET \
         listed = 1, etag = NULL, modified = NULL, polled = NULL, due = 0, fails = 0, fault = ''",
    )
    .bind(url)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a feed off the list; false when it isn't there.
///
/// # Errors
/// When the database fails.
pub async fn unlist(conn: &mut SqliteConnection, id: FeedId) -> Result<bool, AppError> {
    let done = sqlx::query("UPDATE feed SET listed = 0 WHERE id = ? AND listed")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// What a feed is known to have said.
///
/// # Errors
/// When the database fails.
pub async fn known<'c>(conn: impl SqliteExecutor<'c>, feed: i64) -> Result<HashSet<Vec<u8>>, AppError> {
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM feed_entry WHERE feed = ?")
        .bind(feed)
        .fetch_all(conn)
        .await?;
    Ok(hashes.into_iter().collect())
}

/// Keeps what a feed has said, and when it is asked next.
///
/// # Errors
/// When the database fails.
pub async fn answered(
    conn: &mut SqliteConnection,
    feed: i64,
    answer: &Answered,
    (now, due): (Timestamp, Timestamp),
) -> Result<(), AppError> {
    sqlx::query(
        "UPDATE feed SET title = coalesce(?, title), etag = ?, modified = ?, polled = ?, due = ?, fails = 0, fault = '' \
         WHERE id = ?",
    )
    .bind(&answer.title)
    .bind(&answer.etag)
    .bind(&answer.modified)
    .bind(now.micros())
    .bind(due.micros())
    .bind(feed)
    .execute(&mut *conn)
    .await?;
    for hash in &answer.entries {
        sqlx::query("INSERT INTO feed_entry (feed, hash, at) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET at = ?3")
            .bind(feed)
            .bind(hash.as_slice())
            .bind(now.micros())
            .execute(&mut *conn)
            .await?;
    }
    if !answer.entries.is_empty() {
        sqlx::query(
            "DELETE FROM feed_entry WHERE feed = ?1 AND hash NOT IN \
             (SELECT hash FROM feed_entry WHERE feed = ?1 ORDER BY at DESC LIMIT ?2)",
        )
        .bind(feed)
        .bind(REMEMBERED)
        .execute(conn)
        .await?;
    }
    Ok(())
}

/// Keeps that a feed couldn't be read, why, and when it is asked next.
///
/// # Errors
/// When the database fails.
pub async fn failed(conn: &mut SqliteConnection, feed: i64, fault: &str, due: Timestamp) -> Result<(), AppError> {
    sqlx::query("UPDATE feed SET due = ?, fails = fails + 1, fault = ? WHERE id = ?")
        .bind(due.micros())
        .bind(fault)
        .bind(feed)
        .execute(conn)
        .await?;
    Ok(())
}
