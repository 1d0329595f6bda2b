//! Which line goes on with which entry. Pure.

use super::forms::{
    begins, is_caret, is_cause, is_chain, is_compared, is_exception, is_frame, is_go_call, is_go_panic, is_go_place,
    is_goroutine, is_indented, is_more, is_node_place, is_raised, is_rust_panic, is_traceback,
};
use crate::logs::{
    model::Level,
    server::{ingest::level, record::NewLine},
};

/// Where in a trace an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// An ordinary line, to which frames may belong.
    Plain,
    /// Whatever comes is another entry's.
    Closed,
    /// After an exception's name, which is waiting for its first frame.
    Named,
    /// Frames of Java or JavaScript.
    Frames,
    /// What Node.js shows of an error's own fields after its frames.
    Shown,
    /// Node.js: after the place, the line of the program, and the mark under it.
    Place,
    Excerpt,
    Marked,
    /// Python: frames, then what was raised, then what it led to.
    Traceback,
    Raised,
    Chained,
    /// Rust: before what the panic says, after it, and in its backtrace.
    Panic,
    Said,
    Backtrace,
    /// Go: before the first goroutine, in one, and after a function's name.
    GoPanic,
    Goroutine,
    Called,
}

/// What a line is to the entry before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A part of it, and so is what waits.
    Joins(State),
    /// A part of it if the next one is.
    Waits(State),
    /// None.
    Ends,
}

/// The state after a line that begins an entry.
pub fn first(line: &str) -> State {
    match line {
        // Whoever sent several lines as one has joined them already.
        _ if line.contains('\n') => State::Closed,
        _ if is_traceback(line) => State::Traceback,
        // Before 1.73 the same line said why.
        _ if is_rust_panic(line) && line.trim_end().ends_with(':') => State::Panic,
        _ if is_rust_panic(line) => State::Said,
        _ if is_go_panic(line) => State::GoPanic,
        _ if is_goroutine(line) => State::Goroutine,
        _ if is_node_place(line) => State::Place,
        _ => State::Plain,
    }
}

/// What `line` is to `entry`, which is in `state`.
pub fn next(state: State, entry: &NewLine, line: &str) -> Step {
    use State::*;
    use Step::{Ends, Joins, Waits};
    let is_blank = line.trim().is_empty();
    let frame = if line.trim_end().ends_with('{') { Shown } else { Frames };
    match state {
        Closed => Ends,
        // Frames stand under what they belong to; the rest of a trace only under a line that says that something failed.
        Plain if is_frame(line) => Joins(frame),
        Plain if entry.level < Level::Warn => match is_goroutine(line) && entry.message.contains("panic") {
            true => Joins(Goroutine),
            false => Ends,
        },
        Plain if is_traceback(line) => Joins(Traceback),
        Plain if is_goroutine(line) => Joins(Goroutine),
        // One exception without frames is no head of another.
        Plain if is_exception(line) && !is_exception(&entry.message) => Waits(Named),
        Named if is_frame(line) => Joins(frame),
        Plain | Named => Ends,

        Frames if is_frame(line) => Joins(frame),
        Frames if is_more(line) || is_cause(line) => Joins(Frames),
        Frames if line.starts_with("Node.js v") => Joins(Closed),
        Frames if is_blank => Waits(Frames),
        Shown if is_indented(line) => Joins(Shown),
        Shown if line.starts_with('}') => Joins(Frames),
        Frames | Shown => Ends,
        Place if is_blank => Ends,
        Place => Waits(Excerpt),
        Excerpt if is_caret(line) => Joins(Marked),
        Excerpt => Ends,
        Marked if is_blank => Waits(Marked),
        Marked if is_exception(line) => Waits(Named),
        Marked => Ends,

        Traceback if is_indented(line) => Joins(Traceback),
        Traceback if is_raised(line) && entry.message.contains("\n ") => Joins(Raised),
        Raised | Chained if is_blank => Waits(state),
        Raised if is_chain(line) => Joins(Chained),
        Chained if is_traceback(line) => Joins(Traceback),
        Traceback | Raised | Chained => Ends,

        Panic if is_blank || begins(line) || level::at_start(line).is_some() => Ends,
        Panic => Joins(Said),
        Said | Backtrace if is_blank => Waits(state),
        Said if line.trim_end().eq_ignore_ascii_case("stack backtrace:") => Joins(Backtrace),
        Said if line.trim_end() == "Caused by:" || is_compared(line) => Joins(Said),
        Said | Backtrace if is_indented(line) || line.starts_with("note: ") => Joins(state),
        Said | Backtrace => Ends,

        GoPanic | Goroutine if is_goroutine(line) || line == "runtime stack:" => Joins(Goroutine),
        GoPanic | Goroutine if is_blank => Waits(state),
        GoPanic if line.starts_with("[signal ") || line.starts_with("\tpanic: ") => Joins(GoPanic),
        GoPanic => Ends,
        Goroutine | Called if is_go_place(line) => Joins(Goroutine),
        Goroutine if is_go_call(line) => Waits(Called),
        Goroutine if line.starts_with("...additional frames") || line.starts_with("exit status ") => Joins(Goroutine),
        Goroutine | Called => Ends,
    }
}
