//! The cards in messages, and which other messages they show.

use sqlx::SqliteConnection;

use super::{place, touch};
use crate::{
    chat::{
        model::Message,
        plain::CARD,
        server::{quoting::snapshot::without, said::Place},
    },
    error::AppError,
    ids::RoomId,
};

/// Puts a card under a message that still says `body`, without those of the messages `shown` in it that are gone meanwhile;
/// gives the message as it is then, `None` when it says something else, has a card, or nothing is left of this one.
pub async fn add_card(
    conn: &mut SqliteConnection,
    (room, seq): Place,
    body: &str,
    card: &str,
    shown: &[Place],
) -> Result<Option<Message>, AppError> {
    let places: Vec<(i64, i64)> = shown.iter().map(|(room, seq)| (room.0, place(*seq))).collect();
    let mut there: Vec<(i64, i64)> = Vec::new();
    if !places.is_empty() {
        there = sqlx::query_as(
            "SELECT m.room, m.seq FROM json_each(?) AS shown \
             CROSS JOIN message AS m ON m.room = shown.value ->> 0 AND m.seq = shown.value ->> 1 \
             CROSS JOIN room ON room.id = m.room WHERE m.deleted IS NULL AND room.deleted IS NULL",
        )
        .bind(serde_json::to_string(&places).unwrap_or_default())
        .fetch_all(&mut *conn)
        .await?;
    }
    let gone = shown.iter().zip(&places).filter(|(_, place)| !there.contains(place));
    let card = gone.fold(card.to_owned(), |card, (of, _)| without(&card, *of));
    if card.is_empty() {
        return Ok(None);
    }
    let done = sqlx::query(
        "UPDATE message SET html = html || ? WHERE room = ? AND seq = ? AND body = ? AND deleted IS NULL \
         AND instr(html, ?) = 0",
    )
    .bind(card)
    .bind(room.0)
    .bind(place(seq))
    .bind(body)
    .bind(CARD)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(None);
    }
    for (of_room, of_seq) in there {
        sqlx::query("INSERT OR IGNORE INTO shown (room, seq, of_room, of_seq) VALUES (?, ?, ?, ?)")
            .bind(room.0)
            .bind(place(seq))
            .bind(of_room)
            .bind(of_seq)
            .execute(&mut *conn)
            .await?;
    }
    touch(conn, room, seq).await.map(Some)
}

/// A message has no card any more.
pub(super) async fn forget_shown(conn: &mut SqliteConnection, (room, seq): Place) -> Result<(), AppError> {
    sqlx::query("DELETE FROM shown WHERE room = ? AND seq = ?")
        .bind(room.0)
        .bind(place(seq))
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes away what cards show of messages that were deleted, from up to `limit` cards; gives the messages that had them as
/// they are then, in the order of their changes, and whether there may be more.
pub async fn take_gone(conn: &mut SqliteConnection, limit: u32) -> Result<(Vec<Message>, bool), AppError> {
    let places: Vec<(i64, i64)> = sqlx::query_as("SELECT DISTINCT room, seq FROM shown WHERE gone = 1 LIMIT ?")
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    let more = places.len() == limit as usize;
    let mut changed = Vec::with_capacity(places.len());
    for (room, seq) in places {
        let gone: Vec<(i64, i64)> =
            sqlx::query_as("DELETE FROM shown WHERE room = ? AND seq = ? AND gone = 1 RETURNING of_room, of_seq")
                .bind(room)
                .bind(seq)
                .fetch_all(&mut *conn)
                .await?;
        // What is in a deleted room goes with it, and nobody is told.
        let html: Option<String> = sqlx::query_scalar(
            "SELECT html FROM message JOIN room ON room.id = message.room \
             WHERE message.room = ? AND seq = ? AND html IS NOT NULL AND room.deleted IS NULL",
        )
        .bind(room)
        .bind(seq)
        .fetch_optional(&mut *conn)
        .await?;
        let Some(html) = html else { continue };
        let gone = gone.into_iter().map(|(room, seq)| (RoomId(room), seq.unsigned_abs()));
        let left = gone.fold(html.clone(), |html, of| without(&html, of));
        if left == html {
            continue;
        }
        let at = (RoomId(room), seq.unsigned_abs());
        if !left.contains(CARD) {
            forget_shown(conn, at).await?;
        }
        sqlx::query("UPDATE message SET html = ? WHERE room = ? AND seq = ?")
            .bind(left)
            .bind(room)
            .bind(seq)
            .execute(&mut *conn)
            .await?;
        changed.push(touch(conn, at.0, at.1).await?);
    }
    Ok((changed, more))
}

#[cfg(test)]
#[path = "shown_tests.rs"]
mod tests;
