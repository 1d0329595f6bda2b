//! Tokens, and the bots that speak by them.

use sqlx::{FromRow, SqliteConnection, SqliteExecutor};

use super::role_of;
use crate::{
    accounts::{
        model::{Limit, Me},
        server::{
            scopes::Scopes,
            secret::{TokenHash, WebhookSecret},
        },
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

/// A token to be kept.
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The bot it speaks for.
    pub bot: Option<UserId>,
    /// Where its incoming webhook speaks; the bot's other tokens' room when absent.
    pub room: Option<RoomId>,
    /// What is kept of it.
    pub hash: TokenHash,
}

/// A token that a program shows.
pub struct KeptToken {
    /// `token.id`.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The bot it speaks for, as a member.
    pub bot: Option<Me>,
    /// Where its incoming webhook speaks.
    pub room: Option<RoomId>,
    /// What it may bring.
    pub limit: Limit,
}

/// A token as it is listed: nothing that it could be used by.
#[derive(Debug)]
pub struct ListedToken {
    /// `token.id`.
    pub id: i64,
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The name of the bot it speaks for.
    pub bot: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the minute.
    pub last_used: Option<Timestamp>,
    /// What it may bring.
    pub limit: Limit,
}

/// A bot as it is listed.
#[derive(Debug)]
pub struct ListedBot {
    /// `user.id`.
    pub id: UserId,
    /// The name it speaks with.
    pub name: String,
    /// What is called when it is spoken to.
    pub webhook: Option<String>,
    /// When it was made.
    pub created: Timestamp,
}

/// Keeps a token; gives its id.
pub async fn insert_token(conn: &mut SqliteConnection, new: &NewToken, now: Timestamp) -> Result<i64, AppError> {
    let id = sqlx::query_scalar(
        "INSERT INTO token (name, scopes, user, room, token_hash, created) VALUES (?1, ?2, ?3, \
         coalesce(?4, (SELECT room FROM token other WHERE other.user = ?3 ORDER BY id LIMIT 1)), ?5, ?6) RETURNING id",
    )
    .bind(&new.name)
    .bind(new.scopes.words().join(","))
    .bind(new.bot.map(|id| id.0))
    .bind(new.room.map(|id| id.0))
    .bind(&new.hash.0[..])
    .bind(now.micros())
    .fetch_one(conn)
    .await?;
    Ok(id)
}

#[derive(FromRow)]
struct TokenRow {
    id: i64,
    name: String,
    scopes: String,
    room: Option<i64>,
    user: Option<i64>,
    user_name: Option<String>,
    folded: Option<String>,
    role: Option<String>,
    lines_a_minute: Option<i64>,
    bytes_a_minute: Option<i64>,
}

fn limit((lines, bytes): (Option<i64>, Option<i64>)) -> Limit {
    Limit {
        lines: lines.map(i64::unsigned_abs),
        bytes: bytes.map(i64::unsigned_abs),
    }
}

/// The token of this hash.
pub async fn token(db: impl SqliteExecutor<'_>, hash: TokenHash) -> Result<Option<KeptToken>, AppError> {
    let row: Option<TokenRow> = sqlx::query_as(
        "SELECT token.id, token.name, scopes, room, user, user.name AS user_name, folded, role, \
         lines_a_minute, bytes_a_minute FROM token \
         LEFT JOIN user ON user.id = token.user WHERE token_hash = ? AND suspended IS NULL",
    )
    .bind(&hash.0[..])
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| KeptToken {
        id: row.id,
        name: row.name,
        scopes: Scopes::parse(&row.scopes),
        room: row.room.map(RoomId),
        limit: limit((row.lines_a_minute, row.bytes_a_minute)),
        bot: row.user.map(|id| Me {
            id: UserId(id),
            name: row.user_name.unwrap_or_default(),
            username: row.folded.unwrap_or_default(),
            role: role_of(&row.role.unwrap_or_default()),
        }),
    }))
}

#[derive(FromRow)]
struct ListedRow {
    id: i64,
    name: String,
    scopes: String,
    bot: Option<String>,
    created: i64,
    last_used: Option<i64>,
    lines_a_minute: Option<i64>,
    bytes_a_minute: Option<i64>,
}

