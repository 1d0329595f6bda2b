//! What is old, and what is of symbols that are gone.

use sqlx::SqliteConnection;

use crate::{
    error::AppError,
    ticker::server::bars::{Interval, slot},
};

/// Takes symbols away; their bars are swept later. `keys` is a JSON array of symbols and venues.
///
/// # Errors
/// When it can't be written.
pub async fn forget(conn: &mut SqliteConnection, keys: &str) -> Result<(), sqlx::Error> {
    let gone = "SELECT value->>0, value->>1 FROM json_each(?)";
    for sql in [
        format!("DELETE FROM open_bars WHERE series IN (SELECT id FROM series WHERE (symbol, venue) IN ({gone}))"),
        format!("DELETE FROM series WHERE (symbol, venue) IN ({gone})"),
    ] {
        sqlx::query(&sql).bind(keys).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Deletes chunks of `interval` that lie before that of bar `before`, `most` at most, and with the seconds the numbers of
/// their ticks; gives how many.
///
/// # Errors
/// When the database can't be written.
pub async fn delete_old(
    conn: &mut SqliteConnection,
    interval: Interval,
    before: i64,
    most: u32,
) -> Result<u64, AppError> {
    let sql = "DELETE FROM bars WHERE (series, interval, slot) IN (
        SELECT series, interval, slot FROM series CROSS JOIN bars
        ON series = id AND interval = ?1 AND slot < ?2 LIMIT ?3)";
    let slot = slot(before);
    let bars = sqlx::query(sql).bind(interval.code()).bind(slot).bind(most);
    let mut deleted = bars.execute(&mut *conn).await?.rows_affected();
    if interval == Interval::Second {
        let sql = "DELETE FROM seen WHERE (series, slot) IN (
            SELECT series, slot FROM series CROSS JOIN seen ON series = id AND slot < ?1 LIMIT ?2)";
        let seen = sqlx::query(sql).bind(slot).bind(most).execute(&mut *conn).await?;
        deleted = deleted.max(seen.rows_affected());
    }
    Ok(deleted)
}

/// Deletes what is left of series that are gone, `most` rows at most; gives how many.
///
/// # Errors
/// When the database can't be written.
pub async fn delete_gone(conn: &mut SqliteConnection, most: u32) -> Result<u64, AppError> {
    let mut deleted = 0;
    for (table, key) in [("bars", "series, interval, slot"), ("seen", "series, slot")] {
        // From series to series by the key, not over all their rows.
        let sql = format!(
            "WITH RECURSIVE here(series) AS (
                SELECT min(series) FROM {table}
                UNION ALL SELECT (SELECT min(series) FROM {table} WHERE series > here.series) FROM here
                WHERE here.series IS NOT NULL)
            DELETE FROM {table} WHERE ({key}) IN (
                SELECT {key} FROM {table} WHERE series IN (
                    SELECT series FROM here WHERE series NOT NULL AND series NOT IN (SELECT id FROM series))
                LIMIT ?)"
        );
        let rows = sqlx::query(&sql).bind(most).execute(&mut *conn).await?;
        deleted = rows.rows_affected().max(deleted);
    }
    Ok(deleted)
}
