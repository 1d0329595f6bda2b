//! What was said at a time, in whatever room.

use sqlx::{FromRow, SqlitePool};

use super::rooms::named;
use crate::{
    chat::plain::text_of,
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// Messages of all rooms among which those of one's own are looked for, to either side.
const REACH: i64 = 10_000;

/// A message as it is shown among others of all rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidThen {
    /// Where.
    pub room: RoomId,
    /// The room's name as it is kept; of a thread, that of its root's room.
    pub title: String,
    /// Its place.
    pub seq: u64,
    /// By whom.
    pub author: String,
    /// When.
    pub at: Timestamp,
    /// What it says.
    pub words: String,
    /// When it was edited last.
    pub edited: Option<Timestamp>,
    /// What it said at the instant, where that was asked for and it was edited since.
    pub then: Option<String>,
}

/// What was said around an instant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// In the order in which it was said.
    pub said: Vec<SaidThen>,
    /// Whether more of the time before and after is left out.
    pub more: (bool, bool),
}

#[derive(FromRow)]
struct Row {
    room: i64,
    #[sqlx(rename = "name")]
    title: String,
    seq: i64,
    author: String,
    at: i64,
    body: String,
    html: Option<String>,
    edited: Option<i64>,
    then_said: Option<String>,
}

impl From<Row> for SaidThen {
    fn from(row: Row) -> Self {
        Self {
            room: RoomId(row.room),
            title: row.title,
            seq: row.seq.unsigned_abs(),
            author: row.author,
            at: Timestamp::from_micros(row.at),
            words: row.html.map_or(row.body, |html| text_of(&html)),
            edited: row.edited.map(Timestamp::from_micros),
            then: row.then_said,
        }
    }
}

macro_rules! said {
    ($then:literal, $from:literal, $rest:literal) => {
        concat!(
            "SELECT m.room, ",
            named!(),
            ", m.seq, u.name AS author, m.at, m.body, m.html, m.edited, ",
            $then,
            " AS then_said FROM ",
            $from,
            " CROSS JOIN room ON room.id = m.room CROSS JOIN user AS u ON u.id = m.author \
             LEFT JOIN room AS up ON up.id = room.parent WHERE m.deleted IS NULL ",
            $rest
        )
    };
    // Of what was said after the instant, how it began.
    ($rest:literal) => {
        said!(
            "iif(?8, (SELECT r.body FROM revision AS r WHERE r.room = m.room AND r.seq = m.seq AND r.at > max(?7, m.at) \
             ORDER BY r.at LIMIT 1), NULL)",
            "said CROSS JOIN member ON member.room = said.room AND member.user = ?1 \
             CROSS JOIN message AS m ON m.room = said.room AND m.seq = said.seq",
            $rest
        )
    };
}

/// What `user` may read of what was said between two instants: the `limit` last before the one between them, and the `limit`
/// first from it on. As times rise with the order in which things are said, twenty looks find it; a clock that was set back
/// makes it something near. What was edited since then says what it says today; with `then` also what it said.
///
/// # Errors
/// When the database fails.
pub async fn said_around(
    db: &SqlitePool,
    user: UserId,
    (from, at, to): (Timestamp, Timestamp, Timestamp),
    then: bool,
    limit: u32,
) -> Result<Around, AppError> {
    // What is so near that it can be shown, by number: not all that was said is looked through.
    let here = first_since(db, at).await?;
    let first = first_since(db, from).await?.max(here - REACH);
    let last = first_since(db, to.plus_seconds(1)).await?.min(here + REACH);
    let mut before: Vec<Row> = sqlx::query_as(said!(
        "AND m.at BETWEEN ?2 AND ?3 AND said.id >= ?4 AND said.id < ?5 ORDER BY said.id DESC LIMIT ?6"
    ))
    .bind(user.0)
    .bind(from.micros())
    .bind(to.micros())
    .bind(first)
    .bind(here)
    .bind(limit + 1)
    .bind(at.micros())
    .bind(then)
    .fetch_all(db)
    .await?;
    let mut after: Vec<Row> = sqlx::query_as(said!(
        "AND m.at BETWEEN ?2 AND ?3 AND said.id >= ?4 AND said.id < ?5 ORDER BY said.id LIMIT ?6"
    ))
    .bind(user.0)
    .bind(from.micros())
    .bind(to.micros())
    .bind(here)
    .bind(last)
    .bind(limit + 1)
    .bind(at.micros())
    .bind(then)
    .fetch_all(db)
    .await?;
    let more = (before.len() > limit as usize, after.len() > limit as usize);
    before.truncate(limit as usize);
    after.truncate(limit as usize);
    before.reverse();
    before.extend(after);
    Ok(Around {
        said: before.into_iter().map(Into::into).collect(),
        more,
    })
}

