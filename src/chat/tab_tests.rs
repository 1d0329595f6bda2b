use super::*;
use crate::chat::{
    model::{History, Person},
    outbox::Waiting,
    timeline::End,
};

const ROOM: RoomId = RoomId(1);
const ME: UserId = UserId(7);

/// A tab that owns what it holds.
struct Page {
    outbox: Outbox,
    timeline: Timeline,
    awaited: u32,
}

impl Page {
    /// Shows places `first` to `last`.
    fn new(first: u64, last: u64) -> Self {
        let history = History {
            messages: (first..=last).map(said).collect(),
            earlier: first > 1,
            ..History::default()
        };
        Self {
            outbox: Outbox::default(),
            timeline: Timeline::new(history, last),
            awaited: 0,
        }
    }

    fn tab(&mut self) -> Tab<'_> {
        Tab {
            me: ME,
            outbox: &mut self.outbox,
            shown: Some((ROOM, &mut self.timeline)),
            awaited: &mut self.awaited,
        }
    }

    fn places(&self) -> Vec<u64> {
        self.timeline.messages().map(|message| message.seq).collect()
    }

    fn waits(&self) -> bool {
        self.outbox.in_room(ROOM).next().is_some()
    }
}

/// A message of one's own.
fn said(seq: u64) -> Message {
    Message {
        room: ROOM,
        seq,
        changed: seq,
        author: Person {
            id: ME,
            name: "ines".into(),
            ..Person::default()
        },
        client_id: format!("c{seq}"),
        ..Message::default()
    }
}

fn waiting(room: RoomId, name: &str) -> Waiting {
    Waiting {
        room,
        client_id: name.into(),
        body: "hello".into(),
        ..Waiting::default()
    }
}

fn answer(reset: bool, messages: Vec<Message>, more: bool) -> ServerFrame {
    ServerFrame::CaughtUp {
        room: ROOM,
        reset,
        messages,
        more,
    }
}

#[test]
fn what_is_said_before_the_answer_is_left_to_it_and_stays_on_the_screen() {
    let mut page = Page::new(1, 3);
    page.outbox.add(waiting(ROOM, "c6"));
    assert_eq!(page.tab().follow(false), Some((ROOM, Some(3))));
    let folded = page.tab().fold(ServerFrame::Message(said(6)));
    assert_eq!((folded.timeline, folded.kept), (false, vec!["c6".to_owned()]));
    assert!(page.waits(), "not gone from the screen meanwhile");
    // Had the line dropped here, what to ask for next would still be the same.
    page.tab().fold(answer(false, vec![said(4)], true));
    assert_eq!(page.timeline.changed(), 4);
    page.tab().fold(answer(false, vec![said(5), said(6)], false));
    page.tab().fold(ServerFrame::Message(said(7)));
    assert_eq!((page.places(), page.waits()), ((1..=7).collect(), false));
}

#[test]
fn an_answer_to_what_was_on_show_before_takes_nothing_away() {
    let mut page = Page::new(1, 3);
    page.tab().follow(false);
    // The same room is opened anew, by a page that is newer than the answer to come.
    page.timeline = Page::new(600, 700).timeline;
    page.tab().follow(false);
    page.tab().fold(answer(true, (590..=690).map(said).collect(), false));
    page.tab().fold(answer(false, vec![said(701)], false));
    assert_eq!(page.places(), (600..=701).collect::<Vec<_>>());
    assert_eq!(page.awaited, 0);
}

#[test]
fn what_is_said_in_the_past_while_the_last_stretch_loads_stays_on_the_screen() {
    let mut page = Page::new(1, 3);
    let past = History {
        messages: (1..=3).map(said).collect(),
        later: true,
        ..History::default()
    };
    page.timeline = Timeline::new(past, 5);
    page.outbox.add(waiting(ROOM, "c6"));
    let (at, since) = (page.timeline.beyond(End::Last).expect("more"), page.timeline.changed());
    page.tab().fold(ServerFrame::Message(said(6)));
    assert!(page.waits(), "the end isn't on show");
    let last = History {
        messages: vec![said(4), said(5)],
        ..History::default()
    };
    assert!(
        page.timeline.add(End::Last, last, at, since),
        "something was passed over"
    );
    page.tab().shown();
    assert!(page.waits(), "not there until the answer");
    page.tab().follow(false);
    page.tab().fold(answer(false, vec![said(6)], false));
    assert_eq!((page.places(), page.waits()), ((1..=6).collect(), false));
}

#[test]
fn a_new_line_owes_no_answers_of_the_old_one() {
    let mut page = Page::new(1, 3);
    page.tab().follow(false);
    page.tab().follow(false);
    page.tab().opened();
    page.tab().follow(false);
    page.tab().fold(answer(false, vec![said(4)], false));
    page.tab().fold(ServerFrame::Message(said(5)));
    assert_eq!(page.places(), [1, 2, 3, 4, 5]);
}

#[test]
fn a_page_that_shows_it_already_doesn_t_show_it_as_waiting_too() {
    let mut page = Page::new(1, 3);
    for name in ["c2", "c9"] {
        page.outbox.add(waiting(ROOM, name));
    }
    let shown = page.tab().shown();
    assert_eq!((shown.outbox, shown.kept), (true, vec!["c2".to_owned()]));
    assert!(page.outbox.find("c2").is_none() && page.outbox.find("c9").is_some());
}

#[test]
fn what_is_kept_in_a_room_that_isn_t_on_show_waits_no_more() {
    let mut page = Page::new(1, 3);
    let there = RoomId(2);
    page.outbox.add(waiting(there, "elsewhere"));
    let kept = ServerFrame::Ack {
        room: there,
        client_id: "elsewhere".into(),
        seq: 1,
        changed: 1,
    };
    let folded = page.tab().fold(kept);
    assert_eq!(folded.kept, ["elsewhere"]);
    assert!(page.outbox.find("elsewhere").is_none());
}
