//! Rules.

use rust_decimal::Decimal;
use sqlx::{FromRow, SqliteConnection, SqliteExecutor, SqlitePool};

use crate::{
    alerts::{
        model::{Shape, Test},
        rules::{
            hours::Hours,
            spec::{Hook, Spec},
        },
    },
    error::AppError,
    ids::{AlertId, RoomId, UserId},
    ticker::model::Key,
    time::Timestamp,
};

/// Rules of all rooms together at most.
pub const MOST: i64 = 2_000;

#[derive(FromRow)]
struct RuleRow {
    id: i64,
    author: i64,
    room: i64,
    name: String,
    test: String,
    symbol: String,
    venue: String,
    query: String,
    field: String,
    value: String,
    seconds: i64,
    words: String,
    mentions: String,
    days: i64,
    begins: i64,
    ends: i64,
    cooldown: i64,
    shape: Option<String>,
    url: Option<String>,
    is_on: bool,
    version: i64,
    trouble: Option<String>,
}

/// A rule as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Its id.
    pub id: AlertId,
    /// Who made it.
    pub author: UserId,
    /// It.
    pub spec: Spec,
    /// It is watched.
    pub is_on: bool,
    /// Another with every change.
    pub version: i64,
    /// What keeps it from speaking.
    pub trouble: Option<String>,
}

impl From<RuleRow> for Option<Kept> {
    /// `None` for one that this version doesn't know.
    fn from(row: RuleRow) -> Self {
        let hook = match (row.shape.as_deref().and_then(Shape::named), row.url) {
            (Some(shape), Some(url)) => Some(Hook { shape, url }),
            _ => None,
        };
        let small = |number: i64| u16::try_from(number).unwrap_or_default();
        Some(Kept {
            id: AlertId(row.id),
            author: UserId(row.author),
            spec: Spec {
                name: row.name,
                test: Test::named(&row.test)?,
                key: Key {
                    symbol: row.symbol,
                    venue: row.venue,
                },
                at_venue: false,
                query: row.query,
                by: row.field,
                value: row.value.parse::<Decimal>().ok()?,
                seconds: row.seconds,
                room: RoomId(row.room),
                words: row.words,
                mentions: row.mentions,
                hours: Hours {
                    days: u8::try_from(row.days).unwrap_or_default(),
                    from: small(row.begins),
                    until: small(row.ends),
                },
                cooldown: row.cooldown,
                hook,
            },
            is_on: row.is_on,
            version: row.version,
            trouble: row.trouble,
        })
    }
}

/// A rule as somebody sees it in the list.
pub struct Seen {
    /// It.
    pub kept: Kept,
    /// What its room is called.
    pub room: String,
    /// The name of who made it.
    pub author: String,
    /// Its state as JSON, once there is one.
    pub state: Option<String>,
    /// When it fired last, and the message's place in the room.
    pub fired: Option<(Timestamp, Option<u64>)>,
    /// Until when that was put off.
    pub snoozed: Option<Timestamp>,
}

/// Keeps a rule; the same one by the same author is there once. `false` when it was there.
///
/// # Errors
/// `Conflict` when there are too many.
pub async fn insert(
    conn: &mut SqliteConnection,
    author: UserId,
    spec: &Spec,
    at: Timestamp,
) -> Result<(AlertId, bool), AppError> {
    let rows: Vec<RuleRow> = sqlx::query_as("SELECT * FROM alert_rule WHERE author = ? AND room = ?")
        .bind(author.0)
        .bind(spec.room.0)
        .fetch_all(&mut *conn)
        .await?;
    let same = rows
        .into_iter()
        .filter_map(Option::<Kept>::from)
        .find(|kept| kept.spec.is_same(spec));
    if let Some(same) = same {
        return Ok((same.id, false));
    }
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM alert_rule")
        .fetch_one(&mut *conn)
        .await?;
    if count >= MOST {
        return Err(AppError::Conflict(format!(
            "There can be {MOST} alerts, and there are. Delete one that nobody needs."
        )));
    }
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO alert_rule (author, created, room, name, test, symbol, venue, query, field, value, seconds, words, \
         mentions, days, begins, ends, cooldown, shape, url) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(author.0)
    .bind(at.micros())
    .bind(spec.room.0)
    .bind(&spec.name)
    .bind(spec.test.name())
    .bind(&spec.key.symbol)
    .bind(&spec.key.venue)
    .bind(&spec.query)
    .bind(&spec.by)
    .bind(spec.value.to_string())
    .bind(spec.seconds)
    .bind(&spec.words)
    .bind(&spec.mentions)
    .bind(i64::from(spec.hours.days))
    .bind(i64::from(spec.hours.from))
    .bind(i64::from(spec.hours.until))
    .bind(spec.cooldown)
    .bind(spec.hook.as_ref().map(|hook| hook.shape.name()))
    .bind(spec.hook.as_ref().map(|hook| hook.url.as_str()))
    .fetch_one(conn)
    .await?;
    Ok((AlertId(id), true))
}

