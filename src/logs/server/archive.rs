//! Blocks as they are known from outside, in memory as far as searches have asked for it: one that most blocks have nothing
//! for then reads nothing of them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sqlx::SqlitePool;

use super::{block::about::About, store::blocks};
use crate::error::AppError;

/// Bytes of what is remembered at most; beyond them the oldest blocks are asked of the file again. Enough for the words of
/// 20 million lines.
const BYTES: usize = 96 * 1024 * 1024;

/// All lines that are kept; a clone is the same.
#[derive(Clone)]
pub struct Archive {
    /// Readers of `logs.db`.
    pub readers: SqlitePool,
    known: Arc<Mutex<Known>>,
}

/// Which of a block's filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Words.
    Words,
    /// Letters.
    Grams,
}

/// A filter's bytes.
pub type Bytes = Arc<[u8]>;

impl Archive {
    /// Of this file.
    pub fn new(readers: SqlitePool) -> Self {
        Self {
            readers,
            known: Arc::default(),
        }
    }

    /// The newest `limit` blocks that begin before id `before` and end after id `after`, the newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_first(&self, after: u64, before: u64, limit: u32) -> Result<Vec<Arc<About>>, AppError> {
        let firsts = blocks::firsts(&self.readers, after, before, limit).await?;
        if after == 0 && firsts.len() < limit as usize {
            let oldest = firsts.last().map_or(before, |(first, _)| *first);
            self.known().forget_before(oldest);
        }
        self.abouts(firsts).await
    }

    /// The oldest `limit` blocks that end after id `after` and begin before id `before`, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn oldest_first(&self, after: u64, before: u64, limit: u32) -> Result<Vec<Arc<About>>, AppError> {
        self.abouts(blocks::oldest_firsts(&self.readers, after, before, limit).await?)
            .await
    }

    async fn abouts(&self, firsts: Vec<(u64, u64)>) -> Result<Vec<Arc<About>>, AppError> {
        let mut abouts = self.known().abouts(&firsts);
        let unknown: Vec<u64> = firsts
            .iter()
            .map(|(first, _)| *first)
            .filter(|first| !abouts.contains_key(first))
            .collect();
        if !unknown.is_empty() {
            let read = blocks::abouts(&self.readers, &unknown).await?.into_iter().map(Arc::new);
            let read: Vec<Arc<About>> = read.collect();
            self.known().add(&read);
            abouts.extend(read.into_iter().map(|about| (about.first, about)));
        }
        Ok(firsts.iter().filter_map(|(first, _)| abouts.remove(first)).collect())
    }

    /// The filters of these blocks.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn filters(&self, of: Of, firsts: &[u64]) -> Result<HashMap<u64, Bytes>, AppError> {
        let mut filters = self.known().filters(of, firsts);
        let unknown: Vec<u64> = firsts
            .iter()
            .copied()
            .filter(|first| !filters.contains_key(first))
            .collect();
        if !unknown.is_empty() {
            for (first, version, bytes) in blocks::filters(&self.readers, &unknown, of).await? {
                let filter = Bytes::from(bytes);
                self.known().add_filter(of, (first, version), filter.clone());
                filters.insert(first, filter);
            }
        }
        Ok(filters)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// By the first ids of blocks, which are never given to another, but for those that lines went out of or that became one with
/// others: these have another version.
#[derive(Default)]
struct Known {
    blocks: BTreeMap<u64, One>,
    bytes: usize,
}

struct One {
    about: Arc<About>,
    words: Option<Bytes>,
    grams: Option<Bytes>,
}

impl One {
    const fn filter(&mut self, of: Of) -> &mut Option<Bytes> {
        match of {
            Of::Words => &mut self.words,
            Of::Grams => &mut self.grams,
        }
    }

    fn bytes(&self) -> usize {
        let names = self.about.sources.iter().map(|source| source.name.len() + 64);
        let filters = [&self.words, &self.grams]
            .into_iter()
            .flatten()
            .map(|filter| filter.len());
        256 + names.sum::<usize>() + filters.sum::<usize>()
    }
}

