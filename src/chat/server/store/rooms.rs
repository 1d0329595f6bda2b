//! Rooms.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::unread;
use crate::{
    chat::model::{Person, Room, RoomKind},
    error::AppError,
    ids::{RoomId, UserId},
    server::error::is_taken,
    time::Timestamp,
};

#[derive(FromRow)]
struct RoomRow {
    id: i64,
    name: String,
    topic: String,
    kind: String,
    unread: u32,
    mentions: u32,
    muted: bool,
}

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        Self {
            id: RoomId(row.id),
            name: row.name,
            topic: row.topic,
            kind: kind(&row.kind),
            people: Vec::new(),
            unread: row.unread,
            mentions: row.mentions,
            muted: row.muted,
        }
    }
}

pub(super) fn kind(text: &str) -> RoomKind {
    match text {
        "private" => RoomKind::Private,
        "direct" => RoomKind::Direct,
        _ => RoomKind::Open,
    }
}

const fn kind_text(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Open => "open",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
    }
}

/// The rooms that `user` is in: by name, conversations last.
pub async fn rooms(db: &SqlitePool, user: UserId) -> Result<Vec<Room>, AppError> {
    let mut conn = db.acquire().await?;
    let rows: Vec<RoomRow> = sqlx::query_as(concat!(
        "SELECT room.id, room.name, room.topic, room.kind, ",
        unread!(),
        ", member.level IS 'nothing' AS muted FROM member JOIN room ON room.id = member.room WHERE member.user = ? \
         ORDER BY room.kind = 'direct', room.name"
    ))
    .bind(user.0)
    .fetch_all(&mut *conn)
    .await?;
    with_people(&mut conn, rows.into_iter().map(Room::from).collect()).await
}

/// Adds the people of direct rooms, and how far they have read.
pub(super) async fn with_people(conn: &mut SqliteConnection, mut rooms: Vec<Room>) -> Result<Vec<Room>, AppError> {
    let direct = rooms.iter().filter(|room| room.kind == RoomKind::Direct);
    let direct: Vec<i64> = direct.map(|room| room.id.0).collect();
    if direct.is_empty() {
        return Ok(rooms);
    }
    let people: Vec<(i64, i64, String, i64)> = sqlx::query_as(
        "SELECT member.room, user.id, user.name, member.read FROM member JOIN user ON user.id = member.user \
         WHERE member.room IN (SELECT value FROM json_each(?)) ORDER BY user.name",
    )
    .bind(serde_json::to_string(&direct).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    for (room, id, name, read) in people {
        if let Some(room) = rooms.iter_mut().find(|other| other.id.0 == room) {
            room.people.push(Person {
                id: UserId(id),
                name,
                read: read.unsigned_abs(),
                ..Person::default()
            });
        }
    }
    Ok(rooms)
}

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
}

/// One room that `user` is in; `None` when there is none, or not for them.
pub async fn room(db: &SqlitePool, id: RoomId, user: UserId) -> Result<Option<Joined>, AppError> {
    let mut conn = db.acquire().await?;
    let row: Option<(i64, String, String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT room.id, name, topic, kind, changed, said, read FROM room JOIN member ON member.room = room.id \
         WHERE room.id = ? AND member.user = ?",
    )
    .bind(id.0)
    .bind(user.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((id, name, topic, text, changed, said, read)) = row else {
        return Ok(None);
    };
    let room = Room {
        id: RoomId(id),
        name,
        topic,
        kind: kind(&text),
        ..Room::default()
    };
    let room = with_people(&mut conn, vec![room]).await?.pop();
    Ok(room.map(|room| Joined {
        room,
        changed: changed.unsigned_abs(),
        said: said.unsigned_abs(),
        read: read.unsigned_abs(),
    }))
}

/// Makes a room; who is in it, unless it is open to all, comes from [`add_member`].
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn insert_room(
    conn: &mut SqliteConnection,
    name: &str,
    kind: RoomKind,
    at: Timestamp,
) -> Result<Room, AppError> {
    let id: Result<i64, _> = sqlx::query_scalar("INSERT INTO room (name, kind, created) VALUES (?, ?, ?) RETURNING id")
        .bind(name)
        .bind(kind_text(kind))
        .bind(at.micros())
        .fetch_one(conn)
        .await;
    match id {
        Ok(id) => Ok(Room {
            id: RoomId(id),
            name: name.to_owned(),
            kind,
            ..Room::default()
        }),
        Err(cause) if is_taken(&cause) => Err(name_taken(name)),
        Err(cause) => Err(cause.into()),
    }
}

fn name_taken(name: &str) -> AppError {
    AppError::Conflict(format!("There is a room called # {name} already."))
}

/// The room of this name and kind.
pub async fn room_named(conn: &mut SqliteConnection, name: &str, kind: RoomKind) -> Result<Option<RoomId>, AppError> {
    let id: Option<i64> = sqlx::query_scalar("SELECT id FROM room WHERE name = ? AND kind = ?")
        .bind(name)
        .bind(kind_text(kind))
        .fetch_optional(conn)
        .await?;
    Ok(id.map(RoomId))
}

/// Gives a room another name and topic.
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn describe(conn: &mut SqliteConnection, room: RoomId, name: &str, topic: &str) -> Result<(), AppError> {
    let done = sqlx::query("UPDATE room SET name = ?, topic = ? WHERE id = ?")
        .bind(name)
        .bind(topic)
        .bind(room.0)
        .execute(conn)
        .await;
    match done {
        Ok(_) => Ok(()),
        Err(cause) if is_taken(&cause) => Err(name_taken(name)),
        Err(cause) => Err(cause.into()),
    }
}

/// There is no such room, or not for this person; the two are not told apart.
pub fn no_room() -> AppError {
    AppError::NotFound("There is no such room. It may have been removed, or the link is wrong.".into())
}

/// The room of this name that `user` is in.
pub async fn room_called(db: &SqlitePool, name: &str, user: UserId) -> Result<Option<RoomId>, AppError> {
    let id: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM room JOIN member ON member.room = room.id WHERE name = ? AND member.user = ?",
    )
    .bind(name)
    .bind(user.0)
    .fetch_optional(db)
    .await?;
    Ok(id.map(RoomId))
}
