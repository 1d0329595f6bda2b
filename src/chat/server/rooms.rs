//! Where a room is born, and who comes into it and leaves it.

use std::sync::Arc;

use sqlx::SqliteConnection;

use crate::{
    accounts::model::Account,
    chat::{
        model::{Person, Room, RoomKind},
        rules,
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{
    Audience, Chat,
    mentions::Called,
    spoken::{self, Speech, Spoken},
    store::{self, Named},
    tell,
};

/// Rooms that one is in at most: every page lists them.
const ROOMS: usize = 500;

/// People in a conversation at most.
const TOGETHER: usize = 8;

/// Makes a room for `author`, of everyone or of whoever will be invited, and tells them.
///
/// # Errors
/// What [`rules::room_name`] says, `Conflict` when the name is taken, one is in 500 rooms or there are 500 open ones,
/// `SlowDown`.
pub async fn create(chat: &Chat, author: UserId, name: &str, is_private: bool) -> Result<Room, AppError> {
    let name = rules::room_name(name)?;
    chat.pace.check(&author)?;
    let kind = if is_private { RoomKind::Private } else { RoomKind::Open };
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::has_room(conn, author, ROOMS).await?;
                    if !is_private {
                        // Everybody is in them, whoever makes them.
                        store::has_room_for_open(conn, ROOMS).await?;
                    }
                    let room = store::insert_room(conn, &name, kind, Timestamp::now()).await?;
                    store::add_member(conn, room.id, author).await?;
                    Ok(room)
                })
            },
            move |room: &Room| {
                let people = is_private.then(|| Arc::from([author]));
                tell(
                    &hub,
                    &ServerFrame::Room { room: room.clone() },
                    Audience::Joined(room.id, people),
                );
            },
        )
        .await
}

/// The conversation between `me` and `others`, which is always the same one.
///
/// # Errors
/// `Invalid` for nobody, or for more than eight in all; `NotFound` for somebody who isn't on the team.
pub async fn direct(chat: &Chat, me: UserId, others: &[UserId]) -> Result<RoomId, AppError> {
    chat.pace.check(&me)?;
    let mut ids: Vec<UserId> = others.iter().copied().chain([me]).collect();
    ids.sort_unstable();
    ids.dedup();
    if !(2..=TOGETHER).contains(&ids.len()) {
        return Err(AppError::Invalid(format!(
            "Choose 1 to {} people to talk to. For more, make a room.",
            TOGETHER - 1
        )));
    }
    let team = store::team(&chat.db.readers).await?;
    let people = team.into_iter().map(|(person, _)| person);
    let people: Vec<Person> = people.filter(|person| ids.contains(&person.id)).collect();
    if people.len() != ids.len() {
        return Err(AppError::NotFound("One of them is not on the team any more.".into()));
    }
    let name = format!("@{}", ids.iter().map(UserId::to_string).collect::<Vec<_>>().join(","));
    let (hub, told) = (chat.hub.clone(), Arc::<[UserId]>::from(ids.clone()));
    let (room, _) = chat
        .db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    if let Some(id) = store::room_named(conn, &name, RoomKind::Direct).await? {
                        let room = Room { id, ..Room::default() };
                        return Ok((room, false));
                    }
                    let mut room = store::insert_room(conn, &name, RoomKind::Direct, Timestamp::now()).await?;
                    for id in ids {
                        store::has_room(conn, id, ROOMS).await?;
                        store::add_member(conn, room.id, id).await?;
                    }
                    room.people = people;
                    Ok((room, true))
                })
            },
            move |(room, is_new): &(Room, bool)| {
                if *is_new {
                    tell(
                        &hub,
                        &ServerFrame::Room { room: room.clone() },
                        Audience::Joined(room.id, Some(told)),
                    );
                }
            },
        )
        .await?;
    Ok(room.id)
}

/// Brings `person` into a room that `me` is in; the room is told so by a message that calls them. `false` when they were in
/// it already.
///
/// # Errors
/// `NotFound` for the room and for who isn't on the team, `Invalid` when it is not one that people are invited to,
/// `Conflict` when it is archived.
pub async fn invite(chat: &Chat, me: Person, room: RoomId, person: UserId) -> Result<bool, AppError> {
    chat.pace.check(&me.id)?;
    invites(chat, me.id, room).await?;
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
    let joined = store::room(&chat.db.readers, room, me).await?;
    refuse_endless(joined.ok_or_else(store::no_room)?.room.kind)?;
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

/// Refuses what is no room that `me` is in and people come into.
async fn invites(chat: &Chat, me: UserId, room: RoomId) -> Result<(), AppError> {
    let joined = store::room(&chat.db.readers, room, me).await?;
    refuse_endless(joined.ok_or_else(store::no_room)?.room.kind)
}

/// Refuses what people don't come into and leave.
fn refuse_endless(kind: RoomKind) -> Result<(), AppError> {
    match kind {
        RoomKind::Open | RoomKind::Private => Ok(()),
        RoomKind::Direct => Err(AppError::Invalid("A conversation keeps its people.".into())),
        RoomKind::Thread => Err(AppError::Invalid("Everyone in its room is in a thread.".into())),
    }
}

/// Gives a room another name and topic; anyone in it may.
///
/// # Errors
/// What [`rules`] say of them, `NotFound`, `Conflict` when the name is taken or the room is archived, `Invalid` for a
/// conversation.
pub async fn describe(chat: &Chat, me: UserId, room: RoomId, name: &str, topic: &str) -> Result<(), AppError> {
    redescribe(chat, me, room, Some(rules::room_name(name)?), topic).await
}

/// Gives a room another topic, and leaves its name to others; anyone in it may.
///
/// # Errors
/// As [`describe`].
pub async fn set_topic(chat: &Chat, me: UserId, room: RoomId, topic: &str) -> Result<(), AppError> {
    redescribe(chat, me, room, None, topic).await
}

async fn redescribe(chat: &Chat, me: UserId, room: RoomId, name: Option<String>, topic: &str) -> Result<(), AppError> {
    chat.pace.check(&me)?;
    let topic = rules::topic(topic)?;
    let now = store::room(&chat.db.readers, room, me).await?;
    match now.ok_or_else(store::no_room)?.room.kind {
        RoomKind::Direct => return Err(AppError::Invalid("A conversation is named after its people.".into())),
        RoomKind::Thread => return Err(AppError::Invalid("A thread is named after its room.".into())),
        RoomKind::Open | RoomKind::Private => (),
    }
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::must_be_live(conn, room, me).await?;
                    store::describe(conn, room, name.as_deref(), &topic).await?;
                    // What others have made of the room meanwhile is told along.
                    store::room_now(conn, room).await
                })
            },
            move |now: &Room| tell(&hub, &ServerFrame::Room { room: now.clone() }, Audience::Members(room)),
        )
        .await
        .map(|_| ())
}

/// A name for a message whose sender gave it none.
pub fn new_client_id() -> String {
    let mut bytes = [0; 12];
    // Without randomness the time still tells one page from another.
    let _ = getrandom::fill(&mut bytes);
    format!(
        "form-{}-{}",
        Timestamp::now().micros(),
        data_encoding::HEXLOWER.encode(&bytes)
    )
}
