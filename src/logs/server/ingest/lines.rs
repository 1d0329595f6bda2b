//! Where in a stream of bytes a line ends. Pure.

/// Bytes of a line that are held; what follows of it is skipped and counted. It is cut at half of it anyway.
pub const MOST: usize = 64 * 1024;

/// A line as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its bytes without its end, [`MOST`] at most.
    pub bytes: Vec<u8>,
    /// How many it had, with its end.
    pub whole: usize,
}

impl Line {
    /// True when bytes of it were skipped.
    pub fn is_cut(&self) -> bool {
        // Its end may be two bytes.
        self.whole > self.bytes.len() + 2
    }
}

/// Takes bytes as they come, and gives lines.
#[derive(Debug, Default)]
pub struct Lines {
    held: Line,
}

impl Lines {
    /// Takes bytes; `each` is given what they complete.
    pub fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Line)) {
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            self.hold(&bytes[..end]);
            self.held.whole += 1;
            bytes = &bytes[end + 1..];
            each(self.take());
        }
        self.hold(bytes);
    }

    /// What is left when no more will come.
    pub fn finish(&mut self) -> Option<Line> {
        self.is_within().then(|| self.take())
    }

    /// True within a line.
    pub fn is_within(&self) -> bool {
        self.held.whole > 0
    }

    fn hold(&mut self, bytes: &[u8]) {
        let room = MOST - self.held.bytes.len();
        self.held.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.held.whole += bytes.len();
    }

    fn take(&mut self) -> Line {
        let mut line = std::mem::take(&mut self.held);
        if !line.is_cut() && line.bytes.last() == Some(&b'\r') {
            line.bytes.pop();
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], sizes: &[usize]) -> Vec<Line> {
        let (mut lines, mut all, mut rest) = (Lines::default(), Vec::new(), bytes);
        for size in sizes {
            let (piece, after) = rest.split_at(rest.len().min(*size));
            lines.push(piece, |line| all.push(line));
            rest = after;
        }
        lines.push(rest, |line| all.push(line));
        all.extend(lines.finish());
        all
    }

    #[test]
    fn ends_of_any_kind_and_lines_that_are_too_long() {
        let long = "x".repeat(MOST + 7);
        let lines = read(format!("one\r\n\ntwo\n{long}\nlast").as_bytes(), &[2]);
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.bytes.len(), line.whole, line.is_cut()))
            .collect();
        assert_eq!(
            shown,
            [
                (3, 5, false),
                (0, 1, false),
                (3, 4, false),
                (MOST, MOST + 8, true),
                (4, 4, false)
            ]
        );
    }

    proptest::proptest! {
        /// However the bytes are split, the same lines come out, and all bytes are theirs.
        #[test]
        fn splits_change_nothing(
            picks in proptest::collection::vec(0_usize..6, 0..80),
            sizes in proptest::collection::vec(0_usize..9, 0..40),
        ) {
            let bytes: Vec<u8> = picks.iter().map(|pick| b"a\r\n \xff\n"[*pick]).collect();
            let lines = read(&bytes, &sizes);
            proptest::prop_assert_eq!(&lines, &read(&bytes, &[]));
            proptest::prop_assert_eq!(lines.iter().map(|line| line.whole).sum::<usize>(), bytes.len());
        }
    }
}
