//! Keeps the view at the newest line, or where the reader left it.

use leptos::{html, prelude::*};

use super::connection::LogBuffer;
use crate::time::Timestamp;

/// Pixels from the end: more on the way up, and the reader has left it on purpose; fewer on the way down, and the
/// reader is back. A row of slack, since heights settle only when rows come into view.
const LEFT: i32 = 8;
const BACK: i32 = 24;

/// How long another page may take to be laid out, in seconds.
const LAYOUT: i64 = 3;

/// The scrolling of the tail; a clone is a pointer.
#[derive(Clone, Copy)]
pub struct Follow {
    log: LogBuffer,
    tail: NodeRef<html::Div>,
    at: StoredValue<At>,
}

#[derive(Clone, Copy, Default)]
struct At {
    /// Where it was scrolled to last.
    top: i32,
    /// What lies between there and the end of the content: kept while lines are added above.
    from_end: i32,
    /// When another page laid the panel out anew: what scrolls after that is the layout, until the reader lays hands on.
    laid_out: Timestamp,
    /// Paused by scrolling: scrolling back to the end goes on. Whoever pressed Pause presses Follow.
    by_scrolling: bool,
}

impl Follow {
    /// For the element `tail`.
    pub fn new(log: LogBuffer, tail: NodeRef<html::Div>) -> Self {
        Self {
            log,
            tail,
            at: StoredValue::new(At::default()),
        }
    }

    /// After rows changed: to the end, or, while paused, to where the same rows are.
    pub fn settle(self) {
        // After the microtasks that are under way, which change the rows.
        queue_microtask(move || {
            let (Some(tail), Some(at)) = (self.tail.try_get_untracked().flatten(), self.at.try_get_value()) else {
                return;
            };
            let end = tail.scroll_height();
            let paused = self.log.buffer.try_with_untracked(|buffer| buffer.is_paused());
            tail.set_scroll_top(if paused == Some(true) { end - at.from_end } else { end });
            self.note(&tail);
        });
    }

    /// Another page is being shown, which gives the panel another size.
    pub fn laid_out(self) {
        self.at.update_value(|at| at.laid_out = Timestamp::now());
        self.settle();
        request_animation_frame(move || self.settle());
    }

    /// The reader's wheel, finger or key is on it.
    pub fn touched(self) {
        self.at.update_value(|at| at.laid_out = Timestamp::default());
    }

    /// The reader, [`Follow::settle`], or the layout scrolled.
    pub fn scrolled(self) {
        let Some(tail) = self.tail.get_untracked() else { return };
        if Timestamp::now().seconds_since(self.at.with_value(|at| at.laid_out)) < LAYOUT {
            return self.settle();
        }
        let up = tail.scroll_top() < self.at.with_value(|at| at.top);
        let below = tail.scroll_height() - tail.scroll_top() - tail.client_height();
        self.note(&tail);
        if !self.log.buffer.with_untracked(|buffer| buffer.is_paused()) {
            if up && below > LEFT {
                self.at.update_value(|at| at.by_scrolling = true);
                self.log.pause();
            }
        } else if !up && below <= BACK && self.at.with_value(|at| at.by_scrolling) {
            self.log.follow();
        }
    }

    /// The pointer moved with its button held: if that selects text, the text must stay under it.
    pub fn dragged(self) {
        let selects = window()
            .get_selection()
            .ok()
            .flatten()
            .is_some_and(|selection| !selection.is_collapsed());
        if selects && !self.log.buffer.with_untracked(|buffer| buffer.is_paused()) {
            self.pause();
        }
    }

    /// Stops until [`Follow::go_on`].
    pub fn pause(self) {
        self.at.update_value(|at| at.by_scrolling = false);
        self.log.pause();
    }

    /// Follows again.
    pub fn go_on(self) {
        self.log.follow();
        self.settle();
    }

    fn note(self, tail: &web_sys::Element) {
        self.at.update_value(|at| {
            at.top = tail.scroll_top();
            at.from_end = tail.scroll_height() - tail.scroll_top();
        });
    }
}
