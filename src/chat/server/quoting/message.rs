//! A link to a message shows it, where everybody who reads the room may read it too.

use sqlx::SqlitePool;

use super::{Link, Snapshot, snapshot::Row};
use crate::{
    chat::{
        message::{permalink, reply_link},
        model::{Room, RoomKind},
        rules::AFTER,
        server::{
            Chat,
            said::Place,
            store::{self, Root},
        },
    },
    error::AppError,
    ids::RoomId,
};

/// The message that the link leads to, for a room.
///
/// # Errors
/// When the database can't be read.
pub async fn snapshot(chat: &Chat, link: &Link, room: RoomId) -> Result<Option<Snapshot>, AppError> {
    let db = &chat.db.readers;
    let (of, seq) = match place(link) {
        Some(Leads::To(place)) => place,
        Some(Leads::ToReply(root, seq)) => match store::thread_id(&mut *db.acquire().await?, root).await? {
            Some(thread) => (thread, seq),
            None => return Ok(None),
        },
        None => return Ok(None),
    };
    let Some(there) = store::any_room(db, of).await? else {
        return Ok(None);
    };
    if !reads(db, &there, room).await? {
        return Ok(None);
    }
    let message = store::message(&mut *db.acquire().await?, of, seq).await?;
    let Some(message) = message.filter(|message| !message.deleted) else {
        return Ok(None);
    };
    let place = match there.kind {
        RoomKind::Open | RoomKind::Private => format!("# {}", there.name),
        // No other room's name has an @; that of a conversation is only a key.
        RoomKind::Thread if of != room && !there.name.starts_with('@') => format!("thread in # {}", there.name),
        RoomKind::Direct | RoomKind::Thread => "here".to_owned(),
    };
    Ok(Some(Snapshot {
        kind: format!("Message, {place}"),
        title: message.author.name.clone(),
        rows: message.gist().lines().map(Row::plain).collect(),
        href: there
            .root
            .map_or_else(|| permalink(of, seq), |(up, root)| reply_link(up, root, seq)),
        at: message.at,
        of: Some((of, seq)),
        ..Snapshot::default()
    }))
}

/// Whether everybody who reads `room` may read what is said `there`. Everybody is in an open room and its threads; of any
/// other, only its own people are, and all of them in all its threads.
async fn reads(db: &SqlitePool, there: &Room, room: RoomId) -> Result<bool, AppError> {
    let home = |room: &Room| room.root.map_or(room.id, |(up, _)| up);
    let up = match there.root {
        Some((up, _)) => store::any_room(db, up).await?,
        None => None,
    };
    if up.as_ref().unwrap_or(there).kind == RoomKind::Open {
        return Ok(true);
    }
    let here = store::any_room(db, room).await?;
    Ok(here.is_some_and(|here| home(&here) == home(there)))
}

/// Where a link leads.
#[derive(Debug, PartialEq, Eq)]
enum Leads {
    To(Place),
    /// The thread's root, and the place in the thread.
    ToReply(Root, u64),
}

/// `/rooms/1?before=42#m12`: the room, and the place in it. `/rooms/1?thread=5&reply=7#t7`: the same in the thread of what
/// stands at the fifth place.
fn place(link: &Link) -> Option<Leads> {
    let room = link.path.strip_prefix("/rooms/")?.parse().ok()?;
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
    let fragment = |sign: char| link.fragment.strip_prefix(sign).and_then(number);
    let reply = || fragment('t').or_else(|| link.get("reply").and_then(number));
    if let (Some(root), Some(seq)) = (link.get("thread").and_then(number), reply()) {
        return Some(Leads::ToReply((room, root), seq));
    }
    let before = || link.get("before").and_then(number)?.checked_sub(AFTER);
    let seq = fragment('m').or_else(before).filter(|seq| *seq > 0)?;
    Some(Leads::To((room, seq)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permalink_names_a_place() {
        let at = |path: &str| place(&Link::inside(path).unwrap());
        let there = Some(Leads::To((RoomId(3), 12)));
        assert_eq!(at(&permalink(RoomId(3), 12)), there);
        assert_eq!(at("/rooms/3?before=42"), there);
        let reply = Some(Leads::ToReply((RoomId(3), 5), 7));
        assert_eq!(at(&reply_link(RoomId(3), 5, 7)), reply);
        assert_eq!(at("/rooms/3?thread=5&reply=7"), reply);
        assert_eq!(at("/rooms/3?thread=5#t7"), reply);
        for path in [
            "/rooms/3",
            "/rooms/3/pins#m1",
            "/rooms/x#m1",
            "/rooms/3#m0",
            "/logs#m1",
            "/rooms/3?before=9",
            "/rooms/3?before=30",
            "/rooms/3?thread=5",
            "/rooms/3?reply=7#t7",
            "/rooms/3?thread=0&reply=7#t7",
            "/rooms/3?thread=5&reply=0#t0",
        ] {
            assert_eq!(at(path), None, "{path}");
        }
    }
}
