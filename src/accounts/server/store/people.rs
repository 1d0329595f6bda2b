//! What is asked about accounts that are there already.

use sqlx::{SqliteConnection, SqliteExecutor};

use super::{role_of, role_text};
use crate::{
    accounts::{
        model::{Account, Role},
        server::secret::TokenHash,
    },
    error::AppError,
    ids::UserId,
    time::Timestamp,
};

type Row = (i64, String, String, String, bool, bool, Option<i64>, i64, Option<i64>);

/// Everyone who has an account by name, or the one person.
pub async fn accounts(db: impl SqliteExecutor<'_>, one: Option<UserId>) -> Result<Vec<Account>, AppError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, name, folded, role, bot, totp IS NOT NULL, suspended, created, \
         (SELECT max(last_seen) FROM session WHERE user_id = user.id AND NOT awaits_code) \
         FROM user WHERE removed IS NULL AND (?1 IS NULL OR id = ?1) ORDER BY name COLLATE NOCASE",
    )
    .bind(one.map(|id| id.0))
    .fetch_all(db)
    .await?;
    let account = |(id, name, username, role, bot, two_factor, suspended, created, seen): Row| Account {
        id: UserId(id),
        name,
        username,
        role: role_of(&role),
        bot,
        two_factor,
        suspended: suspended.map(Timestamp::from_micros),
        created: Timestamp::from_micros(created),
        seen: seen.map(Timestamp::from_micros),
    };
    Ok(rows.into_iter().map(account).collect())
}

/// Gives somebody another role.
pub async fn set_role(conn: &mut SqliteConnection, id: UserId, role: Role) -> Result<(), AppError> {
    sqlx::query("UPDATE user SET role = ? WHERE id = ? AND removed IS NULL")
        .bind(role_text(role))
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Refuses what would leave nobody to administer the team.
///
/// # Errors
/// `Conflict`.
pub async fn must_be_administered(conn: &mut SqliteConnection) -> Result<(), AppError> {
    let is_so: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM user WHERE role = 'admin' AND suspended IS NULL AND removed IS NULL)",
    )
    .fetch_one(conn)
    .await?;
    if is_so {
        return Ok(());
    }
    Err(AppError::Conflict(
        "Nobody would be left who administers the team. Make somebody else an administrator first.".into(),
    ))
}

/// Shuts somebody out from `since` on, or lets them in again.
pub async fn set_suspended(conn: &mut SqliteConnection, id: UserId, since: Option<Timestamp>) -> Result<(), AppError> {
    sqlx::query("UPDATE user SET suspended = ? WHERE id = ? AND removed IS NULL")
        .bind(since.map(Timestamp::micros))
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes somebody off the team: they can't come in, are in no room but the conversations that are named after them, and
/// their name is free. What they said stays under
/// it, or is marked to be taken back.
pub async fn remove(conn: &mut SqliteConnection, id: UserId, now: Timestamp, withdraw: bool) -> Result<(), AppError> {
    // No name has a #.
    sqlx::query(
        "UPDATE user SET removed = ?, withdraw = ?, folded = '#' || id, shown = NULL, password = '', role = 'member', totp = NULL, \
         totp_offer = NULL WHERE id = ? AND removed IS NULL",
    )
    .bind(now.micros())
    .bind(withdraw)
    .bind(id.0)
    .execute(&mut *conn)
    .await?;
    for statement in [
        // Their threads go along.
        "DELETE FROM member WHERE user = ? AND room IN (SELECT id FROM room WHERE kind <> 'direct' AND parent IS NULL)",
        "DELETE FROM token WHERE user = ?",
        "DELETE FROM recovery_code WHERE user = ?",
        "DELETE FROM reset WHERE user = ?",
        "DELETE FROM avatar WHERE user = ?",
    ] {
        sqlx::query(statement).bind(id.0).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Gives somebody another name to be shown by, and to be called by: `folded`. `shown` is the former, folded, where the two
/// differ.
///
/// # Errors
/// `Conflict` when one of them is taken.
pub async fn rename(
    conn: &mut SqliteConnection,
    id: UserId,
    name: &str,
    folded: &str,
    shown: Option<&str>,
) -> Result<(), AppError> {
    for wanted in [Some(folded), shown].into_iter().flatten() {
        free(conn, Some(id), wanted).await?;
    }
    sqlx::query("UPDATE user SET name = ?, folded = ?, shown = ? WHERE id = ? AND removed IS NULL")
        .bind(name)
        .bind(folded)
        .bind(shown)
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Refuses a name, folded, by which anybody but `id` is shown or called.
///
/// # Errors
/// `Conflict`.
pub async fn free(conn: &mut SqliteConnection, id: Option<UserId>, name: &str) -> Result<(), AppError> {
    let taken: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM user WHERE (folded = ?1 OR shown = ?1) AND id IS NOT ?2)")
            .bind(name)
            .bind(id.map(|id| id.0))
            .fetch_one(conn)
            .await?;
    match taken {
        true => Err(AppError::Conflict(format!("The name {name} is taken. Choose another."))),
        false => Ok(()),
    }
}

/// Gives the team another name.
pub async fn rename_team(conn: &mut SqliteConnection, name: &str) -> Result<(), AppError> {
    sqlx::query("UPDATE team SET name = ?").bind(name).execute(conn).await?;
    Ok(())
}

/// Keeps another password of somebody; a link to choose one is used up.
pub async fn set_password(conn: &mut SqliteConnection, id: UserId, password: &str) -> Result<(), AppError> {
    sqlx::query("UPDATE user SET password = ? WHERE id = ? AND removed IS NULL")
        .bind(password)
        .bind(id.0)
        .execute(&mut *conn)
        .await?;
    sqlx::query("DELETE FROM reset WHERE user = ?")
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// What is kept of somebody's password.
pub async fn password(db: impl SqliteExecutor<'_>, id: UserId) -> Result<Option<String>, AppError> {
    Ok(sqlx::query_scalar("SELECT password FROM user WHERE id = ?")
        .bind(id.0)
        .fetch_optional(db)
        .await?)
}

/// Keeps a link with which somebody may choose a password, in place of the one before.
pub async fn insert_reset(
    conn: &mut SqliteConnection,
    id: UserId,
    hash: TokenHash,
    expires: Timestamp,
) -> Result<(), AppError> {
    sqlx::query("INSERT OR REPLACE INTO reset (user, token_hash, expires) VALUES (?, ?, ?)")
        .bind(id.0)
        .bind(&hash.0[..])
        .bind(expires.micros())
        .execute(conn)
        .await?;
    Ok(())
}

/// Whose link this is, and their username, unless it has run out.
pub async fn reset(
    db: impl SqliteExecutor<'_>,
    hash: TokenHash,
    now: Timestamp,
) -> Result<Option<(UserId, String)>, AppError> {
    let row: Option<(i64, String)> = sqlx::query_as(
        "SELECT user.id, iif(shown IS NULL, name, folded) FROM reset JOIN user ON user.id = reset.user \
         WHERE token_hash = ? AND expires > ? AND removed IS NULL AND suspended IS NULL",
    )
    .bind(&hash.0[..])
    .bind(now.micros())
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id, name)| (UserId(id), name)))
}
