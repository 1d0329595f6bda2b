//! The messages of a tab, the room on show and what waits in all rooms, and what becomes of them when something arrives.
//! Pure: the [connection](super::connection) keeps the parts as signals.

use super::{model::Message, outbox::Outbox, timeline::Timeline, wire::ServerFrame};
use crate::ids::{RoomId, UserId};

/// What a tab holds.
pub struct Tab<'a> {
    /// Whose it is.
    pub me: UserId,
    /// What waits.
    pub outbox: &'a mut Outbox,
    /// The room on show.
    pub shown: Option<(RoomId, &'a mut Timeline)>,
    /// Answers to `follow` that haven't come whole. Until they have, what is said is left to the last of them: folded
    /// before, it would hide that something is missing if the line dropped now.
    pub awaited: &'a mut u32,
}

/// What a frame did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// The timeline isn't what it was.
    pub timeline: bool,
    /// The outbox isn't what it was.
    pub outbox: bool,
    /// One's own messages that the server keeps, by name: nothing of them has to survive this page.
    pub kept: Vec<String>,
}

impl Tab<'_> {
    /// The line is new: what was asked before isn't answered any more.
    pub fn opened(&mut self) {
        *self.awaited = 0;
        self.outbox.opened();
    }

    /// The change from which on the room on show is to be asked for; none where its newest page is wanted in place of what
    /// is on show. Count on an answer, also when the line is down: it is asked for again when the line is back.
    pub fn follow(&mut self, newest: bool) -> Option<(RoomId, Option<u64>)> {
        let (room, timeline) = self.shown.as_ref()?;
        *self.awaited += 1;
        Some((*room, (!newest).then(|| timeline.changed())))
    }

    /// A room has come on show, or what waits from an earlier page: nothing waits that is on show.
    pub fn shown(&mut self) -> Folded {
        let Some((room, timeline)) = &self.shown else {
            return Folded::default();
        };
        let (me, outbox) = (self.me, &mut *self.outbox);
        let waits = |message: &&Message| message.author.id == me && outbox.find(&message.client_id).is_some();
        let kept: Vec<String> = timeline
            .messages()
            .filter(waits)
            .map(|message| message.client_id.clone())
            .collect();
        for name in &kept {
            outbox.remove(name);
        }
        Folded {
            timeline: false,
            outbox: outbox.shown(*room, timeline) || !kept.is_empty(),
            kept,
        }
    }

    /// Folds a frame about messages; others do nothing.
    pub fn fold(&mut self, frame: ServerFrame) -> Folded {
        match frame {
            ServerFrame::Message(message) => self.said(message),
            ServerFrame::CaughtUp {
                room,
                reset,
                messages,
                more,
            } => {
                // Answers come in the order of asking. An older one is to what was on show then: a reset would take away
                // what the page has brought since.
                let is_last = *self.awaited <= 1;
                *self.awaited = self.awaited.saturating_sub(u32::from(!more));
                if is_last {
                    self.missed(room, reset, messages)
                } else {
                    Folded::default()
                }
            }
            ServerFrame::Ack {
                room,
                client_id,
                seq,
                changed,
            } => {
                let mut folded = Folded {
                    outbox: true,
                    ..Folded::default()
                };
                self.outbox.kept(&client_id, seq, changed);
                match &self.shown {
                    Some((shown, timeline)) if *shown == room => self.outbox.shown(room, timeline),
                    _ => self.outbox.remove(&client_id),
                };
                folded.kept.push(client_id);
                folded
            }
            _ => Folded::default(),
        }
    }

    fn said(&mut self, message: Message) -> Folded {
        let mut folded = Folded::default();
        let timeline = self.shown.as_mut().filter(|(room, _)| *room == message.room);
        let (will_be_shown, is_awaited) = (timeline.is_some(), *self.awaited > 0);
        if message.author.id == self.me {
            let name = message.client_id.clone();
            folded.outbox = self.outbox.find(&name).is_some();
            if will_be_shown {
                self.outbox.kept(&name, message.seq, message.changed);
            } else {
                self.outbox.remove(&name);
            }
            folded.kept.push(name);
        }
        if let Some((room, timeline)) = timeline.filter(|_| !is_awaited) {
            timeline.fold(message);
            folded.timeline = true;
            folded.outbox |= self.outbox.shown(*room, timeline);
        }
        folded
    }

    fn missed(&mut self, room: RoomId, reset: bool, messages: Vec<Message>) -> Folded {
        let mut folded = Folded::default();
        let Some((_, timeline)) = self.shown.as_mut().filter(|(shown, _)| *shown == room) else {
            return folded;
        };
        for message in messages.iter().filter(|message| message.author.id == self.me) {
            folded.outbox |= self.outbox.find(&message.client_id).is_some();
            self.outbox.kept(&message.client_id, message.seq, message.changed);
            folded.kept.push(message.client_id.clone());
        }
        timeline.catch_up(reset, messages);
        folded.timeline = true;
        folded.outbox |= self.outbox.shown(room, timeline);
        folded
    }
}

#[cfg(test)]
mod tests {
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
}
