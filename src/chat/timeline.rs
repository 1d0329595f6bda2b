//! The fold of a room's messages: whatever arrives, in whatever order and however often, shows each message
//! once, in its place, in its newest state.

use std::{collections::VecDeque, sync::Arc};

use super::model::{History, Message, QUOTED};
use crate::ids::UserId;

/// Messages a page holds at most. What lies further away leaves, and can be loaded again.
pub const HELD: usize = 1_000;

/// Which end of what is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first message.
    First,
    /// The last.
    Last,
}

/// A room as a page holds it: a stretch without holes, of the newest messages or of the past.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// By place.
    messages: VecDeque<Arc<Message>>,
    changed: u64,
    earlier: bool,
    later: bool,
    /// The highest place that was heard of, held or not.
    newest: u64,
}

impl Timeline {
    /// As rendered: a stretch of history that is complete up to change `changed`.
    pub fn new(history: History, changed: u64) -> Self {
        let mut timeline = Self {
            changed,
            earlier: history.earlier,
            later: history.later,
            ..Self::default()
        };
        for message in history.messages {
            timeline.keep(message);
        }
        timeline
    }

    /// The highest change folded: where to resume.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().map(Arc::as_ref)
    }

    /// The same, for those who keep them.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Message>> {
        self.messages.iter()
    }

    /// The last message's place.
    pub fn last(&self) -> Option<u64> {
        self.messages.back().map(|message| message.seq)
    }

    /// The highest place that was heard of: what comes with a higher one is new.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// The room goes on up to this place, held or not.
    pub fn reaching(mut self, said: u64) -> Self {
        self.newest = self.newest.max(said);
        self
    }

    /// The newest message of `author` that can still be edited.
    pub fn last_by(&self, author: UserId) -> Option<&Message> {
        self.messages
            .iter()
            .rev()
            .map(Arc::as_ref)
            .find(|message| message.author.id == author && !message.deleted)
    }

    /// There are older messages than the first.
    pub fn has_earlier(&self) -> bool {
        self.earlier
    }

    /// There are newer messages than the last.
    pub fn has_later(&self) -> bool {
        self.later
    }

    /// The first message's place.
    pub fn first(&self) -> Option<u64> {
        self.messages.front().map(|message| message.seq)
    }

    /// Where to ask for more beyond an end; `None` when there is nothing.
    pub fn beyond(&self, end: End) -> Option<u64> {
        match end {
            End::First => self.first().filter(|_| self.earlier),
            End::Last => Some(self.last().unwrap_or(0)).filter(|_| self.later),
        }
    }

    /// A message, new or changed.
    pub fn fold(&mut self, message: Message) {
        self.changed = self.changed.max(message.changed);
        self.newest = self.newest.max(message.seq);
        // What lies outside of the stretch: between the two there are others that aren't held.
        let is_before = self.earlier && self.first().is_some_and(|first| message.seq < first);
        let is_after = self.later && self.last().is_none_or(|last| message.seq > last);
        if is_before || is_after {
            self.quote(&message);
            return;
        }
        self.keep(message);
        self.drop_beyond(End::First);
    }

    /// The answer to a resume.
    pub fn catch_up(&mut self, reset: bool, messages: Vec<Message>) {
        if reset {
            self.messages.clear();
            (self.earlier, self.later) = (false, false);
            // The room's count may have begun anew: of the old one, nothing is worth resuming from.
            self.changed = 0;
        }
        for message in messages {
            self.fold(message);
        }
        self.earlier = (reset || self.earlier) && self.first().is_some_and(|first| first > 1);
    }

    /// More messages, loaded on request: those [beyond](Self::beyond) `at`, asked for when `since` was the highest change
    /// folded. True when changes of them may have been passed over meanwhile: resume, which asks for those anew.
    pub fn add(&mut self, end: End, history: History, at: u64, since: u64) -> bool {
        // Not what is next to the end any more: there would be a hole between.
        if self.beyond(end) != Some(at) {
            return false;
        }
        match end {
            End::First => self.earlier = history.earlier,
            End::Last => self.later = history.later,
        }
        for message in history.messages {
            self.keep(message);
        }
        self.drop_beyond(if end == End::First { End::Last } else { End::First });
        let passed_over = self.changed > since;
        self.changed = self.changed.min(since);
        passed_over
    }

    /// Lets go of what is too much, at this end.
    fn drop_beyond(&mut self, end: End) {
        while self.messages.len() > HELD {
            match end {
                End::First => (_, self.earlier) = (self.messages.pop_front(), true),
                End::Last => (_, self.later) = (self.messages.pop_back(), true),
            }
        }
    }

    fn keep(&mut self, mut message: Message) {
        let at = self.messages.partition_point(|held| held.seq < message.seq);
        let is_held = match self.messages.get(at).filter(|held| held.seq == message.seq) {
            Some(held) if held.changed >= message.changed => return,
            held => held.is_some(),
        };
        self.newest = self.newest.max(message.seq);
        self.quote(&message);
        // The one it quotes may be known as it is now.
        if let Some(quote) = &mut message.reply
            && let Some(quoted) = self.messages.iter().find(|held| held.seq == quote.seq)
            && quoted.changed > message.changed
        {
            quote.text = quotation(quoted);
        }
        let message = Arc::new(message);
        if is_held {
            self.messages[at] = message;
        } else {
            self.messages.insert(at, message);
        }
    }

    /// Answers quote it: what was taken back is gone there too.
    fn quote(&mut self, message: &Message) {
        for answer in &mut self.messages {
            let quotes = answer.reply.as_ref().is_some_and(|quote| quote.seq == message.seq);
            if quotes
                && answer.changed < message.changed
                && let Some(quote) = &mut Arc::make_mut(answer).reply
            {
                quote.text = quotation(message);
            }
        }
    }
}

/// What an answer to it quotes.
fn quotation(message: &Message) -> String {
    message.gist().chars().take(QUOTED).collect()
}

#[cfg(test)]
#[path = "timeline_tests.rs"]
mod tests;