/// Every token, in the order in which they were made.
pub async fn tokens(db: impl SqliteExecutor<'_>) -> Result<Vec<ListedToken>, AppError> {
    let rows: Vec<ListedRow> = sqlx::query_as(
        "SELECT token.id, token.name, scopes, user.name AS bot, token.created, last_used, lines_a_minute, bytes_a_minute \
         FROM token \
         LEFT JOIN user ON user.id = token.user ORDER BY token.id",
    )
    .fetch_all(db)
    .await?;
    let listed = |row: ListedRow| ListedToken {
        id: row.id,
        name: row.name,
        scopes: Scopes::parse(&row.scopes),
        bot: row.bot,
        created: Timestamp::from_micros(row.created),
        last_used: row.last_used.map(Timestamp::from_micros),
        limit: limit((row.lines_a_minute, row.bytes_a_minute)),
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// What is kept of every token.
pub async fn token_hashes(db: impl SqliteExecutor<'_>) -> Result<Vec<TokenHash>, AppError> {
    let all: Vec<Vec<u8>> = sqlx::query_scalar(
        "SELECT token_hash FROM token LEFT JOIN user ON user.id = token.user WHERE suspended IS NULL",
    )
    .fetch_all(db)
    .await?;
    let hash = |bytes: Vec<u8>| bytes.try_into().ok().map(TokenHash);
    Ok(all.into_iter().filter_map(hash).collect())
}

/// Sets what a token may bring; false when there is none.
pub async fn set_limit(conn: &mut SqliteConnection, token: i64, limit: Limit) -> Result<bool, AppError> {
    let number = |most: Option<u64>| most.map(|most| i64::try_from(most).unwrap_or(i64::MAX));
    let done = sqlx::query("UPDATE token SET lines_a_minute = ?, bytes_a_minute = ? WHERE id = ?")
        .bind(number(limit.lines))
        .bind(number(limit.bytes))
        .bind(token)
        .execute(conn)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Notes when a token was used.
pub async fn note_use(conn: &mut SqliteConnection, token: i64, at: Timestamp) -> Result<(), AppError> {
    sqlx::query("UPDATE token SET last_used = ? WHERE id = ?")
        .bind(at.micros())
        .bind(token)
        .execute(conn)
        .await?;
    Ok(())
}

/// Removes a token, and the webhook that answers by it; gives its hash when there was one.
pub async fn delete_token(conn: &mut SqliteConnection, id: i64) -> Result<Option<TokenHash>, AppError> {
    let hash: Option<Vec<u8>> = sqlx::query_scalar("DELETE FROM token WHERE id = ? RETURNING token_hash")
        .bind(id)
        .fetch_optional(conn)
        .await?;
    Ok(hash.and_then(|bytes| bytes.try_into().ok()).map(TokenHash))
}

/// An open room by its name, or the oldest.
pub async fn open_room(db: impl SqliteExecutor<'_>, name: Option<&str>) -> Result<Option<RoomId>, AppError> {
    let id: Option<i64> =
        sqlx::query_scalar("SELECT id FROM room WHERE kind = 'open' AND (?1 IS NULL OR name = ?1) ORDER BY id LIMIT 1")
            .bind(name)
            .fetch_optional(db)
            .await?;
    Ok(id.map(RoomId))
}

/// Makes a member a bot.
pub async fn make_bot(conn: &mut SqliteConnection, user: UserId) -> Result<(), AppError> {
    sqlx::query("UPDATE user SET bot = 1 WHERE id = ?")
        .bind(user.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The bot of this name, folded: its id and its name.
pub async fn bot_called(db: impl SqliteExecutor<'_>, folded: &str) -> Result<Option<(UserId, String)>, AppError> {
    let row: Option<(i64, String)> = sqlx::query_as("SELECT id, name FROM user WHERE folded = ? AND bot = 1")
        .bind(folded)
        .fetch_optional(db)
        .await?;
    Ok(row.map(|(id, name)| (UserId(id), name)))
}

/// Every bot on the team, in the order in which they were made.
pub async fn bots(db: impl SqliteExecutor<'_>) -> Result<Vec<ListedBot>, AppError> {
    let rows: Vec<(i64, String, Option<String>, i64)> = sqlx::query_as(
        "SELECT id, name, url, created FROM user LEFT JOIN webhook ON webhook.user = user.id \
         WHERE bot = 1 AND removed IS NULL ORDER BY id",
    )
    .fetch_all(db)
    .await?;
    let listed = |(id, name, webhook, created)| ListedBot {
        id: UserId(id),
        name,
        webhook,
        created: Timestamp::from_micros(created),
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Gives a bot a webhook, in the place of the one that it had.
pub async fn set_webhook(
    conn: &mut SqliteConnection,
    bot: UserId,
    answers_by: &NewToken,
    url: &str,
    secret: &WebhookSecret,
    now: Timestamp,
) -> Result<(), AppError> {
    sqlx::query("DELETE FROM token WHERE id = (SELECT token FROM webhook WHERE user = ?)")
        .bind(bot.0)
        .execute(&mut *conn)
        .await?;
    let token = insert_token(conn, answers_by, now).await?;
    sqlx::query("INSERT INTO webhook (user, token, url, secret) VALUES (?, ?, ?, ?)")
        .bind(bot.0)
        .bind(token)
        .bind(url)
        .bind(secret.text())
        .execute(conn)
        .await?;
    Ok(())
}
