//! Calls to the addresses of bots that are spoken to: mentioned in a room that they are in, or written to in a
//! conversation. In Campfire's shape, so that what answers Campfire answers here.
//!
//! Posted and forgotten: a call that fails is logged and not repeated, and what waits when the server stops is not
//! called. What a bot says calls nobody, so that two can't keep each other talking.

pub mod call;
pub mod payload;

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::sleep};

use crate::{
    chat::wire::Draft,
    error::AppError,
    ids::{RoomId, UserId},
    server::{call_queues::CallQueues, shutdown::Shutdown},
};

use super::{
    Chat,
    post::post,
    rooms::new_client_id,
    said::{Place, QUEUE},
    store::{self, Webhook},
};
use call::Caller;
use payload::payload;

/// A call must be answered within this, from looking up its name to the last byte.
pub const LIMIT: Duration = Duration::from_secs(7);
/// How long messages gather, to be looked at together.
const GATHER: Duration = Duration::from_millis(50);
/// Calls of one bot at once. Each bot has its own, so that one that hangs holds up no other.
const AT_ONCE: usize = 4;
/// Calls of one bot that wait or are under way. The next one isn't made.
const WAITING: usize = 64;

/// Calls whom the messages of `queue` speak to, until the server stops. `limit` is each call's time.
pub async fn run(chat: Arc<Chat>, mut queue: mpsc::Receiver<Place>, limit: Duration, shutdown: Shutdown) {
    let caller = match Caller::new(limit) {
        Ok(caller) => Arc::new(caller),
        Err(error) => return tracing::error!(%error, "webhooks can't be called"),
    };
    // Bounded by the bots that have a webhook.
    let mut queues = CallQueues::new(AT_ONCE, WAITING, shutdown);
    let mut said = Vec::new();
    while queue.recv_many(&mut said, QUEUE).await > 0 {
        // What can't be read has been logged.
        let due = store::webhooks_due(&chat.db.readers, &said).await.unwrap_or_default();
        said.clear();
        for (bot, place) in due {
            if !queues.call(bot, call(chat.clone(), caller.clone(), bot, place)) {
                tracing::warn!(bot = %bot, "a webhook isn't called: too many of its calls wait");
            }
        }
        sleep(GATHER).await;
    }
}

async fn call(chat: Arc<Chat>, caller: Arc<Caller>, bot: UserId, place: Place) {
    let Ok(Some((webhook, body))) = prepared(&chat, bot, place).await else {
        return;
    };
    let (bot, room) = (&webhook.bot.name, place.0);
    let text = match caller.call(&webhook, body).await {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(error) => return tracing::warn!(%bot, %room, %error, "a webhook's call failed"),
    };
    if let Err(error) = answer(&chat, &webhook, room, text).await {
        tracing::warn!(%bot, %room, %error, "a webhook's answer can't be posted");
    }
}

/// The webhook and what it is sent; `None` when there is nothing to call for any more.
async fn prepared(chat: &Chat, bot: UserId, (room, seq): Place) -> Result<Option<(Webhook, Vec<u8>)>, AppError> {
    let db = &chat.db.readers;
    let Some(webhook) = store::webhook(db, bot).await? else {
        return Ok(None);
    };
    let Some(joined) = store::room(db, room, bot).await? else {
        return Ok(None);
    };
    let message = store::message(&mut *db.acquire().await?, room, seq).await?;
    let message = message.filter(|message| !message.deleted);
    let Some(message) = message else {
        return Ok(None);
    };
    let username = store::username(db, message.author.id).await?;
    let body = payload(&webhook, &joined.room, &message, &username);
    Ok(Some((webhook, body)))
}

/// Posts what was answered, as the bot, unless its webhook was revoked meanwhile.
async fn answer(chat: &Chat, webhook: &Webhook, room: RoomId, body: String) -> Result<(), AppError> {
    if store::webhook(&chat.db.readers, webhook.bot.id).await?.is_none() {
        return Ok(());
    }
    let draft = Draft {
        room,
        client_id: new_client_id(),
        body,
        reply: None,
        files: Vec::new(),
    };
    post(chat, webhook.bot.clone(), draft).await.map(|_| ())
}
