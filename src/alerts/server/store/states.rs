//! What is known of rules, up to which log line, and who speaks for them.

use std::collections::HashMap;

use sqlx::{SqliteConnection, SqlitePool};

use crate::{
    chat::model::Person,
    error::AppError,
    ids::{AlertId, UserId},
    time::Timestamp,
};

/// Each rule's state as JSON, with the line up to which it goes.
pub async fn states(db: &SqlitePool) -> Result<HashMap<AlertId, (u64, String)>, AppError> {
    let rows: Vec<(i64, i64, String)> = sqlx::query_as("SELECT rule, line, state FROM alert_state")
        .fetch_all(db)
        .await?;
    let kept = |(rule, line, state): (i64, i64, String)| (AlertId(rule), (line.unsigned_abs(), state));
    Ok(rows.into_iter().map(kept).collect())
}

/// Keeps states, each of the rule of this version as far as that is still the one, as one statement.
pub async fn keep_states(
    conn: &mut SqliteConnection,
    line: u64,
    states: &[(AlertId, i64, String)],
) -> Result<(), AppError> {
    if states.is_empty() {
        return Ok(());
    }
    let rows: Vec<(i64, i64, &str)> = states
        .iter()
        .map(|(rule, version, state)| (rule.0, *version, state.as_str()))
        .collect();
    sqlx::query(
        "INSERT INTO alert_state (rule, line, state) \
         SELECT alert_rule.id, ?2, one.value ->> 2 FROM json_each(?1) one \
         JOIN alert_rule ON alert_rule.id = one.value ->> 0 AND version = one.value ->> 1 WHERE true \
         ON CONFLICT (rule) DO UPDATE SET line = excluded.line, state = excluded.state",
    )
    .bind(serde_json::to_string(&rows).unwrap_or_default())
    .bind(i64::try_from(line).unwrap_or(i64::MAX))
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what is known of a rule: it begins anew.
pub async fn forget_state(conn: &mut SqliteConnection, rule: AlertId) -> Result<(), AppError> {
    sqlx::query("DELETE FROM alert_state WHERE rule = ?")
        .bind(rule.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The rules that are put off where they speak now, each until when.
pub async fn snoozes(db: &SqlitePool, now: Timestamp) -> Result<Vec<(AlertId, Timestamp)>, AppError> {
    let rows: Vec<(i64, i64)> = sqlx::query_as(
        "SELECT rule, max(snoozed) FROM alert_firing JOIN alert_rule ON alert_rule.id = rule \
         AND alert_rule.room = alert_firing.room WHERE snoozed > ? GROUP BY rule",
    )
    .bind(now.micros())
    .fetch_all(db)
    .await?;
    let snooze = |(rule, until): (i64, i64)| (AlertId(rule), Timestamp::from_micros(until));
    Ok(rows.into_iter().map(snooze).collect())
}

/// The line up to which all rules have judged; `None` when none has.
pub async fn own_line(db: &SqlitePool) -> Result<Option<u64>, AppError> {
    let line: Option<i64> = sqlx::query_scalar("SELECT line FROM alert_own").fetch_one(db).await?;
    Ok(line.map(i64::unsigned_abs))
}

/// Keeps the line up to which all rules have judged.
pub async fn set_own_line(conn: &mut SqliteConnection, line: u64) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_own SET line = ?")
        .bind(i64::try_from(line).unwrap_or(i64::MAX))
        .execute(conn)
        .await?;
    Ok(())
}

/// Who speaks for rules, unless they were taken off the team.
pub async fn bot(db: &SqlitePool) -> Result<Option<Person>, AppError> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "SELECT user.id, user.name FROM alert_own JOIN user ON user.id = alert_own.bot \
         WHERE removed IS NULL AND suspended IS NULL",
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id, name)| Person {
        id: UserId(id),
        name,
        ..Person::default()
    }))
}

/// Has somebody else speak for rules.
pub async fn set_bot(conn: &mut SqliteConnection, bot: UserId) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_own SET bot = ?")
        .bind(bot.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Until when rules were watched, as far as that is known.
pub async fn awake(db: &SqlitePool) -> Result<Option<Timestamp>, AppError> {
    let awake: Option<i64> = sqlx::query_scalar("SELECT awake FROM alert_own").fetch_one(db).await?;
    Ok(awake.map(Timestamp::from_micros))
}

/// Keeps until when rules were watched.
pub async fn set_awake(conn: &mut SqliteConnection, awake: Timestamp) -> Result<(), AppError> {
    sqlx::query("UPDATE alert_own SET awake = ?")
        .bind(awake.micros())
        .execute(conn)
        .await?;
    Ok(())
}

/// How often the secrets of rules were made anew, of those of which it was done.
pub async fn secrets(db: &SqlitePool) -> Result<Vec<(AlertId, i64)>, AppError> {
    let rows: Vec<(i64, i64)> = sqlx::query_as("SELECT id, secrets FROM alert_rule WHERE secrets > 0")
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, times)| (AlertId(id), times)).collect())
}

/// Counts that a rule's secret is made anew; gives how often that was done.
///
/// # Errors
/// `NotFound`.
pub async fn next_secret(conn: &mut SqliteConnection, id: AlertId) -> Result<i64, AppError> {
    let times = sqlx::query_scalar("UPDATE alert_rule SET secrets = secrets + 1 WHERE id = ? RETURNING secrets")
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    times.ok_or_else(super::no_alert)
}

/// What secrets of rules' webhooks are made from: `new`, where there is none yet.
pub async fn own_secret(conn: &mut SqliteConnection, new: &str) -> Result<String, AppError> {
    let secret = sqlx::query_scalar("UPDATE alert_own SET secret = coalesce(secret, ?) RETURNING secret");
    Ok(secret.bind(new).fetch_one(conn).await?)
}
