//! How far people have read.

use crate::{
    chat::wire::ServerFrame,
    error::AppError,
    ids::{RoomId, UserId},
};

use super::{Audience, Chat, store, tell};

/// Notes that `me` has read `room` up to `seq`, forwards or back, and tells all their pages what is left.
///
/// # Errors
/// `NotFound` for the room.
pub async fn read(chat: &Chat, me: UserId, room: RoomId, seq: u64) -> Result<(), AppError> {
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| Box::pin(async move { store::set_read(conn, room, me, seq).await }),
            move |&(read, unread, mentions): &(u64, u32, u32)| {
                let frame = ServerFrame::Read {
                    room,
                    read,
                    unread,
                    mentions,
                };
                tell(&hub, &frame, Audience::Person(me));
            },
        )
        .await
        .map(|_| ())
}
