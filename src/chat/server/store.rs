//! Rooms and messages in `desk.db`.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{
    chat::model::{History, Message, Person, Quote, Reaction, Room, RoomKind},
    error::AppError,
    ids::{RoomId, UserId},
    server::error::is_taken,
    time::Timestamp,
};

use super::mentions::{All, Called};

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
    kind: String,
    unread: u32,
    mentions: u32,
}

impl From<RoomRow> for Room {
    fn from(row: RoomRow) -> Self {
        Self {
            id: RoomId(row.id),
            name: row.name,
            topic: row.topic,
            kind: kind(&row.kind),
            people: Vec::new(),
            unread: row.unread,
            mentions: row.mentions,
        }
    }
}

fn kind(text: &str) -> RoomKind {
    match text {
        "private" => RoomKind::Private,
        "direct" => RoomKind::Direct,
        _ => RoomKind::Open,
    }
}

const fn kind_text(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Open => "open",
        RoomKind::Private => "private",
        RoomKind::Direct => "direct",
    }
}

/// What a person (`member.user`) has not read in a room (`member.room`) and what of it calls them.
macro_rules! unread {
    () => {
        "(SELECT count(*) FROM (SELECT 1 FROM message x WHERE x.room = member.room AND x.seq > member.read \
         AND x.author <> member.user AND x.deleted IS NULL LIMIT 1000)) AS unread, \
         (SELECT count(*) FROM mention x WHERE x.user = member.user AND x.room = member.room AND x.seq > member.read) \
         AS mentions "
    };
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

/// The rooms that `user` is in: by name, conversations last.
pub async fn rooms(db: &SqlitePool, user: UserId) -> Result<Vec<Room>, AppError> {
    let mut conn = db.acquire().await?;
    let rows: Vec<RoomRow> = sqlx::query_as(concat!(
        "SELECT room.id, room.name, room.topic, room.kind, ",
        unread!(),
        "FROM member JOIN room ON room.id = member.room WHERE member.user = ? \
         ORDER BY room.kind = 'direct', room.name"
    ))
    .bind(user.0)
    .fetch_all(&mut *conn)
    .await?;
    with_people(&mut conn, rows.into_iter().map(Room::from).collect()).await
}

/// Adds the people of direct rooms.
async fn with_people(conn: &mut SqliteConnection, mut rooms: Vec<Room>) -> Result<Vec<Room>, AppError> {
    let direct = rooms.iter().filter(|room| room.kind == RoomKind::Direct);
    let direct: Vec<i64> = direct.map(|room| room.id.0).collect();
    if direct.is_empty() {
        return Ok(rooms);
    }
    let people: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT member.room, user.id, user.name FROM member JOIN user ON user.id = member.user \
         WHERE member.room IN (SELECT value FROM json_each(?)) ORDER BY user.name",
    )
    .bind(serde_json::to_string(&direct).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    for (room, id, name) in people {
        if let Some(room) = rooms.iter_mut().find(|other| other.id.0 == room) {
            room.people.push(Person { id: UserId(id), name });
        }
    }
    Ok(rooms)
}

/// A room as somebody in it finds it.
pub struct Joined {
    /// It.
    pub room: Room,
    /// The number of its last change.
    pub changed: u64,
    /// Its last place.
    pub said: u64,
    /// The place up to which the person has read.
    pub read: u64,
}

/// One room that `user` is in; `None` when there is none, or not for them.
pub async fn room(db: &SqlitePool, id: RoomId, user: UserId) -> Result<Option<Joined>, AppError> {
    let mut conn = db.acquire().await?;
    let row: Option<(i64, String, String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT room.id, name, topic, kind, changed, said, read FROM room JOIN member ON member.room = room.id \
         WHERE room.id = ? AND member.user = ?",
    )
    .bind(id.0)
    .bind(user.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((id, name, topic, text, changed, said, read)) = row else {
        return Ok(None);
    };
    let room = Room {
        id: RoomId(id),
        name,
        topic,
        kind: kind(&text),
        ..Room::default()
    };
    let room = with_people(&mut conn, vec![room]).await?.pop();
    Ok(room.map(|room| Joined {
        room,
        changed: changed.unsigned_abs(),
        said: said.unsigned_abs(),
        read: read.unsigned_abs(),
    }))
}

/// Who is in a room, and who on the team isn't, both by name.
pub async fn people(db: &SqlitePool, room: RoomId) -> Result<(Vec<Person>, Vec<Person>), AppError> {
    let all: Vec<(i64, String, bool)> = sqlx::query_as(
        "SELECT id, name, EXISTS (SELECT 1 FROM member WHERE room = ? AND user = user.id) FROM user ORDER BY name",
    )
    .bind(room.0)
    .fetch_all(db)
    .await?;
    let (inside, outside): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, is_in)| *is_in);
    let person = |(id, name, _)| Person { id: UserId(id), name };
    Ok((
        inside.into_iter().map(person).collect(),
        outside.into_iter().map(person).collect(),
    ))
}

