//! Takes back what removed people said, where an administrator asked for that. In small steps, so that it holds up nobody;
//! a restart goes on with it.

use std::{collections::BTreeSet, time::Duration};

use crate::{chat::model::Message, server::state::AppState, time::Timestamp};

use super::{files::shelf::Content, recount, store, tell_changed};

/// Messages of one step.
const STEP: u32 = 50;
/// Between two steps: what is said meanwhile is in front.
const BREATH: Duration = Duration::from_millis(20);
/// Between two tries when the writer is busy or the disk is full.
const PAUSE: Duration = Duration::from_secs(5);

/// Begins to take back what is left; returns at once.
pub fn begin(state: &AppState) {
    let shutdown = state.shutdown.clone();
    let state = state.clone();
    shutdown.background.spawn(async move {
        let mut rooms = BTreeSet::new();
        while !state.shutdown.begun.is_cancelled() {
            let hub = state.chat.hub.clone();
            let step = state.chat.db.writer.write_then(
                |conn| Box::pin(async move { store::withdraw(conn, STEP, Timestamp::now()).await }),
                move |(messages, _): &(Vec<Message>, Vec<Content>)| {
                    for message in messages {
                        tell_changed(&hub, message);
                    }
                },
            );
            let wait = match step.await {
                Ok((messages, _)) if messages.is_empty() => {
                    // Once for all of it: everybody in the room counts.
                    for room in rooms {
                        recount(&state.chat.hub, room);
                    }
                    state.chat.unshown.notify_one();
                    break;
                }
                Ok((messages, freed)) => {
                    let gone = messages.iter().filter(|message| message.deleted);
                    rooms.extend(gone.map(|message| message.room));
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