/// Makes another rule of one.
pub async fn update(conn: &mut SqliteConnection, id: AlertId, spec: &Spec) -> Result<(), AppError> {
    sqlx::query(
        "UPDATE alert_rule SET room = ?, name = ?, test = ?, symbol = ?, venue = ?, query = ?, field = ?, value = ?, \
         seconds = ?, words = ?, mentions = ?, days = ?, begins = ?, ends = ?, cooldown = ?, shape = ?, url = ?, \
         trouble = NULL, version = version + 1 WHERE id = ?",
    )
    .bind(spec.room.0)
    .bind(&spec.name)
    .bind(spec.test.name())
    .bind(&spec.key.symbol)
    .bind(&spec.key.venue)
    .bind(&spec.query)
    .bind(&spec.by)
    .bind(spec.value.to_string())
    .bind(spec.seconds)
    .bind(&spec.words)
    .bind(&spec.mentions)
    .bind(i64::from(spec.hours.days))
    .bind(i64::from(spec.hours.from))
    .bind(i64::from(spec.hours.until))
    .bind(spec.cooldown)
    .bind(spec.hook.as_ref().map(|hook| hook.shape.name()))
    .bind(spec.hook.as_ref().map(|hook| hook.url.as_str()))
    .bind(id.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Has a rule watched, or no longer.
pub async fn set_on(conn: &mut SqliteConnection, id: AlertId, on: bool) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_rule SET is_on = ?, trouble = NULL, version = version + 1 WHERE id = ?")
        .bind(on)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes what keeps a rule from speaking, or that nothing does.
pub async fn set_trouble(conn: &mut SqliteConnection, id: AlertId, trouble: Option<&str>) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_rule SET trouble = ?1 WHERE id = ?2 AND trouble IS NOT ?1")
        .bind(trouble)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a rule, and all that is known of it.
pub async fn delete(conn: &mut SqliteConnection, id: AlertId) -> Result<(), AppError> {
    sqlx::query("DELETE FROM alert_rule WHERE id = ?")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// One rule.
pub async fn rule(db: impl SqliteExecutor<'_>, id: AlertId) -> Result<Option<Kept>, AppError> {
    let row: Option<RuleRow> = sqlx::query_as("SELECT * FROM alert_rule WHERE id = ?")
        .bind(id.0)
        .fetch_optional(db)
        .await?;
    Ok(row.and_then(Option::from))
}

/// All that are to be watched: not those of rooms that are no more, nor of people who aren't in the room any more or may not
/// come in. In an archived one nothing is said, but it may come back.
pub async fn watched(db: &SqlitePool) -> Result<Vec<Kept>, AppError> {
    let rows: Vec<RuleRow> = sqlx::query_as(
        "SELECT alert_rule.* FROM alert_rule JOIN room ON room.id = alert_rule.room \
         JOIN user ON user.id = alert_rule.author AND user.removed IS NULL AND user.suspended IS NULL \
         JOIN member ON member.room = alert_rule.room AND member.user = alert_rule.author \
         WHERE is_on = 1 AND room.deleted IS NULL ORDER BY alert_rule.id",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().filter_map(Option::from).collect())
}

#[derive(FromRow)]
struct SeenRow {
    #[sqlx(flatten)]
    rule: RuleRow,
    room_name: String,
    author_name: String,
    state: Option<String>,
    fired: Option<i64>,
    seq: Option<i64>,
    snoozed: Option<i64>,
}

/// The rules of the rooms that somebody is in, by room and name.
pub async fn seen(db: &SqlitePool, user: UserId) -> Result<Vec<Seen>, AppError> {
    let rows: Vec<SeenRow> = sqlx::query_as(
        "SELECT alert_rule.*, room.name AS room_name, user.name AS author_name, alert_state.state, \
         f.began AS fired, iif(f.room = alert_rule.room, f.seq, NULL) AS seq, f.snoozed FROM member JOIN room ON room.id = member.room \
         JOIN alert_rule ON alert_rule.room = room.id JOIN user ON user.id = alert_rule.author \
         LEFT JOIN alert_state ON alert_state.rule = alert_rule.id \
         LEFT JOIN alert_firing f ON f.id = (SELECT max(id) FROM alert_firing WHERE rule = alert_rule.id) \
         WHERE member.user = ? AND room.deleted IS NULL ORDER BY room.name, alert_rule.name, alert_rule.id",
    )
    .bind(user.0)
    .fetch_all(db)
    .await?;
    let seen = |row: SeenRow| {
        Some(Seen {
            kept: Option::from(row.rule)?,
            room: row.room_name,
            author: row.author_name,
            state: row.state,
            fired: row
                .fired
                .map(|at| (Timestamp::from_micros(at), row.seq.map(i64::unsigned_abs))),
            snoozed: row.snoozed.map(Timestamp::from_micros),
        })
    };
    Ok(rows.into_iter().filter_map(seen).collect())
}

/// The prices at which rules fire that somebody sees: each with its test and name.
pub async fn levels(db: &SqlitePool, user: UserId, key: &Key) -> Result<Vec<(String, String, String)>, AppError> {
    let levels = sqlx::query_as(
        "SELECT value, test, alert_rule.name FROM alert_rule JOIN member ON member.room = alert_rule.room \
         WHERE symbol = ? AND venue = ? AND member.user = ? AND is_on = 1 AND test IN ('above', 'below') LIMIT 50",
    );
    Ok(levels
        .bind(&key.symbol)
        .bind(&key.venue)
        .bind(user.0)
        .fetch_all(db)
        .await?)
}

/// There is no such alert, or not for this person.
pub fn no_alert() -> AppError {
    AppError::NotFound("There is no such alert. It may have been deleted.".into())
}
