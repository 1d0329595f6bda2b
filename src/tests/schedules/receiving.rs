//! The half of a [`Browser`] that receives, as the page does and as no page should have to.

use super::browser::Browser;
use crate::chat::{
    outbox::{Progress, Waiting},
    timeline::End,
    wire::ServerFrame,
};

impl Browser {
    /// Lets the next frames arrive here; notices when there are no more.
    pub fn receive(&mut self, frames: usize) {
        for _ in 0..frames {
            let Some(cable) = &mut self.cable else { return };
            let lives = cable.listen();
            match cable.to_receive.pop_front() {
                Some(frame) => self.take(frame),
                None if !lives => self.cable = None,
                None => return,
            }
        }
    }

    /// Lets all that is under way arrive; with `wait` also what the server answers.
    pub fn flow(&mut self, wait: bool) {
        if let Some(cable) = &mut self.cable {
            cable.carry(usize::MAX, wait);
        }
        self.receive(usize::MAX);
    }

    /// Lets messages that follow each other arrive in another order and twice.
    pub fn receive_shuffled(&mut self, by: usize) {
        if let Some(cable) = &mut self.cable {
            cable.listen();
        }
        let Some(cable) = &self.cable else { return };
        let run = cable.to_receive.iter().take_while(|frame| self.knows_its_order(frame));
        let run = run.count();
        let Some(cable) = &mut self.cable else { return };
        let mut messages: Vec<ServerFrame> = cable.to_receive.drain(..run).collect();
        messages.rotate_left(by % run.max(1));
        messages.extend_from_within(..run / 2);
        messages.reverse();
        for message in messages {
            self.take(message);
        }
    }

    /// What arrived lately arrives again.
    pub fn receive_again(&mut self, which: usize) {
        if let Some(index) = which.checked_rem(self.heard.len()) {
            let frame = self.heard[index].clone();
            if matches!(frame, ServerFrame::Ack { .. }) || self.knows_its_order(&frame) {
                self.take(frame);
            }
        }
    }

    /// Of what isn't held nothing tells which of two changes is the later one: what quotes it takes the last.
    fn knows_its_order(&self, frame: &ServerFrame) -> bool {
        let first = self
            .timeline
            .first()
            .filter(|_| self.timeline.has_earlier())
            .unwrap_or(0);
        let last = self.timeline.beyond(End::Last).unwrap_or(u64::MAX);
        matches!(frame, ServerFrame::Message(message) if (first..=last).contains(&message.seq))
    }

    /// Timers end.
    pub fn wait(&mut self) {
        for name in std::mem::take(&mut self.later) {
            self.outbox.again(&name);
        }
        self.post();
        if std::mem::take(&mut self.follow_later) && self.awaited > 0 {
            self.awaited = 0;
            self.follow();
        }
    }

    /// Remembers where the messages on show stand.
    pub(super) fn note(&mut self) {
        let mine = self
            .timeline
            .messages()
            .filter(|message| message.author.id == self.me.id);
        self.places
            .extend(mine.map(|message| (message.client_id.clone(), message.seq)));
    }

    fn take(&mut self, frame: ServerFrame) {
        match &frame {
            ServerFrame::Ack { client_id, seq, .. } => _ = self.places.insert(client_id.clone(), *seq),
            ServerFrame::CaughtUp {
                messages, more, room, ..
            } => {
                let mine = messages.iter().filter(|message| message.author.id == self.me.id);
                self.places
                    .extend(mine.map(|message| (message.client_id.clone(), message.seq)));
                // One that another answer comes after isn't folded: what it left out is left out still.
                if self.awaited <= 1 {
                    self.halfway = *more && *room == self.room;
                }
            }
            ServerFrame::Message(message) if message.author.id == self.me.id => {
                _ = self.places.insert(message.client_id.clone(), message.seq);
            }
            _ => (),
        }
        match frame {
            ServerFrame::Refused {
                client_id: Some(name),
                error,
                message,
            } => match self.outbox.refused(&name, &error, message) {
                Some(_) => self.later.push(name),
                None => {
                    let failed = |waiting: &&Waiting| matches!(waiting.progress, Progress::Failed(_));
                    if let Some(waiting) = self.outbox.find(&name).filter(failed) {
                        let json = serde_json::to_string(waiting).expect("JSON");
                        self.storage.borrow_mut().insert(name, json);
                    }
                    self.post();
                }
            },
            ServerFrame::Refused { client_id: None, .. } => self.follow_later = true,
            frame => {
                if matches!(frame, ServerFrame::Message(_) | ServerFrame::Ack { .. }) {
                    self.heard.push(frame.clone());
                }
                self.on_tab(|tab| tab.fold(frame));
                self.post();
            }
        }
    }
}
