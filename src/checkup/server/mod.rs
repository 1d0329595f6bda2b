//! What the connection check is tried against, and how much of it anybody gets.

pub mod clock;
pub mod echo;
pub mod guest;
pub mod lines;
pub mod seen;

use std::{num::NonZeroU32, time::Duration};

use crate::{error::AppError, server::limits::PerKey};

use self::{
    guest::Who,
    lines::{Held, Lines},
};

/// Bytes of a message that count as much as the message itself does.
const PORTION: usize = 16 * 1024;

/// What requests to the connection check share.
pub struct Checkup {
    lines: Lines,
    /// Lines opened: a fuzzing client opens five hundred, one after the other.
    opening: PerKey<Who>,
    /// What is echoed, in messages and portions of 16 KiB: 64 MiB at once, then 8 MiB a second.
    echoing: PerKey<Who>,
    /// Requests for what was seen.
    looking: PerKey<Who>,
}

impl Default for Checkup {
    fn default() -> Self {
        Self {
            lines: Lines::default(),
            opening: PerKey::new(1_000, Duration::from_millis(50)),
            echoing: PerKey::new(4_096, Duration::from_micros(1_950)),
            looking: PerKey::new(200, Duration::from_millis(200)),
        }
    }
}

impl Checkup {
    /// A line for `who`, theirs until it is dropped.
    ///
    /// # Errors
    /// `SlowDown`, and `Conflict` for more at once than there may be.
    pub fn line(&self, who: Who) -> Result<Held, AppError> {
        self.opening.check(&who)?;
        self.lines.hold(who)
    }

    /// Counts a message of so many bytes.
    ///
    /// # Errors
    /// `SlowDown`: it is to wait.
    pub fn count(&self, who: Who, bytes: usize) -> Result<(), AppError> {
        let units = u32::try_from(1 + bytes / PORTION).unwrap_or(u32::MAX);
        self.echoing
            .check_many(&who, NonZeroU32::new(units).unwrap_or(NonZeroU32::MIN))
    }

    /// Counts a look at what was seen.
    ///
    /// # Errors
    /// `SlowDown` with the seconds to wait.
    pub fn look(&self, who: Who) -> Result<(), AppError> {
        self.looking.check(&who)
    }
}
