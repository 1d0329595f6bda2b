//! What a venue does while there is nothing to ask it for.

use std::collections::BTreeSet;

use tokio::time::{Instant, sleep_until};

use super::{out::Out, socket::SocketVenue};

/// Why there is no line though none was cut.
pub enum Rest {
    /// Nothing is wanted.
    Unwanted,
    /// The venue refuses all that is wanted.
    Refused(BTreeSet<String>),
}

impl SocketVenue {
    /// Returns when there is something to ask a venue for.
    pub(super) async fn until_wanted(&self) {
        let mut changes = self.watched.changes();
        while self.watched.symbols(Instant::now()).is_empty() {
            // There is always a sender: we hold one.
            let _ = changes.changed().await;
        }
    }

    /// Says that the venue refuses all of these, and returns when something else is wanted, or one of them anew.
    pub(super) async fn rest(&self, mut refused: BTreeSet<String>, out: &Out) {
        let names = refused.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let venue = self.frames.kind().name();
        self.complain(
            &format!("nothing to watch: {venue} refused {names} ({})", self.refusal),
            out,
        );
        out.idle();
        let mut changes = self.watched.changes();
        loop {
            let wanted = self.watched.symbols(Instant::now());
            refused.retain(|symbol| wanted.contains(symbol));
            if wanted != refused || wanted.is_empty() {
                return;
            }
            // What lingers leaves without a word.
            let end = self.watched.next_end();
            tokio::select! {
                _ = changes.changed() => (),
                () = sleep_until(end.unwrap_or_else(Instant::now)), if end.is_some() => (),
            }
        }
    }
}
