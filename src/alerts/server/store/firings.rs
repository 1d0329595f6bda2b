//! What was said, and what people have pressed below it.

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

use crate::{
    alerts::rules::telling::{Pressed, Telling},
    error::AppError,
    ids::{AlertId, FiringId, RoomId, UserId},
    server::error::internal,
    time::Timestamp,
};

/// Firings of a rule that are kept, the newest; buttons below older messages do nothing.
const KEPT: i64 = 200;

#[derive(FromRow)]
struct FiringRow {
    id: i64,
    rule: Option<i64>,
    bot: Option<i64>,
    room: i64,
    seq: Option<i64>,
    telling: String,
    alerts: Option<String>,
    ended: Option<i64>,
    acknowledged: Option<i64>,
    acknowledger: Option<String>,
    snoozed: Option<i64>,
    snoozer: Option<String>,
}

/// A firing.
#[derive(Clone, Debug, PartialEq)]
pub struct Firing {
    /// Its id.
    pub id: FiringId,
    /// Of which rule.
    pub rule: Option<AlertId>,
    /// Whose token brought it.
    pub bot: Option<UserId>,
    /// Where it was said.
    pub room: RoomId,
    /// The message; `None` where it couldn't be said.
    pub seq: Option<u64>,
    /// What it says.
    pub telling: Telling,
    /// Of a group: its alerts, as JSON.
    pub alerts: Option<String>,
    /// It is over.
    pub has_ended: bool,
    /// What people have pressed.
    pub pressed: Pressed,
}

/// A firing with the names of who pressed what; append what to pick.
macro_rules! firings {
    ($rest:literal) => {
        concat!(
            "SELECT f.id, f.rule, f.bot, f.room, f.seq, f.telling, f.alerts, f.ended, f.acknowledged, \
             a.name AS acknowledger, f.snoozed, s.name AS snoozer FROM alert_firing f \
             LEFT JOIN user a ON a.id = f.acknowledger LEFT JOIN user s ON s.id = f.snoozer ",
            $rest
        )
    };
}

impl TryFrom<FiringRow> for Firing {
    type Error = AppError;

    fn try_from(row: FiringRow) -> Result<Self, AppError> {
        let by = |who: Option<String>, at: Option<i64>| {
            at.map(|at| (who.unwrap_or_else(|| "somebody".into()), Timestamp::from_micros(at)))
        };
        Ok(Self {
            id: FiringId(row.id),
            rule: row.rule.map(AlertId),
            bot: row.bot.map(UserId),
            room: RoomId(row.room),
            seq: row.seq.map(i64::unsigned_abs),
            telling: serde_json::from_str(&row.telling).map_err(|cause| internal("reading an alert", &cause))?,
            alerts: row.alerts,
            has_ended: row.ended.is_some(),
            pressed: Pressed {
                acknowledged: by(row.acknowledger, row.acknowledged),
                snoozed: by(row.snoozer, row.snoozed),
            },
        })
    }
}

fn read(row: Option<FiringRow>) -> Result<Option<Firing>, AppError> {
    row.map(Firing::try_from).transpose()
}

/// One firing.
pub async fn firing(db: impl SqliteExecutor<'_>, id: FiringId) -> Result<Option<Firing>, AppError> {
    read(
        sqlx::query_as(firings!("WHERE f.id = ?"))
            .bind(id.0)
            .fetch_optional(db)
            .await?,
    )
}

/// A rule's firing by its number.
pub async fn of_rule(conn: &mut SqliteConnection, rule: AlertId, number: u64) -> Result<Option<Firing>, AppError> {
    read(
        sqlx::query_as(firings!("WHERE f.rule = ? AND f.number = ?"))
            .bind(rule.0)
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .fetch_optional(conn)
            .await?,
    )
}

/// The number of a rule's last firing; 0 when there was none.
pub async fn last_fired(db: impl SqliteExecutor<'_>, rule: AlertId) -> Result<u64, AppError> {
    let number: Option<i64> = sqlx::query_scalar("SELECT max(number) FROM alert_firing WHERE rule = ?")
        .bind(rule.0)
        .fetch_one(db)
        .await?;
    Ok(number.unwrap_or_default().unsigned_abs())
}

/// The firing of a rule that goes on.
pub async fn open_of_rule(conn: &mut SqliteConnection, rule: AlertId) -> Result<Option<Firing>, AppError> {
    read(
        sqlx::query_as(firings!(
            "WHERE f.rule = ? AND f.ended IS NULL ORDER BY f.id DESC LIMIT 1"
        ))
        .bind(rule.0)
        .fetch_optional(conn)
        .await?,
    )
}

