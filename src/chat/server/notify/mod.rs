//! Whom a message is worth interrupting for, and by which ways.
//!
//! After its commit `post` names a message's place to a bounded queue. Here the store says whom it could concern,
//! [`decide`] says whether it does and why, and whoever is notified is told on all their pages (`public/notify.js` shows
//! it where none of them is in front) and by [`push`] on the devices that take pushes. The [`log`] keeps what was decided,
//! for the person's own page ([`report`]).

pub mod decide;
pub mod levels;
pub mod log;
pub mod looking;
pub mod news;
pub mod push;
pub mod report;
pub mod worker;

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::sleep};

use crate::{
    error::AppError,
    ids::UserId,
    server::{call_queues::CallQueues, config::Config, db::Database, limits::PerKey, shutdown::Shutdown},
    time::Timestamp,
};

use super::{
    Audience, Chat, Event,
    said::{Place, QUEUE},
    store::{self, Concern},
};
use decide::{Facts, decide};
use log::Log;
use looking::Looking;
use news::News;
use push::Push;

/// How long messages gather, to be looked at together.
const GATHER: Duration = Duration::from_millis(50);
/// Pushes to one push service at once.
const AT_ONCE: usize = 16;
/// Pushes to one push service that wait or are under way. The next one isn't made.
const WAITING: usize = 4_096;

/// Who is interrupted, and how.
pub struct Notifier {
    /// What was decided lately.
    pub log: Log,
    /// Who has pages open, and looks at which room.
    pub looking: Arc<Looking>,
    /// Tells browsers that have no page open.
    pub push: Push,
    /// Tests per person: a burst of 3, then one in 10 s.
    tests: PerKey<UserId>,
}

impl Notifier {
    /// Starts the part; the first start makes the server's keys.
    ///
    /// # Errors
    /// When the database can't be read or written.
    pub async fn start(db: &Database, config: &Config) -> Result<Self, AppError> {
        Ok(Self {
            log: Log::default(),
            looking: Arc::default(),
            push: Push::start(db, config).await?,
            tests: PerKey::new(3, Duration::from_secs(10)),
        })
    }
}

/// Decides about the messages of `queue`, and notifies, until the server stops.
pub async fn run(chat: Arc<Chat>, mut queue: mpsc::Receiver<Place>, shutdown: Shutdown) {
    let mut queues = CallQueues::new(AT_ONCE, WAITING, shutdown);
    let mut said = Vec::new();
    while queue.recv_many(&mut said, QUEUE).await > 0 {
        // What can't be read has been logged.
        let concerns = store::concerns(&chat.db.readers, &said).await.unwrap_or_default();
        said.clear();
        for of_one in concerns.chunk_by(|a, b| a.place == b.place) {
            // The same.
            let _ = notify(&chat, &mut queues, of_one).await;
        }
        sleep(GATHER).await;
    }
}

/// Decides about one message, and notifies.
async fn notify(chat: &Arc<Chat>, queues: &mut CallQueues<String>, concerns: &[Concern]) -> Result<(), AppError> {
    let now = Timestamp::now();
    let mut people = Vec::new();
    for concern in concerns {
        let is_away = chat.presence.away(concern.user).unwrap_or_default();
        let looking = !is_away && chat.notify.looking.is_at(concern.user, concern.place.0);
        let why = decide(Facts {
            looking,
            ..concern.facts
        });
        let id = chat.notify.log.note(concern.user, Some((concern.place, why)), now);
        if why.notifies() {
            people.push((concern.user, id));
        }
    }
    let Some(Concern {
        place,
        room,
        kind,
        root,
        ..
    }) = concerns.first().filter(|_| !people.is_empty())
    else {
        return Ok(());
    };
    let db = &chat.db.readers;
    let message = store::message(&mut *db.acquire().await?, place.0, place.1).await?;
    let Some(message) = message.filter(|message| !message.deleted) else {
        return Ok(());
    };
    let news = News::of(&message, room, *kind, *root);
    tell_pages(chat, &news, &people);
    let (json, topic) = (Arc::<str>::from(news.json()), news.tag);
    for (to, id) in subscribed(chat, &people, now).await? {
        let (chat, json, topic, user) = (chat.clone(), json.clone(), topic.clone(), to.user);
        let (device, host) = (to.device.clone(), to.host());
        let of_chat = chat.clone();
        let push = async move { push::push(&of_chat, to, id, &json, &topic).await };
        if !queues.call(host, push) {
            let words = format!("no push to {device}: too many wait for its push service");
            chat.notify.log.add(user, id, false, words);
        }
    }
    Ok(())
}

/// Tells all pages of these people, and notes whether there are any.
fn tell_pages(chat: &Chat, news: &News, people: &[(UserId, u64)]) {
    let mut told = Vec::with_capacity(people.len());
    for (user, id) in people {
        let words = match chat.notify.looking.pages(*user) {
            0 => continue,
            1 => "told to 1 open page, whose browser shows it where it may".to_owned(),
            pages => format!("told to {pages} open pages, whose browsers show it where they may"),
        };
        chat.notify.log.add(*user, *id, true, words);
        told.push(*user);
    }
    if !told.is_empty() {
        told.sort_unstable();
        chat.hub.publish(Event {
            frame: news.frame().into(),
            to: Audience::People(told.into()),
        });
    }
}

/// The devices of these people that take pushes, each with the id of the decision; notes whom nothing reaches.
async fn subscribed(
    chat: &Chat,
    people: &[(UserId, u64)],
    now: Timestamp,
) -> Result<Vec<(push::Subscription, u64)>, AppError> {
    let ids: Vec<UserId> = people.iter().map(|(user, _)| *user).collect();
    let found = store::subscriptions(&chat.db.readers, &ids, now).await?;
    for (user, id) in people {
        if chat.notify.looking.pages(*user) == 0 && found.iter().all(|to| to.user != *user) {
            let words = "no page of the desk was open, and no device takes pushes";
            chat.notify.log.add(*user, *id, false, words.into());
        }
    }
    let id = |to: &push::Subscription| people.iter().find(|(user, _)| *user == to.user).map(|(_, id)| *id);
    Ok(found.into_iter().filter_map(|to| id(&to).map(|id| (to, id))).collect())
}

/// Sends `me` a notification by every way that is on, and waits for what comes of it.
///
/// # Errors
/// `SlowDown`; when the database can't be read.
pub async fn test(chat: &Arc<Chat>, me: UserId) -> Result<(), AppError> {
    chat.notify.tests.check(&me)?;
    let now = Timestamp::now();
    let id = chat.notify.log.note(me, None, now);
    let people = [(me, id)];
    let news = News::test(now.micros().unsigned_abs());
    tell_pages(chat, &news, &people);
    let (json, topic) = (news.json(), news.tag);
    let pushes = subscribed(chat, &people, now).await?;
    let pushes = pushes
        .into_iter()
        .map(|(to, id)| push::push(chat, to, id, &json, &topic));
    futures::future::join_all(pushes).await;
    Ok(())
}
