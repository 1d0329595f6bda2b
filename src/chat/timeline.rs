//! The fold of a room's messages: whatever arrives, in whatever order and however often, shows each message
//! once, in its place, in its newest state; and a sent message is one's own until it comes back from the room.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::model::{History, Message};

/// Messages a page holds at most; older ones leave and can be loaded again.
pub const HELD: usize = 1_000;
/// Unsent messages per room at most; more are refused, so that nothing piles up unseen.
pub const WAITING: usize = 50;

/// How far a message of one's own has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Progress {
    /// On its way, or waiting for the line.
    Sending,
    /// The server said no, with these words.
    Failed(String),
}

/// A message of one's own that has not come back from the room yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// Its name, the same on every retry.
    pub client_id: String,
    /// What.
    pub body: String,
    /// How far.
    pub progress: Progress,
}

/// A room as a page holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    messages: BTreeMap<u64, Message>,
    changed: u64,
    earlier: bool,
    pending: Vec<Pending>,
}

impl Timeline {
    /// As rendered: a stretch of history that is complete up to change `changed`.
    pub fn new(history: History, changed: u64) -> Self {
        let mut timeline = Self {
            changed,
            ..Self::default()
        };
        timeline.add_earlier(history);
        timeline
    }

    /// The highest change folded: where to resume.
    pub fn changed(&self) -> u64 {
        self.changed
    }

