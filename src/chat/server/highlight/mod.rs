//! Code in colours: of blocks whose fence says the language.
//!
//! After its commit `post`, or `change`, names a message with such code to a bounded queue. Here the blocks are looked up in
//! its HTML ([`html`]), told to a [`process`] of its own, and the message is changed to the same with colours, which takes
//! the normal way to everybody. Nobody waits for that: other people's grammars do the work, and some never come to an end
//! on some texts (syntect 5.3 turns for ever on an open comment in JavaScript). No thread can be stopped from outside; a
//! process can. Whoever's code had to be stopped gets no colours for a minute, so that others get theirs.

pub mod child;
mod grammars;
mod html;
mod process;

use std::{collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout},
};

use crate::{chat::model::Message, error::AppError, ids::UserId};

use super::{Chat, said::Place, store, tell_changed};
use process::Process;

/// Messages that wait for colours. Those that come while it is full get none.
const QUEUE: usize = 1_024;
/// How long an author whose code couldn't be coloured goes without.
const REST: Duration = Duration::from_secs(60);
/// How long a process that has nothing to do is kept.
const IDLE: Duration = Duration::from_secs(5 * 60);
/// How often a message that changes meanwhile is looked at again.
const TRIES: usize = 3;

/// What a part of a code is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// A word of the language.
    Keyword,
    /// A text.
    String,
    /// A number, or another constant.
    Number,
    /// A remark.
    Comment,
    /// A function's name, or an attribute's.
    Function,
    /// A type's name.
    Type,
    /// A line that came, in a diff.
    Inserted,
    /// A line that went, in a diff.
    Deleted,
}

impl Class {
    /// Its name in the stylesheet.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::String => "string",
            Self::Number => "number",
            Self::Comment => "comment",
            Self::Function => "function",
            Self::Type => "type",
            Self::Inserted => "inserted",
            Self::Deleted => "deleted",
        }
    }
}

/// The parts of one block, in order: what each is, if it has a colour of its own, and its length in bytes.
pub type Parts = Vec<(Option<Class>, usize)>;

/// A block of code.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Block {
    /// What stands after its fence.
    pub language: String,
    /// The code.
    pub code: String,
}

/// Takes messages with code.
#[derive(Clone)]
pub struct Highlighter(mpsc::Sender<(Place, UserId)>);

impl Highlighter {
    /// The queue, and its end for [`run`].
    pub fn new() -> (Self, mpsc::Receiver<(Place, UserId)>) {
        let (code, queue) = mpsc::channel(QUEUE);
        (Self(code), queue)
    }

    /// Names a message, if it holds code in a language. Never waits.
    pub fn note(&self, message: &Message) {
        let has_code = message.html.as_deref().is_some_and(html::has_code);
        let asked = ((message.room, message.seq), message.author.id);
        if has_code && let Err(mpsc::error::TrySendError::Full(_)) = self.0.try_send(asked) {
            tracing::warn!(room = %message.room, "too much code is said at once to colour all of it");
        }
    }
}

/// Has the code of `queue` coloured by `program`, until the server stops.
pub async fn run(chat: Arc<Chat>, mut queue: mpsc::Receiver<(Place, UserId)>, program: PathBuf) {
    let mut process = Process::of(program);
    // Who goes without, until when: few, since each has kept the process busy.
    let mut resting: HashMap<UserId, Instant> = HashMap::new();
    loop {
        let (place, author) = match timeout(IDLE, queue.recv()).await {
            Ok(Some(asked)) => asked,
            Ok(None) => return,
            Err(_) => {
                process.end();
                continue;
            }
        };
        let now = Instant::now();
        resting.retain(|_, until| *until > now);
        if resting.contains_key(&author) {
            continue;
        }
        if let Err(error) = colour(&chat, &mut process, place).await {
            tracing::warn!(room = %place.0, %error, "code in a message can't be coloured");
            resting.insert(author, Instant::now() + REST);
        }
    }
}

/// # Errors
/// The process's, when it doesn't do it in time.
async fn colour(chat: &Chat, process: &mut Process, place: Place) -> std::io::Result<()> {
    for _ in 0..TRIES {
        // What can't be read or kept has been logged.
        let Ok(Some(plain)) = plain(chat, place).await else {
            return Ok(());
        };
        let colours = process.colours(&html::blocks(&plain)).await?;
        let Some(coloured) = html::coloured(&plain, &colours) else {
            return Ok(());
        };
        // Another of its texts, or a card under it, came meanwhile.
        if !matches!(put(chat, place, plain, coloured).await, Ok(None)) {
            return Ok(());
        }
    }
    Ok(())
}

/// The HTML of a message whose code has no colours.
async fn plain(chat: &Chat, (room, seq): Place) -> Result<Option<String>, AppError> {
    let message = store::message(&mut *chat.db.readers.acquire().await?, room, seq).await?;
    let html = message
        .filter(|message| !message.deleted)
        .and_then(|message| message.html);
    Ok(html.filter(|html| html::has_code(html)))
}

/// Puts colours into a message, and tells everyone who follows the room; `None` where it isn't `plain` any more.
async fn put(chat: &Chat, place: Place, plain: String, coloured: String) -> Result<Option<Message>, AppError> {
    let hub = chat.hub.clone();
    let work = chat.db.writer.write_then(
        move |conn| Box::pin(async move { store::replace_html(conn, place, &plain, &coloured).await }),
        move |message: &Option<Message>| {
            if let Some(message) = message {
                tell_changed(&hub, message);
            }
        },
    );
    work.await
}
