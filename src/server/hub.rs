//! One-to-many delivery inside the server: a bounded ring that every subscriber reads at its own pace.
//!
//! A publisher never waits. A subscriber that falls a whole ring behind is told how many it missed
//! ([`RecvError::Lagged`]) and decides what that means: chat closes the socket, which resumes; logs show a gap.

pub use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};
use tokio::sync::broadcast::{Sender, channel};

/// A ring of events of one kind. Make events cheap to clone: encode once, share the bytes.
#[derive(Clone)]
pub struct Hub<E> {
    ring: Sender<E>,
}

impl<E: Clone> Hub<E> {
    /// A ring that holds `capacity` events (rounded up to a power of two).
    pub fn new(capacity: usize) -> Self {
        Self {
            ring: channel(capacity).0,
        }
    }

    /// Hands `event` to everyone who listens now.
    pub fn publish(&self, event: E) {
        // An error only says that nobody listens.
        let _ = self.ring.send(event);
    }

    /// Everything published from now on. Subscribe first, then read the store: nothing falls between.
    pub fn subscribe(&self) -> Receiver<E> {
        self.ring.subscribe()
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.ring.receiver_count()
    }
}
