use super::*;
use crate::chat::model::{History, Message};

const ROOM: RoomId = RoomId(1);

fn waiting(room: RoomId, client_id: impl Into<String>) -> Waiting {
    Waiting {
        room,
        client_id: client_id.into(),
        body: "hello".into(),
        ..Waiting::default()
    }
}

fn outbox(names: &[&str]) -> Outbox {
    let mut outbox = Outbox::default();
    for name in names {
        outbox.add(waiting(ROOM, *name)).expect("room for it");
    }
    outbox
}

fn names(outbox: &Outbox) -> Vec<&str> {
    outbox.in_room(ROOM).map(|waiting| waiting.client_id.as_str()).collect()
}

fn to_post(outbox: &mut Outbox) -> Option<String> {
    outbox.to_post().map(|draft| draft.client_id)
}

/// A room as it is shown: messages from `first` on, everything up to change `changed`.
fn shows(first: u64, changed: u64) -> Timeline {
    let message = Message {
        seq: first,
        ..Message::default()
    };
    let messages = vec![message];
    let earlier = first > 1;
    Timeline::new(
        History {
            messages,
            earlier,
            ..History::default()
        },
        changed,
    )
}

#[test]
fn a_message_waits_until_it_is_kept_and_shown() {
    let mut outbox = outbox(&["a"]);
    outbox.shown(ROOM, &shows(1, 9));
    assert_eq!(names(&outbox), ["a"], "not kept yet");
    outbox.kept("a", 8, 10);
    assert_eq!(
        (to_post(&mut outbox), names(&outbox)),
        (None, vec!["a"]),
        "not shown yet"
    );
    outbox.shown(RoomId(2), &shows(1, 10));
    outbox.shown(ROOM, &shows(1, 9));
    assert_eq!(names(&outbox), ["a"]);
    outbox.shown(ROOM, &shows(1, 10));
    assert!(names(&outbox).is_empty());
}

#[test]
fn what_is_too_old_to_be_shown_waits_no_more() {
    let mut outbox = outbox(&["a"]);
    // Kept long ago, its acknowledgement lost, and edited since.
    outbox.kept("a", 8, 700);
    assert!(outbox.shown(ROOM, &shows(600, 690)));
}

#[test]
fn one_goes_out_after_the_other() {
    let mut outbox = outbox(&["a", "b"]);
    assert_eq!(to_post(&mut outbox).as_deref(), Some("a"));
    assert_eq!(to_post(&mut outbox), None, "it is on its way");
    assert_eq!(outbox.refused("a", &AppError::SlowDown(3), String::new()), Some(3));
    assert_eq!(to_post(&mut outbox), None, "nothing overtakes it");
    outbox.again("a");
    assert_eq!(to_post(&mut outbox).as_deref(), Some("a"));
    outbox.kept("a", 1, 1);
    assert_eq!(to_post(&mut outbox).as_deref(), Some("b"));
    outbox.opened();
    assert_eq!(to_post(&mut outbox).as_deref(), Some("b"), "it was on the old line");
}

#[test]
fn what_was_refused_waits_for_its_author_and_holds_up_nothing() {
    let mut outbox = outbox(&["a", "b"]);
    to_post(&mut outbox);
    assert_eq!(outbox.refused("a", &AppError::SignedOut, "no".into()), None);
    assert_eq!(to_post(&mut outbox).as_deref(), Some("b"));
    let mut later = Outbox::new(outbox.waiting);
    assert_eq!(to_post(&mut later).as_deref(), Some("b"), "not sent again unasked");
    later.again("a");
    assert_eq!(to_post(&mut later).as_deref(), Some("a"));
}

#[test]
fn a_clock_that_goes_back_doesn_t_change_the_order() {
    let mut outbox = Outbox::default();
    let mut written = Vec::new();
    // Two in one moment; then the clock is set back by an hour, and is wrong altogether.
    for (now, rest) in [(7_200, "9"), (7_200, "1"), (3_600, "5"), (-5, "0"), (7_201, "3")] {
        let name = outbox.name(now, rest);
        outbox.add(waiting(ROOM, &name));
        written.push(name);
    }
    let mut stored = outbox.waiting.clone();
    stored.reverse();
    assert_eq!(names(&Outbox::new(stored)), written);
}

#[test]
fn a_room_holds_a_bounded_number() {
    let mut outbox = Outbox::default();
    for n in 0..WAITING {
        assert!(outbox.add(waiting(ROOM, n.to_string())).is_some());
    }
    assert!(outbox.add(waiting(ROOM, "more")).is_none());
    assert!(outbox.add(waiting(RoomId(2), "elsewhere")).is_some());
}
