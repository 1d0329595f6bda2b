//! Clears away what deleted rooms held, and the private rooms that nobody is in any more. In small steps, so that it holds up nobody; a restart goes on with it.

use std::time::Duration;

use crate::{server::state::AppState, time::Timestamp};

use super::store;

/// Messages or files of one step.
const STEP: u32 = 50;
/// Between two steps: what is said meanwhile is in front.
const BREATH: Duration = Duration::from_millis(20);
/// Between two tries when the writer is busy or the disk is full.
const PAUSE: Duration = Duration::from_secs(5);

/// Begins to clear what is left; returns at once.
pub fn begin(state: &AppState) {
    let shutdown = state.shutdown.clone();
    let state = state.clone();
    shutdown.background.spawn(async move {
        // What went wrong has been logged; the next removal or start tries again.
        let forsaken = state
            .chat
            .db
            .writer
            .write(|conn| Box::pin(async move { store::delete_all_forsaken(conn, Timestamp::now()).await }));
        let _ = forsaken.await;
        while !state.shutdown.begun.is_cancelled() {
            let step = state
                .chat
                .db
                .writer
                .write(|conn| Box::pin(async move { store::clear_deleted(conn, STEP).await }));
            let wait = match step.await {
                Ok((false, _)) => break,
                Ok((true, freed)) => {
                    for content in freed {
                        // What can't be removed now, the collector will; that it couldn't is logged.
                        let _ = state.chat.files.free(&content).await;
                    }
                    BREATH
                }
                Err(_) => PAUSE,
            };
            tokio::select! {
                () = state.shutdown.begun.cancelled() => (),
                () = tokio::time::sleep(wait) => (),
            }
        }
    });
}
