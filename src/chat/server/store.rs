//! Rooms and messages in `desk.db`.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{
    chat::model::{History, Message, Person, Quote, Reaction, Room},
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
    html: Option<String>,
    at: i64,
    edited: Option<i64>,
    deleted: Option<i64>,
    reply: Option<i64>,
    reply_author: Option<String>,
    reply_text: Option<String>,
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
            html: row.html,
            at: Timestamp::from_micros(row.at),
            reply: row.reply.map(|seq| Quote {
                seq: seq.unsigned_abs(),
                author: row.reply_author.unwrap_or_default(),
                text: row.reply_text.unwrap_or_default(),
            }),
            edited: row.edited.map(Timestamp::from_micros),
            deleted: row.deleted.is_some(),
            reactions: Vec::new(),
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

/// A message with its author's name and the beginning of what it answers; append what to pick.
macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "SELECT m.room, m.seq, m.changed, m.author, u.name, m.client_id, m.body, m.html, m.at, m.edited, m.deleted, \
             m.reply, v.name AS reply_author, substr(r.body, 1, 160) AS reply_text \
             FROM message m JOIN user u ON u.id = m.author \
             LEFT JOIN message r ON r.room = m.room AND r.seq = m.reply LEFT JOIN user v ON v.id = r.author ",
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
    let mut conn = db.acquire().await?;
    let mut rows: Vec<MessageRow> = sqlx::query_as(messages!("WHERE m.room = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?"))
        .bind(room.0)
        .bind(before)
        .bind(limit + 1)
        .fetch_all(&mut *conn)
        .await?;
    let earlier = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    rows.reverse();
    Ok(History {
        messages: with_reactions(&mut conn, room, rows).await?,
        earlier,
    })
}

/// Up to `limit` messages that are new or changed after `after`, in the order of the changes.
pub async fn changed_after(db: &SqlitePool, room: RoomId, after: u64, limit: u32) -> Result<Vec<Message>, AppError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut conn = db.acquire().await?;
    let rows: Vec<MessageRow> = sqlx::query_as(messages!("WHERE m.room = ? AND m.changed > ? ORDER BY m.changed LIMIT ?"))
        .bind(room.0)
        .bind(after)
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    with_reactions(&mut conn, room, rows).await
}

/// One message; `None` where there is none.
pub async fn message(conn: &mut SqliteConnection, room: RoomId, seq: u64) -> Result<Option<Message>, AppError> {
    let row: Option<MessageRow> = sqlx::query_as(messages!("WHERE m.room = ? AND m.seq = ?"))
        .bind(room.0)
        .bind(place(seq))
        .fetch_optional(&mut *conn)
        .await?;
    Ok(with_reactions(conn, room, row.into_iter().collect()).await?.pop())
}

/// The messages of `rows`, which are all of `room`.
async fn with_reactions(
    conn: &mut SqliteConnection,
    room: RoomId,
    rows: Vec<MessageRow>,
) -> Result<Vec<Message>, AppError> {
    let mut messages: Vec<Message> = rows.into_iter().map(Message::from).collect();
    let places: Vec<u64> = messages.iter().map(|message| message.seq).collect();
    let given: Vec<(i64, String, i64, String)> = sqlx::query_as(
        "SELECT seq, emoji, user.id, name FROM reaction JOIN user ON user.id = user \
         WHERE room = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq, at",
    )
    .bind(room.0)
    .bind(serde_json::to_string(&places).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    for (seq, emoji, id, name) in given {
        let Some(message) = messages.iter_mut().find(|message| message.seq == seq.unsigned_abs()) else {
            continue;
        };
        let person = Person { id: UserId(id), name };
        match message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => reaction.people.push(person),
            None => message.reactions.push(Reaction {
                emoji,
                people: vec![person],
            }),
        }
    }
    Ok(messages)
}

const fn place(seq: u64) -> i64 {
    seq.cast_signed()
}

/// What is to be kept as a message.
pub struct NewMessage {
    /// Where.
    pub room: RoomId,
    /// By whom.
    pub author: Person,
    /// The sender's name for it.
    pub client_id: String,
    /// As typed.
    pub body: String,
    /// As rendered.
    pub html: Option<String>,
    /// What it answers; ignored where there is no such message.
    pub reply: Option<u64>,
    /// When.
    pub at: Timestamp,
}

impl NewMessage {
    fn kept_at(self, seq: i64, changed: i64) -> Message {
        Message {
            room: self.room,
            seq: seq.unsigned_abs(),
            changed: changed.unsigned_abs(),
            author: self.author,
            client_id: self.client_id,
            body: self.body,
            html: self.html,
            at: self.at,
            ..Message::default()
        }
    }
}

