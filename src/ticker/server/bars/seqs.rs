//! The numbers of ticks that were taken, so that none is taken twice. Pure.

use std::collections::BTreeMap;

use super::chunk::{Bytes, put};

/// A set of numbers, as stretches: those of a sender who counts one by one are a single one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seqs(
    /// The last number of each stretch by its first.
    BTreeMap<u64, u64>,
);

impl Seqs {
    /// Adds a number; `false` when it was there.
    pub fn insert(&mut self, seq: u64) -> bool {
        let before = self.0.range(..=seq).next_back().map(|(&first, &last)| (first, last));
        if before.is_some_and(|(_, last)| last >= seq) {
            return false;
        }
        let first = match before {
            Some((first, last)) if last + 1 == seq => first,
            _ => seq,
        };
        let after = seq.checked_add(1).and_then(|next| self.0.remove(&next));
        self.0.insert(first, after.unwrap_or(seq));
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