impl Known {
    fn abouts(&self, firsts: &[(u64, u64)]) -> HashMap<u64, Arc<About>> {
        let about = |(first, version): &(u64, u64)| {
            let about = &self.blocks.get(first)?.about;
            (about.version == *version).then(|| (*first, about.clone()))
        };
        firsts.iter().filter_map(about).collect()
    }

    fn filters(&mut self, of: Of, firsts: &[u64]) -> HashMap<u64, Bytes> {
        let mut filter = |first: &u64| Some((*first, self.blocks.get_mut(first)?.filter(of).clone()?));
        firsts.iter().filter_map(&mut filter).collect()
    }

    fn add(&mut self, abouts: &[Arc<About>]) {
        for about in abouts {
            let one = One {
                about: about.clone(),
                words: None,
                grams: None,
            };
            self.bytes += one.bytes();
            if let Some(before) = self.blocks.insert(about.first, one) {
                self.bytes -= before.bytes();
            }
        }
        self.bound();
    }

    fn add_filter(&mut self, of: Of, (first, version): (u64, u64), filter: Bytes) {
        let known = self.blocks.get_mut(&first);
        if let Some(one) = known.filter(|one| one.about.version == version) {
            self.bytes += filter.len();
            if let Some(before) = one.filter(of).replace(filter) {
                self.bytes -= before.len();
            }
        }
        self.bound();
    }

    fn bound(&mut self) {
        while self.bytes > BYTES {
            let Some((_, oldest)) = self.blocks.pop_first() else {
                break;
            };
            self.bytes -= oldest.bytes();
        }
    }

    /// Those before `first` were deleted.
    fn forget_before(&mut self, first: u64) {
        while let Some(oldest) = self.blocks.first_entry().filter(|oldest| *oldest.key() < first) {
            self.bytes -= oldest.remove().bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(first: u64) -> Arc<About> {
        let raw = super::super::block::Raw {
            id: first,
            time: crate::time::Timestamp::from_micros(0),
            received: crate::time::Timestamp::from_micros(0),
            level: crate::logs::model::Level::Info,
            source: "desk".into(),
            message: "said".into(),
            fields: String::new(),
            colours: Default::default(),
        };
        Arc::new(About::of(&[raw]).expect("a line"))
    }

    #[test]
    fn what_is_known_is_bounded_the_oldest_going_first_and_every_byte_is_counted() {
        let mut known = Known::default();
        let mut firsts = Vec::new();
        for i in (0..40).rev() {
            let first = i * 4_096 + 1;
            firsts.push(first);
            known.add(&[about(first)]);
            // Twice is once.
            for of in [Of::Words, Of::Grams, Of::Words] {
                known.add_filter(of, (first, 0), vec![0; 4 * 1024 * 1024].into());
            }
        }
        assert!(
            known.bytes <= BYTES && known.bytes > BYTES - 9 * 1024 * 1024,
            "{}",
            known.bytes
        );
        let kept = known.filters(Of::Words, &firsts);
        assert_eq!(kept.len(), known.blocks.len());
        assert!(kept.contains_key(&firsts[0]) && !kept.contains_key(&firsts[39]));
        assert_eq!(known.bytes, known.blocks.values().map(One::bytes).sum::<usize>());
        // What is of another version isn't of this one.
        known.add_filter(Of::Words, (firsts[0], 1), vec![0; 7].into());
        assert_ne!(known.filters(Of::Words, &firsts[..1])[&firsts[0]].len(), 7);
        assert_eq!(known.abouts(&[(firsts[0], 0)]).len(), 1);
        assert!(known.abouts(&[(firsts[0], 1)]).is_empty());
        known.forget_before(firsts[0]);
        assert_eq!((known.blocks.len(), known.bytes), (1, known.blocks[&firsts[0]].bytes()));
        known.forget_before(u64::MAX);
        assert_eq!((known.blocks.len(), known.bytes), (0, 0));
    }
}
