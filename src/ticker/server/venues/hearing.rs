//! What becomes of a venue's frames: prices go out, complaints are shown, answers are sent.

use std::time::Duration;

use tokio::time::Instant;

use super::{connection::Connection, dial::NoLine, frames::Frame, out::Out, socket::SocketVenue};
use crate::time::Timestamp;

/// Garbage is logged at most this often.
const GARBAGE_LOG: Duration = Duration::from_secs(60);

/// Why a connection is over.
pub struct Ended {
    /// In words.
    pub why: String,
    /// Wait for so long at least.
    pub pause: Duration,
    /// Beside the venue, not only in the log.
    pub shown: bool,
}

impl From<String> for Ended {
    fn from(why: String) -> Self {
        Self {
            why,
            pause: Duration::ZERO,
            shown: false,
        }
    }
}

impl From<NoLine> for Ended {
    fn from(NoLine { why, refused, pause }: NoLine) -> Self {
        Self {
            why,
            pause,
            shown: refused,
        }
    }
}

/// What a frame told, besides its prices.
#[derive(Default)]
pub struct Told {
    /// There were some.
    pub tick: bool,
    /// The connection will end.
    pub replace: bool,
    /// What is subscribed may not be what is wanted any more.
    pub look: bool,
}

impl SocketVenue {
    /// Takes a frame in, of `line`, or of one that is being left.
    pub(super) fn heard(&mut self, text: &str, mut line: Option<&mut Connection>, out: &Out) -> Result<Told, Ended> {
        let at = Timestamp::now();
        out.frame(text, at);
        let mut meant = std::mem::take(&mut self.meant);
        self.frames.read(text, at, &mut meant);
        let mut told = Told::default();
        let mut well = true;
        let mut outcome = Ok(());
        for frame in meant.drain(..) {
            match (frame, line.as_deref_mut()) {
                (Frame::Tick(tick), _) => {
                    told.tick = true;
                    out.live();
                    out.tick(tick);
                }
                (Frame::Gap, _) => out.gap(),
                (Frame::Instrument(said), _) => out.instrument(said),
                (Frame::Late, _) => {}
                (Frame::Garbage(why), _) => {
                    well = false;
                    self.note_garbage(&why);
                }
                // What else one says that is being left is of no matter any more.
                (_, None) => {}
                (Frame::Ready, Some(line)) => (line.ready, told.look) = (true, true),
                (Frame::Reply(frame), Some(line)) => {
                    outcome = outcome.and_then(|()| line.reply(frame).map_err(Ended::from));
                }
                (Frame::Refused(symbol, why), Some(line)) => {
                    line.refuse(&symbol);
                    (well, told.look) = (false, true);
                    let named = if why.contains(&symbol) {
                        why
                    } else {
                        format!("{symbol}: {why}")
                    };
                    self.complain(&named, out);
                    self.refusal = self.without_secrets(named);
                }
                (Frame::Fault(words), Some(_)) => {
                    well = false;
                    self.complain(&words, out);
                }
                (Frame::Replace, Some(_)) => told.replace = true,
                (Frame::End(why, pause), Some(_)) => {
                    outcome = Err(Ended {
                        why,
                        pause,
                        shown: true,
                    });
                }
            }
        }
        self.meant = meant;
        if well && outcome.is_ok() && line.is_none_or(|line| line.ready) {
            out.live();
        }
        outcome.map(|()| told)
    }

    pub(super) fn complain(&self, words: &str, out: &Out) {
        let words = self.without_secrets(words.to_owned());
        tracing::warn!(venue = self.frames.kind().name(), error = words, "the venue complains");
        out.fault(&words);
    }

    /// `words` that can be shown and logged.
    pub(super) fn without_secrets(&self, words: String) -> String {
        let secrets = self.frames.secrets();
        secrets
            .into_iter()
            .filter(|secret| !secret.is_empty())
            .fold(words, |words, secret| words.replace(secret, "…"))
    }

    pub(super) fn note_garbage(&mut self, why: &str) {
        if let Some(frames) = self.garbage.count() {
            let error = self.without_secrets(why.to_owned());
            let venue = self.frames.kind().name();
            tracing::warn!(venue, frames, error, "frames that can't be read");
        }
    }
}

/// Counts what is worth a line now and then, not each time.
#[derive(Default)]
pub struct Rarely {
    last: Option<Instant>,
    count: u64,
}

impl Rarely {
    /// Counts one; how many there were, when it is time to say so.
    pub fn count(&mut self) -> Option<u64> {
        self.count += 1;
        if self.last.is_some_and(|last| last.elapsed() < GARBAGE_LOG) {
            return None;
        }
        self.last = Some(Instant::now());
        Some(std::mem::take(&mut self.count))
    }
}
