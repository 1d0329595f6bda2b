//! Cards under messages that hold a link, by what the page behind it says of itself.
//!
//! After a commit `post` and `change` name a message with a link to a bounded queue. Here its first link is looked up,
//! in what is remembered or by [`fetch`], and the card is put under the message as a change of its own, which takes the
//! normal way to everybody. Browsers never ask the page: its picture is kept and served from here.

pub mod card;
pub mod fetch;
pub mod gone;
pub mod page;
pub mod serve;

use std::sync::Arc;

use tokio::sync::{Semaphore, mpsc};

use crate::{
    chat::model::Message,
    error::AppError,
    server::{
        outbound::{Outbound, Reach},
        shutdown::Shutdown,
    },
    time::Timestamp,
};

use super::{
    Chat, markdown,
    quoting::{self, link::Own},
    said::Place,
    store::{self, Picture},
    tell_changed,
};
use card::Card;

/// Messages that wait to be looked at. Those that come while it is full get no card.
const QUEUE: usize = 1_024;
/// Pages that are asked at once.
const AT_ONCE: usize = 16;
/// Longest address that is looked up, in bytes.
const LONGEST: usize = 2_000;
/// Seconds for which a page isn't asked again.
const FRESH: i64 = 24 * 60 * 60;
/// Seconds for which one that couldn't be asked isn't.
const FAILED: i64 = 60 * 60;

/// Takes messages with links.
#[derive(Clone)]
pub struct Previews(mpsc::Sender<Place>);

impl Previews {
    /// The queue, and its end for [`run`].
    pub fn new() -> (Self, mpsc::Receiver<Place>) {
        let (links, queue) = mpsc::channel(QUEUE);
        (Self(links), queue)
    }

    /// Names a message, if it holds a link. Never waits.
    pub fn note(&self, message: &Message) {
        let has_link = |html: &String| html.contains("<a href=\"http");
        if message.html.as_ref().is_some_and(has_link)
            && let Err(mpsc::error::TrySendError::Full(_)) = self.0.try_send((message.room, message.seq))
        {
            tracing::warn!(room = %message.room, "too many links are said at once to look all of them up");
        }
    }
}

/// Looks up the links of `queue`, until the server stops. Links into Squawkbox itself, under its `own` addresses, show what they lead to
/// as it is now.
pub async fn run(chat: Arc<Chat>, mut queue: mpsc::Receiver<Place>, reach: Reach, own: Own, shutdown: Shutdown) {
    let outbound = match fetch::client(reach) {
        Ok(outbound) => outbound,
        Err(error) => return tracing::error!(%error, "links can't be looked up"),
    };
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(place) = queue.recv().await {
        let Ok(turn) = turns.clone().acquire_owned().await else {
            return;
        };
        let (chat, outbound, own) = (chat.clone(), outbound.clone(), own.clone());
        shutdown.spawn(async move {
            // What can't be read or kept has been logged.
            let _ = preview(&chat, &outbound, &own, place).await;
            drop(turn);
        });
    }
}

async fn preview(chat: &Chat, outbound: &Outbound, own: &Own, place: Place) -> Result<(), AppError> {
    let db = &chat.db.readers;
    let message = store::message(&mut *db.acquire().await?, place.0, place.1).await?;
    let Some(message) = message.filter(|message| !message.deleted) else {
        return Ok(());
    };
    let Some(url) = markdown::first_link(&message.body) else {
        return Ok(());
    };
    if let Some(link) = own.link(&url) {
        return match quoting::snapshot(chat, &link, place.0).await? {
            Some(snapshot) => show(chat, place, message.body, snapshot.html(), snapshot.shows()).await,
            None => Ok(()),
        };
    }
    if !store::previews_on(db).await? {
        return Ok(());
    }
    let Some(url) = address(&url) else { return Ok(()) };
    let card = match store::known_page(db, &url, Timestamp::now()).await? {
        Some(known) => known,
        None => look_up(chat, outbound, &url).await?,
    };
    match card {
        Some(card) => show(chat, place, message.body, card.html(), Vec::new()).await,
        None => Ok(()),
    }
}

/// The address as it is looked up, if it is.
fn address(url: &str) -> Option<String> {
    let mut url = reqwest::Url::parse(url).ok()?;
    url.set_fragment(None);
    (url.as_str().len() <= LONGEST).then(|| url.into())
}

/// Asks a page, and remembers what it says.
async fn look_up(chat: &Chat, outbound: &Outbound, url: &str) -> Result<Option<Card>, AppError> {
    let found = fetch::fetch(outbound, &chat.files, url).await;
    let found = found.inspect_err(|error| tracing::debug!(%error, "a link has no preview"));
    let seconds = if found.is_ok() { FRESH } else { FAILED };
    let (mut card, mut picture) = (None, None);
    if let Ok(Some(found)) = found {
        picture = found.picture.map(|small| Picture {
            key: key(),
            kind: small.kind.to_owned(),
            bytes: small.bytes,
        });
        card = Some(Card {
            picture: picture.as_ref().map(|picture| picture.key.clone()),
            ..found.card
        });
    }
    let (url, kept) = (url.to_owned(), card.clone());
    let work = chat.db.writer.write(move |conn| {
        Box::pin(async move {
            let now = Timestamp::now();
            let times = (now, now.plus_seconds(seconds));
            store::keep_page(conn, &url, kept.as_ref(), picture.as_ref(), times).await
        })
    });
    work.await?;
    Ok(card)
}

/// A name that nobody guesses.
fn key() -> String {
    let mut bytes = [0; 16];
    // Without randomness the time still tells one picture from another.
    if getrandom::fill(&mut bytes).is_err() {
        bytes[..8].copy_from_slice(&Timestamp::now().micros().to_be_bytes());
    }
    data_encoding::HEXLOWER.encode(&bytes)
}

/// Puts a card that shows these messages under a message, and tells everyone who follows the room.
async fn show(chat: &Chat, place: Place, body: String, card: String, shown: Vec<Place>) -> Result<(), AppError> {
    let hub = chat.hub.clone();
    let work = chat.db.writer.write_then(
        move |conn| Box::pin(async move { store::add_card(conn, place, &body, &card, &shown).await }),
        move |message: &Option<Message>| {
            if let Some(message) = message {
                tell_changed(&hub, message);
            }
        },
    );
    work.await.map(|_| ())
}
