//! What people want to be notified of, and whom a message could concern.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    Root, no_room,
    rooms::{kind, named},
};
use crate::{
    chat::{
        model::RoomKind,
        notify::model::Level,
        plain::text_of,
        server::{notify::decide::Facts, said::Place},
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Keeps what somebody wants to be notified of in a room.
///
/// # Errors
/// `NotFound` when they are not in it.
pub async fn set_level(
    conn: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    level: Level,
    at: Timestamp,
) -> Result<(), AppError> {
    let done = sqlx::query("UPDATE member SET level = ?, level_set = ? WHERE room = ? AND user = ?")
        .bind(level.text())
        .bind(at.micros())
        .bind(room.0)
        .bind(user.0)
        .execute(conn)
        .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(no_room())
    }
}

/// What somebody has chosen in the rooms that they are in.
pub async fn levels(db: &SqlitePool, user: UserId) -> Result<Vec<(RoomId, Level)>, AppError> {
    let chosen: Vec<(i64, String)> =
        sqlx::query_as("SELECT room, level FROM member WHERE user = ? AND level IS NOT NULL")
            .bind(user.0)
            .fetch_all(db)
            .await?;
    let level = |(room, text): (i64, String)| Some((RoomId(room), Level::of(&text)?));
    Ok(chosen.into_iter().filter_map(level).collect())
}

/// Who wants nothing of a room, in ascending order.
pub async fn muted_by(conn: &mut SqliteConnection, room: RoomId) -> Result<Vec<UserId>, AppError> {
    let people: Vec<i64> = sqlx::query_scalar("SELECT user FROM member WHERE room = ? AND level = ? ORDER BY user")
        .bind(room.0)
        .bind(Level::Nothing.text())
        .fetch_all(conn)
        .await?;
    Ok(people.into_iter().map(UserId).collect())
}

/// Somebody whom a message could concern.
pub struct Concern {
    /// Which message.
    pub place: Place,
    /// The room's name; of a thread, that of its root's room.
    pub room: String,
    /// The room's kind.
    pub kind: RoomKind,
    /// Of a thread: its root.
    pub root: Option<Root>,
    /// Whom.
    pub user: UserId,
    /// What is known, but for whether they look.
    pub facts: Facts,
}

#[derive(FromRow)]
struct ConcernRow {
    room: i64,
    seq: i64,
    name: String,
    kind: String,
    parent: Option<i64>,
    root: Option<i64>,
    user: i64,
    level: Option<String>,
    follows: bool,
    named: bool,
    suspended: bool,
}

/// Whom these messages could concern, message by message in their order: those whom one calls, those in its
/// conversation, those who follow its thread, those who want everything in its room; never who said it. Whom a room's level
/// alone leaves alone is not looked up; of a large room these are nearly all.
pub async fn concerns(db: &SqlitePool, said: &[Place]) -> Result<Vec<Concern>, AppError> {
    let rows: Vec<ConcernRow> = sqlx::query_as(concat!(
        "WITH said AS (SELECT key, value ->> 0 AS room, value ->> 1 AS seq FROM json_each(?)), who AS ( \
         SELECT said.key, said.room, said.seq, member.user FROM said JOIN room ON room.id = said.room AND kind = 'direct' \
         JOIN member ON member.room = room.id \
         UNION SELECT said.key, said.room, said.seq, member.user FROM said \
         JOIN room ON room.id = said.room AND parent IS NOT NULL JOIN member ON member.room = room.id AND follows = 1 \
         UNION SELECT said.key, said.room, said.seq, member.user FROM said \
         JOIN member ON member.room = said.room AND member.level = 'everything' \
         UNION SELECT said.key, said.room, said.seq, mention.user FROM said \
         JOIN mention ON mention.room = said.room AND mention.seq = said.seq) \
         SELECT who.room, who.seq, ",
        named!(),
        ", who.user, member.level, member.follows, \
         EXISTS (SELECT 1 FROM mention WHERE mention.user = who.user AND mention.room = who.room \
         AND mention.seq = who.seq) AS named, \
         user.suspended IS NOT NULL AS suspended FROM who \
         JOIN member ON member.room = who.room AND member.user = who.user JOIN user ON user.id = who.user AND NOT user.bot \
         JOIN room ON room.id = who.room LEFT JOIN room up ON up.id = room.parent \
         JOIN message ON message.room = who.room AND message.seq = who.seq \
         WHERE message.deleted IS NULL AND message.author <> who.user ORDER BY who.key, who.user",
    ))
    .bind(serde_json::to_string(said).unwrap_or_default())
    .fetch_all(db)
    .await?;
    let concern = |row: ConcernRow| {
        let kind = kind(&row.kind);
        Concern {
            place: (RoomId(row.room), row.seq.unsigned_abs()),
            user: UserId(row.user),
            facts: Facts {
                level: level(row.level, kind, row.follows),
                named: row.named,
                direct: kind == RoomKind::Direct,
                suspended: row.suspended,
                looking: false,
            },
            room: row.name,
            kind,
            root: row
                .parent
                .zip(row.root)
                .map(|(room, seq)| (RoomId(room), seq.unsigned_abs())),
        }
    };
    Ok(rows.into_iter().map(concern).collect())
}

fn level(chosen: Option<String>, kind: RoomKind, follows: bool) -> Level {
    let chosen = chosen.and_then(|text| Level::of(&text));
    chosen.unwrap_or(Level::usual(kind, follows))
}

/// Something that others said where somebody is.
pub struct Heard {
    /// Which message.
    pub place: Place,
    /// When it was said.
    pub at: Timestamp,
    /// By whom.
    pub author: String,
    /// In words alone; empty where it is files alone.
    pub text: String,
    /// What is known now, but for whether they look.
    pub facts: Facts,
    /// When they chose the room's level.
    pub level_set: Timestamp,
}

#[derive(FromRow)]
struct HeardRow {
    room: i64,
    seq: i64,
    at: i64,
    name: String,
    body: String,
    html: Option<String>,
    kind: String,
    level: Option<String>,
    level_set: i64,
    follows: bool,
    named: bool,
}

/// What stands at these places, and the last `most` things that others said where `user` is, as far as they are among the
/// last 50 of their rooms.
pub async fn heard(db: &SqlitePool, user: UserId, places: &[Place], most: usize) -> Result<Vec<Heard>, AppError> {
    let rows: Vec<HeardRow> = sqlx::query_as(
        "WITH wanted AS (SELECT value ->> 0 AS room, value ->> 1 AS seq FROM json_each(?2) \
         UNION SELECT * FROM (SELECT message.room, message.seq FROM member JOIN room ON room.id = member.room \
         JOIN message ON message.room = room.id AND message.seq > room.said - 50 \
         WHERE member.user = ?1 AND member.follows = 1 AND message.author <> ?1 AND message.deleted IS NULL \
         ORDER BY message.at DESC LIMIT ?3)) \
         SELECT wanted.room, wanted.seq, message.at, user.name, message.body, message.html, \
         iif(room.parent IS NULL, room.kind, 'thread') AS kind, member.level, member.level_set, member.follows, \
         EXISTS (SELECT 1 FROM mention WHERE mention.user = ?1 AND mention.room = wanted.room \
         AND mention.seq = wanted.seq) AS named FROM wanted \
         JOIN member ON member.room = wanted.room AND member.user = ?1 JOIN room ON room.id = wanted.room \
         JOIN message ON message.room = wanted.room AND message.seq = wanted.seq AND message.deleted IS NULL \
         JOIN user ON user.id = message.author",
    )
    .bind(user.0)
    .bind(serde_json::to_string(places).unwrap_or_default())
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await?;
    let heard = |row: HeardRow| {
        let kind = kind(&row.kind);
        Heard {
            place: (RoomId(row.room), row.seq.unsigned_abs()),
            at: Timestamp::from_micros(row.at),
            author: row.name,
            text: row.html.map_or(row.body, |html| text_of(&html)),
            facts: Facts {
                level: level(row.level, kind, row.follows),
                named: row.named,
                direct: kind == RoomKind::Direct,
                suspended: false,
                looking: false,
            },
            level_set: Timestamp::from_micros(row.level_set),
        }
    };
    Ok(rows.into_iter().map(heard).collect())
}
