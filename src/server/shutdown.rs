//! Stopping in order: refuse new work, end streams with a hint to reconnect, finish commits, all within 10 s.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long connections and background work get to end before the process leaves anyway.
pub const DEADLINE: Duration = Duration::from_secs(8);

/// Shared by everything that runs for long; cheap to clone.
#[derive(Clone, Default)]
pub struct Shutdown {
    /// Cancelled once, when the server begins to stop: streams and sockets end, nothing new is taken.
    pub begun: CancellationToken,
    /// Sockets and streams that are ending; waited for first, since they may still be writing.
    pub connections: TaskTracker,
    /// Background work, and the writers, which end when the last handle to them is gone.
    pub background: TaskTracker,
}

impl Shutdown {
    /// Runs `work` until it ends or the server stops.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.begun.clone();
        self.background.spawn(async move {
            tokio::select! {
                () = work => (),
                () = stop.cancelled() => (),
            }
        });
    }
}

/// Completes at Ctrl-C or SIGTERM.
pub async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => {
            tracing::warn!(%error, "SIGTERM can't be listened for; Ctrl-C still works");
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => (),
        _ = terminate.recv() => (),
    }
}
