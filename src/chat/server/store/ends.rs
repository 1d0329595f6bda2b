//! Rooms that one isn't in, those that are archived, and those that are deleted.

use sqlx::{SqliteConnection, SqlitePool};

use super::{
    no_room,
    rooms::{RoomRow, people_of},
};
use crate::{
    chat::{
        model::{Losses, Room, RoomKind},
        server::files::shelf::Content,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Rooms of one list at most.
const MOST: u32 = 1_000;

/// Open rooms that `user` isn't in, by name.
pub async fn rooms_to_join(db: &SqlitePool, user: UserId) -> Result<Vec<Room>, AppError> {
    let rows: Vec<RoomRow> = sqlx::query_as(
        "SELECT id, name, topic, kind, archived IS NOT NULL AS archived, parent, root, \
         0 AS unread, 0 AS mentions, 0 AS muted FROM room \
         WHERE kind = 'open' AND NOT EXISTS (SELECT 1 FROM member WHERE member.room = room.id AND member.user = ?) \
         ORDER BY name LIMIT ?",
    )
    .bind(user.0)
    .bind(MOST)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Room::from).collect())
}

/// A room as it is within a transaction, for whoever is told of it: no thread, and without its people.
///
/// # Errors
/// `NotFound`.
pub async fn room_now(conn: &mut SqliteConnection, room: RoomId) -> Result<Room, AppError> {
    let row: Option<RoomRow> = sqlx::query_as(
        "SELECT id, name, topic, kind, archived IS NOT NULL AS archived, parent, root, \
         0 AS unread, 0 AS mentions, 0 AS muted FROM room WHERE id = ?",
    )
    .bind(room.0)
    .fetch_optional(conn)
    .await?;
    row.map(Room::from).ok_or_else(no_room)
}

/// An open room, for whoever comes in.
///
/// # Errors
/// `NotFound` when there is none.
pub async fn open_room(conn: &mut SqliteConnection, room: RoomId) -> Result<Room, AppError> {
    match room_now(conn, room).await? {
        room if room.kind == RoomKind::Open => Ok(room),
        _ => Err(no_room()),
    }
}

/// Archives a room with its threads, or brings it back; gives who is in it.
pub async fn set_archived(
    conn: &mut SqliteConnection,
    room: RoomId,
    at: Option<Timestamp>,
) -> Result<Vec<UserId>, AppError> {
    sqlx::query("UPDATE room SET archived = ?1 WHERE ?2 IN (id, parent) AND (archived IS NULL) <> (?1 IS NULL)")
        .bind(at.map(Timestamp::micros))
        .bind(room.0)
        .execute(&mut *conn)
        .await?;
    people_of(conn, room).await
}

/// Refuses to end the last room that newcomers come into.
///
/// # Errors
/// `Conflict`.
pub async fn must_not_be_last(conn: &mut SqliteConnection, room: RoomId) -> Result<(), AppError> {
    let others: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM room WHERE kind = 'open' AND archived IS NULL AND id <> ?1) \
         OR EXISTS (SELECT 1 FROM room WHERE id = ?1 AND (kind <> 'open' OR archived IS NOT NULL))",
    )
    .bind(room.0)
    .fetch_one(conn)
    .await?;
    if others {
        return Ok(());
    }
    Err(AppError::Conflict(
        "This is the last room that is open to everyone. Make another one first.".into(),
    ))
}

/// What is lost with a room.
pub async fn losses(db: &SqlitePool, room: Room) -> Result<Losses, AppError> {
    let mut conn = db.acquire().await?;
    let (messages, people, since): (u32, u32, Option<i64>) = sqlx::query_as(
        "SELECT count(*), count(DISTINCT author), min(at) FROM message \
         WHERE room IN (SELECT id FROM room WHERE ? IN (id, parent)) AND deleted IS NULL",
    )
    .bind(room.id.0)
    .fetch_one(&mut *conn)
    .await?;
    let (files, bytes): (u32, i64) = sqlx::query_as(
        "SELECT count(*), coalesce(sum(bytes), 0) FROM file \
             WHERE room IN (SELECT id FROM room WHERE ? IN (id, parent)) AND seq IS NOT NULL",
    )
    .bind(room.id.0)
    .fetch_one(&mut *conn)
    .await?;
    let pins = sqlx::query_scalar("SELECT count(*) FROM pin WHERE room = ?")
        .bind(room.id.0)
        .fetch_one(&mut *conn)
        .await?;
    let hooks = sqlx::query_scalar(
        "SELECT DISTINCT user.name FROM token JOIN user ON user.id = token.user WHERE token.room = ? ORDER BY user.name",
    )
    .bind(room.id.0)
    .fetch_all(&mut *conn)
    .await?;
    Ok(Losses {
        room,
        messages,
        people,
        since: since.map(Timestamp::from_micros),
        files,
        bytes: bytes.unsigned_abs(),
        pins,
        hooks,
    })
}

