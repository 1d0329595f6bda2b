//! What a link into Squawkbox shows, said in a room from a page of its own.

use super::{Link, snapshot};
use crate::{
    accounts::model::Me,
    chat::{
        model::{Message, Person, ToDiscuss},
        server::{Chat, post::post, rooms::new_client_id, store},
        wire::Draft,
    },
    error::AppError,
    ids::{RoomId, UserId},
};

/// What the page shows before it is said.
///
/// # Errors
/// `Invalid` for what is no link into Squawkbox.
pub async fn shown(chat: &Chat, me: UserId, link: &str) -> Result<ToDiscuss, AppError> {
    let link = read(link)?;
    let rooms = store::all_rooms(&chat.db.readers, me).await?;
    // Of a room that has none; what is shown of a message depends on where it is said.
    let snapshot = snapshot(chat, &link, RoomId::default()).await?;
    Ok(ToDiscuss {
        rooms: rooms
            .into_iter()
            .filter(|room| !room.archived)
            .map(|room| (room.id, room.title(me)))
            .collect(),
        html: snapshot.map(|snapshot| snapshot.html()),
    })
}

/// Says it: the words, and the link under the name of what it shows.
///
/// # Errors
/// `Invalid` for what is no link into Squawkbox; as [`post`].
pub async fn say(
    chat: &Chat,
    me: &Me,
    room: RoomId,
    origin: &str,
    link: &str,
    words: &str,
) -> Result<Message, AppError> {
    let link = read(link)?;
    store::must_be_live(&mut *chat.db.readers.acquire().await?, room, me.id).await?;
    let snapshot = snapshot(chat, &link, room).await?;
    // Where what it shows is found again, also tomorrow.
    let there = snapshot
        .as_ref()
        .map_or_else(|| link.href.clone(), |snapshot| snapshot.href.clone());
    let title = snapshot.map_or_else(
        || link.href.clone(),
        |snapshot| format!("{}: {}", snapshot.kind, snapshot.title),
    );
    // What is a sign of Markdown in a title is a sign.
    let marked = |c: char| matches!(c, '[' | ']' | '\\' | '*' | '_' | '`' | '<' | '~' | ':' | '@' | '$');
    let title: String = title
        .chars()
        .take(120)
        .flat_map(|c| [marked(c).then_some('\\'), Some(c)])
        .flatten()
        .collect();
    // In a link's address they would end it.
    let href = there.replace('(', "%28").replace(')', "%29");
    let body = format!("{}\n\n[{title}]({origin}{href})", words.trim());
    let author = Person::from(me);
    let draft = Draft {
        room,
        client_id: new_client_id(),
        body: body.trim().to_owned(),
        ..Draft::default()
    };
    post(chat, author, draft).await.map(|(message, _)| message)
}

fn read(link: &str) -> Result<Link, AppError> {
    let no = || AppError::Invalid("Only what is in Squawkbox can be discussed: a link begins with a slash.".into());
    Link::inside(link)
        .filter(|link| link.href.len() <= 2_000)
        .ok_or_else(no)
}
