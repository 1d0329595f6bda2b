//! How far people have read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{
    chat::wire::ServerFrame,
    error::AppError,
    ids::{RoomId, UserId},
};

use super::{
    Audience, Chat,
    store::{self, Reading},
    tell,
};

/// Notes that `me` has read `room` up to `seq`, forwards or back, and tells all their pages what is left. Where there is
/// only the one that said so, the frame is given for it. Of a conversation, whoever follows it is told too.
///
/// # Errors
/// `NotFound` for the room.
pub async fn read(chat: &Chat, me: UserId, room: RoomId, seq: u64) -> Result<Option<ServerFrame>, AppError> {
    let (hub, presence) = (chat.hub.clone(), chat.presence.clone());
    let has_others = Arc::new(AtomicBool::new(false));
    let told = has_others.clone();
    let now = chat
        .db
        .writer
        .write_then(
            move |conn| Box::pin(async move { store::set_read(conn, room, me, seq).await }),
            move |now: &Reading| {
                // An event wakes every socket there is: most people have one page open, which gets its answer by itself. Asked
                // after the commit: a page that comes later reads what was committed.
                if presence.pages(me) > 1 {
                    told.store(true, Ordering::Relaxed);
                    tell(&hub, &now.frame(room), Audience::Person(me));
                }
                if let Some(talk) = &now.talk {
                    let followers = Audience::Followers {
                        room,
                        changed: None,
                        note: None,
                    };
                    tell(&hub, &ServerFrame::Seen(talk.clone()), followers);
                }
            },
        )
        .await?;
    Ok((!has_others.load(Ordering::Relaxed)).then(|| now.frame(room)))
}
