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
#[path = "tab_tests.rs"]
mod tests;
