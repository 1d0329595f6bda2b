//! Headlines that are taken back.

use sqlx::{SqliteConnection, SqliteExecutor};

use super::next_change;
use crate::{error::AppError, ids::HeadlineId, squawk::model::Headline, time::Timestamp};

/// Headlines that went which are remembered, the last ones: whoever was away for longer begins anew anyway.
const REMEMBERED: i64 = 1_000;

/// Takes back some headlines, `most` at most, of those who were taken off the team with what they said: those first that
/// came after `since`. Empty when there is nothing left to be taken back.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(conn: &mut SqliteConnection, most: u32, since: Timestamp) -> Result<Vec<Headline>, AppError> {
    let news = "SELECT id FROM headline WHERE at >= ?1 AND author IN (SELECT author FROM headline_withdrawn) LIMIT ?2";
    let any = "SELECT id FROM headline_withdrawn w JOIN headline ON coalesce(headline.author, 0) = w.author \
               WHERE ?1 IS NOT NULL LIMIT ?2";
    let mut gone: Vec<i64> = Vec::new();
    for query in [news, any] {
        if gone.is_empty() {
            let found = sqlx::query_scalar(query).bind(since.micros()).bind(most);
            gone = found.fetch_all(&mut *conn).await?;
        }
    }
    let mut told = Vec::with_capacity(gone.len());
    for id in gone {
        let changed = next_change(conn).await?;
        sqlx::query("DELETE FROM headline WHERE id = ?")
            .bind(id)
            .execute(&mut *conn)
            .await?;
        sqlx::query("INSERT INTO headline_gone (changed, id) VALUES (?, ?)")
            .bind(changed)
            .bind(id)
            .execute(&mut *conn)
            .await?;
        told.push(Headline::gone(HeadlineId(id), changed.unsigned_abs()));
    }
    match told.is_empty() {
        true => sqlx::query("DELETE FROM headline_withdrawn").execute(conn).await?,
        false => {
            sqlx::query(
                "DELETE FROM headline_gone WHERE changed <= \
                 (SELECT changed FROM headline_gone ORDER BY changed DESC LIMIT 1 OFFSET ?)",
            )
            .bind(REMEMBERED)
            .execute(conn)
            .await?
        }
    };
    Ok(told)
}

/// Headlines that went after this change, in the order in which they did.
///
/// # Errors
/// When the database fails.
pub(super) async fn gone_after<'c>(
    conn: impl SqliteExecutor<'c>,
    changed: i64,
    limit: u32,
) -> Result<Vec<Headline>, AppError> {
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("SELECT id, changed FROM headline_gone WHERE changed > ? ORDER BY changed LIMIT ?")
            .bind(changed)
            .bind(limit)
            .fetch_all(conn)
            .await?;
    let gone = |(id, changed): (i64, i64)| Headline::gone(HeadlineId(id), changed.unsigned_abs());
    Ok(rows.into_iter().map(gone).collect())
}