/// Everyone on the team, by name.
pub async fn team(db: &SqlitePool) -> Result<Vec<Person>, AppError> {
    let all: Vec<(i64, String)> = sqlx::query_as("SELECT id, name FROM user ORDER BY name")
        .fetch_all(db)
        .await?;
    Ok(all
        .into_iter()
        .map(|(id, name)| Person { id: UserId(id), name })
        .collect())
}

/// Those of these folded names who are on the team.
pub async fn people_called(db: &SqlitePool, names: &[String]) -> Result<Vec<Person>, AppError> {
    let all: Vec<(i64, String)> =
        sqlx::query_as("SELECT id, name FROM user WHERE folded IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(names).unwrap_or_default())
            .fetch_all(db)
            .await?;
    Ok(all
        .into_iter()
        .map(|(id, name)| Person { id: UserId(id), name })
        .collect())
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

/// There is no such room, or not for this person; the two are not told apart.
pub fn no_room() -> AppError {
    AppError::NotFound("There is no such room. It may have been removed, or the link is wrong.".into())
}

/// How many people there are on the team.
pub async fn members(db: &SqlitePool) -> Result<u32, AppError> {
    Ok(sqlx::query_scalar("SELECT count(*) FROM user").fetch_one(db).await?)
}

/// The newest `limit` messages before `before` (the newest of all when absent), oldest first.
pub async fn history(db: &SqlitePool, room: RoomId, before: Option<u64>, limit: u32) -> Result<History, AppError> {
    let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
    let mut conn = db.acquire().await?;
    let mut rows: Vec<MessageRow> =
        sqlx::query_as(messages!("WHERE m.room = ? AND m.seq < ? ORDER BY m.seq DESC LIMIT ?"))
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
    let rows: Vec<MessageRow> = sqlx::query_as(messages!(
        "WHERE m.room = ? AND m.changed > ? ORDER BY m.changed LIMIT ?"
    ))
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
         SELECT id, said + 1, changed + 1, ?, ?, ?, ?, \
         (SELECT seq FROM message r WHERE r.room = room.id AND r.seq = ?), ? \
         FROM room JOIN member ON member.room = room.id AND member.user = ? WHERE id = ? \
         ON CONFLICT (author, client_id) DO NOTHING RETURNING seq, changed",
    )
    .bind(new.author.id.0)
    .bind(&new.client_id)
    .bind(&new.body)
    .bind(&new.html)
    .bind(new.reply.map(place))
    .bind(new.at.micros())
    .bind(new.author.id.0)
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
        None => Err(no_room()),
    }
}

/// Notes whom a message calls; gives those who are in its room.
pub async fn call(conn: &mut SqliteConnection, message: &Message, called: &Called) -> Result<Vec<UserId>, AppError> {
    let mut people: Vec<i64> = called.people.iter().map(|person| person.id.0).collect();
    match &called.all {
        Some(All::Here(here)) => people.extend(here.iter().map(|id| id.0)),
        None if people.is_empty() => return Ok(Vec::new()),
        _ => (),
    }
    let told: Vec<i64> = sqlx::query_scalar(
        "INSERT INTO mention (user, room, seq) SELECT user, room, ?1 FROM member \
         WHERE room = ?2 AND user <> ?3 AND (?4 OR user IN (SELECT value FROM json_each(?5))) \
         ON CONFLICT DO NOTHING RETURNING user",
    )
    .bind(place(message.seq))
    .bind(message.room.0)
    .bind(message.author.id.0)
    .bind(matches!(called.all, Some(All::Room)))
    .bind(serde_json::to_string(&people).unwrap_or_default())
    .fetch_all(conn)
    .await?;
    Ok(told.into_iter().map(UserId).collect())
}

