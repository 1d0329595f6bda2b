//! What a browser missed in a room, and the frames that tell it.

use sqlx::SqlitePool;

use super::{rooms::no_room, store};
use crate::{
    chat::{model::Message, wire::ServerFrame},
    error::AppError,
    ids::RoomId,
};

/// Changes sent in one resume at most; beyond it the room is reset to its newest page.
const RESUME: u32 = 500;
/// Messages of a reset.
const NEWEST: u32 = 60;
/// Bodies in one frame, in bytes; a body of the largest size fits.
const LARGEST_STEP: usize = 128 * 1024;

/// What was missed.
pub struct Missed {
    reset: bool,
    messages: Vec<Message>,
    /// The highest change that the frames bring the browser to.
    pub changed: u64,
}

/// Everything in `room` that changed after change `after`, or its newest page instead where that is too much.
///
/// # Errors
/// `NotFound`.
pub async fn missed(db: &SqlitePool, room: RoomId, after: Option<u64>) -> Result<Missed, AppError> {
    let (_, newest) = store::room(db, room).await?.ok_or_else(no_room)?;
    let missed = match after {
        // A number from the future: the database was replaced by an older one.
        Some(after) if after <= newest => store::changed_after(db, room, after, RESUME + 1).await?,
        _ => Vec::new(),
    };
    let reset = after.is_none_or(|after| after > newest) || missed.len() > RESUME as usize;
    let messages = if reset {
        store::history(db, room, None, NEWEST).await?.messages
    } else {
        missed
    };
    let last = messages.iter().map(|message| message.changed).max();
    let changed = last.max(if reset { Some(newest) } else { after }).unwrap_or(0);
    Ok(Missed {
        reset,
        messages,
        changed,
    })
}

impl Missed {
    /// In steps that a socket's backlog holds; one at least, for the browser waits for it.
    pub fn frames(self, room: RoomId) -> impl Iterator<Item = ServerFrame> {
        let (mut reset, mut rest) = (self.reset, Some(self.messages));
        std::iter::from_fn(move || {
            let mut messages = rest.take()?;
            let mut bytes = 0;
            let fitting = messages.iter().take_while(|message| {
                bytes += message.body.len();
                bytes <= LARGEST_STEP
            });
            let later = messages.split_off(fitting.count());
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
