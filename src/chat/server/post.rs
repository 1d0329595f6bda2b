//! Where a message is born. The socket, the plain form, and whatever speaks later all come through here.

use crate::{
    chat::{
        model::{Message, Person},
        rules,
        wire::{Draft, ServerFrame},
    },
    error::AppError,
    time::Timestamp,
};

use super::{
    Chat, Event, markdown,
    store::{self, NewMessage},
};

/// Keeps what `author` says and tells everyone; answers after the commit. The same draft again is the same
/// message, and nobody hears it twice.
///
/// # Errors
/// What [`rules`] say of the draft, `SlowDown`, `NotFound` for the room, `Busy`.
pub async fn post(chat: &Chat, author: Person, draft: Draft) -> Result<Message, AppError> {
    let Draft {
        room,
        client_id,
        body,
        reply,
    } = draft;
    rules::client_id(&client_id)?;
    let body = rules::body(&body)?;
    chat.pace.check(&author.id)?;
    let html = markdown::render(&body);
    let hub = chat.hub.clone();
    let (message, _) = chat
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
                Box::pin(store::insert(conn, new))
            },
            move |(message, is_new): &(Message, bool)| {
                if *is_new {
                    let frame = ServerFrame::Message(message.clone()).encode().into();
                    hub.publish(Event {
                        frame,
                        room: Some(message.room),
                        changed: Some(message.changed),
                    });
                }
            },
        )
        .await?;
    Ok(message)
}
