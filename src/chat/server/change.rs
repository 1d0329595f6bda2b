//! What becomes of a message after it was said: edited, taken back, reacted to, pinned.

use crate::{
    accounts::model::{Me, Role},
    chat::{
        model::{Change, Message, Room, Texts},
        rules,
    },
    error::AppError,
    ids::{RoomId, UserId},
    time::Timestamp,
};

use super::{
    Chat, emoji,
    files::shelf::Content,
    markdown,
    mentions::{self, Called},
    previews::gone,
    quoting, recount, store, tell_changed, threads,
};

/// Different emoji under one message at most.
const REACTIONS: usize = 24;

/// What a message says and has said.
///
/// # Errors
/// `Forbidden` for who isn't an administrator, `NotFound` for the message, or where `me` isn't in its room.
pub async fn texts(chat: &Chat, me: &Me, room: RoomId, seq: u64) -> Result<Texts, AppError> {
    if me.role != Role::Admin {
        return Err(AppError::Forbidden(
            "Only administrators see what messages have said before.".into(),
        ));
    }
    let mut conn = chat.db.readers.acquire().await?;
    store::must_be_in(&mut conn, room, me.id).await?;
    let message = store::message(&mut conn, room, seq)
        .await?
        .ok_or_else(store::no_message)?;
    let earlier = store::earlier_texts(&mut conn, room, seq).await?;
    Ok(Texts { message, earlier })
}

/// Changes a message for `me` and tells everyone who follows the room; answers after the commit with the message as it
/// is then, and whether it has changed. What changes nothing is told to nobody.
///
/// # Errors
/// `NotFound` for the message, `Forbidden` where it is not theirs to change, `Conflict` in an archived room, `Invalid` for what it would become,
/// `SlowDown`, `Busy`.
pub async fn change(chat: &Chat, me: &Me, room: RoomId, seq: u64, change: Change) -> Result<(Message, bool), AppError> {
    let change = checked(change)?;
    chat.pace.check(&me.id)?;
    let (called, html) = match &change {
        Change::Edit(body) => {
            let mut called = mentions::called(chat, room, body).await?;
            if !called.prices.is_empty() {
                let before = store::message(&mut *chat.db.readers.acquire().await?, room, seq).await?;
                let said = before
                    .and_then(|before| before.html)
                    .map_or_else(Vec::new, |html| quoting::said(&html));
                called.keep(said);
            }
            let html = markdown::rendered(body, &called);
            (called, html)
        }
        _ => (Called::default(), None),
    };
    let (hub, me) = (chat.hub.clone(), me.clone());
    let (previews, highlighter) = (chat.previews.clone(), chat.highlighter.clone());
    // With its text, a message loses the card under it, and its code the colours.
    let is_edit = matches!(change, Change::Edit(_));
    let Done {
        message,
        has_changed,
        freed,
        more_cards,
        ..
    } = chat
        .db
        .writer
        .write_then(
            move |conn| {
                Box::pin(async move {
                    store::must_be_live(conn, room, me.id).await?;
                    let before = store::message(conn, room, seq).await?.ok_or_else(store::no_message)?;
                    if !changes(&before, &me, &change)? {
                        return Ok(Done {
                            message: before,
                            has_changed: false,
                            ..Done::default()
                        });
                    }
                    let (now, mut done) = (Timestamp::now(), Done::default());
                    match &change {
                        Change::Edit(body) => {
                            let called_before = store::edit(conn, room, seq, body, html.as_deref(), now).await?;
                            let told = store::call(conn, &before, &called).await?;
                            done.counts = called_before || !told.is_empty();
                            let follows = match told.is_empty() {
                                true => told,
                                false => store::follow(conn, room, &told, seq - 1).await?,
                            };
                            if !follows.is_empty() {
                                done.follows = Some((store::thread(conn, room).await?, follows));
                            }
                        }
                        Change::Delete => {
                            done.freed = store::delete(conn, room, seq, now).await?;
                            done.root = store::recount(conn, room).await?;
                            done.counts = true;
                        }
                        Change::React { emoji, on } => {
                            store::react(conn, (room, seq), me.id, emoji, *on, now).await?;
                        }
                        Change::Pin(on) => store::pin(conn, (room, seq), me.id, *on, now).await?,
                        Change::Bookmark => (),
                    }
                    done.message = store::touch(conn, room, seq).await?;
                    if matches!(change, Change::Delete) {
                        (done.cards, done.more_cards) = store::take_gone(conn, gone::STEP).await?;
                    }
                    Ok(done)
                })
            },
            move |done: &Done| {
                let Done {
                    message, has_changed, ..
                } = done;
                if *has_changed {
                    if let Some((thread, people)) = &done.follows {
                        threads::tell_followers(&hub, thread, people);
                    }
                    tell_changed(&hub, message);
                    for changed in done.root.iter().chain(&done.cards) {
                        tell_changed(&hub, changed);
                    }
                    if done.counts {
                        recount(&hub, message.room);
                    }
                    if is_edit {
                        previews.note(message);
                        highlighter.note(message);
                    }
                }
            },
        )
        .await?;
    chat.files.free_later(freed);
    if more_cards {
        chat.unshown.notify_one();
    }
    Ok((message, has_changed))
}

