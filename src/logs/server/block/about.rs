//! What is known of a block as a whole.

use super::Raw;
use crate::{logs::model::Level, time::Timestamp};

/// Of one source's lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfSource {
    /// Its name.
    pub name: String,
    /// How many lines are its.
    pub lines: u32,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Which levels they have: a bit for each, by its place in [`Level::ALL`].
    pub levels: u8,
}

/// As [`OfSource::levels`], where nobody knows.
pub const EVERY_LEVEL: u8 = u8::MAX;

/// Of all lines of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// The first id, also when its line has gone from it.
    pub first: u64,
    /// The last id, the same.
    pub last: u64,
    /// How many.
    pub lines: u32,
    /// Between which instants they happened, both included.
    pub time: (Timestamp, Timestamp),
    /// Between which instants they came, both included.
    pub received: (Timestamp, Timestamp),
    /// How many of each level, by their places in [`Level::ALL`].
    pub levels: [u32; 5],
    /// Who wrote them, in the order of their first lines.
    pub sources: Vec<OfSource>,
    /// Bytes of their texts.
    pub bytes: u64,
    /// Bytes that it takes; 0 before it is sealed.
    pub kept: u64,
    /// How often lines went out of it, or it became one with others.
    pub version: u64,
}

impl About {
    /// Of these lines; `None` of none.
    pub fn of(lines: &[Raw]) -> Option<Self> {
        let (first, last) = (lines.first()?, lines.last()?);
        let mut about = Self {
            first: first.id,
            last: last.id,
            lines: lines.len() as u32,
            time: (first.time, first.time),
            received: (first.received, first.received),
            levels: [0; 5],
            sources: Vec::new(),
            bytes: 0,
            kept: 0,
            version: 0,
        };
        for line in lines {
            about.time = (about.time.0.min(line.time), about.time.1.max(line.time));
            about.received = (about.received.0.min(line.received), about.received.1.max(line.received));
            about.levels[line.level as usize] += 1;
            let bytes = line.bytes() as u64;
            about.bytes += bytes;
            match about.sources.iter_mut().find(|source| source.name == line.source) {
                Some(source) => {
                    source.lines += 1;
                    source.bytes += bytes;
                    source.levels |= 1 << line.level as u8;
                }
                None => about.sources.push(OfSource {
                    name: line.source.clone(),
                    lines: 1,
                    bytes,
                    levels: 1 << line.level as u8,
                }),
            }
        }
        Some(about)
    }

    /// Whether a line of it has this level.
    pub fn has_level(&self, level: Level) -> bool {
        self.levels[level as usize] > 0
    }
}
