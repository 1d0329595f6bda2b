//! What looking back and looking forth have in common.

use std::{
    collections::HashMap,
    ops::{ControlFlow, Range},
    sync::Arc,
    time::Instant,
};

use sqlx::SqlitePool;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{
    super::{
        archive::{Archive, Bytes, Of},
        block::{Block, Raw, about::About, filter::Outside},
        store::open,
    },
    Hit, Look, Reached, Visit,
};
use crate::{error::AppError, server::error::internal};

/// Blocks that are looked into at the same time, by all who search.
static TURNS: Semaphore = Semaphore::const_new(2);

/// A search on its way.
pub struct Walk<V> {
    /// What is looked for.
    pub look: Arc<Look>,
    /// What becomes of it.
    pub visitor: V,
    /// How far it was looked.
    pub reached: Reached,
    end: Instant,
}

/// Filters of some blocks, as far as they are needed.
pub struct Filters {
    words: HashMap<u64, Bytes>,
    grams: HashMap<u64, Bytes>,
}

impl Filters {
    /// Whether the block may hold what is looked for.
    pub fn may_be_in(&self, look: &Look, about: &About) -> bool {
        let of = |filters: &HashMap<u64, Bytes>| filters.get(&about.first).cloned().unwrap_or_default();
        let (words, grams) = (of(&self.words), of(&self.grams));
        look.needs.may_be_in(&Outside::new(about, &words, &grams))
    }
}

impl<V: Visit> Walk<V> {
    /// At its beginning.
    pub fn new(look: Look, visitor: V) -> Self {
        Self {
            end: Instant::now() + look.patience,
            look: Arc::new(look),
            visitor,
            reached: Reached::default(),
        }
    }

    /// All rows are later than what is asked for, as a rule, where a past is.
    pub async fn wants_rows(&self, readers: &SqlitePool) -> Result<bool, AppError> {
        match self.look.matcher.before() {
            Some(end) => Ok(open::earliest(readers).await?.is_some_and(|earliest| earliest < end)),
            None => Ok(true),
        }
    }

    /// The filters of these blocks.
    pub async fn filters(&self, archive: &Archive, some: &[Arc<About>]) -> Result<Filters, AppError> {
        let firsts: Vec<u64> = some.iter().map(|about| about.first).collect();
        let (mut words, mut grams) = (HashMap::new(), HashMap::new());
        if self.look.needs.words() {
            words = archive.filters(Of::Words, &firsts).await?;
        }
        if self.look.needs.grams() {
            grams = archive.filters(Of::Grams, &firsts).await?;
        }
        Ok(Filters { words, grams })
    }

    /// Says where it goes on when it does so later: beyond `id`, or beyond the last line that was taken.
    pub fn is_over(&mut self, id: u64) -> bool {
        if self.visitor.room() == 0 {
            return true;
        }
        self.reached.next = Some(id);
        Instant::now() >= self.end
    }

    fn take(&mut self, hit: &Hit) {
        self.visitor.take(hit);
        self.reached.next = Some(hit.id());
    }

    /// Judges rows.
    pub async fn see_rows(self, rows: Vec<Raw>) -> Result<Self, AppError> {
        self.aside(move |mut walk| {
            walk.reached.time = rows.last().map(|row| row.received);
            let look = walk.look.clone();
            let _ = rows
                .iter()
                .filter(|row| look.matcher.matches(&row.seen()))
                .try_for_each(|row| {
                    walk.take(&Hit::Row(row));
                    if walk.visitor.room() == 0 {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                });
            Ok(walk)
        })
        .await
    }

    /// Judges the lines of a block with ids in `ids`.
    pub async fn see_block(
        self,
        about: About,
        ids: Range<u64>,
        head: Vec<u8>,
        text: Vec<u8>,
    ) -> Result<Self, AppError> {
        self.aside(move |mut walk| {
            let block = match Block::open(&about, &head, &text) {
                Ok(block) => block,
                Err(damaged) => {
                    tracing::error!(
                        first = about.first,
                        last = about.last,
                        "{damaged}: searches pass it over"
                    );
                    return Ok(walk);
                }
            };
            let look = walk.look.clone();
            let (places, room) = (block.places(ids), walk.visitor.room());
            for i in block.found(&look.matcher, look.finder.as_ref(), places, room, look.forth) {
                if walk.visitor.room() == 0 {
                    break;
                }
                walk.take(&Hit::In(&block, i));
            }
            Ok(walk)
        })
        .await
    }

    /// Beside the tasks that answer others, in turn with other searches.
    async fn aside(self, work: impl FnOnce(Self) -> Result<Self, AppError> + Send + 'static) -> Result<Self, AppError> {
        let turn = TURNS.acquire().await;
        let done = spawn_blocking(move || work(self)).await;
        drop(turn);
        done.map_err(|cause| internal("a search in log lines", &cause))?
    }
}
