//! A room as somebody in it finds it.

use sqlx::{FromRow, SqlitePool};

use super::rooms::{kind, named, root, with_people};
use crate::{
    chat::model::Room,
    error::AppError,
    ids::{RoomId, UserId},
};

/// A room as somebody in it finds it.
pub struct Joined {
    /// It.
    pub room: Room,
    /// The number of its last change.
    pub changed: u64,
    /// Its last place.
    pub said: u64,
    /// The place up to which the person has read.
    pub read: u64,
    /// They hear of what is said; only in a thread they may not.
    pub follows: bool,
}

#[derive(FromRow)]
struct JoinedRow {
    id: i64,
    name: String,
    topic: String,
    kind: String,
    parent: Option<i64>,
    root: Option<i64>,
    archived: bool,
    changed: i64,
    said: i64,
    read: i64,
    follows: bool,
}

/// One room that `user` is in; `None` when there is none, or not for them.
pub async fn room(db: &SqlitePool, id: RoomId, user: UserId) -> Result<Option<Joined>, AppError> {
    let mut conn = db.acquire().await?;
    let row: Option<JoinedRow> = sqlx::query_as(concat!(
        "SELECT room.id, ",
        named!(),
        ", room.changed, room.said, member.read, member.follows FROM room JOIN member ON member.room = room.id \
         LEFT JOIN room up ON up.id = room.parent WHERE room.id = ? AND member.user = ?",
    ))
    .bind(id.0)
    .bind(user.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let room = Room {
        id: RoomId(row.id),
        name: row.name,
        topic: row.topic,
        kind: kind(&row.kind),
        root: root(row.parent, row.root),
        archived: row.archived,
        ..Room::default()
    };
    let room = with_people(&mut conn, vec![room]).await?.pop();
    Ok(room.map(|room| Joined {
        room,
        changed: row.changed.unsigned_abs(),
        said: row.said.unsigned_abs(),
        read: row.read.unsigned_abs(),
        follows: row.follows,
    }))
}
