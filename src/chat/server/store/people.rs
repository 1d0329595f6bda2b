//! Who is in a room, and who could be.

use sqlx::{SqliteConnection, SqlitePool};

use super::{archived, no_room};
use crate::{
    chat::model::Person,
    error::AppError,
    ids::{RoomId, UserId},
};

/// Somebody, and what they are called by after an `@`: folded.
pub type Named = (Person, String);

/// Who is in a room, and who on the team isn't, both by name.
pub async fn people(db: &SqlitePool, room: RoomId) -> Result<(Vec<Named>, Vec<Named>), AppError> {
    let all: Vec<(i64, String, String, bool, bool)> = sqlx::query_as(
        "SELECT id, name, folded, bot, EXISTS (SELECT 1 FROM member WHERE room = ? AND user = user.id) FROM user \
         WHERE removed IS NULL AND suspended IS NULL ORDER BY name COLLATE NOCASE",
    )
    .bind(room.0)
    .fetch_all(db)
    .await?;
    let (inside, outside): (Vec<_>, Vec<_>) = all.into_iter().partition(|(.., is_in)| *is_in);
    let named = |(id, name, username, bot, _)| named((id, name, username, bot));
    Ok((
        inside.into_iter().map(named).collect(),
        outside.into_iter().map(named).collect(),
    ))
}

/// Everyone on the team, by name.
pub async fn team(db: &SqlitePool) -> Result<Vec<Named>, AppError> {
    let all = sqlx::query_as(
        "SELECT id, name, folded, bot FROM user WHERE removed IS NULL AND suspended IS NULL ORDER BY name COLLATE NOCASE",
    )
    .fetch_all(db)
    .await?;
    Ok(all.into_iter().map(named).collect())
}

/// Those on the team who are called by one of these, folded.
pub async fn people_called(db: &SqlitePool, names: &[String]) -> Result<Vec<Named>, AppError> {
    let all = sqlx::query_as(
        "SELECT id, name, folded, bot FROM user WHERE folded IN (SELECT value FROM json_each(?)) AND suspended IS NULL",
    )
    .bind(serde_json::to_string(names).unwrap_or_default())
    .fetch_all(db)
    .await?;
    Ok(all.into_iter().map(named).collect())
}

/// Those in the room who are called by one of these, folded.
pub async fn members_called(db: &SqlitePool, room: RoomId, names: &[String]) -> Result<Vec<Named>, AppError> {
    let all = sqlx::query_as(
        "SELECT id, name, folded, bot FROM user JOIN member ON member.user = user.id AND member.room = ? \
         WHERE folded IN (SELECT value FROM json_each(?)) AND suspended IS NULL",
    )
    .bind(room.0)
    .bind(serde_json::to_string(names).unwrap_or_default())
    .fetch_all(db)
    .await?;
    Ok(all.into_iter().map(named).collect())
}

/// What somebody is called by after an `@`.
pub async fn username(db: &SqlitePool, user: UserId) -> Result<String, AppError> {
    Ok(sqlx::query_scalar("SELECT folded FROM user WHERE id = ?")
        .bind(user.0)
        .fetch_one(db)
        .await?)
}

fn named((id, name, username, bot): (i64, String, String, bool)) -> Named {
    (
        Person {
            id: UserId(id),
            name,
            bot,
            ..Person::default()
        },
        username,
    )
}

/// Who came to the team last.
pub async fn newest(db: &SqlitePool) -> Result<UserId, AppError> {
    let newest = sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM user");
    Ok(UserId(newest.fetch_one(db).await?))
}

/// The people who are in a room, without bots.
pub async fn people_in(db: &SqlitePool, room: RoomId) -> Result<Vec<UserId>, AppError> {
    let all: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM member JOIN user ON user.id = member.user \
         WHERE room = ? AND bot = 0 AND removed IS NULL AND suspended IS NULL",
    )
    .bind(room.0)
    .fetch_all(db)
    .await?;
    Ok(all.into_iter().map(UserId).collect())
}

/// Refuses whoever isn't in the room.
///
/// # Errors
/// `NotFound`, as if there were none.
pub async fn must_be_in(conn: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<(), AppError> {
    let is_in: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM member WHERE room = ? AND user = ?)")
        .bind(room.0)
        .bind(user.0)
        .fetch_one(conn)
        .await?;
    if is_in { Ok(()) } else { Err(no_room()) }
}

/// Refuses whoever isn't in the room, and every change of what is archived.
///
/// # Errors
/// `NotFound`, as if there were none; `Conflict`.
pub async fn must_be_live(conn: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<(), AppError> {
    let is_archived: Option<bool> = sqlx::query_scalar(
        "SELECT archived IS NOT NULL FROM room JOIN member ON member.room = room.id WHERE id = ? AND member.user = ?",
    )
    .bind(room.0)
    .bind(user.0)
    .fetch_optional(conn)
    .await?;
    match is_archived {
        Some(false) => Ok(()),
        Some(true) => Err(archived()),
        None => Err(no_room()),
    }
}

/// Refuses whoever isn't on the team any more.
///
/// # Errors
/// `NotFound`.
pub async fn on_team(conn: &mut SqliteConnection, user: UserId) -> Result<Named, AppError> {
    let person = sqlx::query_as("SELECT id, name, folded, bot FROM user WHERE id = ? AND removed IS NULL")
        .bind(user.0)
        .fetch_optional(conn)
        .await?;
    let gone = || AppError::NotFound("They are not on the team any more.".into());
    person.map(named).ok_or_else(gone)
}

/// Refuses one more open room where there are as many as `most`.
///
/// # Errors
/// `Conflict`.
pub async fn has_room_for_open(conn: &mut SqliteConnection, most: usize) -> Result<(), AppError> {
    let rooms: i64 = sqlx::query_scalar("SELECT count(*) FROM room WHERE kind = 'open'")
        .fetch_one(conn)
        .await?;
    if usize::try_from(rooms).is_ok_and(|rooms| rooms < most) {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "There can be {most} open rooms, with those archived. Delete one that nobody needs, or make a private one."
    )))
}

/// Brings somebody on the team in, who has read all that was said; `false` when they were in already.
pub async fn add_member(conn: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<bool, AppError> {
    let done = sqlx::query(
        "INSERT INTO member (room, user, read) SELECT room.id, user.id, room.said FROM room, user \
         WHERE room.id = ? AND room.deleted IS NULL AND user.id = ? AND user.removed IS NULL ON CONFLICT DO NOTHING",
    )
    .bind(room.0)
    .bind(user.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes somebody out; `false` when they weren't in.
pub async fn remove_member(conn: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<bool, AppError> {
    let done = sqlx::query("DELETE FROM member WHERE room = ? AND user = ?")
        .bind(room.0)
        .bind(user.0)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Refuses to bring somebody into more than `most` rooms.
///
/// # Errors
/// `Conflict`.
pub async fn has_room(conn: &mut SqliteConnection, user: UserId, most: usize) -> Result<(), AppError> {
    let rooms: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM member JOIN room ON room.id = member.room \
         WHERE user = ? AND follows = 1 AND parent IS NULL",
    )
    .bind(user.0)
    .fetch_one(conn)
    .await?;
    if usize::try_from(rooms).is_ok_and(|rooms| rooms < most) {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "One can be in {most} rooms and conversations, and somebody here is."
    )))
}
