//! What the server itself has to say, and says differently as things go on: within the transaction that keeps why.
//!
//! Such a message goes through [`post::bear`], as every other does. What its author has no pace for is bounded by whoever
//! calls this.

use sqlx::SqliteConnection;

use super::{
    markdown,
    mentions::Called,
    post::{self, Born, Told},
    said::Place,
    store::{self, NewMessage},
};
use crate::{
    chat::model::{Message, Person},
    error::AppError,
    ids::RoomId,
    time::Timestamp,
};

/// What is to be said.
pub struct Speech {
    /// Where.
    pub room: RoomId,
    /// The same for the same message: said twice, it is there once.
    pub client_id: String,
    /// In Markdown.
    pub body: String,
    /// What stands below it: HTML, as it is.
    pub card: String,
    /// Whom it calls: of the names in it these alone.
    pub called: Called,
}

/// What is to be told after the commit.
pub enum Spoken {
    /// A message was born.
    Born(Box<Born>),
    /// One says something else.
    Changed(Box<Message>),
    /// Nothing has changed.
    Nothing,
}

impl Spoken {
    /// Where it stands.
    pub fn place(&self) -> Option<Place> {
        let message = match self {
            Self::Born(born) => &born.message,
            Self::Changed(message) => message,
            Self::Nothing => return None,
        };
        Some((message.room, message.seq))
    }

    /// Tells everybody.
    pub fn tell(&self, told: &Told) {
        match self {
            Self::Born(born) => told.born(born),
            Self::Changed(message) => told.changed(message),
            Self::Nothing => (),
        }
    }
}

/// Says something as `author`, who comes into the room for it.
///
/// # Errors
/// `NotFound` for the room, `Conflict` when it is archived.
pub async fn say(
    conn: &mut SqliteConnection,
    author: Person,
    speech: Speech,
    at: Timestamp,
) -> Result<Spoken, AppError> {
    store::add_member(conn, speech.room, author.id).await?;
    let html = html(&speech.body, &speech.card, &speech.called);
    let new = NewMessage {
        room: speech.room,
        author,
        client_id: speech.client_id,
        body: speech.body,
        html: Some(html),
        reply: None,
        at,
    };
    let born = post::bear(conn, new, &[], &speech.called).await?;
    Ok(Spoken::Born(Box::new(born)))
}

/// Has a message say something else; who is shown as called, `called` says. One that was deleted, or in an archived room,
/// is left as it is.
///
/// # Errors
/// When the database fails.
pub async fn restate(
    conn: &mut SqliteConnection,
    (room, seq): Place,
    body: &str,
    card: &str,
    called: &Called,
) -> Result<Spoken, AppError> {
    let html = html(body, card, called);
    let changed = store::restate(conn, room, seq, body, &html).await?;
    Ok(changed.map_or(Spoken::Nothing, |message| Spoken::Changed(Box::new(message))))
}

fn html(body: &str, card: &str, called: &Called) -> String {
    let html = markdown::render(body, |name| called.is(name));
    html.unwrap_or_else(|| markdown::plain(body)) + card
}
