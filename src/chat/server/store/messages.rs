//! Messages as they are read.

use serde::Deserialize;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{files::files_of, place};
use crate::{
    chat::{
        model::{History, Message, Person, QUOTED, Quote, Reaction, Thread},
        plain::text_of,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Of one message by name, of many as a list in this order.
#[derive(Deserialize, FromRow)]
struct MessageRow {
    room: i64,
    seq: i64,
    changed: i64,
    author: i64,
    name: String,
    bot: i64,
    client_id: String,
    body: String,
    html: Option<String>,
    at: i64,
    edited: Option<i64>,
    deleted: Option<i64>,
    reply: Option<i64>,
    reply_author: Option<String>,
    reply_text: Option<String>,
    reply_html: Option<String>,
    thread: Option<i64>,
    replies: Option<u32>,
    last: Option<i64>,
    pinned: Option<String>,
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
                bot: row.bot != 0,
                ..Person::default()
            },
            client_id: row.client_id,
            body: row.body,
            html: row.html,
            at: Timestamp::from_micros(row.at),
            reply: row.reply.map(|seq| Quote {
                seq: seq.unsigned_abs(),
                author: row.reply_author.unwrap_or_default(),
                text: match row.reply_html {
                    Some(html) => text_of(&html).chars().take(QUOTED).collect(),
                    None => row.reply_text.unwrap_or_default(),
                },
            }),
            edited: row.edited.map(Timestamp::from_micros),
            deleted: row.deleted.is_some(),
            reactions: Vec::new(),
            files: Vec::new(),
            thread: row.thread.map(|room| Thread {
                room: RoomId(room),
                replies: row.replies.unwrap_or_default(),
                last: Timestamp::from_micros(row.last.unwrap_or_default()),
            }),
            pinned: row.pinned,
        }
    }
}

/// A message with its author's name, the beginning of what it answers, or the name of its first file where it is no
/// more than that, and its thread where something is said in that; append what to pick.
macro_rules! messages {
    ($rest:literal) => {
        concat!(
            "SELECT m.room, m.seq, m.changed, m.author, u.name, u.bot, m.client_id, m.body, m.html, m.at, m.edited, m.deleted, \
             m.reply, v.name AS reply_author, CASE WHEN m.reply > 0 THEN coalesce(nullif(substr(r.body, 1, 160), ''), \
             (SELECT f.name FROM file f WHERE f.room = r.room AND f.seq = r.seq ORDER BY f.place LIMIT 1)) END AS reply_text, \
             substr(r.html, 1, 4096) AS reply_html, \
             t.id AS thread, t.replies, t.last, w.name AS pinned \
             FROM message m JOIN user u ON u.id = m.author \
             LEFT JOIN message r ON r.room = m.room AND r.seq = m.reply LEFT JOIN user v ON v.id = r.author \
             LEFT JOIN room t ON t.parent = m.room AND t.root = m.seq AND t.replies > 0 \
             LEFT JOIN pin p ON p.room = m.room AND p.seq = m.seq LEFT JOIN user w ON w.id = p.user ",
            $rest
        )
    };
}

/// The same of many messages, as one text: each row for itself would be a way from SQLite's thread.
macro_rules! many {
    ($rest:literal) => {
        concat!(
            "SELECT json_group_array(json_array(room, seq, changed, author, name, bot, client_id, body, html, at, edited, deleted, \
             reply, reply_author, reply_text, reply_html, thread, replies, last, pinned)) FROM (",
            messages!($rest),
            ")"
        )
    };
}

/// The rows in such a text.
fn rows(text: &str) -> Result<Vec<MessageRow>, AppError> {
    serde_json::from_str(text).map_err(|error| sqlx::Error::Decode(error.into()).into())
}

/// The newest `limit` messages before `before` (the newest of all when absent), oldest first.
pub async fn history(db: &SqlitePool, room: RoomId, before: Option<u64>, limit: u32) -> Result<History, AppError> {
    let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let mut conn = db.acquire().await?;
    let text: String = sqlx::query_scalar(many!("WHERE m.room = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?"))
        .bind(room.0)
        .bind(before)
        .bind(limit + 1)
        .fetch_one(&mut *conn)
        .await?;
    let mut rows = rows(&text)?;
    let earlier = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    rows.reverse();
    Ok(History {
        messages: whole(&mut conn, room, rows).await?,
        earlier,
        later: false,
    })
}

/// The `limit` messages that follow `after`, oldest first.
pub async fn following(db: &SqlitePool, room: RoomId, after: u64, limit: u32) -> Result<History, AppError> {
    let mut conn = db.acquire().await?;
    let text: String = sqlx::query_scalar(many!("WHERE m.room = ? AND m.seq > ? ORDER BY m.seq LIMIT ?"))
        .bind(room.0)
        .bind(place(after))
        .bind(limit + 1)
        .fetch_one(&mut *conn)
        .await?;
    let mut rows = rows(&text)?;
    let later = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    Ok(History {
        messages: whole(&mut conn, room, rows).await?,
        earlier: after > 0,
        later,
    })
}

