//! The numbers of ticks that were taken, so that none is taken twice. Pure.

use std::collections::BTreeMap;

use super::chunk::{Bytes, put};

/// Stretches at most: of a sender who doesn't count, the smallest numbers are forgotten, and would be taken again.
const MOST: usize = 16_384;

/// A set of numbers, as stretches: those of a sender who counts one by one are a single one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seqs(
    /// The last number of each stretch by its first.
    BTreeMap<u64, u64>,
);

impl Seqs {
    /// Adds a number; `false` when it was there.
    pub fn insert(&mut self, seq: u64) -> bool {
        if self.contains(seq) {
            return false;
        }
        let before = self.0.range(..=seq).next_back().map(|(&first, &last)| (first, last));
        let first = match before {
            Some((first, last)) if last + 1 == seq => first,
            _ => seq,
        };
        let after = seq.checked_add(1).and_then(|next| self.0.remove(&next));
        self.0.insert(first, after.unwrap_or(seq));
        if self.0.len() > MOST {
            self.0.pop_first();
        }
        true
    }

    /// Adds all of `others`.
    pub fn absorb(&mut self, others: Self) {
        if self.0.is_empty() {
            *self = others;
            return;
        }
        for (first, last) in others.0 {
            for seq in first..=last {
                self.insert(seq);
            }
        }
    }

    /// True when the number is there.
    pub fn contains(&self, seq: u64) -> bool {
        let before = self.0.range(..=seq).next_back();
        before.is_some_and(|(_, &last)| last >= seq)
    }

    /// How many stretches there are.
    pub fn stretches(&self) -> usize {
        self.0.len()
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As kept: of each stretch how far it begins after the one before, and how much longer than one it is.
    pub fn encode(&self) -> Vec<u8> {
        let (mut out, mut end) = (Vec::new(), 0);
        for (&first, &last) in &self.0 {
            put(&mut out, (first - end).into());
            put(&mut out, (last - first).into());
            end = last;
        }
        out
    }

    /// As it was kept; `None` for bytes that are none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (mut bytes, mut set, mut end) = (Bytes(bytes), BTreeMap::new(), 0_u64);
        while !bytes.0.is_empty() {
            let first = end.checked_add(bytes.number()?)?;
            end = first.checked_add(bytes.number()?)?;
            set.insert(first, end);
        }
        Some(Self(set))
    }
}

/// The numbers of the last minutes, of ticks that say no time of their own: they come again at another time, so by the
/// numbers of their second they would not be known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recent {
    /// Since when numbers go into `now`, in microseconds since 1970.
    since: i64,
    now: Seqs,
    before: Seqs,
}

/// For so long at least a number is known again, in microseconds; for twice as long at most, for a sender may begin to
/// count anew.
pub const KNOWN: i64 = 300_000_000;
/// Stretches after which the older half is forgotten sooner.
const STRETCHES: usize = 4_096;

impl Recent {
    /// With numbers that are known from before.
    pub fn new(since: i64, now: Seqs) -> Self {
        let before = Seqs::default();
        Self { since, now, before }
    }

    /// Adds the number of a tick that came at `time`; `false` when it was there.
    pub fn insert(&mut self, time: i64, seq: u64) -> bool {
        if time.saturating_sub(self.since) > KNOWN || self.now.stretches() > STRETCHES {
            let is_old = time.saturating_sub(self.since) > 2 * KNOWN;
            self.before = std::mem::take(&mut self.now);
            if is_old {
                self.before = Seqs::default();
            }
            self.since = time;
        }
        !self.before.contains(seq) && self.now.insert(seq)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_count_is_one_stretch() {
        let mut seqs = Seqs::default();
        for seq in (1_000..2_000).rev() {
            assert!(seqs.insert(seq));
        }
        assert!(!seqs.insert(1_500));
        assert_eq!(seqs.encode().len(), 4);
    }

    #[test]
    fn a_number_is_known_for_minutes_and_then_new() {
        let (mut recent, second) = (Recent::default(), 1_000_000);
        let mut insert = |seconds: i64, seq| recent.insert(1_900_000_000 * second + seconds * second, seq);
        assert!(insert(0, 1) && !insert(1, 1) && !insert(299, 1));
        assert!(insert(301, 2) && !insert(302, 1) && !insert(599, 1));
        assert!(insert(901, 1), "counted anew");
        assert!(insert(9_000, 1) && insert(9_001, 2));
    }

    proptest! {
        #[test]
        fn it_is_a_set_and_reads_back(numbers in prop::collection::vec(prop_oneof![0u64..30, u64::MAX - 9..=u64::MAX, any::<u64>()], 0..60)) {
            let (mut set, mut seqs, mut half) = (BTreeSet::new(), Seqs::default(), Seqs::default());
            for (i, &number) in numbers.iter().enumerate() {
                prop_assert_eq!(seqs.insert(number), set.insert(number));
                if i % 2 == 0 {
                    half.insert(number);
                }
            }
            prop_assert_eq!(Seqs::decode(&seqs.encode()), Some(seqs.clone()));
            half.absorb(seqs.clone());
            prop_assert_eq!(half, seqs);
        }

        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Seqs::decode(&bytes);
        }
    }
}
