//! Takes away what cards show of messages that were deleted. Whoever deletes one does that in the same transaction for the
//! first cards; the others go here, in small steps, so that it holds up nobody. A restart goes on with it.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use crate::chat::model::Message;

use super::super::{Chat, store, tell_changed};

/// Cards of one step.
pub const STEP: u32 = 50;
/// Between two steps: what is said meanwhile is in front.
const BREATH: Duration = Duration::from_millis(20);
/// Between two tries when the writer is busy or the disk is full.
const PAUSE: Duration = Duration::from_secs(5);

/// Takes it away whenever there is some, until the server stops.
pub async fn run(chat: Arc<Chat>) {
    loop {
        let hub = chat.hub.clone();
        let step = chat.db.writer.write_then(
            |conn| Box::pin(async move { store::take_gone(conn, STEP).await }),
            move |(changed, _): &(Vec<Message>, bool)| {
                for message in changed {
                    tell_changed(&hub, message);
                }
            },
        );
        match step.await {
            Ok((changed, more)) => {
                // Of a moment that lost its card, what is still there can be shown.
                for message in &changed {
                    chat.previews.note(message);
                }
                if more {
                    sleep(BREATH).await;
                } else {
                    chat.unshown.notified().await;
                }
            }
            // It has been logged.
            Err(_) => sleep(PAUSE).await,
        }
    }
}