/// The place of the first message from `at` on; the place after the last where there is none. As times rise with places,
/// twenty looks find it among a million; a clock that was set back makes it one near it.
pub async fn first_since(db: &SqlitePool, room: RoomId, at: Timestamp) -> Result<u64, AppError> {
    let place: Option<i64> = sqlx::query_scalar(
        "WITH RECURSIVE span (low, high) AS (SELECT 1, said + 1 FROM room WHERE id = ?1 UNION ALL \
         SELECT iif(at < ?2, seq + 1, low), iif(at < ?2, high, seq) FROM span \
         JOIN message ON room = ?1 AND seq = (low + high) / 2 WHERE low < high) \
         SELECT low FROM span WHERE low = high",
    )
    .bind(room.0)
    .bind(at.micros())
    .fetch_optional(db)
    .await?;
    Ok(place.unwrap_or(1).unsigned_abs())
}

/// Up to `limit` messages that are new or changed after `after`, in the order of the changes.
pub async fn changed_after(db: &SqlitePool, room: RoomId, after: u64, limit: u32) -> Result<Vec<Message>, AppError> {
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let mut conn = db.acquire().await?;
    let text: String = sqlx::query_scalar(many!("WHERE m.room = ? AND m.changed > ? ORDER BY m.changed LIMIT ?"))
        .bind(room.0)
        .bind(after)
        .bind(limit)
        .fetch_one(&mut *conn)
        .await?;
    whole(&mut conn, room, rows(&text)?).await
}

/// The pinned messages of a room, the one pinned last first.
pub async fn pinned(db: &SqlitePool, room: RoomId) -> Result<Vec<Message>, AppError> {
    let mut conn = db.acquire().await?;
    let rows: Vec<MessageRow> = sqlx::query_as(messages!(
        "WHERE m.room = ?1 AND m.seq IN (SELECT seq FROM pin WHERE room = ?1) ORDER BY p.at DESC"
    ))
    .bind(room.0)
    .fetch_all(&mut *conn)
    .await?;
    whole(&mut conn, room, rows).await
}

/// One message; `None` where there is none.
pub async fn message(conn: &mut SqliteConnection, room: RoomId, seq: u64) -> Result<Option<Message>, AppError> {
    let row: Option<MessageRow> = sqlx::query_as(messages!("WHERE m.room = ? AND m.seq = ?"))
        .bind(room.0)
        .bind(place(seq))
        .fetch_optional(&mut *conn)
        .await?;
    Ok(whole(conn, room, row.into_iter().collect()).await?.pop())
}

/// The message to which its author gave this name, wherever it was said.
pub(super) async fn named_by(
    conn: &mut SqliteConnection,
    author: UserId,
    client_id: &str,
) -> Result<Option<Message>, AppError> {
    let row: Option<MessageRow> = sqlx::query_as(messages!("WHERE m.author = ? AND m.client_id = ?"))
        .bind(author.0)
        .bind(client_id)
        .fetch_optional(&mut *conn)
        .await?;
    // A retry may name another room than the one where it was said.
    let Some(room) = row.as_ref().map(|row| RoomId(row.room)) else {
        return Ok(None);
    };
    Ok(whole(conn, room, row.into_iter().collect()).await?.pop())
}

/// The messages of `rows`, which are all of `room`, with their reactions and files.
async fn whole(conn: &mut SqliteConnection, room: RoomId, rows: Vec<MessageRow>) -> Result<Vec<Message>, AppError> {
    let mut messages: Vec<Message> = rows.into_iter().map(Message::from).collect();
    let places: Vec<u64> = messages.iter().map(|message| message.seq).collect();
    let places = serde_json::to_string(&places).unwrap_or_default();
    let given: Vec<(i64, String, i64, String, bool)> = sqlx::query_as(
        "SELECT seq, emoji, user.id, name, bot FROM reaction JOIN user ON user.id = user \
         WHERE room = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq, at",
    )
    .bind(room.0)
    .bind(&places)
    .fetch_all(&mut *conn)
    .await?;
    for (seq, emoji, id, name, bot) in given {
        let Some(message) = messages.iter_mut().find(|message| message.seq == seq.unsigned_abs()) else {
            continue;
        };
        let person = Person {
            id: UserId(id),
            name,
            bot,
            ..Person::default()
        };
        match message.reactions.iter_mut().find(|reaction| reaction.emoji == emoji) {
            Some(reaction) => reaction.people.push(person),
            None => message.reactions.push(Reaction {
                emoji,
                people: vec![person],
            }),
        }
    }
    for (seq, file) in files_of(conn, room, &places).await? {
        if let Some(message) = messages.iter_mut().find(|message| message.seq == seq) {
            message.files.push(file);
        }
    }
    Ok(messages)
}