/// Takes a room from everybody and gives its name back; what it holds goes by [`clear_deleted`], and what cards elsewhere
/// show of it by [`take_gone`](super::take_gone).
pub async fn delete_room(conn: &mut SqliteConnection, room: RoomId, at: Timestamp) -> Result<(), AppError> {
    // A name that no room can be given; private, so that newcomers don't come into it; its threads are rooms like it.
    sqlx::query(
        "DELETE FROM member WHERE room IN (SELECT id FROM room WHERE ?1 IN (id, parent)); \
         UPDATE token SET room = NULL WHERE room = ?1; \
         UPDATE room SET name = '!' || id, topic = '', kind = 'private', deleted = ?2, parent = NULL, root = NULL \
         WHERE ?1 IN (id, parent)",
    )
    .bind(room.0)
    .bind(at.micros())
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a private room that nobody is in any more, for nobody can come back; tells whether it was so. Who speaks for
/// alerts is nobody.
pub async fn delete_forsaken(conn: &mut SqliteConnection, room: RoomId, at: Timestamp) -> Result<bool, AppError> {
    let forsaken: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM room WHERE id = ?1 AND kind = 'private' \
         AND NOT EXISTS (SELECT 1 FROM member WHERE room = ?1 AND user IS NOT (SELECT bot FROM alert_own)))",
    )
    .bind(room.0)
    .fetch_one(&mut *conn)
    .await?;
    if forsaken {
        delete_room(conn, room, at).await?;
    }
    Ok(forsaken)
}

/// Deletes every private room that nobody is in any more, as [`delete_forsaken`]: removing people leaves them so.
pub async fn delete_all_forsaken(conn: &mut SqliteConnection, at: Timestamp) -> Result<(), AppError> {
    let forsaken: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM room WHERE kind = 'private' AND parent IS NULL AND deleted IS NULL \
         AND NOT EXISTS (SELECT 1 FROM member WHERE member.room = room.id \
         AND user IS NOT (SELECT bot FROM alert_own))",
    )
    .fetch_all(&mut *conn)
    .await?;
    for room in forsaken {
        delete_room(conn, RoomId(room), at).await?;
    }
    Ok(())
}

/// Removes up to `limit` files or messages of deleted rooms; gives what the files held, and `false` when nothing was left.
pub async fn clear_deleted(conn: &mut SqliteConnection, limit: u32) -> Result<(bool, Vec<Content>), AppError> {
    let room: Option<i64> = sqlx::query_scalar("SELECT id FROM room WHERE deleted IS NOT NULL LIMIT 1")
        .fetch_optional(&mut *conn)
        .await?;
    let Some(room) = room else {
        return Ok((false, Vec::new()));
    };
    let held: Vec<Vec<u8>> = sqlx::query_scalar(
        "DELETE FROM file WHERE id IN (SELECT id FROM file WHERE room = ? LIMIT ?) RETURNING content",
    )
    .bind(room)
    .bind(limit)
    .fetch_all(&mut *conn)
    .await?;
    if !held.is_empty() {
        return Ok((true, held.iter().filter_map(|bytes| Content::read(bytes)).collect()));
    }
    let messages = sqlx::query(
        "DELETE FROM message WHERE room = ?1 AND seq IN (SELECT seq FROM message WHERE room = ?1 ORDER BY seq LIMIT ?2)",
    )
    .bind(room)
    .bind(limit)
    .execute(&mut *conn)
    .await?;
    if messages.rows_affected() == 0 {
        sqlx::query("DELETE FROM room WHERE id = ?")
            .bind(room)
            .execute(conn)
            .await?;
    }
    Ok((true, Vec::new()))
}
