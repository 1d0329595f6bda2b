//! Deletes lines that are older than they are to be kept, in steps so small that nobody waits for them.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::store;
use crate::{error::AppError, server::writer::Writer, time::Timestamp};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(3_600);
/// Lines deleted at once: a few milliseconds of the writer's time.
const STEP: u32 = 1_000;
/// The pause after a step, as a multiple of what the step took: recording keeps most of the writer.
const REST: u32 = 4;
/// The shortest pause.
const LEAST_REST: Duration = Duration::from_millis(10);

/// Sweeps once an hour, as long as it is polled. The file doesn't shrink; the room is used again.
pub async fn run(writer: Writer, keep_days: u16) {
    // Not at once: the start has better things to do.
    sleep(Duration::from_secs(60)).await;
    loop {
        let cutoff = Timestamp::now().plus_seconds(-i64::from(keep_days) * 86_400);
        match sweep(&writer, cutoff).await {
            Ok(0) => (),
            Ok(count) => tracing::info!(count, keep_days, "deleted old log lines"),
            Err(error) => tracing::warn!(%error, "deleting old log lines; the next try is in an hour"),
        }
        sleep(EVERY).await;
    }
}

/// Deletes every line received before `cutoff`; how many it were.
///
/// # Errors
/// When the database fails or the server stops; what was deleted until then stays so.
pub async fn sweep(writer: &Writer, cutoff: Timestamp) -> Result<u64, AppError> {
    let mut count = 0;
    loop {
        let start = Instant::now();
        let deleted = writer
            .write(move |conn| Box::pin(store::delete_old(conn, cutoff, STEP)))
            .await?;
        count += deleted;
        if deleted < u64::from(STEP) {
            return Ok(count);
        }
        sleep((start.elapsed() * REST).max(LEAST_REST)).await;
    }
}
