//! Takes lines that are no longer new out of the rows and seals them into blocks.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::{
    sync::Notify,
    task::spawn_blocking,
    time::{Duration, sleep, timeout},
};

use super::{
    block::{self, BYTES, LINES, Sealed},
    store::{blocks, open},
};
use crate::{
    error::AppError,
    server::{db::Database, error::internal},
};

/// After the start, unless lines come, the wait before the first look.
const START: Duration = Duration::from_secs(30);
/// After the database failed, the wait before the next try.
const RETRY: Duration = Duration::from_secs(10);

/// Says how many lines have come; cheap to clone.
#[derive(Clone, Default)]
pub struct Pressure {
    lines: Arc<AtomicUsize>,
    enough: Arc<Notify>,
}

impl Pressure {
    /// So many more.
    pub fn add(&self, lines: usize) {
        let before = self.lines.fetch_add(lines, Relaxed);
        // Once for each block's worth of them.
        if before / LINES != (before + lines) / LINES {
            self.enough.notify_one();
        }
    }
}

/// Seals as long as it is polled: whenever there are rows for two blocks, the older half of them.
pub async fn run(db: Database, pressure: Pressure) {
    // What was there before can wait: the start has better things to do.
    let _ = timeout(START, pressure.enough.notified()).await;
    loop {
        match seal_one(&db).await {
            Ok(true) => (),
            Ok(false) => pressure.enough.notified().await,
            Err(error) => {
                tracing::warn!(%error, "sealing log lines; the next try is in a moment");
                sleep(RETRY).await;
            }
        }
    }
}

/// Seals the oldest rows into a block; false when there are too few.
///
/// # Errors
/// When the database fails.
pub async fn seal_one(db: &Database) -> Result<bool, AppError> {
    if open::up_to(&db.readers, 2 * LINES as u32).await? < 2 * LINES as u32 {
        return Ok(false);
    }
    let mut lines = open::oldest_first(&db.readers, 0, LINES as u32).await?;
    let mut bytes = 0;
    let fitting = lines.iter().take_while(|line| {
        bytes += line.bytes();
        bytes <= BYTES
    });
    lines.truncate(fitting.count().max(1));
    let Some(sealed) = sealed(lines).await? else {
        return Ok(false);
    };
    db.writer
        .write(move |conn| {
            Box::pin(async move {
                blocks::put(conn, &sealed).await?;
                blocks::rows_are_in(conn, sealed.about.last).await
            })
        })
        .await?;
    Ok(true)
}

/// Seals lines, beside the tasks that answer others.
///
/// # Errors
/// When they can't be compressed.
pub async fn sealed(lines: Vec<block::Raw>) -> Result<Option<Sealed>, AppError> {
    let done = spawn_blocking(move || block::seal(&lines)).await;
    let done = done.map_err(|cause| internal("sealing log lines", &cause))?;
    done.map_err(|cause| internal("compressing log lines", &cause))
}
