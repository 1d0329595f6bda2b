//! What people want to be notified of, room by room.

use crate::{
    chat::{notify::model::Level, wire::ServerFrame},
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::super::{Audience, Chat, store, tell};

/// Chooses what `me` is notified of in `room`, and tells all their pages whether it still calls for attention.
///
/// # Errors
/// `NotFound` for the room, `SlowDown`.
pub async fn set(chat: &Chat, me: UserId, room: RoomId, level: Level) -> Result<(), AppError> {
    chat.pace.check(&me)?;
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| Box::pin(async move { store::set_level(conn, room, me, level, Timestamp::now()).await }),
            move |(): &()| {
                let muted = level == Level::Nothing;
                tell(&hub, &ServerFrame::Muted { room, muted }, Audience::Person(me));
            },
        )
        .await
}
