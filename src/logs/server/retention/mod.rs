//! Deletes lines that are older than they are to be kept, or more than there is to be room for, in steps so small that nobody
//! waits for them, and gives the room back to the disk. What stays of a block from which lines went is sealed anew, and several
//! of which little is left become one.

mod anew;
pub mod judge;
pub mod keep;
mod merging;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use self::{
    anew::{aside, merge, put, sealed_anew},
    judge::{Fate, Judge},
    keep::Keep,
};
use super::{
    block::{Block, Damaged, Head, Raw, about::About},
    store::{blocks, open},
};
use crate::{error::AppError, server::db::Database, time::Timestamp};

/// It doesn't look at once: the start has better things to do.
const FIRST: Duration = Duration::from_secs(60);
/// Rows deleted at once: a few milliseconds of the writer's time.
const STEP: usize = 1_000;
/// Blocks whose descriptions are read at once.
const BLOCKS: u32 = 256;
/// Pages given back at once; a few milliseconds as well.
const PAGES: u32 = 256;
/// The pause after a step, as a multiple of what the step took: recording keeps most of the writer.
const REST: u32 = 4;
/// The shortest pause.
const LEAST_REST: Duration = Duration::from_millis(10);

/// Sweeps every so often, as long as it is polled.
pub async fn run(db: Database, keep: Arc<Keep>, every: Duration) {
    sleep(FIRST.min(every)).await;
    loop {
        match sweep(&db, &keep, Timestamp::now()).await {
            Ok(0) => (),
            Ok(count) => tracing::info!(count, "deleted old log lines"),
            Err(error) => tracing::warn!(%error, "deleting old log lines; the next try is in some minutes"),
        }
        sleep(every).await;
    }
}

/// Deletes every line that isn't to be kept at `now`, and the oldest blocks while all take too much; how many lines it were.
///
/// # Errors
/// When the database fails or the server stops; what was deleted until then stays so.
pub async fn sweep(db: &Database, keep: &Arc<Keep>, now: Timestamp) -> Result<u64, AppError> {
    let mut count = oldest_blocks(db, keep.bytes).await?;
    let texts = match keep.bounds_bytes() {
        true => texts(db).await?,
        false => HashMap::new(),
    };
    let mut sweep = Sweep {
        db,
        judge: Judge::new(keep.clone(), now, texts),
        count: 0,
        is_torn: false,
    };
    // Rows may become a block at any time: then that one is looked at before the rest of them.
    let (mut block, mut row) = (0, 0);
    loop {
        block = sweep.blocks(block).await?;
        match sweep.rows(row, block).await? {
            Some(last) => row = last,
            None if sweep.is_swept(block).await? => break,
            None => (),
        }
    }
    count += sweep.count;
    if sweep.is_torn {
        merge(db).await?;
    }
    loop {
        let start = Instant::now();
        if db.writer.write(|conn| Box::pin(blocks::shrink(conn, PAGES))).await? == 0 {
            return Ok(count);
        }
        rest(start).await;
    }
}

/// Deletes the oldest blocks while all take more than `most` bytes.
async fn oldest_blocks(db: &Database, most: u64) -> Result<u64, AppError> {
    let mut count = 0;
    // What is sealed meanwhile, the next sweep sees.
    let (.., mut kept) = blocks::total(&db.readers).await?;
    loop {
        let start = Instant::now();
        let oldest = match kept > most {
            true => blocks::oldest(&db.readers).await?,
            false => None,
        };
        let Some(oldest) = oldest else { return Ok(count) };
        put(db, vec![oldest.first], None).await?;
        count += u64::from(oldest.lines);
        kept = kept.saturating_sub(oldest.kept);
        rest(start).await;
    }
}

/// How many bytes of text there are of each source.
async fn texts(db: &Database) -> Result<HashMap<String, u64>, AppError> {
    // Not one state of the file: what comes or is sealed meanwhile may count for nothing, so that it stays until the next sweep.
    let mut texts: HashMap<String, u64> = HashMap::new();
    let mut after = 0;
    loop {
        let some = blocks::oldest_first(&db.readers, after, BLOCKS).await?;
        let Some(last) = some.last() else { break };
        after = last.last;
        for source in some.into_iter().flat_map(|about| about.sources) {
            *texts.entry(source.name).or_default() += source.bytes;
        }
    }
    for (source, _, bytes, _) in open::by_source(&db.readers, after).await? {
        *texts.entry(source).or_default() += bytes;
    }
    Ok(texts)
}