/// What everybody who reads `room` may read of what was said between two instants, in open rooms and there: the `limit`
/// nearest to the one between them, in order. What holds `without` is left out.
///
/// # Errors
/// When the database fails.
pub async fn said_openly(
    db: &SqlitePool,
    room: RoomId,
    (from, at, to): (Timestamp, Timestamp, Timestamp),
    without: &str,
    limit: u32,
) -> Result<Vec<SaidThen>, AppError> {
    let here = first_since(db, at).await?;
    let first = first_since(db, from).await?.max(here - REACH);
    let last = first_since(db, to.plus_seconds(1)).await?.min(here + REACH);
    let rows: Vec<Row> = sqlx::query_as(said!(
        "NULL",
        "said CROSS JOIN message AS m ON m.room = said.room AND m.seq = said.seq",
        "AND (room.kind = 'open' OR room.id = ?1) AND m.at BETWEEN ?2 AND ?3 AND said.id >= ?4 AND said.id < ?5 \
         AND instr(m.body, ?7) = 0 ORDER BY abs(m.at - ?6) LIMIT ?8"
    ))
    .bind(room.0)
    .bind(from.micros())
    .bind(to.micros())
    .bind(first)
    .bind(last)
    .bind(at.micros())
    .bind(without)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let mut said: Vec<SaidThen> = rows.into_iter().map(Into::into).collect();
    said.sort_by_key(|said| (said.at, said.room.0, said.seq));
    Ok(said)
}

/// The number, over all rooms, of the first message from `at` on; the one after the last where there is none.
async fn first_since(db: &SqlitePool, at: Timestamp) -> Result<i64, AppError> {
    let found: Option<i64> = sqlx::query_scalar(
        "WITH RECURSIVE span (low, high) AS (SELECT 1, coalesce(max(id), 0) + 1 FROM said UNION ALL \
         SELECT iif(m.at < ?1, said.id + 1, span.low), iif(m.at < ?1, span.high, (span.low + span.high) / 2) FROM span \
         CROSS JOIN said ON said.id = (SELECT min(next.id) FROM said AS next WHERE next.id >= (span.low + span.high) / 2) \
         CROSS JOIN message AS m ON m.room = said.room AND m.seq = said.seq WHERE span.low < span.high) \
         SELECT low FROM span WHERE low >= high",
    )
    .bind(at.micros())
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or(1))
}

/// What `user` may read of what was said at these places, where its HTML `is_wanted`; the newest first.
///
/// # Errors
/// When the database fails.
pub async fn said_there(
    db: &SqlitePool,
    user: UserId,
    places: &[(RoomId, u64)],
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<SaidThen>, AppError> {
    let places: Vec<(i64, u64)> = places.iter().map(|(room, seq)| (room.0, *seq)).collect();
    let rows: Vec<Row> = sqlx::query_as(said!(
        "NULL",
        "json_each(?2) AS place CROSS JOIN member ON member.room = place.value ->> 0 AND member.user = ?1 \
         CROSS JOIN message AS m ON m.room = place.value ->> 0 AND m.seq = place.value ->> 1",
        "ORDER BY m.at DESC, m.room, m.seq DESC"
    ))
    .bind(user.0)
    .bind(serde_json::to_string(&places).unwrap_or_default())
    .fetch_all(db)
    .await?;
    let wanted = rows
        .into_iter()
        .filter(|row| row.html.as_deref().is_some_and(&is_wanted));
    Ok(wanted.map(SaidThen::from).collect())
}
