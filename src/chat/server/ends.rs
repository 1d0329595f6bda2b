//! How rooms end: archived and brought back, or deleted. By administrators who are in them.

use std::sync::Arc;

use crate::{
    accounts::model::{Me, Role},
    chat::{
        model::{Losses, Message, OtherRooms, Room, RoomKind},
        rules,
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{Audience, Chat, previews::gone, store, tell, tell_changed};

/// The open rooms that `me` could come into, and the archived ones.
///
/// # Errors
/// When the database can't be read.
pub async fn others(chat: &Chat, me: UserId) -> Result<OtherRooms, AppError> {
    let db = &chat.db.readers;
    let (archived_open, open) = store::rooms_to_join(db, me)
        .await?
        .into_iter()
        .partition(|room| room.archived);
    let mut archived = store::all_rooms(db, me).await?;
    archived.retain(|room| room.archived);
    Ok(OtherRooms {
        open,
        archived,
        archived_open,
    })
}

/// The room, if `me` may end it.
async fn to_end(chat: &Chat, me: &Me, room: RoomId) -> Result<Room, AppError> {
    let joined = store::room(&chat.db.readers, room, me.id).await?;
    let room = joined.ok_or_else(store::no_room)?.room;
    if me.role != Role::Admin {
        return Err(AppError::Forbidden(
            "Only administrators archive and delete rooms.".into(),
        ));
    }
    if !matches!(room.kind, RoomKind::Open | RoomKind::Private) {
        return Err(AppError::Invalid("Only rooms are archived and deleted.".into()));
    }
    Ok(room)
}

/// Archives a room, or brings it back, and tells everybody in it.
///
/// # Errors
/// `NotFound` for the room, `Forbidden` for who isn't an administrator, `Conflict` for the last open room, `SlowDown`.
pub async fn archive(chat: &Chat, me: &Me, room: RoomId, archived: bool) -> Result<(), AppError> {
    to_end(chat, me, room).await?;
    chat.pace.check(&me.id)?;
    let (hub, me) = (chat.hub.clone(), me.id);
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::must_be_in(conn, room, me).await?;
                    if archived {
                        store::must_not_be_last(conn, room).await?;
                    }
                    let people = store::set_archived(conn, room, archived.then(Timestamp::now)).await?;
                    let muted = store::muted_by(conn, room).await?;
                    Ok((store::room_now(conn, room).await?, people, muted))
                })
            },
            move |(now, people, muted): &(Room, Vec<UserId>, Vec<UserId>)| {
                let frame = ServerFrame::Room { room: now.clone() };
                // Whoever came while it was archived has it on no list.
                let to = match archived {
                    true => Audience::Members(room),
                    false => Audience::Joined(room, Some(Arc::from(people.as_slice()))),
                };
                tell(&hub, &frame, to);
                // Their pages have forgotten it with the room.
                if !archived && !muted.is_empty() {
                    let frame = ServerFrame::Muted { room, muted: true };
                    tell(&hub, &frame, Audience::People(Arc::from(muted.as_slice())));
                }
            },
        )
        .await
        .map(|_| ())
}

/// What would be lost with a room.
///
/// # Errors
/// As [`archive`].
pub async fn losses(chat: &Chat, me: &Me, room: RoomId) -> Result<Losses, AppError> {
    let room = to_end(chat, me, room).await?;
    store::losses(&chat.db.readers, room).await
}

/// Deletes a room whose name was typed as `name`: it is nobody's from now on, and no card shows what was said in it. What it
/// held is to be removed by [`clear`](super::clear).
///
/// # Errors
/// As [`archive`], and `Invalid` when the name is another.
pub async fn delete(chat: &Chat, me: &Me, room: RoomId, name: &str) -> Result<(), AppError> {
    let now = to_end(chat, me, room).await?;
    if rules::room_name(name).ok().as_ref() != Some(&now.name) {
        return Err(AppError::Invalid(format!("Type {} to delete this room.", now.name)));
    }
    chat.pace.check(&me.id)?;
    let (hub, me) = (chat.hub.clone(), me.id);
    let deleted = chat.db.writer.write_then(
        move |conn| {
            Box::pin(async move {
                store::must_be_in(conn, room, me).await?;
                store::must_not_be_last(conn, room).await?;
                store::delete_room(conn, room, Timestamp::now()).await?;
                store::take_gone(conn, gone::STEP).await
            })
        },
        move |(cards, _): &(Vec<Message>, bool)| {
            tell(&hub, &ServerFrame::Left { room }, Audience::Gone(room));
            for message in cards {
                tell_changed(&hub, message);
            }
        },
    );
    if deleted.await?.1 {
        chat.unshown.notify_one();
    }
    Ok(())
}
