//! Which lines go. Pure: asked line after line, by rising ids.

use std::{collections::HashMap, sync::Arc};

use super::{
    super::block::{Head, about::About},
    keep::Keep,
};
use crate::time::Timestamp;

/// Sources that are remembered before those that are within their bounds are forgotten.
const SOURCES: usize = 10_000;

/// Which lines go: those that came too long ago, and of a source that has more text than it may, the oldest, until the rest
/// is within the bound.
#[derive(Debug)]
pub struct Judge {
    keep: Arc<Keep>,
    now: Timestamp,
    sources: HashMap<String, Of>,
}

#[derive(Clone, Copy, Debug)]
struct Of {
    /// What came before, goes.
    cutoff: Timestamp,
    /// Bytes that are left over its bound.
    excess: u64,
}

/// What becomes of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// All of it stays.
    Stays,
    /// All of it goes.
    Goes,
    /// Its lines are to be looked at.
    Mixed,
}

impl Judge {
    /// At `now`; `texts` says how many bytes of text there are of each source, where [`Keep::bounds_bytes`] needs it.
    pub fn new(keep: Arc<Keep>, now: Timestamp, texts: HashMap<String, u64>) -> Self {
        let mut judge = Self {
            keep,
            now,
            sources: HashMap::new(),
        };
        for (source, bytes) in texts {
            let bound = judge.keep.bounds(&source).bytes;
            let excess = bound.map_or(0, |bound| bytes.saturating_sub(bound));
            if excess > 0 {
                judge.of(&source).excess = excess;
            }
        }
        judge
    }

    /// True when some source has more text than it may.
    pub fn is_over(&self) -> bool {
        self.sources.values().any(|of| of.excess > 0)
    }

    /// Lines that came then or later go for none but the size of their source.
    pub fn youngest(&self) -> Timestamp {
        self.keep.youngest(self.now)
    }

    /// Whether a line goes: of this source, of so many bytes.
    pub fn goes(&mut self, source: &str, received: Timestamp, bytes: u64) -> bool {
        let of = self.of(source);
        let goes = received < of.cutoff || of.excess > 0;
        if goes {
            of.excess = of.excess.saturating_sub(bytes);
        }
        goes
    }

    /// What becomes of a block, as far as can be said from outside. One that is mixed must be asked about line by line.
    pub fn of_block(&mut self, about: &About) -> Fate {
        let (mut all, mut none) = (true, true);
        for source in &about.sources {
            let of = self.of(&source.name);
            all &= about.received.1 < of.cutoff || of.excess > source.bytes;
            none &= about.received.0 >= of.cutoff && of.excess == 0;
        }
        if none {
            return Fate::Stays;
        }
        if !all {
            return Fate::Mixed;
        }
        for source in &about.sources {
            let of = self.of(&source.name);
            of.excess = of.excess.saturating_sub(source.bytes);
        }
        Fate::Goes
    }

    /// Which lines of a block go, by their places.
    pub fn of_lines(&mut self, about: &About, head: &Head) -> Vec<bool> {
        let lines = head.sources.iter().zip(&head.received).enumerate();
        let goes =
            lines.map(|(i, (source, received))| self.goes(&about.sources[*source].name, *received, head.bytes(i)));
        goes.collect()
    }

    fn of(&mut self, source: &str) -> &mut Of {
        if self.sources.len() >= SOURCES && !self.sources.contains_key(source) {
            self.sources.retain(|_, of| of.excess > 0);
        }
        let (keep, now) = (&self.keep, self.now);
        self.sources.entry(source.to_owned()).or_insert_with(|| Of {
            cutoff: now.plus_seconds(-keep.bounds(source).seconds),
            excess: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::logs::{model::Level, server::block::Raw};

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn line((id, (source, hours, bytes)): (usize, (u8, i64, usize))) -> Raw {
        let at = NOW.plus_seconds(-hours * 3_600);
        Raw {
            id: id as u64 + 1,
            time: at,
            received: at,
            level: Level::Info,
            source: ["gateway", "md-a", "md-b", "booker"][usize::from(source)].to_owned(),
            message: "x".repeat(bytes),
            fields: String::new(),
            colours: Default::default(),
        }
    }

    proptest! {
        /// However the lines are cut into blocks, what stays is each line that is young enough and, with all later ones of its
        /// source, within its bound.
        #[test]
        fn what_stays_is_what_the_settings_keep(
            lines in prop::collection::vec((0_u8..4, 0_i64..80, 0_usize..9), 0..60),
            size in 1_usize..12,
            bound in 1_u64..40,
        ) {
            let mut of: Vec<_> = ["gateway=72h", "md*=12h,1MB", "*=1MB"].map(|text| text.parse().unwrap()).into();
            for one in &mut of {
                let one: &mut super::super::keep::KeepOf = one;
                one.bytes = one.bytes.map(|_| bound);
            }
            let keep = Arc::new(Keep::new(2, u64::MAX, &of));
            let lines: Vec<Raw> = lines.into_iter().enumerate().map(line).collect();
            let mut texts: HashMap<String, u64> = HashMap::new();
            for line in &lines {
                *texts.entry(line.source.clone()).or_default() += line.bytes() as u64;
            }
            let mut judge = Judge::new(keep.clone(), NOW, texts);
            let mut stays = Vec::new();
            for block in lines.chunks(size) {
                match judge.of_block(&About::of(block).unwrap()) {
                    Fate::Goes => (),
                    Fate::Stays => stays.extend(block.iter().map(|line| line.id)),
                    Fate::Mixed => {
                        let stay = block.iter().filter(|line| !judge.goes(&line.source, line.received, line.bytes() as u64));
                        stays.extend(stay.map(|line| line.id));
                    }
                }
            }
            let is_kept = |line: &&Raw| {
                let bounds = keep.bounds(&line.source);
                let later = lines.iter().filter(|other| other.source == line.source && other.id >= line.id);
                let bytes: u64 = later.map(|line| line.bytes() as u64).sum();
                line.received >= NOW.plus_seconds(-bounds.seconds) && bounds.bytes.is_none_or(|bound| bytes <= bound)
            };
            let kept: Vec<u64> = lines.iter().filter(is_kept).map(|line| line.id).collect();
            prop_assert_eq!(stays, kept);
            prop_assert!(!judge.is_over());
        }
    }
}
