//! The fold of lines and gaps into what the viewer shows. Pure.
//!
//! **Bound:** [`LINES`] lines in all. While following, the newest [`SHOWN`] are kept and older ones fall off the
//! front. While paused, what is shown stays put and up to [`WAITING`] newer lines wait; when more come, the
//! oldest of those waiting turn into a gap row that says how many they are and loads them. Nothing is lost
//! from view without a word, but for the oldest lines at the top.

use std::{collections::BTreeMap, sync::Arc};

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
    lines: BTreeMap<u64, Arc<LogLine>>,
    /// By the id of the line that follows.
    gaps: BTreeMap<u64, Gap>,
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
        let newest = self.lines.last_key_value().map_or(0, |(id, _)| *id);
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
        if self.gaps.remove(&gap.before).is_none() {
            return;
        }
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
            let mut excess = self.lines.range(..=held).count().saturating_sub(SHOWN);
            while excess > 0 && self.lines.first_key_value().is_some_and(|(id, _)| *id < first) {
                self.drop_first();
                excess -= 1;
            }
            if excess > 0 {
                self.held = self.lines.keys().nth(SHOWN - 1).copied();
            }
        }
        self.trim();
    }

    /// The newest `limit` rows shown that pass, oldest first. Gaps always pass: what they hide is unknown.
    pub fn rows(&self, filter: &Filter, limit: usize) -> Vec<Row> {
        let end = self.held.unwrap_or(u64::MAX);
        let mut gaps = self.gaps.range(..=end).rev().map(|(_, gap)| *gap).peekable();
        let mut rows = Vec::new();
        // Backwards, so that a full buffer costs no more than what is shown.
        for line in filter.of(self.lines.range(..=end).rev().map(|(_, line)| line)) {
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
        let lines = filter.of(self.lines.range(held + 1..).map(|(_, line)| line)).count() as u64;
        lines + self.gaps.range(held + 1..).map(|(_, gap)| gap.count).sum::<u64>()
    }

    /// Every line held, oldest first.
    pub fn lines(&self) -> impl Iterator<Item = &Arc<LogLine>> {
        self.lines.values()
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
                .range(line.id + 1..)
                .next()
                .is_some_and(|(_, gap)| gap.after < line.id);
            if !in_gap && line.id > self.fallen {
                self.lines.entry(line.id).or_insert_with(|| line.clone());
            }
        }
    }

    fn insert_gap(&mut self, mut gap: Gap) {
        if gap.before <= gap.after + 1 {
            return;
        }
        // Of a gap told twice, all may have become part of a wider one, or the newest part have been loaded.
        let wider = self.gaps.range(gap.before..).next();
        if wider.is_some_and(|(_, wider)| wider.after <= gap.after) {
            return;
        }
        let known = self.lines.range(gap.after + 1..gap.before);
        let (first, known) = (known.clone().next().map(|(id, _)| *id), known.count() as u64);
        gap.count = gap.count.saturating_sub(known);
        gap.before = first.unwrap_or(gap.before);
        if gap.count > 0 {
            self.gaps.insert(gap.before, gap);
        }
    }

    fn trim(&mut self) {
        let Some(held) = self.held else {
            while self.lines.len() > SHOWN {
                self.drop_first();
            }
            return;
        };
        let waiting: Vec<u64> = self.lines.range(held + 1..).map(|(id, _)| *id).collect();
        let excess = waiting.len().saturating_sub(WAITING);
        if excess == 0 {
            return;
        }
        // The dropped, and the gaps before, among and right after them, become one gap.
        let before = waiting[excess];
        let mut gap = Gap {
            after: held,
            before,
            count: excess as u64,
        };
        for id in &waiting[..excess] {
            self.lines.remove(id);
        }
        while let Some((&at, swallowed)) = self.gaps.range(held + 1..=before).next() {
            gap.count += swallowed.count;
            self.gaps.remove(&at);
        }
        self.gaps.insert(before, gap);
    }

    /// Drops the oldest line and the gaps before it.
    fn drop_first(&mut self) {
        if let Some((id, _)) = self.lines.pop_first() {
            self.gaps = self.gaps.split_off(&(id + 1));
            self.fallen = id;
        }
    }
}

#[cfg(test)]
#[path = "buffer_tests.rs"]
mod tests;
