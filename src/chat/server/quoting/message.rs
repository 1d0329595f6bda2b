//! A link to a message shows it, where everybody who reads the room may read it too.

use super::{Link, Snapshot, snapshot::Row};
use crate::{
    chat::{
        message::permalink,
        model::RoomKind,
        rules::AFTER,
        server::{Chat, store},
    },
    error::AppError,
    ids::RoomId,
};

/// The message that the link leads to, for a room.
///
/// # Errors
/// When the database can't be read.
pub async fn snapshot(chat: &Chat, link: &Link, room: RoomId) -> Result<Option<Snapshot>, AppError> {
    let Some((of, seq)) = place(link) else { return Ok(None) };
    let db = &chat.db.readers;
    let Some((name, kind)) = store::room_kind(db, of).await? else {
        return Ok(None);
    };
    // Everybody is in an open room. Of any other, only its own people may read.
    if kind != RoomKind::Open && of != room {
        return Ok(None);
    }
    let message = store::message(&mut *db.acquire().await?, of, seq).await?;
    let Some(message) = message.filter(|message| !message.deleted) else {
        return Ok(None);
    };
    let place = match kind {
        RoomKind::Open | RoomKind::Private => format!("# {name}"),
        RoomKind::Direct | RoomKind::Thread => "here".to_owned(),
    };
    Ok(Some(Snapshot {
        kind: format!("Message, {place}"),
        title: message.author.name.clone(),
        rows: message.gist().lines().map(Row::plain).collect(),
        href: permalink(of, seq),
        at: message.at,
        ..Snapshot::default()
    }))
}

/// `/rooms/1?before=42#m12`: the room, and the place in it.
fn place(link: &Link) -> Option<(RoomId, u64)> {
    let room = link.path.strip_prefix("/rooms/")?.parse().ok()?;
    let seq = link.fragment.strip_prefix('m').and_then(|seq| seq.parse().ok());
    let before = || link.get("before")?.parse::<u64>().ok()?.checked_sub(AFTER);
    Some((room, seq.or_else(before)?)).filter(|(_, seq)| *seq > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permalink_names_a_place() {
        let at = |path: &str| place(&Link::inside(path).unwrap());
        assert_eq!(at(&permalink(RoomId(3), 12)), Some((RoomId(3), 12)));
        assert_eq!(at("/rooms/3?before=42"), Some((RoomId(3), 12)));
        for path in [
            "/rooms/3",
            "/rooms/3/pins#m1",
            "/rooms/x#m1",
            "/rooms/3#m0",
            "/logs#m1",
            "/rooms/3?before=9",
        ] {
            assert_eq!(at(path), None, "{path}");
        }
    }
}
