//! Rooms.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{Root, unread};
use crate::{
    chat::model::{Person, Room, RoomKind},
    error::AppError,
    ids::{RoomId, UserId},
    server::error::is_taken,
    time::Timestamp,
};

#[derive(FromRow)]
pub(super) struct RoomRow {
    id: i64,
    name: String,
    topic: String,
    kind: String,
    unread: u32,
    mentions: u32,
    muted: bool,
    archived: bool,
    parent: Option<i64>,
    root: Option<i64>,
    #[sqlx(default)]
    changed: i64,
}

pub(super) fn root(parent: Option<i64>, root: Option<i64>) -> Option<Root> {
    Some((RoomId(parent?), root?.unsigned_abs()))
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
            root: root(row.parent, row.root),
            archived: row.archived,
            counted: row.changed.unsigned_abs(),
        }
    }
}

pub(super) fn kind(text: &str) -> RoomKind {
    match text {
        "private" => RoomKind::Private,
        "direct" => RoomKind::Direct,
        "thread" => RoomKind::Thread,
        _ => RoomKind::Open,
    }
}

const fn kind_text(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Open => "open",
        // A thread is one whose `parent` is set.
        RoomKind::Private | RoomKind::Thread => "private",
        RoomKind::Direct => "direct",
    }
}

/// What a room is called and what kind it is; a thread is called as its root's room, `up`.
macro_rules! named {
    () => {
        "coalesce(up.name, room.name) AS name, room.topic, iif(up.id IS NULL, room.kind, 'thread') AS kind, \
         room.parent, room.root, room.archived IS NOT NULL AS archived "
    };
}
pub(super) use named;

/// The rooms that `user` is in: by name, conversations last; no threads, and without those that are archived.
pub async fn rooms(db: &SqlitePool, user: UserId) -> Result<Vec<Room>, AppError> {
    rooms_of(db, user, false).await
}

/// As [`rooms`], with those that are archived.
pub async fn all_rooms(db: &SqlitePool, user: UserId) -> Result<Vec<Room>, AppError> {
    rooms_of(db, user, true).await
}

async fn rooms_of(db: &SqlitePool, user: UserId, archived: bool) -> Result<Vec<Room>, AppError> {
    let mut conn = db.acquire().await?;
    let rows: Vec<RoomRow> = sqlx::query_as(concat!(
        "SELECT room.id, room.name, room.topic, room.kind, room.archived IS NOT NULL AS archived, room.parent, room.root, room.changed, ",
        unread!(),
        ", member.level IS 'nothing' AS muted FROM member JOIN room ON room.id = member.room \
         WHERE member.user = ? AND member.follows = 1 AND room.parent IS NULL AND (? OR room.archived IS NULL) \
         ORDER BY room.kind = 'direct', room.name"
    ))
    .bind(user.0)
    .bind(archived)
    .fetch_all(&mut *conn)
    .await?;
    with_people(&mut conn, rows.into_iter().map(Room::from).collect()).await
}

/// The threads that `user` follows and in which something was said after `after`: up to `limit`, the newest first.
pub async fn followed(db: &SqlitePool, user: UserId, after: Timestamp, limit: u32) -> Result<Vec<Room>, AppError> {
    let mut conn = db.acquire().await?;
    let rows: Vec<RoomRow> = sqlx::query_as(concat!(
        "SELECT room.id, ",
        named!(),
        ", room.changed, ",
        unread!(),
        ", member.level IS 'nothing' AS muted FROM member JOIN room ON room.id = member.room \
         JOIN room up ON up.id = room.parent WHERE member.user = ? AND member.follows = 1 AND room.last > ? \
         ORDER BY room.last DESC LIMIT ?"
    ))
    .bind(user.0)
    .bind(after.micros())
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    with_people(&mut conn, rows.into_iter().map(Room::from).collect()).await
}

/// Whose people a room's title names: those of a conversation, or of the room of a thread.
fn talk(room: &Room) -> Option<RoomId> {
    match room.root {
        // No other room's name has an @.
        Some((up, _)) if room.name.starts_with('@') => Some(up),
        _ => (room.kind == RoomKind::Direct).then_some(room.id),
    }
}

/// Adds the people of direct rooms, and how far they have read.
pub(super) async fn with_people(conn: &mut SqliteConnection, mut rooms: Vec<Room>) -> Result<Vec<Room>, AppError> {
    let direct: Vec<RoomId> = rooms.iter().filter_map(talk).collect();
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
    for (talk_id, id, name, read) in people {
        for room in rooms.iter_mut().filter(|room| talk(room) == Some(RoomId(talk_id))) {
            let name = name.clone();
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

/// A room without its people, whoever is in it; of a conversation, the name is only a key.
pub async fn any_room(db: &SqlitePool, id: RoomId) -> Result<Option<Room>, AppError> {
    let found: Option<RoomRow> = sqlx::query_as(concat!(
        "SELECT room.id, ",
        named!(),
        ", 0 AS unread, 0 AS mentions, 0 AS muted FROM room LEFT JOIN room up ON up.id = room.parent WHERE room.id = ?"
    ))
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    Ok(found.map(Room::from))
}

/// Gives a room another topic, and another name where there is one.
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn describe(
    conn: &mut SqliteConnection,
    room: RoomId,
    name: Option<&str>,
    topic: &str,
) -> Result<(), AppError> {
    let done = sqlx::query("UPDATE room SET name = coalesce(?, name), topic = ? WHERE id = ?")
        .bind(name)
        .bind(topic)
        .bind(room.0)
        .execute(conn)
        .await;
    match done {
        Ok(_) => Ok(()),
        Err(cause) if is_taken(&cause) => Err(name_taken(name.unwrap_or_default())),
        Err(cause) => Err(cause.into()),
    }
}

/// There is no such room, or not for this person; the two are not told apart.
pub fn no_room() -> AppError {
    AppError::NotFound("There is no such room. It may have been removed, or the link is wrong.".into())
}

/// The room is archived.
pub fn archived() -> AppError {
    AppError::Conflict(
        "This room is archived: it can be read, and nothing changes in it. An administrator can bring it back.".into(),
    )
}

/// Who is in a room.
pub(super) async fn people_of(conn: &mut SqliteConnection, room: RoomId) -> Result<Vec<UserId>, AppError> {
    let people: Vec<i64> = sqlx::query_scalar("SELECT user FROM member WHERE room = ?")
        .bind(room.0)
        .fetch_all(conn)
        .await?;
    Ok(people.into_iter().map(UserId).collect())
}

/// The room of this name that `user` is in.
pub async fn room_called(db: &SqlitePool, name: &str, user: UserId) -> Result<Option<RoomId>, AppError> {
    let id: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM room JOIN member ON member.room = room.id WHERE name = ? AND parent IS NULL AND member.user = ?",
    )
    .bind(name)
    .bind(user.0)
    .fetch_optional(db)
    .await?;
    Ok(id.map(RoomId))
}
