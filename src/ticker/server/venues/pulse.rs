//! What is counted of a venue, beside what its readers are shown at once.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use crate::time::Timestamp;

/// The counts of a venue since the server was started.
#[derive(Debug, Default)]
pub struct Pulse {
    frames: AtomicU64,
    ticks: AtomicU64,
    last: AtomicI64,
}

impl Pulse {
    /// A frame came, at `at`.
    pub fn frame(&self, at: Timestamp) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        self.last.store(at.micros(), Ordering::Relaxed);
    }

    /// A price came.
    pub fn tick(&self) {
        self.ticks.fetch_add(1, Ordering::Relaxed);
    }

    /// Frames so far.
    pub fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Prices so far, those that were refused or late for the board too.
    pub fn ticks(&self) -> u64 {
        self.ticks.load(Ordering::Relaxed)
    }

    /// When the last frame came; `None` when none has.
    pub fn last(&self) -> Option<Timestamp> {
        let micros = self.last.load(Ordering::Relaxed);
        (micros > 0).then(|| Timestamp::from_micros(micros))
    }
}
