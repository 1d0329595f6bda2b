//! Who may squawk.

use sqlx::{SqliteConnection, SqliteExecutor};

use crate::{error::AppError, ids::UserId};

/// The name of somebody who may squawk.
///
/// # Errors
/// `Forbidden` for whoever may not.
pub async fn name(conn: &mut SqliteConnection, who: UserId) -> Result<String, AppError> {
    let (name, may) = permitted(conn, who).await?.ok_or(AppError::SignedOut)?;
    if may {
        return Ok(name);
    }
    Err(AppError::Forbidden(
        "Only administrators squawk on this team. Ask one of them, or say it in a room.".into(),
    ))
}

/// Whether somebody may squawk: programs always, people as the team has it.
///
/// # Errors
/// When the database fails.
pub async fn may<'c>(conn: impl SqliteExecutor<'c>, who: UserId) -> Result<bool, AppError> {
    Ok(permitted(conn, who).await?.is_some_and(|(_, may)| may))
}

async fn permitted<'c>(conn: impl SqliteExecutor<'c>, who: UserId) -> Result<Option<(String, bool)>, AppError> {
    let found = sqlx::query_as(
        "SELECT name, bot OR role = 'admin' OR NOT coalesce((SELECT squawk_admins FROM team), 0) \
         FROM user WHERE id = ? AND removed IS NULL",
    )
    .bind(who.0)
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// Whether of people only administrators squawk.
///
/// # Errors
/// When the database fails.
pub async fn admins_only<'c>(conn: impl SqliteExecutor<'c>) -> Result<bool, AppError> {
    let only: Option<bool> = sqlx::query_scalar("SELECT squawk_admins FROM team")
        .fetch_optional(conn)
        .await?;
    Ok(only.unwrap_or(false))
}

/// Has only administrators squawk, or everybody.
///
/// # Errors
/// When the database fails.
pub async fn set_admins_only(conn: &mut SqliteConnection, only: bool) -> Result<(), AppError> {
    sqlx::query("UPDATE team SET squawk_admins = ?")
        .bind(only)
        .execute(conn)
        .await?;
    Ok(())
}
