//! Which words, and which letters in a row, may be in a block: nine bits for each, wrong once in 256 where it says yes.

use xorf::{BinaryFuse8, BinaryFuse8Ref, DmaSerializable, Filter, FilterRef};

use super::about::About;
use crate::logs::{
    model::Level,
    query::{needs, text},
};

const DESCRIPTOR: usize = <BinaryFuse8 as DmaSerializable>::DESCRIPTOR_LEN;

/// Gathers words.
#[derive(Default)]
pub struct Words(Vec<u64>);

impl Words {
    /// Those of `text`.
    pub fn add(&mut self, text: &str) {
        self.0.extend(text::words(text).map(text::word_key));
    }

    /// The filter's bytes.
    pub fn sealed(mut self) -> Vec<u8> {
        self.0.sort_unstable();
        self.0.dedup();
        sealed(&self.0)
    }
}

/// Gathers letters: a bit for each three there can be.
pub struct Grams(Vec<u64>);

impl Default for Grams {
    fn default() -> Self {
        // Seven bits each.
        Self(vec![0; 1 << 15])
    }
}

impl Grams {
    /// Those of `text`.
    pub fn add(&mut self, text: &str) {
        for gram in text::grams(text) {
            let place = (gram >> 16 & 0x7f) << 14 | (gram >> 8 & 0x7f) << 7 | gram & 0x7f;
            self.0[place as usize / 64] |= 1 << (place % 64);
        }
    }

    /// The filter's bytes.
    pub fn sealed(self) -> Vec<u8> {
        let mut keys = Vec::new();
        for (i, mut bits) in self.0.into_iter().enumerate() {
            while bits != 0 {
                let place = i as u64 * 64 + u64::from(bits.trailing_zeros());
                keys.push(gram_key((place >> 14) << 16 | (place >> 7 & 0x7f) << 8 | place & 0x7f));
                bits &= bits - 1;
            }
        }
        sealed(&keys)
    }
}

/// Spread over all bits.
fn gram_key(gram: u64) -> u64 {
    (gram + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// Nothing where no filter can be made, which stands for every word.
fn sealed(keys: &[u64]) -> Vec<u8> {
    let Ok(filter) = BinaryFuse8::try_from(keys) else {
        return Vec::new();
    };
    let mut bytes = vec![0; DESCRIPTOR];
    filter.dma_copy_descriptor_to(&mut bytes);
    bytes.extend_from_slice(filter.dma_fingerprints());
    bytes
}

/// A filter's bytes, read.
struct Kept<'a>(Option<BinaryFuse8Ref<'a>>);

impl<'a> Kept<'a> {
    /// What is no filter's is as if every word were in it.
    fn read(bytes: &'a [u8]) -> Self {
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 4)?;
            Some(u32::from_le_bytes(bytes.try_into().ok()?) as usize)
        };
        // Seed, the length of a segment, its mask, the length of all segments that keys begin in.
        let fits = || {
            let (segment, mask, all) = (number(8)?, number(12)?, number(16)?);
            let is_one = segment.is_power_of_two() && mask == segment - 1 && all.is_multiple_of(segment);
            (is_one && all > 0 && bytes.len() == DESCRIPTOR + all + 2 * segment).then_some(())
        };
        Self(fits().map(|()| {
            let (descriptor, fingerprints) = bytes.split_at(DESCRIPTOR);
            BinaryFuse8Ref::from_dma(descriptor, fingerprints)
        }))
    }

    fn may_hold(&self, key: u64) -> bool {
        self.0.as_ref().is_none_or(|filter| filter.contains(&key))
    }
}

/// What a query may ask of a block before it is opened.
pub struct Outside<'a> {
    about: &'a About,
    words: Kept<'a>,
    grams: Kept<'a>,
}

impl<'a> Outside<'a> {
    /// With the bytes of its filters; empty ones were not read, and rule nothing out.
    pub fn new(about: &'a About, words: &'a [u8], grams: &'a [u8]) -> Self {
        Self {
            about,
            words: Kept::read(words),
            grams: Kept::read(grams),
        }
    }
}

impl needs::Block for Outside<'_> {
    fn may_have_word(&self, key: u64) -> bool {
        self.words.may_hold(key)
    }

    fn may_have_gram(&self, gram: u32) -> bool {
        self.grams.may_hold(gram_key(u64::from(gram)))
    }

    fn has_level(&self, level: Level) -> bool {
        self.about.has_level(level)
    }

    fn has_source(&self, levels: &[Level], like: &dyn Fn(&str) -> bool) -> bool {
        let wanted = levels.iter().fold(0, |bits, level| bits | 1 << *level as u8);
        let sources = &self.about.sources;
        sources
            .iter()
            .any(|source| source.levels & wanted != 0 && like(&source.name))
    }
}
