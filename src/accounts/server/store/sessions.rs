//! What is asked about sessions and the second factor.

use sqlx::{SqliteConnection, SqliteExecutor};

use crate::{
    accounts::{model::Visit, server::secret::TokenHash},
    error::AppError,
    ids::{SessionId, UserId},
    time::Timestamp,
};

/// Somebody's sessions, the newest use first; `device` is what the browser calls itself.
pub async fn visits(
    db: impl SqliteExecutor<'_>,
    user: UserId,
    this: SessionId,
    now: Timestamp,
) -> Result<Vec<Visit>, AppError> {
    let rows: Vec<(i64, String, String, i64, i64)> = sqlx::query_as(
        "SELECT id, agent, address, created, last_seen FROM session \
         WHERE user_id = ? AND expires > ? AND NOT awaits_code ORDER BY last_seen DESC, id DESC LIMIT 200",
    )
    .bind(user.0)
    .bind(now.micros())
    .fetch_all(db)
    .await?;
    let visit = |(id, device, address, since, seen)| Visit {
        id: SessionId(id),
        device,
        address,
        since: Timestamp::from_micros(since),
        seen: Timestamp::from_micros(seen),
        this: id == this.0,
    };
    Ok(rows.into_iter().map(visit).collect())
}

/// Removes somebody's sessions but one; gives the hashes of their tokens.
pub async fn delete_sessions(
    conn: &mut SqliteConnection,
    user: UserId,
    but: Option<SessionId>,
) -> Result<Vec<TokenHash>, AppError> {
    let hashes: Vec<Vec<u8>> =
        sqlx::query_scalar("DELETE FROM session WHERE user_id = ?1 AND (?2 IS NULL OR id != ?2) RETURNING token_hash")
            .bind(user.0)
            .bind(but.map(|id| id.0))
            .fetch_all(conn)
            .await?;
    Ok(hashes
        .into_iter()
        .filter_map(|hash| hash.try_into().ok())
        .map(TokenHash)
        .collect())
}

/// The hashes of the tokens of somebody's sessions.
pub async fn session_hashes(conn: &mut SqliteConnection, user: UserId) -> Result<Vec<TokenHash>, AppError> {
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("SELECT token_hash FROM session WHERE user_id = ?")
        .bind(user.0)
        .fetch_all(conn)
        .await?;
    Ok(hashes
        .into_iter()
        .filter_map(|hash| hash.try_into().ok())
        .map(TokenHash)
        .collect())
}

/// Removes a session of this person; gives its token's hash when there was one.
pub async fn delete_visit(
    conn: &mut SqliteConnection,
    user: UserId,
    id: SessionId,
) -> Result<Option<TokenHash>, AppError> {
    let hash: Option<Vec<u8>> =
        sqlx::query_scalar("DELETE FROM session WHERE id = ? AND user_id = ? RETURNING token_hash")
            .bind(id.0)
            .bind(user.0)
            .fetch_optional(conn)
            .await?;
    Ok(hash.and_then(|hash| hash.try_into().ok()).map(TokenHash))
}

/// The session of this token that still awaits the second factor's code.
pub async fn awaiting(
    db: impl SqliteExecutor<'_>,
    hash: TokenHash,
    now: Timestamp,
) -> Result<Option<(SessionId, UserId)>, AppError> {
    let row: Option<(i64, i64)> =
        sqlx::query_as("SELECT id, user_id FROM session WHERE token_hash = ? AND expires > ? AND awaits_code")
            .bind(&hash.0[..])
            .bind(now.micros())
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(id, user)| (SessionId(id), UserId(user))))
}

/// The second factor's secret and the time step of the last code that was taken.
pub async fn totp(conn: &mut SqliteConnection, user: UserId) -> Result<Option<(Vec<u8>, i64)>, AppError> {
    Ok(
        sqlx::query_as("SELECT totp, totp_step FROM user WHERE id = ? AND totp IS NOT NULL")
            .bind(user.0)
            .fetch_optional(conn)
            .await?,
    )
}

/// Notes the time step of a code that was taken.
pub async fn set_totp_step(conn: &mut SqliteConnection, user: UserId, step: i64) -> Result<(), AppError> {
    sqlx::query("UPDATE user SET totp_step = ? WHERE id = ?")
        .bind(step)
        .bind(user.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The secret on offer: `new`, unless one was offered before.
pub async fn offer(conn: &mut SqliteConnection, user: UserId, new: &[u8]) -> Result<Vec<u8>, AppError> {
    sqlx::query("UPDATE user SET totp_offer = ? WHERE id = ? AND totp_offer IS NULL")
        .bind(new)
        .bind(user.0)
        .execute(&mut *conn)
        .await?;
    offered(conn, user).await.map(Option::unwrap_or_default)
}

/// The secret that was offered and isn't confirmed yet.
pub async fn offered(conn: &mut SqliteConnection, user: UserId) -> Result<Option<Vec<u8>>, AppError> {
    let offer: Option<Option<Vec<u8>>> = sqlx::query_scalar("SELECT totp_offer FROM user WHERE id = ?")
        .bind(user.0)
        .fetch_optional(conn)
        .await?;
    Ok(offer.flatten())
}

/// Turns the second factor on with this secret, or off.
pub async fn set_totp(
    conn: &mut SqliteConnection,
    user: UserId,
    secret: Option<&[u8]>,
    recovery: &[[u8; 32]],
) -> Result<(), AppError> {
    sqlx::query("UPDATE user SET totp = ?, totp_offer = NULL WHERE id = ?")
        .bind(secret)
        .bind(user.0)
        .execute(&mut *conn)
        .await?;
    set_recovery(conn, user, recovery).await
}

/// Keeps these recovery codes in place of those before.
pub async fn set_recovery(conn: &mut SqliteConnection, user: UserId, recovery: &[[u8; 32]]) -> Result<(), AppError> {
    sqlx::query("DELETE FROM recovery_code WHERE user = ?")
        .bind(user.0)
        .execute(&mut *conn)
        .await?;
    for hash in recovery {
        sqlx::query("INSERT INTO recovery_code (user, hash) VALUES (?, ?)")
            .bind(user.0)
            .bind(&hash[..])
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// What is kept of the recovery codes that are left; `None` without a second factor.
pub async fn recovery_left(conn: &mut SqliteConnection, user: UserId) -> Result<Option<Vec<[u8; 32]>>, AppError> {
    if totp(conn, user).await?.is_none() {
        return Ok(None);
    }
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("SELECT hash FROM recovery_code WHERE user = ?")
        .bind(user.0)
        .fetch_all(conn)
        .await?;
    Ok(Some(
        hashes.into_iter().filter_map(|hash| hash.try_into().ok()).collect(),
    ))
}

/// Uses a recovery code up; `false` when it is none.
pub async fn use_recovery(conn: &mut SqliteConnection, user: UserId, hash: [u8; 32]) -> Result<bool, AppError> {
    let done = sqlx::query("DELETE FROM recovery_code WHERE user = ? AND hash = ?")
        .bind(user.0)
        .bind(&hash[..])
        .execute(conn)
        .await?;
    Ok(done.rows_affected() == 1)
}
