//! Tests of the fold in `timeline.rs`.

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
        ..History::default()
    }
}

#[test]
fn earlier_messages_that_come_too_late_make_no_hole() {
    let mut timeline = Timeline::default();
    timeline.catch_up(true, vec![message(41, 41)]);
    timeline.catch_up(true, vec![message(700, 700)]);
    assert!(!timeline.add(End::First, before(41), 41, 41));
    assert_eq!(timeline.first(), Some(700));
    assert!(timeline.has_earlier());
}

#[test]
fn changes_that_pass_while_earlier_messages_are_on_their_way_are_asked_for_again() {
    let mut timeline = Timeline::default();
    timeline.catch_up(true, vec![message(41, 41)]);
    timeline.fold(message(20, 42));
    assert!(timeline.add(End::First, before(41), 41, 41));
    assert_eq!(
        timeline.changed(),
        41,
        "also by the next connection, should this one end now"
    );
    timeline.catch_up(false, vec![message(20, 42)]);
    assert_eq!(timeline.messages().nth(19).map(|m| m.changed), Some(42));
    assert!(!timeline.add(End::First, before(1), 1, 42), "nothing passed");
}

/// What the server would answer of a room of `n` messages, beyond `at`.
fn beyond(end: End, n: u64, at: u64, page: u64) -> History {
    let (from, to) = match end {
        End::First => (at.saturating_sub(page).max(1), at),
        End::Last => (at + 1, (at + 1 + page).min(n + 1)),
    };
    History {
        messages: (from..to).map(|seq| message(seq, seq)).collect(),
        earlier: from > 1,
        later: to <= n,
    }
}

#[test]
fn what_is_said_beyond_a_stretch_of_the_past_waits_for_its_turn() {
    let mut timeline = Timeline::new(beyond(End::First, 100, 50, 10), 100).reaching(100);
    assert_eq!(
        (timeline.first(), timeline.last(), timeline.newest()),
        (Some(40), Some(49), 100)
    );
    timeline.fold(message(101, 101));
    assert_eq!(
        (timeline.last(), timeline.newest(), timeline.changed()),
        (Some(49), 101, 101)
    );
    // It was said after these were read: its change is asked for anew.
    assert!(timeline.add(End::Last, beyond(End::Last, 100, 49, 60), 49, 100));
    assert_eq!((timeline.last(), timeline.has_later()), (Some(100), false));
    timeline.catch_up(false, vec![message(101, 101)]);
    assert_eq!(timeline.last(), Some(101));
}

proptest! {
    /// However one wanders, what is held is one stretch, bounded, that knows at which end there is more.
    #[test]
    fn wandering_both_ways_leaves_no_hole(ways in prop::collection::vec((any::<bool>(), 1u64..400), 1..40), at in 1u64..3_000) {
        let n = 3_000;
        let mut timeline = Timeline::new(beyond(End::First, n, at, 60), n).reaching(n);
        for (back, page) in ways {
            let end = if back { End::First } else { End::Last };
            if let Some(at) = timeline.beyond(end) {
                timeline.add(end, beyond(end, n, at, page), at, n);
            }
            let held: Vec<u64> = timeline.messages().map(|message| message.seq).collect();
            prop_assert!(held.len() <= HELD && held.windows(2).all(|pair| pair[1] == pair[0] + 1));
            if let (Some(first), Some(last)) = (timeline.first(), timeline.last()) {
                prop_assert_eq!((timeline.has_earlier(), timeline.has_later()), (first > 1, last < n));
            }
        }
    }
}
