//! Where a message is born. The socket, the plain form, and whatever speaks later all come through here.

use crate::{
    chat::{
        model::{Message, Person},
        rules,
        wire::{Draft, ServerFrame},
    },
    error::AppError,
    ids::UserId,
    time::Timestamp,
};

use super::{
    Audience, Chat, markdown, mentions,
    store::{self, NewMessage},
    tell,
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
    let called = mentions::called(chat, &body).await?;
    let html = markdown::rendered(&body, &called).await;
    let (hub, said, previews) = (chat.hub.clone(), chat.said.clone(), chat.previews.clone());
    let (message, _, is_new) = chat
        .db
        .writer
        .write_then(
            move |conn| {
                let new = NewMessage {
                    room,
                    author,
                    client_id,
                    body,
                    html,
                    reply,
                    at: Timestamp::now(),
                };
                Box::pin(async move {
                    let (mut message, is_new) = store::insert(conn, new).await?;
                    let told = if is_new {
                        let place = (message.room, message.seq);
                        message.files = store::attach(conn, place, message.author.id, &files).await?;
                        store::call(conn, &message, &called).await?
                    } else {
                        Vec::new()
                    };
                    Ok((message, told, is_new))
                })
            },
            move |(message, told, is_new): &(Message, Vec<UserId>, bool)| {
                if *is_new {
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
                    tell(&hub, &ServerFrame::Message(message.clone()), to);
                    said.note(message);
                    previews.note(message);
                }
            },
        )
        .await?;
    chat.unindexed.notify_one();
    Ok((message, is_new))
}
