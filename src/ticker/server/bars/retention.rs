//! Deletes bars that are older than they are to be kept, in steps so small that nobody waits for them.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    time::{Instant, sleep},
};

use super::{Interval, store};
use crate::{
    error::AppError,
    server::{config::Config, writer::Writer},
    time::Timestamp,
};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(3_600);
/// When it first does: the start has better things to do.
const FIRST: Duration = Duration::from_secs(90);
/// Rows deleted at once, of fifteen bars each: a few milliseconds of the writer's time.
const STEP: u32 = 500;
/// The pause after a step, as a multiple of what the step took: recording keeps most of the writer.
const REST: u32 = 4;
/// The shortest pause.
const LEAST_REST: Duration = Duration::from_millis(10);

/// How long bars are kept. Those of days are kept for ever.
#[derive(Clone, Copy, Debug)]
pub struct Keep {
    /// Bars of a second, in days.
    pub seconds: u16,
    /// Bars of a minute, in days.
    pub minutes: u16,
}

impl From<&Config> for Keep {
    fn from(config: &Config) -> Self {
        Self {
            seconds: config.keep_second_bars_days,
            minutes: config.keep_minute_bars_days,
        }
    }
}

/// Sweeps once an hour, and when something was `forgotten`, as long as it is polled. The file doesn't shrink; the room is used
/// again.
pub async fn run(writer: Writer, keep: Keep, forgotten: Arc<Notify>) {
    let mut pause = FIRST;
    loop {
        tokio::select! {
            () = sleep(pause) => (),
            () = forgotten.notified() => (),
        }
        pause = EVERY;
        match sweep(&writer, keep, Timestamp::now()).await {
            Ok(0) => (),
            Ok(chunks) => tracing::info!(chunks, "deleted old bars"),
            Err(error) => tracing::warn!(%error, "deleting old bars; the next try is in an hour"),
        }
    }
}

/// Deletes what is too old at time `now`, and the bars of symbols that are gone; how many chunks of them it were.
///
/// # Errors
/// When the database fails or the server stops; what was deleted until then stays so.
pub async fn sweep(writer: &Writer, keep: Keep, now: Timestamp) -> Result<u64, AppError> {
    let before = |interval: Interval, days: u16| {
        let before = now.plus_seconds(-i64::from(days) * 86_400);
        Which::Old(interval, interval.number(before.micros()))
    };
    let mut count = 0;
    for which in [
        before(Interval::Second, keep.seconds),
        before(Interval::Minute, keep.minutes),
        Which::Gone,
    ] {
        count += steps(writer, which).await?;
    }
    Ok(count)
}

/// What is deleted.
#[derive(Clone, Copy)]
enum Which {
    /// Bars before this one.
    Old(Interval, i64),
    /// Those of symbols that are gone.
    Gone,
}

async fn steps(writer: &Writer, which: Which) -> Result<u64, AppError> {
    let mut count = 0;
    loop {
        let start = Instant::now();
        let step = writer.write(move |conn| {
            Box::pin(async move {
                match which {
                    Which::Old(interval, before) => store::delete_old(conn, interval, before, STEP).await,
                    Which::Gone => store::delete_gone(conn, STEP).await,
                }
            })
        });
        let deleted = step.await?;
        count += deleted;
        if deleted < u64::from(STEP) {
            return Ok(count);
        }
        sleep((start.elapsed() * REST).max(LEAST_REST)).await;
    }
}
