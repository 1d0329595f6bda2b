//! All SQL of squawks: headlines here, who may squawk in `may`, the feeds of the web in `feeds`.

pub mod feeds;
mod finding;
#[cfg(test)]
mod gone_tests;
mod may;
mod seen;
#[cfg(test)]
mod tests;
mod withdrawn;

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

use crate::{
    error::AppError,
    ids::{HeadlineId, UserId},
    squawk::model::{Headline, NAMES},
    time::Timestamp,
};

pub use finding::{Found, REACH, Reach, WHOLE, find};
pub use may::{admins_only, may, name, set_admins_only};
pub use seen::{see, see_all, seen_by};
pub use withdrawn::withdraw;

/// Headlines that are kept; beyond that the oldest go.
pub const KEPT: i64 = 200_000;

/// A headline that is to be kept.
#[derive(Clone, Debug)]
pub struct NewHeadline {
    /// When.
    pub at: Timestamp,
    /// The person or bot; `None` of a feed's.
    pub author: Option<UserId>,
    /// The author's name now, or the feed's title.
    pub source: String,
    /// What it says.
    pub text: String,
    /// Where there is more.
    pub url: Option<String>,
    /// The sender's own name for it.
    pub outer_id: String,
}

#[derive(FromRow)]
struct Row {
    id: i64,
    changed: i64,
    at: i64,
    author: Option<i64>,
    source: String,
    text: String,
    url: Option<String>,
    seen: u32,
    seen_by: String,
}

impl From<Row> for Headline {
    fn from(row: Row) -> Self {
        // SQLite wrote it.
        let seen_by: Vec<(UserId, String)> = serde_json::from_str(&row.seen_by).unwrap_or_default();
        Self {
            id: HeadlineId(row.id),
            changed: row.changed.unsigned_abs(),
            at: Timestamp::from_micros(row.at),
            author: row.author.map(UserId),
            source: row.source,
            text: row.text,
            url: row.url,
            seen: row.seen,
            seen_by,
            gone: false,
        }
    }
}

/// Headlines as they are now, with what follows `FROM headline AS h …`; the first parameter is how many who saw it are named.
macro_rules! headlines {
    ($from:literal) => {
        concat!(
            "SELECT h.id, h.changed, h.at, h.author, coalesce(author.name, h.source) AS source, h.text, h.url, \
             (SELECT count(*) FROM headline_seen AS s WHERE s.headline = h.id) AS seen, \
             (SELECT json_group_array(json_array(user, name)) FROM (SELECT s.user, u.name FROM headline_seen AS s \
             JOIN user AS u ON u.id = s.user WHERE s.headline = h.id ORDER BY s.at DESC, s.user LIMIT ?1)) AS seen_by \
             FROM headline AS h LEFT JOIN user AS author ON author.id = h.author ",
            $from
        )
    };
}

fn read(rows: Vec<Row>) -> Vec<Headline> {
    rows.into_iter().map(Headline::from).collect()
}

/// A count as SQLite keeps it; beyond what it can count lies the end.
fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn next_change(conn: &mut SqliteConnection) -> Result<i64, AppError> {
    let next = sqlx::query_scalar("UPDATE squawk_count SET changed = changed + 1 RETURNING changed")
        .fetch_one(conn)
        .await?;
    Ok(next)
}

/// Keeps a headline, unless its author has brought one of this `outer_id` before: then that one and `false`.
///
/// # Errors
/// When the database fails.
pub async fn insert(conn: &mut SqliteConnection, new: &NewHeadline) -> Result<(Headline, bool), AppError> {
    let author = new.author.map(|author| author.0);
    let before = sqlx::query_as::<_, Row>(headlines!(
        "WHERE coalesce(h.author, 0) = coalesce(?2, 0) AND h.outer_id = ?3"
    ))
    .bind(NAMES)
    .bind(author)
    .bind(&new.outer_id)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(row) = before {
        return Ok((row.into(), false));
    }
    let changed = next_change(conn).await?;
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO headline (changed, at, author, source, text, url, outer_id) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(changed)
    .bind(new.at.micros())
    .bind(author)
    .bind(&new.source)
    .bind(&new.text)
    .bind(&new.url)
    .bind(&new.outer_id)
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM headline WHERE id <= ?")
        .bind(id - KEPT)
        .execute(&mut *conn)
        .await?;
    Ok((headline(conn, HeadlineId(id)).await?, true))
}

/// A headline.
///
/// # Errors
/// `NotFound`.
pub async fn headline<'c>(conn: impl SqliteExecutor<'c>, id: HeadlineId) -> Result<Headline, AppError> {
    let row = sqlx::query_as::<_, Row>(headlines!("WHERE h.id = ?2"))
        .bind(NAMES)
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    row.map(Headline::from)
        .ok_or_else(|| AppError::NotFound("There is no such headline, or it is no longer kept.".into()))
}

