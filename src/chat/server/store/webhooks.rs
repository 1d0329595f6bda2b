//! Webhooks of bots: whom a message speaks to, and how they are called.

use sqlx::SqlitePool;

use crate::{
    accounts::server::secret::WebhookSecret,
    chat::model::Person,
    error::AppError,
    ids::{RoomId, UserId},
};

/// How a bot is called.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Who.
    pub bot: Person,
    /// Where.
    pub url: String,
    /// What a call is signed with.
    pub secret: WebhookSecret,
}

/// The bots with a webhook that these messages speak to, in their order: those whom a message calls, and those in its
/// conversation. What bots say speaks to none.
pub async fn webhooks_due(db: &SqlitePool, said: &[(RoomId, u64)]) -> Result<Vec<(UserId, (RoomId, u64))>, AppError> {
    let due: Vec<(i64, i64, i64)> = sqlx::query_as(
        "SELECT webhook.user, message.room, message.seq FROM json_each(?) said CROSS JOIN webhook \
         JOIN member ON member.room = said.value ->> 0 AND member.user = webhook.user \
         JOIN room ON room.id = member.room LEFT JOIN room up ON up.id = room.parent \
         JOIN message ON message.room = room.id AND message.seq = said.value ->> 1 \
         JOIN user author ON author.id = message.author AND author.bot = 0 \
         WHERE coalesce(up.kind, room.kind) = 'direct' OR EXISTS (SELECT 1 FROM mention \
         WHERE mention.user = webhook.user AND mention.room = message.room AND mention.seq = message.seq) \
         ORDER BY said.key",
    )
    .bind(serde_json::to_string(said).unwrap_or_default())
    .fetch_all(db)
    .await?;
    let due = due.into_iter();
    Ok(due
        .map(|(bot, room, seq)| (UserId(bot), (RoomId(room), seq.unsigned_abs())))
        .collect())
}

/// How this bot is called; `None` when it isn't.
pub async fn webhook(db: &SqlitePool, bot: UserId) -> Result<Option<Webhook>, AppError> {
    let row: Option<(String, String, String)> =
        sqlx::query_as("SELECT name, url, secret FROM webhook JOIN user ON user.id = webhook.user WHERE user.id = ? AND suspended IS NULL AND removed IS NULL")
            .bind(bot.0)
            .fetch_optional(db)
            .await?;
    Ok(row.map(|(name, url, secret)| Webhook {
        bot: Person {
            id: bot,
            name,
            ..Person::default()
        },
        url,
        secret: WebhookSecret::kept(secret),
    }))
}