/// Notes up to where `user` has read; gives that place, and what is unread after it and calls them.
///
/// # Errors
/// `NotFound` when they are not in the room.
pub async fn set_read(
    conn: &mut SqliteConnection,
    room: RoomId,
    user: UserId,
    seq: u64,
) -> Result<(u64, u32, u32), AppError> {
    sqlx::query(
        "UPDATE member SET read = min(?, (SELECT said FROM room WHERE id = member.room)) WHERE room = ? AND user = ?",
    )
    .bind(place(seq))
    .bind(room.0)
    .bind(user.0)
    .execute(&mut *conn)
    .await?;
    let now: Option<(i64, u32, u32)> = sqlx::query_as(concat!(
        "SELECT read, ",
        unread!(),
        "FROM member WHERE room = ? AND user = ?"
    ))
    .bind(room.0)
    .bind(user.0)
    .fetch_optional(conn)
    .await?;
    let (read, unread, mentions) = now.ok_or_else(no_room)?;
    Ok((read.unsigned_abs(), unread, mentions))
}

/// Replaces what a message says and remembers what it said; whom it calls is to be noted anew.
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
    sqlx::query("DELETE FROM mention WHERE room = ? AND seq = ?")
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
        "DELETE FROM mention WHERE room = ? AND seq = ?",
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

/// Makes a room; who is in it, unless it is open to all, comes from [`add_member`].
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn insert_room(
    conn: &mut SqliteConnection,
    name: &str,
    kind: RoomKind,
    at: Timestamp,
) -> Result<Room, AppError> {
    let id: Result<i64, _> = sqlx::query_scalar("INSERT INTO room (name, kind, created) VALUES (?, ?, ?) RETURNING id")
        .bind(name)
        .bind(kind_text(kind))
        .bind(at.micros())
        .fetch_one(conn)
        .await;
    match id {
        Ok(id) => Ok(Room {
            id: RoomId(id),
            name: name.to_owned(),
            kind,
            ..Room::default()
        }),
        Err(cause) if is_taken(&cause) => Err(name_taken(name)),
        Err(cause) => Err(cause.into()),
    }
}

fn name_taken(name: &str) -> AppError {
    AppError::Conflict(format!("There is a room called # {name} already."))
}

/// The room of this name and kind.
pub async fn room_named(conn: &mut SqliteConnection, name: &str, kind: RoomKind) -> Result<Option<RoomId>, AppError> {
    let id: Option<i64> = sqlx::query_scalar("SELECT id FROM room WHERE name = ? AND kind = ?")
        .bind(name)
        .bind(kind_text(kind))
        .fetch_optional(conn)
        .await?;
    Ok(id.map(RoomId))
}

/// Brings somebody in, who has read all that was said; `false` when they were in already.
pub async fn add_member(conn: &mut SqliteConnection, room: RoomId, user: UserId) -> Result<bool, AppError> {
    let done = sqlx::query(
        "INSERT INTO member (room, user, read) SELECT room.id, user.id, room.said FROM room, user \
         WHERE room.id = ? AND user.id = ? ON CONFLICT DO NOTHING",
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

/// Gives a room another name and topic.
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn describe(conn: &mut SqliteConnection, room: RoomId, name: &str, topic: &str) -> Result<(), AppError> {
    let done = sqlx::query("UPDATE room SET name = ?, topic = ? WHERE id = ?")
        .bind(name)
        .bind(topic)
        .bind(room.0)
        .execute(conn)
        .await;
    match done {
        Ok(_) => Ok(()),
        Err(cause) if is_taken(&cause) => Err(name_taken(name)),
        Err(cause) => Err(cause.into()),
    }
}