/// The id of the newest headline, and the number of the last change; 0 where there are none.
///
/// # Errors
/// When the database fails.
pub async fn reached<'c>(conn: impl SqliteExecutor<'c>) -> Result<(u64, u64), AppError> {
    let (id, changed): (i64, i64) =
        sqlx::query_as("SELECT coalesce((SELECT max(id) FROM headline), 0), changed FROM squawk_count")
            .fetch_one(conn)
            .await?;
    Ok((id.unsigned_abs(), changed.unsigned_abs()))
}

/// Headlines that came, oldest first, after the one with this id.
///
/// # Errors
/// When the database fails.
pub async fn after<'c>(conn: impl SqliteExecutor<'c>, id: u64, limit: u32) -> Result<Vec<Headline>, AppError> {
    let rows = sqlx::query_as(headlines!("WHERE h.id > ?2 ORDER BY h.id LIMIT ?3"))
        .bind(NAMES)
        .bind(number(id))
        .bind(limit)
        .fetch_all(conn)
        .await?;
    Ok(read(rows))
}

/// The first headlines that came between two instants, both included, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn between<'c>(
    conn: impl SqliteExecutor<'c>,
    (from, to): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<Headline>, AppError> {
    let rows = sqlx::query_as(headlines!("WHERE h.at BETWEEN ?2 AND ?3 ORDER BY h.at LIMIT ?4"))
        .bind(NAMES)
        .bind(from.micros())
        .bind(to.micros())
        .bind(limit)
        .fetch_all(conn)
        .await?;
    Ok(read(rows))
}

/// Headlines that came, changed or went after this change, in the order of their last changes.
///
/// # Errors
/// When the database fails.
pub async fn changed_after(conn: &mut SqliteConnection, changed: u64, limit: u32) -> Result<Vec<Headline>, AppError> {
    let changed = number(changed);
    // Before the others: one that goes between the two is there and, with the next page, gone; never neither.
    let gone = withdrawn::gone_after(&mut *conn, changed, limit).await?;
    let rows = sqlx::query_as(headlines!("WHERE h.changed > ?2 ORDER BY h.changed LIMIT ?3"))
        .bind(NAMES)
        .bind(changed)
        .bind(limit)
        .fetch_all(conn)
        .await?;
    let mut all = read(rows);
    all.extend(gone);
    all.sort_by_key(|headline| headline.changed);
    all.truncate(limit as usize);
    Ok(all)
}

/// What is looked for. All of it must be so.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Parts of the text or the source of three characters or more, in small letters.
    pub indexed: Vec<String>,
    /// Shorter ones.
    pub short: Vec<String>,
    /// This one, and those after it.
    pub from: Option<HeadlineId>,
    /// Those before this one.
    pub before: Option<HeadlineId>,
}

impl Wanted {
    /// Not everything fits.
    fn has_words(&self) -> bool {
        !(self.indexed.is_empty() && self.short.is_empty())
    }
}

/// The newest headlines that fit, the newest first.
///
/// # Errors
/// When the database fails.
pub async fn newest<'c>(conn: impl SqliteExecutor<'c>, wanted: &Wanted, limit: u32) -> Result<Vec<Headline>, AppError> {
    let before = wanted.before.map_or(i64::MAX, |id| id.0);
    let from = wanted.from.map_or(0, |id| id.0);
    let short = serde_json::to_string(&wanted.short).unwrap_or_default();
    let quoted = wanted
        .indexed
        .iter()
        .map(|part| format!("\"{}\"", part.replace('"', "\"\"")));
    let query = match wanted.indexed.is_empty() {
        true => headlines!(
            "WHERE h.id < ?2 AND h.id >= ?6 AND NOT EXISTS (SELECT 1 FROM json_each(?3) AS part \
             WHERE instr(lower(h.source || ' ' || h.text), part.value) = 0) ORDER BY h.id DESC LIMIT ?4"
        ),
        false => headlines!(
            "JOIN headline_text ON headline_text.rowid = h.id WHERE headline_text MATCH ?5 \
             AND headline_text.rowid < ?2 AND headline_text.rowid >= ?6 AND NOT EXISTS (SELECT 1 FROM json_each(?3) AS part \
             WHERE instr(lower(h.source || ' ' || h.text), part.value) = 0) ORDER BY headline_text.rowid DESC LIMIT ?4"
        ),
    };
    let rows = sqlx::query_as(query)
        .bind(NAMES)
        .bind(before)
        .bind(short)
        .bind(limit)
        .bind(quoted.collect::<Vec<_>>().join(" "))
        .bind(from)
        .fetch_all(conn)
        .await?;
    Ok(read(rows))
}
