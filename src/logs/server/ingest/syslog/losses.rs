//! What was not taken of syslog. Its senders hear nothing of it, so the log says it, once a minute at most.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const EVERY: Duration = Duration::from_secs(60);

/// Counts since they were told last.
#[derive(Default)]
pub struct Losses {
    dropped: AtomicU64,
    /// How many were refused, and the last of those who sent them.
    refused: Mutex<(u64, Option<IpAddr>)>,
}

impl Losses {
    /// Counts a message that came faster than it could be kept.
    pub fn drop_one(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a message, or a connection, of somebody who may not send.
    pub fn refuse(&self, from: IpAddr) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = (refused.0 + 1, Some(from));
    }

    /// Takes the counts: what was dropped, what was refused, and of whom last.
    pub fn take(&self) -> (u64, u64, Option<IpAddr>) {
        let refused = std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner));
        (self.dropped.swap(0, Ordering::Relaxed), refused.0, refused.1)
    }

    /// Tells them as long as it is polled.
    pub async fn tell(self: Arc<Self>) {
        loop {
            tokio::time::sleep(EVERY).await;
            let (dropped, refused, from) = self.take();
            if dropped > 0 {
                tracing::warn!(dropped, "syslog over UDP came faster than it can be kept; some is lost");
            }
            if let Some(address) = from {
                tracing::warn!(refused, %address, "refused syslog from an address that isn't among --syslog-from");
            }
        }
    }
}
