//! What stays of blocks: sealed anew, and put in their place.

use tokio::{task::spawn_blocking, time::Instant};

use super::{
    super::{
        block::{self, Block, Damaged, Raw, Sealed, about::About},
        store::blocks,
    },
    BLOCKS, merging, rest,
};
use crate::{
    error::AppError,
    server::{db::Database, error::internal},
};

/// Makes one of blocks that hold little.
pub async fn merge(db: &Database) -> Result<(), AppError> {
    let mut after = 0;
    loop {
        let some = blocks::oldest_first(&db.readers, after, BLOCKS).await?;
        let Some(last) = some.last() else { return Ok(()) };
        after = last.last;
        for run in merging::runs(&some) {
            let start = Instant::now();
            merge_run(db, &some[run]).await?;
            rest(start).await;
        }
    }
}

async fn merge_run(db: &Database, run: &[About]) -> Result<(), AppError> {
    let [first, .., last] = run else { return Ok(()) };
    let mut parts = Vec::with_capacity(run.len());
    for about in run {
        let Some((head, text)) = blocks::text(&db.readers, about.first).await? else {
            return Ok(());
        };
        parts.push((about.clone(), head, text));
    }
    let places = (first.first, last.last);
    let version = run.iter().map(|about| about.version).max().unwrap_or_default() + 1;
    let merged = aside(move || {
        let mut lines: Vec<Raw> = Vec::new();
        for (about, head, text) in &parts {
            let block = Block::open(about, head, text)?;
            lines.extend((0..about.lines as usize).map(|i| block.line(i)));
        }
        Ok(sealed_anew(&lines, places, version))
    });
    match merged.await? {
        Ok(sealed) => put(db, run.iter().map(|about| about.first).collect(), sealed?).await,
        // It stays as it is; who reads it says so.
        Err(Damaged) => Ok(()),
    }
}

/// What stays of blocks between these ids.
pub fn sealed_anew(lines: &[Raw], (first, last): (u64, u64), version: u64) -> Result<Option<Sealed>, AppError> {
    let sealed = block::seal(lines).map_err(|cause| internal("compressing log lines", &cause))?;
    Ok(sealed.map(|mut sealed| {
        // Its name and its end stay, so that whoever is on the way through finds it where it was.
        (sealed.about.first, sealed.about.last, sealed.about.version) = (first, last, version);
        sealed
    }))
}

/// Puts a block in the place of others; nothing, when nothing stays of them.
pub async fn put(db: &Database, before: Vec<u64>, now: Option<Sealed>) -> Result<(), AppError> {
    let work = db.writer.write(move |conn| {
        Box::pin(async move {
            for first in before {
                blocks::delete(conn, first).await?;
            }
            match &now {
                Some(sealed) => blocks::put(conn, sealed).await,
                None => Ok(()),
            }
        })
    });
    work.await
}

/// Beside the tasks that answer others.
pub async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Damaged> + Send + 'static,
) -> Result<Result<T, Damaged>, AppError> {
    let done = spawn_blocking(work).await;
    done.map_err(|cause| internal("opening a block of log lines", &cause))
}
