//! Everything that is asked of `desk.db` about people.

use sqlx::{SqliteConnection, SqliteExecutor};

use crate::{
    accounts::model::{Me, Role},
    error::AppError,
    ids::{SessionId, UserId},
    time::Timestamp,
};

use super::secret::TokenHash;

mod tokens;

pub use tokens::*;

pub mod people;
pub mod sessions;

/// Somebody who is about to get an account.
pub struct Newcomer {
    /// As [`crate::accounts::rules::name`] gave it.
    pub name: String,
    /// The name without regard to case.
    pub folded: String,
    /// What they may do.
    pub role: Role,
    /// What is kept of the password.
    pub password: String,
}

/// A session as kept.
pub struct KeptSession {
    /// `session.id`.
    pub id: SessionId,
    /// Whose.
    pub me: Me,
    /// When it was last known to be in use.
    pub last_seen: Timestamp,
    /// When it ends by itself.
    pub expires: Timestamp,
}

/// Keeps the team; `false` when there is one already.
pub async fn insert_team(
    conn: &mut SqliteConnection,
    name: &str,
    join_code: &str,
    now: Timestamp,
) -> Result<bool, AppError> {
    let done =
        sqlx::query("INSERT INTO team (id, name, join_code, created) VALUES (1, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(join_code)
            .bind(now.micros())
            .execute(conn)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// The team's name and join code; `None` before the set-up.
pub async fn team(db: impl SqliteExecutor<'_>) -> Result<Option<(String, String)>, AppError> {
    Ok(sqlx::query_as("SELECT name, join_code FROM team")
        .fetch_optional(db)
        .await?)
}

/// Puts another join code in the place of the old.
pub async fn set_join_code(conn: &mut SqliteConnection, code: &str) -> Result<(), AppError> {
    sqlx::query("UPDATE team SET join_code = ?")
        .bind(code)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps a person.
///
/// # Errors
/// `Conflict` when the name is taken.
pub async fn insert_user(conn: &mut SqliteConnection, newcomer: &Newcomer, now: Timestamp) -> Result<UserId, AppError> {
    people::free(conn, None, &newcomer.folded).await?;
    let done = sqlx::query("INSERT INTO user (name, folded, role, password, created) VALUES (?, ?, ?, ?, ?)")
        .bind(&newcomer.name)
        .bind(&newcomer.folded)
        .bind(role_text(newcomer.role))
        .bind(&newcomer.password)
        .bind(now.micros())
        .execute(conn)
        .await?;
    Ok(UserId(done.last_insert_rowid()))
}

/// What signing in asks about an account.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `user.id`.
    pub id: UserId,
    /// They may not come in.
    pub suspended: bool,
    /// The code of the second factor is asked for too.
    pub two_factor: bool,
}

/// The account of whoever has this name, folded, and what is kept of the password.
pub async fn entry(db: impl SqliteExecutor<'_>, folded: &str) -> Result<Option<(Entry, String)>, AppError> {
    let row: Option<(i64, String, bool, bool)> = sqlx::query_as(
        "SELECT id, password, suspended IS NOT NULL, totp IS NOT NULL FROM user WHERE folded = ? AND removed IS NULL",
    )
    .bind(folded)
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(id, password, suspended, two_factor)| {
        let id = UserId(id);
        (
            Entry {
                id,
                suspended,
                two_factor,
            },
            password,
        )
    }))
}

/// A session that is about to begin.
pub struct Beginning {
    /// Whose.
    pub user: UserId,
    /// What the browser calls itself.
    pub agent: String,
    /// The network address it comes from.
    pub address: String,
    /// It isn't one until the code of the second factor has been given.
    pub awaits_code: bool,
}

impl Beginning {
    /// Of somebody of whose whereabouts nothing is known.
    pub const fn of(user: UserId) -> Self {
        Self {
            user,
            agent: String::new(),
            address: String::new(),
            awaits_code: false,
        }
    }
}

/// Keeps a session, and removes those that have run out.
pub async fn insert_session(
    conn: &mut SqliteConnection,
    new: Beginning,
    hash: TokenHash,
    now: Timestamp,
    expires: Timestamp,
) -> Result<SessionId, AppError> {
    sqlx::query("DELETE FROM session WHERE expires <= ?")
        .bind(now.micros())
        .execute(&mut *conn)
        .await?;
    let done = sqlx::query(
        "INSERT INTO session (user_id, token_hash, created, last_seen, expires, agent, address, awaits_code) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.user.0)
    .bind(&hash.0[..])
    .bind(now.micros())
    .bind(now.micros())
    .bind(expires.micros())
    .bind(new.agent)
    .bind(new.address)
    .bind(new.awaits_code)
    .execute(conn)
    .await?;
    Ok(SessionId(done.last_insert_rowid()))
}

/// The session of this token, unless it has run out.
pub async fn session(
    db: impl SqliteExecutor<'_>,
    hash: TokenHash,
    now: Timestamp,
) -> Result<Option<KeptSession>, AppError> {
    let row: Option<(i64, i64, i64, i64, String, String, String)> = sqlx::query_as(
        "SELECT session.id, last_seen, expires, user.id, name, folded, role FROM session JOIN user ON user.id = user_id \
         WHERE token_hash = ? AND expires > ? AND NOT awaits_code AND suspended IS NULL AND removed IS NULL",
    )
    .bind(&hash.0[..])
    .bind(now.micros())
    .fetch_optional(db)
    .await?;
    Ok(
        row.map(|(id, last_seen, expires, user, name, username, role)| KeptSession {
            id: SessionId(id),
            me: Me {
                id: UserId(user),
                name,
                username,
                role: role_of(&role),
            },
            last_seen: Timestamp::from_micros(last_seen),
            expires: Timestamp::from_micros(expires),
        }),
    )
}

/// Notes that a session is in use and puts its end off.
pub async fn renew_session(
    conn: &mut SqliteConnection,
    id: SessionId,
    now: Timestamp,
    expires: Timestamp,
) -> Result<(), AppError> {
    sqlx::query("UPDATE session SET last_seen = ?, expires = ? WHERE id = ?")
        .bind(now.micros())
        .bind(expires.micros())
        .bind(id.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a session; gives its token's hash when there was one.
pub async fn delete_session(conn: &mut SqliteConnection, id: SessionId) -> Result<Option<TokenHash>, AppError> {
    let hash: Option<Vec<u8>> = sqlx::query_scalar("DELETE FROM session WHERE id = ? RETURNING token_hash")
        .bind(id.0)
        .fetch_optional(conn)
        .await?;
    Ok(hash.and_then(|bytes| bytes.try_into().ok()).map(TokenHash))
}

const fn role_text(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Member => "member",
    }
}

fn role_of(text: &str) -> Role {
    if text == "admin" { Role::Admin } else { Role::Member }
}

#[cfg(test)]
mod tests;
