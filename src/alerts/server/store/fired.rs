//! When alerts over a symbol fired.

use sqlx::{FromRow, SqlitePool};

use crate::{
    error::AppError,
    ids::{RoomId, UserId},
    ticker::model::Key,
    time::Timestamp,
};

/// A firing of an alert over a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// When it began.
    pub at: Timestamp,
    /// What the alert was called then.
    pub name: String,
    /// Where it was said.
    pub room: RoomId,
    /// What that is called.
    pub title: String,
    /// The message; `None` where it couldn't be said.
    pub seq: Option<u64>,
}

#[derive(FromRow)]
struct Row {
    began: i64,
    name: Option<String>,
    room: i64,
    title: String,
    seq: Option<i64>,
}

impl From<Row> for Fired {
    fn from(row: Row) -> Self {
        Self {
            at: Timestamp::from_micros(row.began),
            name: row.name.unwrap_or_default(),
            room: RoomId(row.room),
            title: row.title,
            seq: row.seq.map(i64::unsigned_abs),
        }
    }
}

/// When alerts over `key` fired between two instants, both included, in the rooms that `user` is in; the newest first.
///
/// # Errors
/// When the database fails.
pub async fn fired(
    db: &SqlitePool,
    user: UserId,
    key: &Key,
    (from, to): (Timestamp, Timestamp),
    limit: u32,
) -> Result<Vec<Fired>, AppError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT f.began, f.telling ->> 'name' AS name, f.room, room.name AS title, f.seq FROM alert_rule AS r \
         JOIN alert_firing AS f ON f.rule = r.id JOIN member ON member.room = f.room AND member.user = ?1 \
         JOIN room ON room.id = f.room \
         WHERE r.symbol = ?2 AND r.symbol <> '' AND r.venue = ?3 AND f.began BETWEEN ?4 AND ?5 \
         ORDER BY f.began DESC LIMIT ?6",
    )
    .bind(user.0)
    .bind(&key.symbol)
    .bind(&key.venue)
    .bind(from.micros())
    .bind(to.micros())
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Fired::from).collect())
}
