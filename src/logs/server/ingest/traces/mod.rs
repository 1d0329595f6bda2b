//! Stack traces that arrive line by line become one entry: of Java, Python, Rust, Go and JavaScript. Pure.
//!
//! Lines of one source, with the same fields, one directly after the other. What a line has to be to go on with the entry
//! before it, `step` says; an ordinary line is never such a line. Some lines belong to a trace only if the next one does: they
//! wait for it, and stay lines of their own if it doesn't.

mod forms;
mod step;

use std::time::Duration;

pub use forms::begins;
use step::{State, Step, first, next};

use crate::logs::server::record::{LONGEST, NewLine};

/// How long what came last is held where lines come one by one: the rest of a trace comes at once.
pub const HELD: Duration = Duration::from_millis(300);
/// Lines in one entry at most; the rest of a longer trace is another one.
const MOST_LINES: usize = 1_000;
/// Lines that wait for the next one at most.
const MOST_WAITING: usize = 6;

/// Joins lines as they come. What it holds must be taken out by [`Joiner::finish`] when nothing follows for a moment.
#[derive(Debug, Default)]
pub struct Joiner {
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    entry: NewLine,
    /// Lines in it.
    count: usize,
    state: State,
    /// What may go on with it.
    waiting: Vec<NewLine>,
}

/// The lines of one request with its traces joined.
pub fn joined(lines: Vec<NewLine>) -> Vec<NewLine> {
    let (mut joiner, mut done) = (Joiner::default(), Vec::with_capacity(lines.len()));
    for line in lines {
        joiner.push(line, &mut done);
    }
    joiner.finish(&mut done);
    done
}

impl Joiner {
    /// Takes a line; what is complete now is added to `done`. True when what is held from now on isn't what waited already,
    /// so that its time to wait begins anew.
    pub fn push(&mut self, line: NewLine, done: &mut Vec<NewLine>) -> bool {
        let Some(open) = &mut self.open else {
            self.open = Some(Open::new(line));
            return true;
        };
        match open.step(&line) {
            Step::Joins(state) => {
                for waiting in std::mem::take(&mut open.waiting) {
                    done.extend(open.join(waiting));
                }
                done.extend(open.join(line));
                open.state = state;
                true
            }
            Step::Waits(state) => {
                open.waiting.push(line);
                open.state = state;
                false
            }
            Step::Ends => {
                let is_new = open.waiting.is_empty();
                self.release(done);
                self.push(line, done);
                is_new || self.held() == 1
            }
        }
    }

    /// Takes out what is held.
    pub fn finish(&mut self, done: &mut Vec<NewLine>) {
        while self.open.is_some() {
            self.release(done);
        }
    }

    /// How many of the lines that were pushed last are held.
    pub fn held(&self) -> usize {
        self.open.as_ref().map_or(0, |open| open.count + open.waiting.len())
    }

    /// Takes out the entry; what waited begins anew.
    fn release(&mut self, done: &mut Vec<NewLine>) {
        if let Some(open) = self.open.take() {
            done.push(open.entry);
            for line in open.waiting {
                self.push(line, done);
            }
        }
    }
}

impl Open {
    fn new(line: NewLine) -> Self {
        Self {
            state: first(&line.message),
            count: 1,
            entry: line,
            waiting: Vec::new(),
        }
    }

    fn step(&self, line: &NewLine) -> Step {
        if line.source != self.entry.source || line.fields != self.entry.fields || line.message.contains('\n') {
            return Step::Ends;
        }
        match next(self.state, &self.entry, &line.message) {
            Step::Waits(_) if self.waiting.len() >= MOST_WAITING => Step::Ends,
            step => step,
        }
    }

    /// Adds a line; where the entry is full, it is given back, and the line begins the next.
    fn join(&mut self, line: NewLine) -> Option<NewLine> {
        if self.count >= MOST_LINES || self.entry.message.len() + 1 + line.message.len() > LONGEST {
            self.count = 1;
            return Some(std::mem::replace(&mut self.entry, line));
        }
        self.entry.colours.append(self.entry.message.len() + 1, &line.colours);
        self.entry.message.push('\n');
        self.entry.message.push_str(&line.message);
        self.count += 1;
        None
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
