//! Who has seen what.

use sqlx::{SqliteConnection, SqliteExecutor};

use super::{headline, next_change};
use crate::{
    error::AppError,
    ids::{HeadlineId, UserId},
    squawk::model::Headline,
    time::Timestamp,
};

/// Marks a headline as seen; gives it as it is then, or `None` when it was marked before.
///
/// # Errors
/// `NotFound`.
pub async fn see(
    conn: &mut SqliteConnection,
    id: HeadlineId,
    who: UserId,
    now: Timestamp,
) -> Result<Option<Headline>, AppError> {
    headline(&mut *conn, id).await?;
    let done = sqlx::query("INSERT OR IGNORE INTO headline_seen (headline, user, at) VALUES (?, ?, ?)")
        .bind(id.0)
        .bind(who.0)
        .bind(now.micros())
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    let changed = next_change(conn).await?;
    sqlx::query("UPDATE headline SET changed = ? WHERE id = ?")
        .bind(changed)
        .bind(id.0)
        .execute(&mut *conn)
        .await?;
    headline(conn, id).await.map(Some)
}

/// Which of the headlines between two, both included, somebody has seen: headlines name only those who saw them last.
///
/// # Errors
/// When the database fails.
pub async fn seen_by<'c>(
    conn: impl SqliteExecutor<'c>,
    who: UserId,
    (from, until): (HeadlineId, HeadlineId),
) -> Result<Vec<HeadlineId>, AppError> {
    let seen: Vec<i64> =
        sqlx::query_scalar("SELECT headline FROM headline_seen WHERE user = ? AND headline BETWEEN ? AND ?")
            .bind(who.0)
            .bind(from.0)
            .bind(until.0)
            .fetch_all(conn)
            .await?;
    Ok(seen.into_iter().map(HeadlineId).collect())
}

/// Marks headlines between two, both included, as seen, `limit` at most, the newest first; gives them as they are then.
///
/// # Errors
/// When the database fails.
pub async fn see_all(
    conn: &mut SqliteConnection,
    (from, until): (HeadlineId, HeadlineId),
    who: UserId,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Headline>, AppError> {
    let unseen: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM headline WHERE id BETWEEN ?1 AND ?2 AND author IS NOT ?3 AND NOT EXISTS \
         (SELECT 1 FROM headline_seen WHERE headline = id AND user = ?3) ORDER BY id DESC LIMIT ?4",
    )
    .bind(from.0)
    .bind(until.0)
    .bind(who.0)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    let mut seen = Vec::with_capacity(unseen.len());
    for id in unseen {
        seen.extend(see(&mut *conn, HeadlineId(id), who, now).await?);
    }
    Ok(seen)
}
