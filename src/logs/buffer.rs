//! The fold of lines and gaps into what the viewer shows. Pure.
//!
//! **Bound:** [`LINES`] lines in all. While following, the newest [`SHOWN`] are kept and older ones fall off the
//! front. While paused, what is shown stays put and up to [`WAITING`] newer lines wait; when more come, the
//! oldest of those waiting turn into a gap row that says how many they are and loads them. Nothing is lost
//! from view without a word, but for the oldest lines at the top.

use std::{collections::VecDeque, sync::Arc};

use super::{
    filter::Filter,
    model::{Gap, LogLine, Piece, Tail},
    wire::LogEvent,
};

/// Lines shown at most.
pub const SHOWN: usize = 1_500;
/// Lines that wait at most while paused.
pub const WAITING: usize = 500;
/// Lines held at most, whatever happens.
pub const LINES: usize = SHOWN + WAITING;

/// One row of the viewer.
#[derive(Clone, Debug, PartialEq)]
pub enum Row {
    /// A line.
    Line(Arc<LogLine>),
    /// Lines left out.
    Gap(Gap),
}

impl Row {
    /// Tells rows apart and puts them in order: a gap stands before the line that follows it, and is another
    /// row once its count is another.
    pub fn key(&self) -> (u64, u64) {
        match self {
            Self::Line(line) => (line.id, u64::MAX),
            Self::Gap(gap) => (gap.before, gap.count),
        }
    }
}

/// What the browser holds of the log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Buffer {
    /// By id.
    lines: VecDeque<Arc<LogLine>>,
    /// By the id of the line that follows.
    gaps: Vec<Gap>,
    /// While paused: the newest id shown. Newer ones wait.
    held: Option<u64>,
    /// The newest id that fell off the front: what comes again from up there is not let in again.
    fallen: u64,
}

impl Buffer {
    /// Starts from what the server rendered.
    pub fn new(tail: &Tail) -> Self {
        let mut buffer = Self::default();
        buffer.insert(&tail.lines);
        buffer.trim();
        buffer
    }

    /// Folds an event in. What arrives twice counts once.
    pub fn apply(&mut self, event: &LogEvent) {
        if event.reset {
            // What is shown is of a database that is gone: holding on to it would mix the two.
            *self = Self::default();
        }
        if let Some(gap) = event.gap {
            self.insert_gap(gap);
        }
        self.insert(&event.lines);
        self.trim();
    }

    /// Stops the view where it is.
    pub fn pause(&mut self) {
        let newest = self.lines.back().map_or(0, |line| line.id);
        self.held.get_or_insert(newest);
    }

    /// Shows what waits, and follows.
    pub fn follow(&mut self) {
        self.held = None;
        self.trim();
    }

    /// Whether the view stands still.
    pub fn is_paused(&self) -> bool {
        self.held.is_some()
    }

    /// Puts loaded lines in the place of (the newest part of) their gap. When there is no room for them, the
    /// lines before them go, then the newest shown join those waiting; never the ones just asked for.
    pub fn fill(&mut self, gap: Gap, piece: &Piece) {
        // Gone meanwhile: its place fell off the front, or the database was replaced.
        let Ok(at) = self.gaps.binary_search_by_key(&gap.before, |known| known.before) else {
            return;
        };
        self.gaps.remove(at);
        self.insert(&piece.lines);
        let first = piece.lines.first().map_or(gap.before, |line| line.id);
        if piece.more > 0 && !piece.lines.is_empty() {
            self.insert_gap(Gap {
                after: gap.after,
                before: first,
                count: piece.more,
            });
        }
        if let Some(held) = self.held {
            let mut excess = self.line_after(held).saturating_sub(SHOWN);
            while excess > 0 && self.lines.front().is_some_and(|line| line.id < first) {
                self.drop_first();
                excess -= 1;
            }
            if excess > 0 {
                self.held = self.lines.get(SHOWN - 1).map(|line| line.id);
            }
        }
        self.trim();
    }

