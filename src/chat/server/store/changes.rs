//! What becomes of a message after it was said.

use sqlx::SqliteConnection;

use super::{
    message, place, recount,
    shown::{forget_shown, take_gone},
};
use crate::{
    chat::{model::Message, server::files::shelf::Content},
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// What a message said before it was edited, each until when; the oldest first.
pub async fn earlier_texts(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
) -> Result<Vec<(Timestamp, String)>, AppError> {
    let texts = sqlx::query_as("SELECT at, body FROM revision WHERE room = ? AND seq = ? ORDER BY at");
    let texts: Vec<(i64, String)> = texts.bind(room.0).bind(place(seq)).fetch_all(conn).await?;
    Ok(texts
        .into_iter()
        .map(|(at, body)| (Timestamp::from_micros(at), body))
        .collect())
}

/// Earlier texts of a message that are kept, the newest.
const REVISIONS: i64 = 100;

/// Replaces what a message says and remembers what it said; whom it calls is to be noted anew. Tells whether it called
/// anybody before.
pub async fn edit(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
    body: &str,
    html: Option<&str>,
    at: Timestamp,
) -> Result<bool, AppError> {
    sqlx::query(
        "INSERT OR REPLACE INTO revision (room, seq, body, at) \
         SELECT room, seq, body, ? FROM message WHERE room = ? AND seq = ?",
    )
    .bind(at.micros())
    .bind(room.0)
    .bind(place(seq))
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM revision WHERE room = ?1 AND seq = ?2 AND at NOT IN \
         (SELECT at FROM revision WHERE room = ?1 AND seq = ?2 ORDER BY at DESC LIMIT ?3)",
    )
    .bind(room.0)
    .bind(place(seq))
    .bind(REVISIONS)
    .execute(&mut *conn)
    .await?;
    let called = sqlx::query("DELETE FROM mention WHERE room = ? AND seq = ?")
        .bind(room.0)
        .bind(place(seq))
        .execute(&mut *conn)
        .await?;
    forget_shown(conn, (room, seq)).await?;
    sqlx::query("UPDATE message SET body = ?, html = ?, edited = ? WHERE room = ? AND seq = ?")
        .bind(body)
        .bind(html)
        .bind(at.micros())
        .bind(room.0)
        .bind(place(seq))
        .execute(conn)
        .await?;
    Ok(called.rows_affected() > 0)
}

/// Has a message of the server's own say something else: nobody is called again, nothing is unread again, and what it said
/// isn't remembered. `None` where it was deleted, its room is archived, or it says that already.
pub async fn restate(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
    body: &str,
    html: &str,
) -> Result<Option<Message>, AppError> {
    let done = sqlx::query(
        "UPDATE message SET body = ?3, html = ?4 WHERE room = ?1 AND seq = ?2 AND deleted IS NULL \
         AND (body <> ?3 OR html IS NOT ?4) \
         AND EXISTS (SELECT 1 FROM room WHERE id = ?1 AND archived IS NULL AND deleted IS NULL)",
    )
    .bind(room.0)
    .bind(place(seq))
    .bind(body)
    .bind(html)
    .execute(&mut *conn)
    .await?;
    match done.rows_affected() {
        0 => Ok(None),
        _ => touch(conn, room, seq).await.map(Some),
    }
}

/// Takes away all that a message said, now and earlier, and its files; its place stays. Answers what the files held. Cards
/// that show it are to be taken away by [`take_gone`].
pub async fn delete(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
    at: Timestamp,
) -> Result<Vec<Content>, AppError> {
    for statement in [
        "DELETE FROM revision WHERE room = ? AND seq = ?",
        "DELETE FROM reaction WHERE room = ? AND seq = ?",
        "DELETE FROM mention WHERE room = ? AND seq = ?",
        "DELETE FROM pin WHERE room = ? AND seq = ?",
        "DELETE FROM bookmark WHERE room = ? AND seq = ?",
    ] {
        sqlx::query(statement)
            .bind(room.0)
            .bind(place(seq))
            .execute(&mut *conn)
            .await?;
    }
    sqlx::query("UPDATE message SET body = '', html = NULL, deleted = ? WHERE room = ? AND seq = ?")
        .bind(at.micros())
        .bind(room.0)
        .bind(place(seq))
        .execute(&mut *conn)
        .await?;
    super::files::remove_files(conn, room, seq).await
}

/// What is still to be taken back. By an index of what isn't taken back yet: steps over the rest would take longer each.
const TO_WITHDRAW: &str = "SELECT room, seq FROM user CROSS JOIN message ON message.author = user.id \
     WHERE withdraw = 1 AND deleted IS NULL LIMIT ?";

/// Takes back some of what people said who are marked so; gives it as it is now, the roots of its threads and what had
/// cards of it too, and what its files held. When there is no more, takes the marks away.
pub async fn withdraw(
    conn: &mut SqliteConnection,
    limit: u32,
    at: Timestamp,
) -> Result<(Vec<Message>, Vec<Content>), AppError> {
    let places: Vec<(i64, i64)> = sqlx::query_as(TO_WITHDRAW).bind(limit).fetch_all(&mut *conn).await?;
    if places.is_empty() {
        sqlx::query("UPDATE user SET withdraw = 0 WHERE withdraw = 1")
            .execute(&mut *conn)
            .await?;
    }
    let (mut gone, mut freed) = (Vec::with_capacity(places.len()), Vec::new());
    for (room, seq) in places {
        let (room, seq) = (RoomId(room), seq.unsigned_abs());
        freed.extend(delete(conn, room, seq, at).await?);
        gone.push(touch(conn, room, seq).await?);
        gone.extend(recount(conn, room).await?);
    }
    gone.extend(take_gone(conn, limit).await?.0);
    Ok((gone, freed))
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
    let changed: Option<i64> =
        sqlx::query_scalar("UPDATE room SET changed = changed + 1 WHERE id = ? RETURNING changed")
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

#[cfg(test)]
mod tests {
    use sqlx::{ConnectOptions, sqlite::SqliteConnectOptions};

    use super::TO_WITHDRAW;

    #[tokio::test]
    async fn what_was_taken_back_is_not_looked_at_again() {
        let mut conn = SqliteConnectOptions::new()
            .filename(":memory:")
            .connect()
            .await
            .unwrap();
        sqlx::migrate!("./migrations/desk").run(&mut conn).await.unwrap();
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(&format!("EXPLAIN QUERY PLAN {TO_WITHDRAW}"))
            .bind(50)
            .fetch_all(&mut conn)
            .await
            .unwrap();
        let message = plan.iter().find(|step| step.3.contains("message")).expect("a step");
        assert!(message.3.contains("message_to_withdraw"), "{plan:?}");
    }
}