/// The group of Alertmanager's that goes on.
pub async fn group(conn: &mut SqliteConnection, bot: UserId, key: &str) -> Result<Option<Firing>, AppError> {
    read(
        sqlx::query_as(firings!(
            "WHERE f.bot = ? AND f.group_key = ? AND f.ended IS NULL ORDER BY f.id DESC LIMIT 1"
        ))
        .bind(bot.0)
        .bind(key)
        .fetch_optional(conn)
        .await?,
    )
}

/// What a firing is of.
pub enum Of<'a> {
    /// A rule, and its number.
    Rule(AlertId, u64),
    /// A bot that brings groups, and the group's key.
    Group(UserId, &'a str),
}

/// Keeps a new firing.
pub async fn insert_firing(
    conn: &mut SqliteConnection,
    of: Of<'_>,
    room: RoomId,
    telling: &Telling,
) -> Result<FiringId, AppError> {
    let (rule, number, bot, key) = match of {
        Of::Rule(rule, number) => (Some(rule.0), i64::try_from(number).ok(), None, None),
        Of::Group(bot, key) => (None, None, Some(bot.0), Some(key)),
    };
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO alert_firing (rule, number, bot, group_key, room, telling, began, ended) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(rule)
    .bind(number)
    .bind(bot)
    .bind(key)
    .bind(room.0)
    .bind(json(telling)?)
    .bind(telling.began.micros())
    .bind(telling.ended.map(Timestamp::micros))
    .fetch_one(&mut *conn)
    .await?;
    sqlx::query(
        "DELETE FROM alert_firing WHERE ended IS NOT NULL AND rule IS ?1 AND bot IS ?2 AND id <= \
         (SELECT id FROM alert_firing WHERE rule IS ?1 AND bot IS ?2 ORDER BY id DESC LIMIT 1 OFFSET ?3)",
    )
    .bind(rule)
    .bind(bot)
    .bind(KEPT)
    .execute(conn)
    .await?;
    Ok(FiringId(id))
}

/// Keeps where a firing was said.
pub async fn set_place(conn: &mut SqliteConnection, id: FiringId, seq: u64) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_firing SET seq = ? WHERE id = ?")
        .bind(i64::try_from(seq).unwrap_or(i64::MAX))
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps what a firing says now.
pub async fn set_telling(conn: &mut SqliteConnection, id: FiringId, telling: &Telling) -> Result<(), AppError> {
    let ended = match (&telling.stopped, telling.ended) {
        (Some(_), None) => Some(telling.began),
        (_, ended) => ended,
    };
    sqlx::query("UPDATE alert_firing SET telling = ?, ended = ? WHERE id = ?")
        .bind(json(telling)?)
        .bind(ended.map(Timestamp::micros))
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps a group's alerts, as JSON.
pub async fn set_alerts(conn: &mut SqliteConnection, id: FiringId, alerts: &str) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_firing SET alerts = ? WHERE id = ?")
        .bind(alerts)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes who has seen it; the first counts.
pub async fn acknowledge(
    conn: &mut SqliteConnection,
    id: FiringId,
    who: UserId,
    at: Timestamp,
) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_firing SET acknowledged = ?, acknowledger = ? WHERE id = ? AND acknowledged IS NULL")
        .bind(at.micros())
        .bind(who.0)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes who puts it off, and until when; `false` for one that is over, or whose rule speaks in another room by now.
pub async fn snooze(
    conn: &mut SqliteConnection,
    id: FiringId,
    who: UserId,
    until: Timestamp,
) -> Result<bool, AppError> {
    let done = sqlx::query(
        "UPDATE alert_firing SET snoozed = ?, snoozer = ? WHERE id = ? AND ended IS NULL \
         AND room = (SELECT room FROM alert_rule WHERE alert_rule.id = alert_firing.rule)",
    )
    .bind(until.micros())
    .bind(who.0)
    .bind(id.0)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes that it isn't put off any more.
pub async fn wake(conn: &mut SqliteConnection, id: FiringId) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_firing SET snoozed = NULL, snoozer = NULL WHERE id = ?")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The firing by which a rule is put off now.
pub async fn snoozed(db: impl SqliteExecutor<'_>, rule: AlertId, now: Timestamp) -> Result<Option<FiringId>, AppError> {
    let id: Option<i64> =
        sqlx::query_scalar("SELECT id FROM alert_firing WHERE rule = ? AND snoozed > ? ORDER BY snoozed DESC LIMIT 1")
            .bind(rule.0)
            .bind(now.micros())
            .fetch_optional(db)
            .await?;
    Ok(id.map(FiringId))
}

fn json(telling: &Telling) -> Result<String, AppError> {
    serde_json::to_string(telling).map_err(|cause| internal("encoding an alert", &cause))
}
