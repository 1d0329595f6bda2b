//! Deletes lines that are older than they are to be kept, or more than there is to be room for, in steps so small that nobody
//! waits for them, and gives the room back to the disk.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::store::{blocks, open};
use crate::{
    error::AppError,
    server::{config::Config, db::Database},
    time::Timestamp,
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(600);
/// Rows deleted at once: a few milliseconds of the writer's time.
const STEP: u32 = 1_000;
/// Pages given back at once; the same.
const PAGES: u32 = 256;
/// The pause after a step, as a multiple of what the step took: recording keeps most of the writer.
const REST: u32 = 4;
/// The shortest pause.
const LEAST_REST: Duration = Duration::from_millis(10);

/// How much is kept.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Days since a line came.
    pub days: u16,
    /// Bytes on the disk, of all blocks together.
    pub bytes: u64,
}

impl Keep {
    /// As the settings say.
    pub fn of(config: &Config) -> Self {
        Self {
            days: config.keep_logs_days,
            bytes: u64::from(config.keep_logs_gb) << 30,
        }
    }
}

/// Sweeps now and then, as long as it is polled.
pub async fn run(db: Database, keep: Keep) {
    // Not at once: the start has better things to do.
    sleep(Duration::from_secs(60)).await;
    loop {
        let cutoff = Timestamp::now().plus_seconds(-i64::from(keep.days) * 86_400);
        match sweep(&db, cutoff, keep.bytes).await {
            Ok(0) => (),
            Ok(count) => tracing::info!(count, days = keep.days, bytes = keep.bytes, "deleted old log lines"),
            Err(error) => tracing::warn!(%error, "deleting old log lines; the next try is in some minutes"),
        }
        sleep(EVERY).await;
    }
}

/// Deletes every line received before `cutoff`, and the oldest blocks while all take more than `most` bytes; how many lines
/// it were. A block goes as a whole, when the last of it is old.
///
/// # Errors
/// When the database fails or the server stops; what was deleted until then stays so.
pub async fn sweep(db: &Database, cutoff: Timestamp, most: u64) -> Result<u64, AppError> {
    let mut count = 0;
    loop {
        let start = Instant::now();
        let (.., kept) = blocks::total(&db.readers).await?;
        let Some(oldest) = blocks::oldest(&db.readers).await? else {
            break;
        };
        if oldest.received.1 >= cutoff && kept <= most {
            break;
        }
        db.writer
            .write(move |conn| Box::pin(async move { blocks::delete(conn, oldest.first).await }))
            .await?;
        count += u64::from(oldest.lines);
        rest(start).await;
    }
    loop {
        let start = Instant::now();
        let deleted = db
            .writer
            .write(move |conn| Box::pin(open::delete_old(conn, None, cutoff, STEP)))
            .await?;
        count += deleted;
        if deleted < u64::from(STEP) {
            break;
        }
        rest(start).await;
    }
    loop {
        let start = Instant::now();
        if db.writer.write(|conn| Box::pin(blocks::shrink(conn, PAGES))).await? == 0 {
            return Ok(count);
        }
        rest(start).await;
    }
}

async fn rest(start: Instant) {
    sleep((start.elapsed() * REST).max(LEAST_REST)).await;
}
