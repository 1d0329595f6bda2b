//! Searches that are kept.

use sqlx::{SqliteConnection, SqliteExecutor};

use crate::{error::AppError, ids::UserId, logs::find::Saved};

/// Those that `who` sees: their own, then the team's, each by name.
///
/// # Errors
/// When the database fails.
pub async fn seen<'c>(conn: impl SqliteExecutor<'c>, who: UserId) -> Result<Vec<Saved>, AppError> {
    let rows: Vec<(i64, Option<i64>, String, String)> = sqlx::query_as(
        "SELECT id, owner, name, query FROM saved_search WHERE owner IS NULL OR owner = ? ORDER BY owner IS NULL, name",
    )
    .bind(who.0)
    .fetch_all(conn)
    .await?;
    let saved = rows.into_iter().map(|(id, owner, name, query)| Saved {
        id,
        name,
        query,
        team: owner.is_none(),
    });
    Ok(saved.collect())
}

/// Keeps a search under its name, in the place of one's own that had it; false when its owner has as many as are allowed, or
/// the team has another of that name.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    conn: &mut SqliteConnection,
    owner: Option<UserId>,
    name: &str,
    query: &str,
    most: u32,
) -> Result<bool, AppError> {
    let done = sqlx::query(
        "INSERT INTO saved_search (owner, name, query) SELECT ?1, ?2, ?3 \
         WHERE (SELECT count(*) FROM saved_search WHERE owner IS ?1) < ?4 \
         OR EXISTS (SELECT 1 FROM saved_search WHERE owner IS ?1 AND name = ?2) \
         ON CONFLICT (coalesce(owner, 0), name) DO UPDATE SET query = excluded.query \
         WHERE owner IS NOT NULL OR query = excluded.query",
    )
    .bind(owner.map(|owner| owner.0))
    .bind(name)
    .bind(query)
    .bind(most)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Deletes one that `who` sees; false when there is none.
///
/// # Errors
/// When the database fails.
pub async fn delete(conn: &mut SqliteConnection, who: UserId, id: i64) -> Result<bool, AppError> {
    let done = sqlx::query("DELETE FROM saved_search WHERE id = ? AND (owner IS NULL OR owner = ?)")
        .bind(id)
        .bind(who.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}