struct Sweep<'a> {
    db: &'a Database,
    judge: Judge,
    /// Lines that went.
    count: u64,
    /// Lines went out of blocks.
    is_torn: bool,
}

impl Sweep<'_> {
    /// Blocks that came at this moment or later can't hold anything that goes.
    fn until(&self) -> Timestamp {
        match self.judge.is_over() {
            true => Timestamp::from_micros(i64::MAX),
            false => self.judge.youngest(),
        }
    }

    async fn is_swept(&self, after: u64) -> Result<bool, AppError> {
        let more = blocks::beginning_before(&self.db.readers, after, self.until(), 1).await?;
        Ok(more.is_empty())
    }

    /// All blocks after the one that begins with `after`; which was the last.
    async fn blocks(&mut self, mut after: u64) -> Result<u64, AppError> {
        loop {
            let some = blocks::beginning_before(&self.db.readers, after, self.until(), BLOCKS).await?;
            let Some(last) = some.last() else { return Ok(after) };
            after = last.first;
            for about in some {
                let start = Instant::now();
                let lines = self.count;
                match self.judge.of_block(&about) {
                    Fate::Stays => continue,
                    Fate::Goes => {
                        put(self.db, vec![about.first], None).await?;
                        self.count += u64::from(about.lines);
                    }
                    Fate::Mixed => match self.lines_of(about).await {
                        // What goes as a whole makes room; then the next sweep finds it.
                        Ok(()) | Err(AppError::DiskFull) => (),
                        Err(error) => return Err(error),
                    },
                }
                if self.count > lines {
                    rest(start).await;
                }
            }
        }
    }

    /// A block of which some lines may go.
    async fn lines_of(&mut self, about: About) -> Result<(), AppError> {
        let Some((head, text)) = blocks::text(&self.db.readers, about.first).await? else {
            return Ok(());
        };
        let opened = Head::open(&about, &head);
        let goes = match &opened {
            Ok(opened) => self.judge.of_lines(&about, opened),
            Err(damaged) => {
                tell_damaged(&about, damaged);
                return Ok(());
            }
        };
        let count = goes.iter().filter(|goes| **goes).count();
        if count == 0 {
            return Ok(());
        }
        let (places, version) = ((about.first, about.last), about.version + 1);
        let whole = about.clone();
        let stays = aside(move || {
            let block = Block::open(&whole, &head, &text)?;
            let stays = goes.iter().enumerate().filter(|(_, goes)| !**goes);
            let lines: Vec<Raw> = stays.map(|(i, _)| block.line(i)).collect();
            Ok(sealed_anew(&lines, places, version))
        });
        match stays.await? {
            Ok(sealed) => put(self.db, vec![about.first], sealed?).await?,
            Err(damaged) => {
                tell_damaged(&about, &damaged);
                return Ok(());
            }
        }
        self.count += count as u64;
        self.is_torn = true;
        Ok(())
    }

    /// Some rows after `after`, unless there is a block after the one that begins with `block`; which was the last of them.
    async fn rows(&mut self, after: u64, block: u64) -> Result<Option<u64>, AppError> {
        let start = Instant::now();
        let some = open::brief(&self.db.readers, after, (block, self.until()), STEP as u32).await?;
        let Some(last) = some.last().map(|row| row.id) else {
            return Ok(None);
        };
        let judge = &mut self.judge;
        let go = some
            .into_iter()
            .filter(|row| judge.goes(&row.source, row.received, row.bytes));
        let go: Vec<u64> = go.map(|row| row.id).collect();
        if !go.is_empty() {
            let gone = self
                .db
                .writer
                .write(move |conn| Box::pin(async move { open::delete(conn, &go).await }));
            self.count += gone.await?;
            rest(start).await;
        }
        Ok(Some(last))
    }
}

fn tell_damaged(about: &About, damaged: &Damaged) {
    tracing::error!(
        first = about.first,
        last = about.last,
        "{damaged}: none of it is deleted before all is old"
    );
}

async fn rest(start: Instant) {
    sleep((start.elapsed() * REST).max(LEAST_REST)).await;
}