/// What a change did.
struct Done {
    message: Message,
    has_changed: bool,
    /// Something may be unread no more, or call others.
    counts: bool,
    /// What files that are gone held.
    freed: Vec<Content>,
    /// The root of the message's thread, which counts what stands in it.
    root: Option<Message>,
    /// What had cards that showed it, as far as they were taken away.
    cards: Vec<Message>,
    more_cards: bool,
    /// Who follows the message's thread from now on.
    follows: Option<(Room, Vec<UserId>)>,
}

impl Default for Done {
    fn default() -> Self {
        Self {
            message: Message::default(),
            has_changed: true,
            counts: false,
            freed: Vec::new(),
            root: None,
            cards: Vec::new(),
            more_cards: false,
            follows: None,
        }
    }
}

/// The change as it will be kept.
fn checked(change: Change) -> Result<Change, AppError> {
    Ok(match change {
        Change::Edit(body) => Change::Edit(rules::caption(&body)?),
        Change::Delete | Change::Pin(_) | Change::Bookmark => change,
        Change::React { emoji: given, on } => {
            let known = emojis::get(&given).or_else(|| emoji::named(given.trim_matches(':')));
            let known =
                known.ok_or_else(|| AppError::Invalid("A reaction is one emoji, such as 👍 or :tada:.".into()))?;
            Change::React {
                emoji: known.as_str().to_owned(),
                on,
            }
        }
    })
}

/// Whether the change makes a difference.
///
/// # Errors
/// `NotFound` when the message was taken back, `Forbidden` when it isn't theirs to change, `Invalid` when nothing would be
/// left of it.
fn changes(message: &Message, me: &Me, change: &Change) -> Result<bool, AppError> {
    if message.deleted {
        return match change {
            Change::Delete => Ok(false),
            _ => Err(store::no_message()),
        };
    }
    let is_mine = message.author.id == me.id;
    match change {
        Change::Edit(_) if !is_mine => Err(AppError::Forbidden("Only its author can edit a message.".into())),
        Change::Edit(body) if body.is_empty() && message.files.is_empty() => Err(rules::empty()),
        Change::Edit(body) => Ok(*body != message.body),
        Change::Delete if !is_mine && me.role != Role::Admin => Err(AppError::Forbidden(
            "Only its author or an administrator can delete a message.".into(),
        )),
        Change::Delete => Ok(true),
        Change::Pin(on) => Ok(message.pinned.is_some() != *on),
        // It is no part of the message.
        Change::Bookmark => Ok(false),
        Change::React { emoji, on } => {
            let given = message.reactions.iter().find(|reaction| reaction.emoji == *emoji);
            if *on && given.is_none() && message.reactions.len() >= REACTIONS {
                return Err(AppError::Conflict(format!(
                    "A message can carry {REACTIONS} different emoji, and this one does."
                )));
            }
            Ok(given.is_some_and(|given| given.people.iter().any(|person| person.id == me.id)) != *on)
        }
    }
}
