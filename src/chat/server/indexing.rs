//! The index that searches look in, kept a moment behind what is said: many messages at a time cost a fifth of what they
//! cost one by one. Whoever searches has the rest of them indexed first, so that nothing said is missed.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;

use super::{Chat, store};
use crate::error::AppError;

/// How long messages gather, to be indexed together.
const GATHER: Duration = Duration::from_secs(1);
/// Messages of one job at most, since everybody's posts wait for it: some milliseconds.
const BATCH: u32 = 100;

/// Indexes what was said when the server stopped, then what is said.
pub async fn run(chat: Arc<Chat>) {
    loop {
        // What can't be indexed now has been logged, and is with the next.
        let _ = catch_up(&chat).await;
        chat.unindexed.notified().await;
        sleep(GATHER).await;
    }
}

/// Indexes all that has been said by now.
///
/// # Errors
/// `DiskFull`, or what else keeps it from being done.
pub async fn catch_up(chat: &Chat) -> Result<(), AppError> {
    let (mut upto, said) = store::indexed(&chat.db.readers).await?;
    while upto < said {
        let work = chat
            .db
            .writer
            .write(|conn| Box::pin(async move { store::index(conn, BATCH).await }));
        let now = work.await?;
        if now == upto {
            // The rest is gone meanwhile, with a room.
            break;
        }
        upto = now;
    }
    Ok(())
}
