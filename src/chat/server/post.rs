//! Where a message is born. The socket, the plain form, and whatever speaks later all come through here.

use sqlx::SqliteConnection;

use crate::{
    chat::{
        model::{Message, Person, Room},
        rules,
        wire::{Draft, ServerFrame},
    },
    error::AppError,
    ids::{FileId, UserId},
    server::hub::Hub,
    time::Timestamp,
};

use super::{
    Audience, Chat, Event,
    highlight::Highlighter,
    markdown,
    mentions::{self, Called},
    previews::Previews,
    said::Said,
    store::{self, NewMessage, Reply, Root},
    tell, tell_changed, threads,
};

/// Keeps what `author` says and tells everyone; answers after the commit. The same draft again is the same
/// message (`false`), and nobody hears it twice.
///
/// # Errors
/// What [`rules`] say of the draft, `SlowDown`, `NotFound` for the room, `Conflict` when it is archived, `Busy`.
pub async fn post(chat: &Chat, author: Person, draft: Draft) -> Result<(Message, bool), AppError> {
    let Draft {
        room,
        client_id,
        body,
        reply,
        files,
    } = draft;
    rules::client_id(&client_id)?;
    rules::files(&files)?;
    let body = if files.is_empty() {
        rules::body(&body)?
    } else {
        rules::caption(&body)?
    };
    chat.pace.check(&author.id)?;
    let called = mentions::called(chat, room, &body).await?;
    let html = markdown::rendered(&body, &called);
    let told = chat.told();
    let new = move || NewMessage {
        room,
        author,
        client_id,
        body,
        html,
        reply,
        at: Timestamp::now(),
    };
    let tell = move |born: &Born| {
        told.born(born);
        if born.is_new {
            told.previews.note(&born.message);
            told.highlighter.note(&born.message);
        }
    };
    let writer = &chat.db.writer;
    let born = if files.is_empty() {
        let born = writer.write_unguarded_then(
            move |conn| {
                Box::pin(async move {
                    match store::insert(conn, new()).await {
                        Err(refused @ (AppError::NotFound(_) | AppError::Conflict(_))) => Ok(Err(refused)),
                        kept => Ok(Ok(called_and_told(conn, kept?, &[], &called).await?)),
                    }
                })
            },
            move |born: &Result<Born, AppError>| {
                if let Ok(born) = born {
                    tell(born);
                }
            },
        );
        born.await??
    } else {
        let born = writer.write_then(
            move |conn| Box::pin(async move { bear(conn, new(), &files, &called).await }),
            tell,
        );
        born.await?
    };
    chat.unindexed.notify_one();
    Ok((born.message, born.is_new))
}

/// A message that was kept, and who is to be told of it.
pub struct Born {
    /// It.
    pub message: Message,
    /// Else it is what the same draft made before.
    pub is_new: bool,
    told: Vec<UserId>,
    reply: Option<(Reply, Room)>,
}

/// Keeps a message that calls these: within a transaction, after which [`Told::born`] is to follow.
///
/// # Errors
/// `NotFound` for the room, `Conflict` when it is archived.
pub async fn bear(
    conn: &mut SqliteConnection,
    new: NewMessage,
    files: &[FileId],
    called: &Called,
) -> Result<Born, AppError> {
    let kept = store::insert(conn, new).await?;
    called_and_told(conn, kept, files, called).await
}

/// The rest of it: the files of a message that was kept, and whom it calls.
async fn called_and_told(
    conn: &mut SqliteConnection,
    (mut message, is_new, root): (Message, bool, Option<Root>),
    files: &[FileId],
    called: &Called,
) -> Result<Born, AppError> {
    if !is_new {
        return Ok(Born {
            message,
            is_new,
            told: Vec::new(),
            reply: None,
        });
    }
    let place = (message.room, message.seq);
    message.files = store::attach(conn, place, message.author.id, files).await?;
    let told = store::call(conn, &message, called).await?;
    let reply = match root {
        Some(root) => Some((
            store::replied(conn, &message, root, &told).await?,
            store::thread(conn, message.room).await?,
        )),
        None => None,
    };
    Ok(Born {
        message,
        is_new,
        told,
        reply,
    })
}

/// By what everybody hears of messages, after their commits; cheap to clone.
#[derive(Clone)]
pub struct Told {
    hub: Hub<Event>,
    said: Said,
    previews: Previews,
    highlighter: Highlighter,
}

impl Chat {
    /// By what everybody hears of messages.
    pub fn told(&self) -> Told {
        Told {
            hub: self.hub.clone(),
            said: self.said.clone(),
            previews: self.previews.clone(),
            highlighter: self.highlighter.clone(),
        }
    }
}

impl Told {
    /// Tells of a new message.
    pub fn born(&self, born: &Born) {
        let Born {
            message,
            is_new,
            told,
            reply,
        } = born;
        if !is_new {
            return;
        }
        if let Some((reply, thread)) = reply {
            threads::tell_followers(&self.hub, thread, &reply.follows);
        }
        let note = ServerFrame::Noted {
            room: message.room,
            author: message.author.id,
            mentions: told.clone(),
        };
        let to = Audience::Followers {
            room: message.room,
            changed: Some(message.changed),
            note: Some(note.encode().into()),
        };
        tell(&self.hub, &ServerFrame::Message(message.clone()), to);
        if let Some((reply, _)) = reply {
            tell_changed(&self.hub, &reply.root);
        }
        self.said.note(message);
    }

    /// Tells those who look at its room what became of a message, without calling anybody.
    pub fn changed(&self, message: &Message) {
        tell_changed(&self.hub, message);
    }
}
