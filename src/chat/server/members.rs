//! Who comes into a room, leaves it, and is taken out of it.

use std::sync::Arc;

use sqlx::SqliteConnection;

use crate::{
    accounts::model::Account,
    chat::{
        model::{Person, Room, RoomKind},
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{
    Audience, Chat,
    mentions::Called,
    rooms::ROOMS,
    spoken::{self, Speech, Spoken},
    store::{self, Named},
    tell,
};

/// Brings `person` into a room that `me` is in; the room is told so by a message that calls them. `false` when they were in
/// it already.
///
/// # Errors
/// `NotFound` for the room and for who isn't on the team, `Invalid` when it is not one that people are invited to,
/// `Conflict` when it is archived.
pub async fn invite(chat: &Chat, me: Person, room: RoomId, person: UserId) -> Result<bool, AppError> {
    chat.pace.check(&me.id)?;
    refuse_endless(kind(chat, me.id, room).await?)?;
    let (hub, told) = (chat.hub.clone(), chat.told());
    let came = chat
        .db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::must_be_live(conn, room, me.id).await?;
                    let invited = store::on_team(conn, person).await?;
                    store::has_room(conn, person, ROOMS).await?;
                    if !store::add_member(conn, room, person).await? {
                        return Ok(None);
                    }
                    let now = store::room_now(conn, room).await?;
                    Ok(Some((now, welcome(conn, me, room, invited).await?)))
                })
            },
            move |came: &Option<(Room, Spoken)>| {
                if let Some((now, spoken)) = came {
                    let people = Some(Arc::from([person]));
                    let frame = ServerFrame::Room { room: now.clone() };
                    tell(&hub, &frame, Audience::Joined(room, people));
                    spoken.tell(&told);
                }
            },
        )
        .await?;
    chat.unindexed.notify_one();
    Ok(came.is_some())
}

/// Has `me` say whom they brought in: so that those in the room know, and whoever was brought in hears of it.
async fn welcome(conn: &mut SqliteConnection, me: Person, room: RoomId, invited: Named) -> Result<Spoken, AppError> {
    let at = Timestamp::now();
    let speech = Speech {
        room,
        client_id: format!("invited {} {}", invited.0.id, at.micros()),
        body: format!("_∗ {} brought @{} into the room_", me.name, invited.1),
        card: String::new(),
        called: Called {
            people: vec![invited],
            ..Called::default()
        },
    };
    spoken::say(conn, me, speech, at).await
}

/// Takes `person` out of a private room that `me` is in; the room is told so by a message. `false` when they weren't in it.
///
/// # Errors
/// `NotFound` for the room and for who isn't on the team, `Invalid` for `me` and when nobody is taken out of such a room,
/// `Conflict` when it is archived.
pub async fn remove(chat: &Chat, me: Person, room: RoomId, person: UserId) -> Result<bool, AppError> {
    chat.pace.check(&me.id)?;
    match kind(chat, me.id, room).await? {
        RoomKind::Private => (),
        RoomKind::Open => {
            return Err(AppError::Invalid(
                "An open room is everybody's: nobody is taken out of it.".into(),
            ));
        }
        kind => refuse_endless(kind)?,
    }
    if person == me.id {
        return Err(AppError::Invalid(
            "Others are taken out this way. To go yourself, leave the room.".into(),
        ));
    }
    let (hub, told) = (chat.hub.clone(), chat.told());
    let went = chat
        .db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::must_be_live(conn, room, me.id).await?;
                    let (gone, _) = store::on_team(conn, person).await?;
                    if !store::remove_member(conn, room, person).await? {
                        return Ok(None);
                    }
                    Ok(Some(farewell(conn, me, room, gone).await?))
                })
            },
            move |went: &Option<Spoken>| {
                if let Some(spoken) = went {
                    // First, so that what is said of it isn't told to whom it is said of.
                    tell(&hub, &ServerFrame::Left { room }, Audience::Left(room, person));
                    spoken.tell(&told);
                }
            },
        )
        .await?;
    chat.unindexed.notify_one();
    Ok(went.is_some())
}

/// Has `me` say whom they took out, so that those in the room know.
async fn farewell(conn: &mut SqliteConnection, me: Person, room: RoomId, gone: Person) -> Result<Spoken, AppError> {
    let at = Timestamp::now();
    let speech = Speech {
        room,
        client_id: format!("removed {} {}", gone.id, at.micros()),
        body: format!("_∗ {} took {} out of the room_", me.name, gone.name),
        card: String::new(),
        called: Called::default(),
    };
    spoken::say(conn, me, speech, at).await
}

/// Brings `me` into an open room.
///
/// # Errors
/// `NotFound` for the room, `Conflict` when one is in 500 rooms, `SlowDown`.
pub async fn join(chat: &Chat, me: UserId, room: RoomId) -> Result<(), AppError> {
    chat.pace.check(&me)?;
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::has_room(conn, me, ROOMS).await?;
                    let open = store::open_room(conn, room).await?;
                    store::add_member(conn, room, me).await?;
                    Ok(open)
                })
            },
            move |open: &Room| {
                let to = Audience::Joined(room, Some(Arc::from([me])));
                tell(&hub, &ServerFrame::Room { room: open.clone() }, to);
            },
        )
        .await
        .map(|_| ())
}

/// Takes `me` out of a room. A private one's last member takes it along, for nobody could come back: `true`, and
/// [`clear`](super::clear) is to remove it.
///
/// # Errors
/// `NotFound` for the room, `Invalid` when it is not one that people leave.
pub async fn leave(chat: &Chat, me: UserId, room: RoomId) -> Result<bool, AppError> {
    refuse_endless(kind(chat, me, room).await?)?;
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::remove_member(conn, room, me).await?;
                    store::delete_forsaken(conn, room, Timestamp::now()).await
                })
            },
            move |_: &bool| tell(&hub, &ServerFrame::Left { room }, Audience::Left(room, me)),
        )
        .await
}

/// Everybody who looks at one of `rooms` hears that `person` has come into it, or gone: shut out, let in again, or taken off
/// the team. Bots count nowhere.
pub fn tell_of(chat: &Chat, person: &Account, rooms: Vec<Room>, came: bool) {
    for room in rooms.into_iter().filter(|_| !person.bot) {
        let id = room.id;
        if came {
            let to = Audience::Joined(id, Some(Arc::from([person.id])));
            chat.tell(&ServerFrame::Room { room }, to);
        } else {
            chat.tell(&ServerFrame::Left { room: id }, Audience::Left(id, person.id));
        }
    }
}

/// The kind of a room that `me` is in; refuses any other.
async fn kind(chat: &Chat, me: UserId, room: RoomId) -> Result<RoomKind, AppError> {
    let joined = store::room(&chat.db.readers, room, me).await?;
    Ok(joined.ok_or_else(store::no_room)?.room.kind)
}

/// Refuses what people don't come into and leave.
fn refuse_endless(kind: RoomKind) -> Result<(), AppError> {
    match kind {
        RoomKind::Open | RoomKind::Private => Ok(()),
        RoomKind::Direct => Err(AppError::Invalid("A conversation keeps its people.".into())),
        RoomKind::Thread => Err(AppError::Invalid("Everyone in its room is in a thread.".into())),
    }
}
