//! What changes the room.

use super::{Call, Command, Outcome, Run, person};
use crate::chat::{
    notify::model::Level,
    server::{members, notify::levels, rooms, store},
};

/// `/topic`
pub struct Topic;

impl Command for Topic {
    fn name(&self) -> &'static str {
        "topic"
    }
    fn usage(&self) -> &'static str {
        "TEXT"
    }
    fn summary(&self) -> &'static str {
        "says what the room is for"
    }
    fn run<'a>(&'a self, Call { chat, me, draft }: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            let joined = store::room(&chat.db.readers, draft.room, me.id).await?;
            let now = joined.ok_or_else(store::no_room)?.room;
            if draft.body.is_empty() {
                return Ok(Outcome::Note(match now.topic.as_str() {
                    "" => "There is no topic. /topic TEXT sets one.".to_owned(),
                    topic => format!("The topic: {topic}"),
                }));
            }
            rooms::set_topic(chat, me.id, draft.room, &draft.body).await?;
            Ok(Outcome::Note(
                "Everyone sees the new topic above the messages.".to_owned(),
            ))
        })
    }
}

/// `/invite`
pub struct Invite;

impl Command for Invite {
    fn name(&self) -> &'static str {
        "invite"
    }
    fn usage(&self) -> &'static str {
        "NAME"
    }
    fn summary(&self) -> &'static str {
        "brings somebody into this room"
    }
    fn run<'a>(&'a self, Call { chat, me, draft }: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            if draft.body.is_empty() || draft.body.contains(char::is_whitespace) {
                return Err((self as &dyn Command).misused());
            }
            let invited = person(chat, &draft.body).await?;
            let when = match members::invite(chat, me, draft.room, invited.id).await? {
                true => "now",
                false => "already",
            };
            Ok(Outcome::Note(format!("{} is in this room {when}.", invited.name)))
        })
    }
}

/// `/remove`
pub struct Remove;

impl Command for Remove {
    fn name(&self) -> &'static str {
        "remove"
    }
    fn usage(&self) -> &'static str {
        "NAME"
    }
    fn summary(&self) -> &'static str {
        "takes somebody out of this private room"
    }
    fn run<'a>(&'a self, Call { chat, me, draft }: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            if draft.body.is_empty() || draft.body.contains(char::is_whitespace) {
                return Err((self as &dyn Command).misused());
            }
            let gone = person(chat, &draft.body).await?;
            let more = match members::remove(chat, me, draft.room, gone.id).await? {
                true => " any more",
                false => "",
            };
            Ok(Outcome::Note(format!("{} is not in this room{more}.", gone.name)))
        })
    }
}

/// `/mute`
pub struct Mute;

impl Command for Mute {
    fn name(&self) -> &'static str {
        "mute"
    }
    fn usage(&self) -> &'static str {
        ""
    }
    fn summary(&self) -> &'static str {
        "notifies you of nothing in this room any more"
    }
    fn run<'a>(&'a self, Call { chat, me, draft }: Call<'a>) -> Run<'a> {
        Box::pin(async move {
            if !draft.body.is_empty() {
                return Err((self as &dyn Command).misused());
            }
            levels::set(chat, me.id, draft.room, Level::Nothing).await?;
            Ok(Outcome::Note(
                "You are notified of nothing here any more. The room's name leads to where you choose otherwise."
                    .to_owned(),
            ))
        })
    }
}
