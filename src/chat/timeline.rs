//! The fold of a room's messages: whatever arrives, in whatever order and however often, shows each message
//! once, in its place, in its newest state.

use std::collections::VecDeque;

use super::model::{History, Message};
use crate::ids::UserId;

/// Messages a page holds at most; older ones leave and can be loaded again.
pub const HELD: usize = 1_000;
/// Characters of a message that an answer quotes.
const QUOTED: usize = 160;

/// A room as a page holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    /// By place.
    messages: VecDeque<Message>,
    changed: u64,
    earlier: bool,
}

impl Timeline {
    /// As rendered: a stretch of history that is complete up to change `changed`.
    pub fn new(history: History, changed: u64) -> Self {
        let mut timeline = Self {
            changed,
            earlier: history.earlier,
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
        self.messages.iter()
    }

    /// The newest message's place.
    pub fn last(&self) -> Option<u64> {
        self.messages.back().map(|message| message.seq)
    }

    /// The newest message of `author` that can still be edited.
    pub fn last_by(&self, author: UserId) -> Option<&Message> {
        self.messages
            .iter()
            .rev()
            .find(|message| message.author.id == author && !message.deleted)
    }

    /// There are older messages than the first.
    pub fn has_earlier(&self) -> bool {
        self.earlier
    }

    /// The first message's place, to ask for what came before.
    pub fn first(&self) -> Option<u64> {
        self.messages.front().map(|message| message.seq)
    }

    /// A message, new or changed.
    pub fn fold(&mut self, message: Message) {
        self.changed = self.changed.max(message.changed);
        // A change of what is too old to be held: between the two there are others that aren't.
        if self.earlier && self.first().is_some_and(|first| message.seq < first) {
            self.quote(&message);
            return;
        }
        self.keep(message);
        while self.messages.len() > HELD {
            self.messages.pop_front();
            self.earlier = true;
        }
    }

    /// The answer to a resume.
    pub fn catch_up(&mut self, reset: bool, messages: Vec<Message>) {
        if reset {
            self.messages.clear();
            self.earlier = false;
            // The room's count may have begun anew: of the old one, nothing is worth resuming from.
            self.changed = 0;
        }
        for message in messages {
            self.fold(message);
        }
        self.earlier = (reset || self.earlier) && self.first().is_some_and(|first| first > 1);
    }

    /// Older messages, loaded on request: those before `before`, asked for when `since` was the highest change folded.
    /// True when changes of them may have been passed over meanwhile: resume, which asks for those anew.
    pub fn add_earlier(&mut self, history: History, before: u64, since: u64) -> bool {
        // Not what comes before the first any more: there would be a hole between.
        if self.first() != Some(before) {
            return false;
        }
        self.earlier = history.earlier;
        for message in history.messages {
            self.keep(message);
        }
        let passed_over = self.changed > since;
        self.changed = self.changed.min(since);
        passed_over
    }

    fn keep(&mut self, mut message: Message) {
        let at = self.messages.partition_point(|held| held.seq < message.seq);
        let is_held = match self.messages.get(at).filter(|held| held.seq == message.seq) {
            Some(held) if held.changed >= message.changed => return,
            held => held.is_some(),
        };
        self.quote(&message);
        // The one it quotes may be known as it is now.
        if let Some(quote) = &mut message.reply
            && let Some(quoted) = self.messages.iter().find(|held| held.seq == quote.seq)
            && quoted.changed > message.changed
        {
            quote.text = quotation(quoted);
        }
        if is_held {
            self.messages[at] = message;
        } else {
            self.messages.insert(at, message);
        }
    }

    /// Answers quote it: what was taken back is gone there too.
    fn quote(&mut self, message: &Message) {
        for answer in &mut self.messages {
            if let Some(quote) = answer.reply.as_mut().filter(|quote| quote.seq == message.seq)
                && answer.changed < message.changed
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        chat::model::{Person, Quote},
        ids::RoomId,
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
                ..Person::default()
            },
            client_id: format!("c{seq}"),
            body: format!("{seq} as of {changed}"),
            at: Timestamp::from_micros(seq as i64),
            ..Message::default()
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
            straight.catch_up(false, all.clone());
            let mut shuffled = Timeline::default();
            for index in &order {
                shuffled.fold(index.get(&all).clone());
            }
            shuffled.catch_up(false, all.into_iter().rev().collect());
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
                    timeline.fold(message.clone());
                }
            }
            let from = timeline.changed();
            timeline.catch_up(false, all.iter().filter(|m| m.changed > from).cloned().collect());
            let mut whole = Timeline::default();
            whole.catch_up(false, all);
            prop_assert_eq!(timeline, whole);
        }
    }

    #[test]
    fn a_reset_forgets_what_may_have_holes() {
        let mut timeline = Timeline::default();
        timeline.fold(message(1, 1));
        timeline.catch_up(true, vec![message(90, 90), message(91, 91)]);
        assert_eq!(timeline.messages().map(|m| m.seq).collect::<Vec<_>>(), [90, 91]);
        assert!(timeline.has_earlier());
    }

    #[test]
    fn a_change_of_what_is_too_old_to_be_held_makes_no_hole() {
        let mut timeline = Timeline::default();
        timeline.catch_up(true, vec![message(90, 90), message(91, 91)]);
        timeline.fold(message(3, 92));
        assert_eq!(timeline.messages().map(|m| m.seq).collect::<Vec<_>>(), [90, 91]);
        assert_eq!(timeline.changed(), 92, "it was heard of");
    }

    #[test]
    fn after_a_reset_the_count_is_the_new_one() {
        let mut timeline = Timeline::default();
        timeline.fold(message(100, 100));
        timeline.catch_up(true, vec![message(50, 50)]);
        assert_eq!(
            timeline.changed(),
            50,
            "or what is said up to 100 would be missed by the next resume"
        );
    }

    #[test]
    fn holds_a_bounded_number() {
        let mut timeline = Timeline::default();
        timeline.catch_up(false, (1..=HELD as u64 + 5).map(|n| message(n, n)).collect());
        assert_eq!((timeline.messages().count(), timeline.first()), (HELD, Some(6)));
        assert!(timeline.has_earlier());
    }

    #[test]
    fn what_is_taken_back_is_gone_from_answers_even_where_it_is_too_old_to_be_held() {
        let answer = |text: &str| Message {
            reply: Some(Quote {
                seq: 3,
                author: "ada".into(),
                text: text.into(),
            }),
            ..message(91, 91)
        };
        let mut timeline = Timeline::default();
        timeline.catch_up(true, vec![message(90, 90), answer("4711")]);
        let gone = Message {
            body: String::new(),
            deleted: true,
            ..message(3, 92)
        };
        timeline.fold(gone.clone());
        assert_eq!(timeline.messages().last(), Some(&answer("")));
        // Also where it itself, as it was once, comes again.
        timeline.catch_up(true, vec![message(3, 3), answer("4711")]);
        timeline.fold(gone.clone());
        timeline.fold(message(3, 91));
        assert_eq!(timeline.messages().last(), Some(&answer("")));
        // Also where the answer, as it was once, comes after it.
        let mut timeline = Timeline::default();
        timeline.fold(gone);
        timeline.fold(answer("4711"));
        assert_eq!(timeline.messages().last(), Some(&answer("")));
    }

    fn before(first: u64) -> History {
        History {
            messages: (1..first).map(|seq| message(seq, seq)).collect(),
            earlier: false,
        }
    }

    #[test]
    fn earlier_messages_that_come_too_late_make_no_hole() {
        let mut timeline = Timeline::default();
        timeline.catch_up(true, vec![message(41, 41)]);
        timeline.catch_up(true, vec![message(700, 700)]);
        assert!(!timeline.add_earlier(before(41), 41, 41));
        assert_eq!(timeline.first(), Some(700));
        assert!(timeline.has_earlier());
    }

    #[test]
    fn changes_that_pass_while_earlier_messages_are_on_their_way_are_asked_for_again() {
        let mut timeline = Timeline::default();
        timeline.catch_up(true, vec![message(41, 41)]);
        timeline.fold(message(20, 42));
        assert!(timeline.add_earlier(before(41), 41, 41));
        assert_eq!(
            timeline.changed(),
            41,
            "also by the next connection, should this one end now"
        );
        timeline.catch_up(false, vec![message(20, 42)]);
        assert_eq!(timeline.messages().nth(19).map(|m| m.changed), Some(42));
        assert!(!timeline.add_earlier(before(1), 1, 42), "nothing passed");
    }
}
