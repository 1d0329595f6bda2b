//! Threads: rooms that hang on a message of another.

use sqlx::SqliteConnection;

use super::{
    must_be_in, must_be_live, no_message, no_room, place,
    rooms::{named, with_people},
    touch,
};
use crate::{
    chat::model::{Message, Room, RoomKind},
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// The message on which a thread hangs: its room, and its place there.
pub type Root = (RoomId, u64);

/// After so long, in microseconds, browsers may not know any more that a thread is followed.
const QUIET: i64 = 29 * 86_400_000_000;

/// The thread that hangs on a message, if there is one yet.
pub async fn thread_id(conn: &mut SqliteConnection, root: Root) -> Result<Option<RoomId>, AppError> {
    let id: Option<i64> = sqlx::query_scalar("SELECT id FROM room WHERE parent = ? AND root = ?")
        .bind(root.0.0)
        .bind(place(root.1))
        .fetch_optional(conn)
        .await?;
    Ok(id.map(RoomId))
}

/// The thread that hangs on a message, for `me`; made where there is none, and then with whom it follows from now on:
/// the message's author.
///
/// # Errors
/// `NotFound` for the message or its room, `Invalid` where that is a thread itself.
pub async fn open_thread(
    conn: &mut SqliteConnection,
    root: Root,
    me: UserId,
    at: Timestamp,
) -> Result<(RoomId, Vec<UserId>), AppError> {
    if let Some(thread) = thread_id(conn, root).await? {
        must_be_in(conn, root.0, me).await?;
        return Ok((thread, Vec::new()));
    }
    must_be_live(conn, root.0, me).await?;
    let author: Option<(i64, bool)> = sqlx::query_as(
        "SELECT author, parent IS NOT NULL FROM message JOIN room ON room.id = message.room \
         WHERE room = ? AND seq = ? AND message.deleted IS NULL",
    )
    .bind(root.0.0)
    .bind(place(root.1))
    .fetch_optional(&mut *conn)
    .await?;
    let author = match author {
        Some((author, false)) => UserId(author),
        Some((_, true)) => return Err(AppError::Invalid("A thread has no threads of its own.".into())),
        None => return Err(no_message()),
    };
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO room (name, kind, created, parent, root, last) VALUES (?, 'private', ?, ?, ?, ?) RETURNING id",
    )
    .bind(format!("^{}.{}", root.0, root.1))
    .bind(at.micros())
    .bind(root.0.0)
    .bind(place(root.1))
    .bind(at.micros())
    .fetch_one(&mut *conn)
    .await?;
    let thread = RoomId(id);
    let follows = follow(conn, thread, &[author], 0).await?;
    Ok((thread, follows))
}

/// Has people follow a thread who haven't: what stands after `read` is new to them. Gives them. Other rooms are followed
/// by everyone in them.
pub async fn follow(
    conn: &mut SqliteConnection,
    thread: RoomId,
    people: &[UserId],
    read: u64,
) -> Result<Vec<UserId>, AppError> {
    let new: Vec<i64> = sqlx::query_scalar(
        "UPDATE member SET follows = 1, read = max(read, ?) WHERE room = ? AND follows = 0 \
         AND user IN (SELECT value FROM json_each(?)) RETURNING user",
    )
    .bind(place(read))
    .bind(thread.0)
    .bind(serde_json::to_string(people).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    Ok(new.into_iter().map(UserId).collect())
}

/// Has `user` follow a thread, all that was said in it being read, or not any more.
///
/// # Errors
/// `NotFound` when they are not in it, or it is none.
pub async fn set_follows(
    conn: &mut SqliteConnection,
    thread: RoomId,
    user: UserId,
    follows: bool,
) -> Result<(), AppError> {
    let done = sqlx::query(
        "UPDATE member SET follows = ?1, read = iif(follows = ?1, read, said) FROM room \
         WHERE room.id = member.room AND parent IS NOT NULL AND room = ?2 AND user = ?3",
    )
    .bind(follows)
    .bind(thread.0)
    .bind(user.0)
    .execute(conn)
    .await?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(no_room())
    }
}

/// What a reply changes besides.
pub struct Reply {
    /// The root, as it is now.
    pub root: Message,
    /// Who follows the thread and may not know.
    pub follows: Vec<UserId>,
}

/// Counts a new message of a thread, has its author and those whom it calls follow it, and changes the root.
pub async fn replied(
    conn: &mut SqliteConnection,
    message: &Message,
    root: Root,
    called: &[UserId],
) -> Result<Reply, AppError> {
    let people: Vec<UserId> = called.iter().copied().chain([message.author.id]).collect();
    let mut follows = follow(conn, message.room, &people, message.seq - 1).await?;
    let quiet_since: Option<i64> = sqlx::query_scalar("SELECT last FROM room WHERE id = ?")
        .bind(message.room.0)
        .fetch_one(&mut *conn)
        .await?;
    if quiet_since.is_some_and(|last| message.at.micros() - last > QUIET) {
        let all: Vec<i64> = sqlx::query_scalar("SELECT user FROM member WHERE room = ? AND follows = 1")
            .bind(message.room.0)
            .fetch_all(&mut *conn)
            .await?;
        follows = all.into_iter().map(UserId).collect();
    }
    sqlx::query("UPDATE room SET replies = replies + 1, last = ? WHERE id = ?")
        .bind(message.at.micros())
        .bind(message.room.0)
        .execute(&mut *conn)
        .await?;
    let root = touch(conn, root.0, root.1).await?;
    Ok(Reply { root, follows })
}

/// Counts a thread's replies anew, since one was taken back; gives its root as it is now. `None` for other rooms.
pub async fn recount(conn: &mut SqliteConnection, thread: RoomId) -> Result<Option<Message>, AppError> {
    let root: Option<(i64, i64)> = sqlx::query_as(
        "UPDATE room SET replies = (SELECT count(*) FROM message WHERE room = ?1 AND deleted IS NULL), \
         last = coalesce((SELECT at FROM message WHERE room = ?1 AND deleted IS NULL ORDER BY seq DESC LIMIT 1), created) \
         WHERE id = ?1 AND parent IS NOT NULL RETURNING parent, root",
    )
    .bind(thread.0)
    .fetch_optional(&mut *conn)
    .await?;
    match root {
        Some((room, seq)) => Ok(Some(touch(conn, RoomId(room), seq.unsigned_abs()).await?)),
        None => Ok(None),
    }
}

/// A thread as all who are in it know it.
///
/// # Errors
/// `NotFound`.
pub async fn thread(conn: &mut SqliteConnection, id: RoomId) -> Result<Room, AppError> {
    let row: Option<(String, String, String, i64, i64)> = sqlx::query_as(concat!(
        "SELECT ",
        named!(),
        "FROM room JOIN room up ON up.id = room.parent WHERE room.id = ?"
    ))
    .bind(id.0)
    .fetch_optional(&mut *conn)
    .await?;
    let (name, topic, _, parent, root) = row.ok_or_else(no_room)?;
    let room = Room {
        id,
        name,
        topic,
        kind: RoomKind::Thread,
        root: Some((RoomId(parent), root.unsigned_abs())),
        ..Room::default()
    };
    with_people(conn, vec![room]).await?.pop().ok_or_else(no_room)
}
