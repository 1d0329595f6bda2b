//! Calls to the addresses of bots that are spoken to: mentioned in a room that they are in, or written to in a
//! conversation. In Campfire's shape, so that what answers Campfire answers here.
//!
//! Posted and forgotten: a call that fails is logged and not repeated, and what waits when the server stops is not
//! called. What a bot says calls nobody, so that two can't keep each other talking.

pub mod call;
mod html;
pub mod payload;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::sleep,
};

use crate::{
    chat::{model::Message, wire::Draft},
    error::AppError,
    ids::{RoomId, UserId},
    server::shutdown::Shutdown,
};

use super::{
    Chat,
    post::post,
    rooms::new_client_id,
    store::{self, Webhook},
};
use call::Caller;
use payload::payload;

/// A call must be answered within this, from looking up its name to the last byte.
pub const LIMIT: Duration = Duration::from_secs(7);
/// Messages that wait to be looked at. Whom the next one speaks to isn't called.
const QUEUE: usize = 4_096;
/// How long messages gather, to be looked at together.
const GATHER: Duration = Duration::from_millis(50);
/// Calls of one bot at once. Each bot has its own, so that one that hangs holds up no other.
const AT_ONCE: usize = 4;
/// Calls of one bot that wait or are under way. The next one isn't made.
const WAITING: usize = 64;

/// Where something was said.
pub type Place = (RoomId, u64);

/// Messages on their way to be looked at.
#[derive(Clone)]
pub struct Webhooks(mpsc::Sender<Place>);

impl Webhooks {
    /// The queue, and its end for [`run`].
    pub fn new() -> (Self, mpsc::Receiver<Place>) {
        let (said, queue) = mpsc::channel(QUEUE);
        (Self(said), queue)
    }

    /// Has whom a new message speaks to called, if it is a bot that wants to be. Never waits.
    pub fn said(&self, message: &Message) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.0.try_send((message.room, message.seq)) {
            tracing::warn!(room = %message.room, "too much is said at once to see whether a webhook is to be called");
        }
    }
}

/// What may be under way for one bot.
struct Line {
    places: Arc<Semaphore>,
    calls: Arc<Semaphore>,
}

impl Default for Line {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(WAITING)),
            calls: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

/// Calls whom the messages of `queue` speak to, until the server stops. `limit` is each call's time.
pub async fn run(chat: Arc<Chat>, mut queue: mpsc::Receiver<Place>, limit: Duration, shutdown: Shutdown) {
    let caller = match Caller::new(limit) {
        Ok(caller) => Arc::new(caller),
        Err(error) => return tracing::error!(%error, "webhooks can't be called"),
    };
    // Bounded by the bots that have a webhook.
    let mut lines = HashMap::<UserId, Line>::new();
    let mut said = Vec::new();
    while queue.recv_many(&mut said, QUEUE).await > 0 {
        // What can't be read has been logged.
        let due = store::webhooks_due(&chat.db.readers, &said).await.unwrap_or_default();
        said.clear();
        for (bot, place) in due {
            let line = lines.entry(bot).or_default();
            let Ok(waiting) = line.places.clone().try_acquire_owned() else {
                tracing::warn!(bot = %bot, "a webhook isn't called: too many of its calls wait");
                continue;
            };
            let call = call(chat.clone(), caller.clone(), bot, place);
            shutdown.spawn(in_turn(waiting, line.calls.clone(), call));
        }
        sleep(GATHER).await;
    }
}

async fn in_turn(waiting: OwnedSemaphorePermit, calls: Arc<Semaphore>, call: impl Future<Output = ()>) {
    // It is never closed.
    let _turn = calls.acquire().await;
    call.await;
    drop(waiting);
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
    Ok(message.map(|message| {
        let body = payload(&webhook, &joined.room, &message);
        (webhook, body)
    }))
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
