//! Where a thread is born, and who follows it. It is a room whose root is a message of another: all that rooms can do,
//! it can.

use std::sync::Arc;

use crate::{
    chat::{
        model::{Message, Room},
        wire::ServerFrame,
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::hub::Hub,
    time::Timestamp,
};

use super::{
    Audience, Chat, Event,
    store::{self, Root},
    tell,
};

/// Threads that a page counts what is unread in, at most: those in which something was said last.
const COUNTED: u32 = 200;
/// For so long after the last word, in seconds, a page counts it.
const COUNTED_FOR: i64 = 30 * 86_400;

/// The thread that hangs on a message, made where there is none yet.
///
/// # Errors
/// `NotFound` for the message, which may have been deleted, or its room; `Invalid` in a thread; `SlowDown`.
pub async fn open(chat: &Chat, me: UserId, root: Root) -> Result<RoomId, AppError> {
    let mut conn = chat.db.readers.acquire().await?;
    store::must_be_in(&mut conn, root.0, me).await?;
    if let Some(thread) = store::thread_id(&mut conn, root).await? {
        return Ok(thread);
    }
    drop(conn);
    chat.pace.check(&me)?;
    let hub = chat.hub.clone();
    let opened = chat.db.writer.write_then(
        move |conn| {
            Box::pin(async move {
                let (thread, follows) = store::open_thread(conn, root, me, Timestamp::now()).await?;
                Ok((store::thread(conn, thread).await?, follows))
            })
        },
        move |(thread, follows): &(Room, Vec<UserId>)| tell_followers(&hub, thread, follows),
    );
    Ok(opened.await?.0.id)
}

/// Has `me` follow a thread or not, and tells all their pages.
///
/// # Errors
/// `NotFound` for the thread, `SlowDown`.
pub async fn follow(chat: &Chat, me: UserId, thread: RoomId, follows: bool) -> Result<(), AppError> {
    chat.pace.check(&me)?;
    let hub = chat.hub.clone();
    chat.db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::set_follows(conn, thread, me, follows).await?;
                    store::thread(conn, thread).await
                })
            },
            move |room: &Room| {
                if follows {
                    tell_followers(&hub, room, &[me]);
                } else {
                    // Nothing in it is unread, and nothing that comes will be.
                    let nothing = ServerFrame::Read {
                        room: thread,
                        read: 0,
                        unread: 0,
                        mentions: 0,
                        upto: 0,
                    };
                    tell(&hub, &nothing, Audience::Unfollowed(thread, me));
                }
            },
        )
        .await
        .map(|_| ())
}

/// Tells people that they follow a thread from now on.
pub(super) fn tell_followers(hub: &Hub<Event>, thread: &Room, people: &[UserId]) {
    let Some((parent, _)) = thread.root.filter(|_| !people.is_empty()) else {
        return;
    };
    let to = Audience::Followed {
        thread: thread.id,
        parent,
        people: Arc::from(people),
    };
    tell(hub, &ServerFrame::Room { room: thread.clone() }, to);
}

/// The threads that `me` follows and that have something new, or had lately.
///
/// # Errors
/// When the database can't be read.
pub async fn counted(chat: &Chat, me: UserId) -> Result<Vec<Room>, AppError> {
    let after = Timestamp::now().plus_seconds(-COUNTED_FOR);
    store::followed(&chat.db.readers, me, after, COUNTED).await
}

/// The threads that `me` follows, each with its root: those with something unread first, then the newest.
///
/// # Errors
/// When the database can't be read.
pub async fn page(chat: &Chat, me: UserId) -> Result<Vec<(Room, Message)>, AppError> {
    let db = &chat.db.readers;
    let rooms = store::followed(db, me, Timestamp::default(), COUNTED).await?;
    let mut conn = db.acquire().await?;
    let mut threads = Vec::new();
    for room in rooms {
        let Some((parent, seq)) = room.root else { continue };
        // One that was opened, and in which nothing was said, is none yet.
        let root = store::message(&mut conn, parent, seq).await?;
        threads.extend(root.filter(|root| root.thread.is_some()).map(|root| (room, root)));
    }
    threads.sort_by_key(|(room, _)| room.unread == 0);
    Ok(threads)
}
