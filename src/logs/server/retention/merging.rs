//! Which blocks become one when lines have gone from them. Pure.

use std::ops::Range;

use super::super::block::{BYTES, LINES, about::About};

/// Stretches of two blocks or more that become one each, by their places. None is larger than a block may be, and none takes in
/// a block that is much larger than the others, so that each line is written anew a few times at most, however often it is
/// merged.
pub fn runs(blocks: &[About]) -> Vec<Range<usize>> {
    let mut done: Vec<(Range<usize>, usize, u64)> = Vec::new();
    for (i, block) in blocks.iter().enumerate() {
        done.push((i..i + 1, block.lines as usize, block.bytes));
        while let [.., before, last] = &done[..] {
            let (lines, bytes) = (before.1 + last.1, before.2 + last.2);
            let are_alike = before.1.max(last.1) <= 2 * before.1.min(last.1);
            if !are_alike || lines > LINES || bytes > BYTES as u64 {
                break;
            }
            let merged = (before.0.start..last.0.end, lines, bytes);
            done.truncate(done.len() - 2);
            done.push(merged);
        }
    }
    done.into_iter()
        .map(|(places, ..)| places)
        .filter(|places| places.len() > 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(lines: u32, bytes: u64) -> About {
        About {
            first: 1,
            last: 1,
            lines,
            time: Default::default(),
            received: Default::default(),
            levels: [0; 5],
            sources: Vec::new(),
            bytes,
            kept: 0,
            version: 0,
        }
    }

    fn runs_of(lines: &[u32]) -> Vec<Range<usize>> {
        runs(&lines.iter().map(|lines| block(*lines, 100)).collect::<Vec<_>>())
    }

    #[test]
    fn small_ones_become_one_and_large_ones_stay() {
        let full = LINES as u32;
        assert!(runs_of(&[full, full, full]).is_empty());
        assert_eq!(runs_of(&[100, 100, 100, 100, 100, full, 100, 60]), [0..5, 6..8]);
        assert_eq!(runs_of(&[full, 100, 100, full, 90, 80, 100]), [1..3, 4..7]);
        assert!(
            runs_of(&[2_000, 100]).is_empty(),
            "it isn't worth writing 2,000 lines for 100"
        );
        assert!(runs(&[block(10, BYTES as u64 / 2), block(10, BYTES as u64 / 2 + 1)]).is_empty());
    }

    proptest! {
        /// Brought one after the other and merged each time, no line is written anew often, and few blocks are left.
        #[test]
        fn each_line_is_written_anew_a_few_times(sizes in prop::collection::vec(1_u32..5_000, 1..60)) {
            let (mut blocks, mut written, mut all) = (Vec::new(), 0_u64, 0_u64);
            for lines in sizes {
                let lines = lines.min(LINES as u32);
                all += u64::from(lines);
                blocks.push(block(lines, u64::from(lines)));
                for run in runs(&blocks).into_iter().rev() {
                    let lines: u32 = blocks[run.clone()].iter().map(|block| block.lines).sum();
                    prop_assert!(lines as usize <= LINES);
                    written += u64::from(lines);
                    blocks.splice(run, [block(lines, u64::from(lines))]);
                }
            }
            prop_assert_eq!(blocks.iter().map(|block| u64::from(block.lines)).sum::<u64>(), all);
            prop_assert!(written <= all * 14, "{} of {}", written, all);
        }
    }
}
