//! Where a message is born. The socket, the plain form, and whatever speaks later all come through here.

use crate::{
    chat::{
        model::{Message, Person, Room},
        rules,
        wire::{Draft, ServerFrame},
    },
    error::AppError,
    ids::UserId,
    time::Timestamp,
};

use super::{
    Audience, Chat, markdown, mentions,
    store::{self, NewMessage, Reply},
    tell, threads,
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
    let html = markdown::rendered(&body, &called).await;
    let (hub, said, previews) = (chat.hub.clone(), chat.said.clone(), chat.previews.clone());
    let (message, is_new, ..) = chat
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
                    let (mut message, is_new, root) = store::insert(conn, new).await?;
                    if !is_new {
                        return Ok((message, false, Vec::new(), None));
                    }
                    let place = (message.room, message.seq);
                    message.files = store::attach(conn, place, message.author.id, &files).await?;
                    let told = store::call(conn, &message, &called).await?;
                    let reply = match root {
                        Some(root) => Some((
                            store::replied(conn, &message, root, &told).await?,
                            store::thread(conn, message.room).await?,
                        )),
                        None => None,
                    };
                    Ok((message, true, told, reply))
                })
            },
            move |(message, is_new, told, reply): &(Message, bool, Vec<UserId>, Option<(Reply, Room)>)| {
                if *is_new {
                    if let Some((reply, thread)) = reply {
                        threads::tell_followers(&hub, thread, &reply.follows);
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
                    tell(&hub, &ServerFrame::Message(message.clone()), to);
                    if let Some((reply, _)) = reply {
                        threads::tell_root(&hub, &reply.root);
                    }
                    said.note(message);
                    previews.note(message);
                }
            },
        )
        .await?;
    chat.unindexed.notify_one();
    Ok((message, is_new))
}
