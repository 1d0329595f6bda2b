//! Takes back what was squawked by people who were taken off the team with what they said. In small steps, so that it holds
//! up nobody; they are looked for after each removal and at every start, so that a restart goes on with it.

use std::time::Duration;

use super::{NEWS, store, stream::Told};
use crate::{server::state::AppState, squawk::model::Headline, time::Timestamp};

/// Headlines of one step.
const STEP: u32 = 50;
/// Between two steps: what is said meanwhile is in front.
const BREATH: Duration = Duration::from_millis(20);
/// Between two tries when the writer is busy or the disk is full.
const PAUSE: Duration = Duration::from_secs(5);

/// Begins to look for what is left; returns at once.
pub fn begin(state: &AppState) {
    let shutdown = state.shutdown.clone();
    let (state, mut removals) = (state.clone(), state.accounts.removals.subscribe());
    shutdown.spawn(async move {
        loop {
            take_back(&state).await;
            if removals.changed().await.is_err() {
                return;
            }
        }
    });
}

async fn take_back(state: &AppState) {
    loop {
        let hub = state.squawk.hub.clone();
        let since = Timestamp::now().plus_seconds(-NEWS);
        let step = state.squawk.db.writer.write_then(
            move |conn| Box::pin(async move { store::withdraw(conn, STEP, since).await }),
            move |gone: &Vec<Headline>| gone.iter().for_each(|gone| hub.publish(Told::of(gone, false))),
        );
        match step.await {
            Ok(gone) if gone.is_empty() => return,
            Ok(_) => tokio::time::sleep(BREATH).await,
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
