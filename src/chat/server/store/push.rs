//! Browsers that take pushes, and the keys by which push services know us.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{
    accounts::server::own::device,
    chat::server::notify::push::Subscription,
    error::AppError,
    ids::{SessionId, UserId},
    time::Timestamp,
};

/// Browsers of one person that are pushed to at most.
const DEVICES: i64 = 20;

/// The server's key pair; `None` before the first start has made it.
pub async fn vapid(db: &SqlitePool) -> Result<Option<Vec<u8>>, AppError> {
    Ok(sqlx::query_scalar("SELECT pkcs8 FROM vapid").fetch_optional(db).await?)
}

/// Keeps the server's key pair for good, and gives it back.
pub async fn keep_vapid(conn: &mut SqliteConnection, pkcs8: Vec<u8>) -> Result<Vec<u8>, AppError> {
    sqlx::query("INSERT INTO vapid (id, pkcs8) VALUES (1, ?)")
        .bind(&pkcs8)
        .execute(conn)
        .await?;
    Ok(pkcs8)
}

/// Keeps how the browser of a session is reached, in place of how it was.
pub async fn keep_subscription(conn: &mut SqliteConnection, to: &Subscription, at: Timestamp) -> Result<(), AppError> {
    // A browser is one person's at a time: the last one who asked for its pushes.
    sqlx::query("DELETE FROM push WHERE endpoint = ? OR session = ?")
        .bind(&to.endpoint)
        .bind(to.session.0)
        .execute(&mut *conn)
        .await?;
    // The session may have ended meanwhile.
    sqlx::query(
        "INSERT INTO push (session, endpoint, key, auth, created) SELECT id, ?, ?, ?, ? FROM session WHERE id = ?",
    )
    .bind(&to.endpoint)
    .bind(&to.key)
    .bind(&to.auth)
    .bind(at.micros())
    .bind(to.session.0)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets how the browser of a session is reached; with `endpoint` only if it is still by that.
pub async fn forget_subscription(
    conn: &mut SqliteConnection,
    session: SessionId,
    endpoint: Option<&str>,
) -> Result<(), AppError> {
    sqlx::query("DELETE FROM push WHERE session = ?1 AND (?2 IS NULL OR endpoint = ?2)")
        .bind(session.0)
        .bind(endpoint)
        .execute(conn)
        .await?;
    Ok(())
}

/// Since when the browser of a session takes pushes.
pub async fn subscribed_since(db: &SqlitePool, session: SessionId) -> Result<Option<Timestamp>, AppError> {
    let since: Option<i64> = sqlx::query_scalar("SELECT created FROM push WHERE session = ?")
        .bind(session.0)
        .fetch_optional(db)
        .await?;
    Ok(since.map(Timestamp::from_micros))
}

#[derive(FromRow)]
struct PushRow {
    session: i64,
    user_id: i64,
    agent: String,
    endpoint: String,
    key: Vec<u8>,
    auth: Vec<u8>,
}

/// The browsers of these people that take pushes; of each person the newest.
pub async fn subscriptions(db: &SqlitePool, users: &[UserId], now: Timestamp) -> Result<Vec<Subscription>, AppError> {
    let rows: Vec<PushRow> = sqlx::query_as(
        "SELECT session, user_id, agent, endpoint, key, auth FROM (SELECT push.*, session.user_id, session.agent, \
         row_number() OVER (PARTITION BY session.user_id ORDER BY push.created DESC) AS place \
         FROM push JOIN session ON session.id = push.session \
         WHERE session.user_id IN (SELECT value FROM json_each(?)) AND session.expires > ? AND NOT session.awaits_code) \
         WHERE place <= ? ORDER BY user_id, place",
    )
    .bind(serde_json::to_string(users).unwrap_or_default())
    .bind(now.micros())
    .bind(DEVICES)
    .fetch_all(db)
    .await?;
    let subscription = |row: PushRow| Subscription {
        session: SessionId(row.session),
        user: UserId(row.user_id),
        device: device(&row.agent),
        endpoint: row.endpoint,
        key: row.key,
        auth: row.auth,
    };
    Ok(rows.into_iter().map(subscription).collect())
}
