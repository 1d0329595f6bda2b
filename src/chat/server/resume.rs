//! What a browser missed in a room, and the frames that tell it.

use super::{Chat, store};
use crate::{
    chat::{model::Message, rules::PAGE, wire::ServerFrame},
    error::AppError,
    ids::{RoomId, UserId},
};

/// Changes sent in one resume at most; beyond it the room is reset to its newest page.
pub const RESUME: u32 = 500;
/// Text in one frame, in bytes, if it has more than one message. Small, because a socket keeps the room that its
/// largest frame took.
const LARGEST_STEP: usize = 8 * 1024;

/// What was missed.
pub struct Missed {
    reset: bool,
    messages: Vec<Message>,
    /// The highest change that the frames bring the browser to.
    pub changed: u64,
    /// Of a thread: the room of its root.
    pub parent: Option<RoomId>,
}

/// Everything in `room` that changed after change `after`, or its newest page instead where that is too much.
///
/// # Errors
/// `NotFound`.
pub async fn missed(chat: &Chat, me: UserId, room: RoomId, after: Option<u64>) -> Result<Missed, AppError> {
    let (db, most) = (&chat.db.readers, chat.resume);
    let joined = store::room(db, room, me).await?.ok_or_else(store::no_room)?;
    let newest = joined.changed;
    let missed = match after {
        // A number from the future: the database was replaced by an older one.
        Some(after) if after <= newest => store::changed_after(db, room, after, most + 1).await?,
        _ => Vec::new(),
    };
    let reset = after.is_none_or(|after| after > newest) || missed.len() > most as usize;
    let mut messages = if reset {
        store::history(db, room, None, PAGE).await?.messages
    } else {
        missed
    };
    // A browser that loses the line between two frames asks again from the last change it has.
    messages.sort_by_key(|message| message.changed);
    let last = messages.iter().map(|message| message.changed).max();
    let changed = last.max(if reset { Some(newest) } else { after }).unwrap_or(0);
    Ok(Missed {
        reset,
        messages,
        changed,
        parent: joined.room.root.map(|(parent, _)| parent),
    })
}

/// About as many bytes as a message takes in a frame.
fn weight(message: &Message) -> usize {
    let quote = message.reply.as_ref().map_or(0, |quote| quote.text.len());
    let people: usize = message.reactions.iter().map(|reaction| reaction.people.len() + 1).sum();
    let files: usize = message.files.iter().map(|file| 128 + file.name.len()).sum();
    128 + files + message.body.len() + message.html.as_ref().map_or(0, String::len) + quote + people * 40
}

impl Missed {
    /// In steps that a socket's backlog holds; one at least, for the browser waits for it.
    pub fn frames(self, room: RoomId) -> impl Iterator<Item = ServerFrame> {
        let (mut reset, mut rest) = (self.reset, Some(self.messages));
        std::iter::from_fn(move || {
            let mut messages = rest.take()?;
            let mut bytes = 0;
            let fitting = messages.iter().take_while(|message| {
                bytes += weight(message);
                bytes <= LARGEST_STEP
            });
            let step = fitting.count().max(1).min(messages.len());
            let later = messages.split_off(step);
            rest = (!later.is_empty()).then_some(later);
            Some(ServerFrame::CaughtUp {
                room,
                reset: std::mem::take(&mut reset),
                messages,
                more: rest.is_some(),
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{chat::model::Person, time::Timestamp};

    fn missed(bodies: &[usize]) -> Missed {
        let message = |(seq, length): (u64, &usize)| Message {
            room: RoomId(1),
            seq,
            changed: seq,
            author: Person {
                id: UserId(1),
                name: "ada".into(),
                ..Person::default()
            },
            client_id: format!("c{seq}"),
            body: "x".repeat(*length),
            at: Timestamp::default(),
            ..Message::default()
        };
        let messages: Vec<Message> = (1..).zip(bodies).map(message).collect();
        Missed {
            reset: true,
            changed: messages.len() as u64,
            messages,
            parent: None,
        }
    }

    #[test]
    fn an_answer_comes_in_small_frames_each_with_a_message_at_least() {
        let mut seen = Vec::new();
        for frame in missed(&[3_000, 3_000, 3_000, 16_384, 16_384, 1]).frames(RoomId(1)) {
            let ServerFrame::CaughtUp {
                reset, messages, more, ..
            } = frame
            else {
                panic!("{frame:?}")
            };
            seen.push((messages.len(), reset, more));
        }
        let then = |count| (count, false, true);
        assert_eq!(seen, [(2, true, true), then(1), then(1), then(1), (1, false, false)]);
    }

    #[test]
    fn nothing_missed_is_an_answer_too() {
        assert_eq!(missed(&[]).frames(RoomId(1)).count(), 1);
    }
}