    /// The newest `limit` rows shown that pass, oldest first. Gaps always pass: what they hide is unknown.
    pub fn rows(&self, filter: &Filter, limit: usize) -> Vec<Row> {
        let end = self.held.unwrap_or(u64::MAX);
        let mut gaps = self.gaps[..self.gap_after(end)].iter().rev().copied().peekable();
        let mut rows = Vec::new();
        // Backwards, so that a full buffer costs no more than what is shown.
        for line in filter.of(self.lines.range(..self.line_after(end)).rev()) {
            while let Some(gap) = gaps.next_if(|gap| gap.before > line.id) {
                rows.push(Row::Gap(gap));
            }
            if rows.len() >= limit {
                break;
            }
            rows.push(Row::Line(line.clone()));
        }
        if rows.len() < limit {
            rows.extend(gaps.map(Row::Gap));
        }
        rows.truncate(limit);
        rows.reverse();
        rows
    }

    /// How many have come since the pause: lines that pass, and all that were left out.
    pub fn waiting(&self, filter: &Filter) -> u64 {
        let Some(held) = self.held else { return 0 };
        let lines = filter.of(self.lines.range(self.line_after(held)..)).count() as u64;
        lines
            + self.gaps[self.gap_after(held)..]
                .iter()
                .map(|gap| gap.count)
                .sum::<u64>()
    }

    /// Every line held, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &Arc<LogLine>> {
        self.lines.iter()
    }

    /// How many lines are held.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    fn insert(&mut self, lines: &[Arc<LogLine>]) {
        for line in lines {
            // A gap stands for the lines in it; only `fill`, which removes it first, brings them.
            let in_gap = self
                .gaps
                .get(self.gap_after(line.id))
                .is_some_and(|gap| gap.after < line.id);
            let at = self.line_after(line.id);
            let known = at > 0 && self.lines[at - 1].id == line.id;
            if !in_gap && !known && line.id > self.fallen {
                self.lines.insert(at, line.clone());
            }
        }
    }

    fn insert_gap(&mut self, mut gap: Gap) {
        if gap.before <= gap.after + 1 {
            return;
        }
        // Of a gap told twice, all may have become part of a wider one, or the newest part have been loaded.
        let wider = self.gaps.get(self.gap_after(gap.before - 1));
        if wider.is_some_and(|wider| wider.after <= gap.after) {
            return;
        }
        let (from, to) = (self.line_after(gap.after), self.line_after(gap.before - 1));
        gap.count = gap.count.saturating_sub((to - from) as u64);
        if from < to {
            gap.before = self.lines[from].id;
        }
        if gap.count > 0 {
            self.put_gap(gap);
        }
    }

    fn trim(&mut self) {
        let Some(held) = self.held else {
            while self.lines.len() > SHOWN {
                self.drop_first();
            }
            return;
        };
        let waiting = self.line_after(held);
        let excess = (self.lines.len() - waiting).saturating_sub(WAITING);
        if excess == 0 {
            return;
        }
        // The dropped, and the gaps before, among and right after them, become one gap.
        self.lines.drain(waiting..waiting + excess);
        let before = self.lines[waiting].id;
        let mut gap = Gap {
            after: held,
            before,
            count: excess as u64,
        };
        let swallowed = self.gap_after(held)..self.gap_after(before);
        gap.count += self.gaps.drain(swallowed).map(|gap| gap.count).sum::<u64>();
        self.put_gap(gap);
    }

    /// Drops the oldest line and the gaps before it.
    fn drop_first(&mut self) {
        if let Some(line) = self.lines.pop_front() {
            self.gaps.retain(|gap| gap.before > line.id);
            self.fallen = line.id;
        }
    }

    /// The place of the first line whose id is above `id`.
    fn line_after(&self, id: u64) -> usize {
        self.lines.partition_point(|line| line.id <= id)
    }

    /// The place of the first gap that ends above `id`.
    fn gap_after(&self, id: u64) -> usize {
        self.gaps.partition_point(|gap| gap.before <= id)
    }

    /// Puts a gap in its place; of two that end at the same line, the later one counts.
    fn put_gap(&mut self, gap: Gap) {
        match self.gaps.binary_search_by_key(&gap.before, |known| known.before) {
            Ok(at) => self.gaps[at] = gap,
            Err(at) => self.gaps.insert(at, gap),
        }
    }
}

#[cfg(test)]
#[path = "buffer_tests.rs"]
mod tests;
