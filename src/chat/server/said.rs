//! What was said, on its way to those who look at it after its commit. Bounded queues that hold nothing up: of what comes
//! while one is full, its reader hears nothing.

use tokio::sync::mpsc;

use crate::{chat::model::Message, ids::RoomId};

/// Messages that wait to be looked at, for each reader.
pub const QUEUE: usize = 4_096;

/// Where something was said.
pub type Place = (RoomId, u64);

/// The queues, by what their readers do.
#[derive(Clone)]
pub struct Said([(&'static str, mpsc::Sender<Place>); 2]);

impl Said {
    /// The queues of those who do these, and their ends.
    pub fn to(doing: [&'static str; 2]) -> (Self, [mpsc::Receiver<Place>; 2]) {
        let [(one, first), (other, second)] = doing.map(|doing| {
            let (said, queue) = mpsc::channel(QUEUE);
            ((doing, said), queue)
        });
        (Self([one, other]), [first, second])
    }

    /// Names a new message to all of them. Never waits.
    pub fn note(&self, message: &Message) {
        for (doing, queue) in &self.0 {
            if let Err(mpsc::error::TrySendError::Full(_)) = queue.try_send((message.room, message.seq)) {
                tracing::warn!(room = %message.room, doing, "too much is said at once to look at all of it");
            }
        }
    }
}