    /// Oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.values()
    }

    /// What has not come back yet, in the order of writing.
    pub fn pending(&self) -> &[Pending] {
        &self.pending
    }

    /// There are older messages than the first.
    pub fn has_earlier(&self) -> bool {
        self.earlier
    }

    /// The first message's place, to ask for what came before.
    pub fn first(&self) -> Option<u64> {
        self.messages.keys().next().copied()
    }

    /// A message, new or changed. `mine` when the reader is its author.
    pub fn fold(&mut self, message: Message, mine: bool) {
        self.changed = self.changed.max(message.changed);
        if mine {
            self.pending.retain(|pending| pending.client_id != message.client_id);
        }
        self.keep(message);
        while self.messages.len() > HELD {
            self.messages.pop_first();
            self.earlier = true;
        }
    }

    /// The answer to a resume.
    pub fn catch_up(&mut self, reset: bool, messages: Vec<Message>, mine: impl Fn(&Message) -> bool) {
        if reset {
            self.messages.clear();
            self.earlier = messages.first().is_some_and(|first| first.seq > 1);
        }
        for message in messages {
            let mine = mine(&message);
            self.fold(message, mine);
        }
    }

    /// Older messages, loaded on request.
    pub fn add_earlier(&mut self, history: History) {
        self.earlier = history.earlier;
        for message in history.messages {
            self.keep(message);
        }
    }

    /// A message that is being sent; `false` when too many wait already.
    pub fn send(&mut self, client_id: String, body: String) -> bool {
        if self.pending.len() >= WAITING {
            return false;
        }
        self.pending.push(Pending {
            client_id,
            body,
            progress: Progress::Sending,
        });
        true
    }

    /// Takes back what waited when the page was left.
    pub fn restore(&mut self, waiting: Vec<Pending>) {
        for pending in waiting {
            let came_back = self.messages().any(|message| message.client_id == pending.client_id);
            if !came_back && self.pending.iter().all(|known| known.client_id != pending.client_id) {
                self.pending.push(pending);
            }
        }
    }

    /// The server's word on a message of one's own.
    pub fn progress(&mut self, client_id: &str, progress: Progress) {
        if let Some(pending) = self.pending.iter_mut().find(|pending| pending.client_id == client_id) {
            pending.progress = progress;
        }
    }

    /// Gives up a message of one's own.
    pub fn discard(&mut self, client_id: &str) {
        self.pending.retain(|pending| pending.client_id != client_id);
    }

    fn keep(&mut self, message: Message) {
        let newer = self
            .messages
            .get(&message.seq)
            .is_none_or(|held| held.changed < message.changed);
        if newer {
            self.messages.insert(message.seq, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        chat::model::Person,
        ids::{RoomId, UserId},
        time::Timestamp,
    };

    fn message(seq: u64, changed: u64) -> Message {
        Message {
            room: RoomId(1),
            seq,
            changed,
            author: Person {
                id: UserId(1),
                name: "ada".into(),
            },
            client_id: format!("c{seq}"),
            body: format!("{seq} as of {changed}"),
            at: Timestamp::from_micros(seq as i64),
        }
    }

    /// A room's life: `n` messages, some changed later. In the order of `changed`.
    fn changes(n: u64, edits: &[u64]) -> Vec<Message> {
        let said = (1..=n).map(|seq| message(seq, seq));
        let edited = edits
            .iter()
            .zip(n + 1..)
            .map(|(seq, changed)| message(seq % n + 1, changed));
        said.chain(edited).collect()
    }

    proptest! {
        #[test]
        fn order_and_repetition_do_not_matter(
            n in 1u64..30,
            edits in prop::collection::vec(0u64..30, 0..10),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..80),
        ) {
            let all = changes(n, &edits);
            let mut straight = Timeline::default();
            straight.catch_up(false, all.clone(), |_| false);
            let mut shuffled = Timeline::default();
            for index in &order {
                shuffled.fold(index.get(&all).clone(), false);
            }
            shuffled.catch_up(false, all.into_iter().rev().collect(), |_| false);
            prop_assert_eq!(straight, shuffled);
        }

        /// Lines drop at any moment; each resume sends everything after the highest folded change.
        #[test]
        fn resuming_leaves_no_hole(n in 1u64..40, drops in prop::collection::vec(1usize..10, 0..20)) {
            let all = changes(n, &[3, 1, 4]);
            let mut timeline = Timeline::default();
            for live in drops {
                let from = timeline.changed();
                for message in all.iter().filter(|m| m.changed > from).take(live) {
                    timeline.fold(message.clone(), false);
                }
            }
            let from = timeline.changed();
            timeline.catch_up(false, all.iter().filter(|m| m.changed > from).cloned().collect(), |_| false);
            let mut whole = Timeline::default();
            whole.catch_up(false, all, |_| false);
            prop_assert_eq!(timeline, whole);
        }
    }

    #[test]
    fn a_reset_forgets_what_may_have_holes() {
        let mut timeline = Timeline::default();
        timeline.fold(message(1, 1), false);
        timeline.catch_up(true, vec![message(90, 90), message(91, 91)], |_| false);
        assert_eq!(timeline.messages().map(|m| m.seq).collect::<Vec<_>>(), [90, 91]);
        assert!(timeline.has_earlier());
    }

    #[test]
    fn one_s_own_message_is_shown_once() {
        let mut timeline = Timeline::default();
        assert!(timeline.send("c1".into(), "hello".into()));
        timeline.fold(message(1, 1), false);
        assert_eq!(timeline.pending().len(), 1, "somebody else's c1 is another message");
        timeline.fold(message(1, 1), true);
        assert!(timeline.pending().is_empty());
        timeline.restore(vec![Pending {
            client_id: "c1".into(),
            body: "hello".into(),
            progress: Progress::Sending,
        }]);
        assert!(timeline.pending().is_empty(), "it came back before the page was left");
    }

    #[test]
    fn holds_a_bounded_number() {
        let mut timeline = Timeline::default();
        timeline.catch_up(false, (1..=HELD as u64 + 5).map(|n| message(n, n)).collect(), |_| false);
        assert_eq!((timeline.messages().count(), timeline.first()), (HELD, Some(6)));
        assert!(timeline.has_earlier());
        for n in 0..WAITING {
            assert!(timeline.send(n.to_string(), "x".into()));
        }
        assert!(!timeline.send("more".into(), "x".into()));
    }
}