/// Keeps a message and gives it the room's next place. The same `client_id` of the same author again answers
/// with the message it already is, and `false`.
///
/// # Errors
/// `NotFound` for the room.
pub async fn insert(conn: &mut SqliteConnection, new: NewMessage) -> Result<(Message, bool), AppError> {
    let next: Option<(i64, i64)> = sqlx::query_as(
        "INSERT INTO message (room, seq, changed, author, client_id, body, html, reply, at) \
         SELECT id, said + 1, changed + 1, ?, ?, ?, ?, (SELECT seq FROM message WHERE room = room.id AND seq = ?), ? \
         FROM room WHERE id = ? \
         ON CONFLICT (author, client_id) DO NOTHING RETURNING seq, changed",
    )
    .bind(new.author.id.0)
    .bind(&new.client_id)
    .bind(&new.body)
    .bind(&new.html)
    .bind(new.reply.map(place))
    .bind(new.at.micros())
    .bind(new.room.0)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some((said, changed)) = next {
        sqlx::query("UPDATE room SET said = ?, changed = ? WHERE id = ?")
            .bind(said)
            .bind(changed)
            .bind(new.room.0)
            .execute(&mut *conn)
            .await?;
        if new.reply.is_none() {
            return Ok((new.kept_at(said, changed), true));
        }
    }
    let kept: Option<MessageRow> = sqlx::query_as(messages!("WHERE m.author = ? AND m.client_id = ?"))
        .bind(new.author.id.0)
        .bind(&new.client_id)
        .fetch_optional(conn)
        .await?;
    match kept {
        Some(row) => Ok((row.into(), next.is_some())),
        None => Err(AppError::NotFound("There is no such room.".into())),
    }
}

/// Replaces what a message says and remembers what it said.
pub async fn edit(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
    body: &str,
    html: Option<&str>,
    at: Timestamp,
) -> Result<(), AppError> {
    sqlx::query(
        "INSERT OR REPLACE INTO revision (room, seq, body, at) \
         SELECT room, seq, body, ? FROM message WHERE room = ? AND seq = ?",
    )
    .bind(at.micros())
    .bind(room.0)
    .bind(place(seq))
    .execute(&mut *conn)
    .await?;
    sqlx::query("UPDATE message SET body = ?, html = ?, edited = ? WHERE room = ? AND seq = ?")
        .bind(body)
        .bind(html)
        .bind(at.micros())
        .bind(room.0)
        .bind(place(seq))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes away all that a message said, now and earlier; its place stays.
pub async fn delete(conn: &mut SqliteConnection, room: RoomId, seq: u64, at: Timestamp) -> Result<(), AppError> {
    for statement in [
        "DELETE FROM revision WHERE room = ? AND seq = ?",
        "DELETE FROM reaction WHERE room = ? AND seq = ?",
    ] {
        sqlx::query(statement).bind(room.0).bind(place(seq)).execute(&mut *conn).await?;
    }
    sqlx::query("UPDATE message SET body = '', html = NULL, deleted = ? WHERE room = ? AND seq = ?")
        .bind(at.micros())
        .bind(room.0)
        .bind(place(seq))
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives an emoji, or takes it back.
pub async fn react(
    conn: &mut SqliteConnection,
    (room, seq): (RoomId, u64),
    user: UserId,
    emoji: &str,
    on: bool,
    at: Timestamp,
) -> Result<(), AppError> {
    let statement = if on {
        "INSERT INTO reaction (room, seq, emoji, user, at) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM reaction WHERE room = ?1 AND seq = ?2 AND emoji = ?3 AND user = ?4"
    };
    sqlx::query(statement)
        .bind(room.0)
        .bind(place(seq))
        .bind(emoji)
        .bind(user.0)
        .bind(at.micros())
        .execute(conn)
        .await?;
    Ok(())
}

/// Gives a message the room's next change, and the message as it is now.
pub async fn touch(conn: &mut SqliteConnection, room: RoomId, seq: u64) -> Result<Message, AppError> {
    let changed: Option<i64> = sqlx::query_scalar("UPDATE room SET changed = changed + 1 WHERE id = ? RETURNING changed")
        .bind(room.0)
        .fetch_optional(&mut *conn)
        .await?;
    sqlx::query("UPDATE message SET changed = ? WHERE room = ? AND seq = ?")
        .bind(changed)
        .bind(room.0)
        .bind(place(seq))
        .execute(&mut *conn)
        .await?;
    message(conn, room, seq).await?.ok_or_else(no_message)
}

/// There is no such message.
pub fn no_message() -> AppError {
    AppError::NotFound("There is no such message. It may have been removed.".into())
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
