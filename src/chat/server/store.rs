//! Rooms and messages in `desk.db`.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{
    chat::model::{History, Message, Person, Room},
    error::AppError,
    ids::{RoomId, UserId},
    server::error::is_taken,
    time::Timestamp,
};

#[derive(FromRow)]
struct MessageRow {
    room: i64,
    seq: i64,
    changed: i64,
    author: i64,
    name: String,
    client_id: String,
    body: String,
    at: i64,
}

impl From<MessageRow> for Message {
    fn from(row: MessageRow) -> Self {
        Self {
            room: RoomId(row.room),
            seq: row.seq.unsigned_abs(),
            changed: row.changed.unsigned_abs(),
            author: Person {
                id: UserId(row.author),
                name: row.name,
            },
            client_id: row.client_id,
            body: row.body,
            at: Timestamp::from_micros(row.at),
        }
    }
}

#[derive(FromRow)]
struct RoomRow {
    id: i64,
    name: String,
    topic: String,
}

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        Self {
            id: RoomId(row.id),
            name: row.name,
            topic: row.topic,
        }
    }
}

/// A message with its author's name; append what to pick.
macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "SELECT room, seq, changed, author, user.name, client_id, body, at \
             FROM message JOIN user ON user.id = author ",
            $rest
        )
    };
}

/// Every room, by name.
pub async fn rooms(db: &SqlitePool) -> Result<Vec<Room>, AppError> {
    let rows: Vec<RoomRow> = sqlx::query_as("SELECT id, name, topic FROM room ORDER BY name")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(Room::from).collect())
}

/// One room and the number of its last change; `None` when there is no such room.
pub async fn room(db: &SqlitePool, id: RoomId) -> Result<Option<(Room, u64)>, AppError> {
    let row: Option<(i64, String, String, i64)> =
        sqlx::query_as("SELECT id, name, topic, changed FROM room WHERE id = ?")
            .bind(id.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(id, name, topic, changed)| {
        (
            Room {
                id: RoomId(id),
                name,
                topic,
            },
            changed.unsigned_abs(),
        )
    }))
}

/// How many people there are on the team.
pub async fn members(db: &SqlitePool) -> Result<u32, AppError> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM user").fetch_one(db).await?)
}

/// The newest `limit` messages before `before` (the newest of all when absent), oldest first.
pub async fn history(db: &SqlitePool, room: RoomId, before: Option<u64>, limit: u32) -> Result<History, AppError> {
    let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let mut rows: Vec<MessageRow> = sqlx::query_as(messages!("WHERE room = ? AND seq < ? ORDER BY seq DESC LIMIT ?"))
        .bind(room.0)
        .bind(before)
        .bind(limit + 1)
        .fetch_all(db)
        .await?;
    let earlier = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(History {
        messages: rows.into_iter().rev().map(Message::from).collect(),
        earlier,
    })
}

/// Up to `limit` messages that are new or changed after `after`, in the order of the changes.
pub async fn changed_after(db: &SqlitePool, room: RoomId, after: u64, limit: u32) -> Result<Vec<Message>, AppError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let rows: Vec<MessageRow> = sqlx::query_as(messages!("WHERE room = ? AND changed > ? ORDER BY changed LIMIT ?"))
        .bind(room.0)
        .bind(after)
        .bind(limit)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(Message::from).collect())
}

/// Keeps a message and gives it the room's next number. The same `client_id` of the same author again answers
/// with the message it already is, and `false`.
pub async fn insert(
    conn: &mut SqliteConnection,
    room: RoomId,
    author: &Person,
    client_id: String,
    body: String,
    at: Timestamp,
) -> Result<(Message, bool), AppError> {
    let next: Option<i64> = sqlx::query_scalar(
        "INSERT INTO message (room, seq, changed, author, client_id, body, at) \
         SELECT id, changed + 1, changed + 1, ?, ?, ?, ? FROM room WHERE id = ? \
         ON CONFLICT (author, client_id) DO NOTHING RETURNING seq",
    )
    .bind(author.id.0)
    .bind(&client_id)
    .bind(&body)
    .bind(at.micros())
    .bind(room.0)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(seq) = next {
        sqlx::query("UPDATE room SET changed = ? WHERE id = ?")
            .bind(seq)
            .bind(room.0)
            .execute(&mut *conn)
            .await?;
        let seq = seq.unsigned_abs();
        return Ok((
            Message {
                room,
                seq,
                changed: seq,
                author: author.clone(),
                client_id,
                body,
                at,
            },
            true,
        ));
    }
    let known: Option<MessageRow> = sqlx::query_as(messages!("WHERE author = ? AND client_id = ?"))
        .bind(author.id.0)
        .bind(&client_id)
        .fetch_optional(conn)
        .await?;
    match known {
        Some(row) => Ok((row.into(), false)),
        None => Err(AppError::NotFound("There is no such room.".into())),
    }
}

/// Makes a room.
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn insert_room(conn: &mut SqliteConnection, name: &str, at: Timestamp) -> Result<Room, AppError> {
    let row: Result<RoomRow, _> =
        sqlx::query_as("INSERT INTO room (name, created) VALUES (?, ?) RETURNING id, name, topic")
            .bind(name)
            .bind(at.micros())
            .fetch_one(conn)
            .await;
    match row {
        Ok(row) => Ok(row.into()),
        Err(cause) if is_taken(&cause) => Err(AppError::Conflict(format!("There is a room called # {name} already."))),
        Err(cause) => Err(cause.into()),
    }
}
