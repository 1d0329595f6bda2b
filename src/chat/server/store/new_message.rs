//! A message is kept and gets its place.

use sqlx::SqliteConnection;

use super::{Root, messages::named_by, must_be_live, no_room, place};
use crate::{
    chat::model::{Message, Person},
    error::AppError,
    ids::RoomId,
    time::Timestamp,
};

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
    fn kept_at(self, seq: i64, changed: i64, bot: bool) -> Message {
        Message {
            room: self.room,
            seq: seq.unsigned_abs(),
            changed: changed.unsigned_abs(),
            author: Person { bot, ..self.author },
            client_id: self.client_id,
            body: self.body,
            html: self.html,
            at: self.at,
            ..Message::default()
        }
    }
}

/// Its place and its change; of a thread its root's room and place; whether its author is a bot.
type Next = (i64, i64, Option<i64>, Option<i64>, bool);

/// Keeps a message and gives it the room's next place. The same `client_id` of the same author again answers
/// with the message it already is, and `false`. Where it was said in a thread, the thread's root is to be told.
///
/// # Errors
/// `NotFound` for the room, `Conflict` when it is archived.
pub async fn insert(conn: &mut SqliteConnection, new: NewMessage) -> Result<(Message, bool, Option<Root>), AppError> {
    // In one go, as every statement is a way to SQLite's thread and back. Whoever speaks has read what was said before.
    let next: Vec<Next> = sqlx::query_as(
        "INSERT INTO message (room, seq, changed, author, client_id, body, html, reply, at) \
         SELECT id, said + 1, changed + 1, ?, ?, ?, ?, \
         (SELECT seq FROM message r WHERE r.room = room.id AND r.seq = ?), ? \
         FROM room JOIN member ON member.room = room.id AND member.user = ? \
         WHERE id = ? AND archived IS NULL ON CONFLICT (author, client_id) DO NOTHING RETURNING seq, changed, \
         (SELECT parent FROM room WHERE id = message.room), (SELECT root FROM room WHERE id = message.room), \
         (SELECT bot FROM user WHERE id = message.author); \
         UPDATE room SET said = said + 1, changed = changed + 1 WHERE id = ? AND changes() > 0; \
         UPDATE member SET read = (SELECT said FROM room WHERE id = member.room) \
         WHERE room = ? AND user = ? AND changes() > 0",
    )
    .bind(new.author.id.0)
    .bind(&new.client_id)
    .bind(&new.body)
    .bind(&new.html)
    .bind(new.reply.map(place))
    .bind(new.at.micros())
    .bind(new.author.id.0)
    .bind(new.room.0)
    .bind(new.room.0)
    .bind(new.room.0)
    .bind(new.author.id.0)
    .fetch_all(&mut *conn)
    .await?;
    let next = next.into_iter().next();
    let root = next.and_then(|(_, _, parent, root, _)| Some((RoomId(parent?), root?.unsigned_abs())));
    if let Some((said, changed, .., bot)) = next
        && new.reply.is_none()
    {
        return Ok((new.kept_at(said, changed, bot), true, root));
    }
    let Some(message) = named_by(conn, new.author.id, &new.client_id).await? else {
        must_be_live(conn, new.room, new.author.id).await?;
        return Err(no_room());
    };
    Ok((message, next.is_some(), root))
}
