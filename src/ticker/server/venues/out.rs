//! A venue's way out: its ticks, and how its line is.

use std::sync::Arc;

use super::pulse::Pulse;
use crate::{
    ticker::{
        model::{Line, VenueKind, VenueState},
        server::{instruments::Said, record::Recorder, rounds, tick::Tick},
    },
    time::Timestamp,
};

/// Characters of a venue's complaint that are shown.
const FAULT: usize = 200;

/// What takes in what venues say.
pub trait Sink: Send + Sync + 'static {
    /// A price.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    fn tick(&self, tick: Tick) -> Result<(), String>;
    /// Something changes in what is shown of a venue.
    fn venue(&self, venue: VenueKind, change: &mut dyn FnMut(&mut VenueState));
    /// The venue says something of a symbol.
    fn instrument(&self, _said: Said) {}
    /// A connection was made.
    fn opened(&self) {}
    /// Why it is down.
    fn down(&self, _why: &str) {}
    /// A frame came on it, as it is.
    fn frame(&self, _text: &str, _at: Timestamp) {}
}

impl Sink for Recorder {
    fn tick(&self, tick: Tick) -> Result<(), String> {
        self.record(tick).map(|_| ())
    }

    fn venue(&self, venue: VenueKind, change: &mut dyn FnMut(&mut VenueState)) {
        Self::venue(self, venue, change);
    }

    fn instrument(&self, said: Said) {
        self.instruments.said(said);
    }
}

/// A venue's way out; cheap to clone.
#[derive(Clone)]
pub struct Out {
    kind: VenueKind,
    sink: Arc<dyn Sink>,
    pulse: Arc<Pulse>,
}

impl Out {
    /// For the venue `kind`.
    pub fn new(kind: VenueKind, sink: impl Sink) -> Self {
        Self::counted(kind, sink, Arc::default())
    }

    /// For the venue `kind`, whose frames and ticks `pulse` counts.
    pub fn counted(kind: VenueKind, sink: impl Sink, pulse: Arc<Pulse>) -> Self {
        Self {
            kind,
            sink: Arc::new(sink),
            pulse,
        }
    }

    /// Takes a tick. The first refusal is shown beside the venue.
    pub fn tick(&self, tick: Tick) {
        self.pulse.tick();
        if let Err(error) = self.sink.tick(tick) {
            self.change(|state| {
                state.fault.get_or_insert(error.clone());
            });
        }
    }

    /// The venue says something of a symbol.
    pub fn instrument(&self, said: Said) {
        self.sink.instrument(said);
    }

    /// The first connection is being made.
    pub fn connecting(&self) {
        self.change(|state| {
            *state = rounds::off(self.kind);
            state.line = Line::Connecting;
        });
    }

    /// There is nothing to ask for, so there is no connection.
    pub fn idle(&self) {
        self.change(|state| state.line = Line::Idle);
    }

    /// There is something to ask for again.
    pub fn busy(&self) {
        self.change(|state| {
            if state.line == Line::Idle {
                state.line = Line::Connecting;
            }
        });
    }

    /// Something was heard.
    pub fn live(&self) {
        self.change(|state| {
            if !matches!(state.line, Line::Live(_)) {
                state.line = Line::Live(Timestamp::now());
            }
        });
    }

    /// Why the line is down.
    pub fn down(&self, why: &str) {
        self.sink.down(why);
    }

    /// The line is down.
    pub fn stale(&self) {
        self.change(|state| {
            if !matches!(state.line, Line::Stale(_)) {
                state.line = Line::Stale(Timestamp::now());
            }
        });
    }

    /// Connected again; earlier complaints are of the past.
    pub fn reconnected(&self) {
        self.change(|state| {
            state.reconnects = state.reconnects.saturating_add(1);
            state.fault = None;
        });
    }

    /// The venue had counted further than what had reached us.
    pub fn gap(&self) {
        self.change(|state| state.gaps = state.gaps.saturating_add(1));
    }

    /// The venue complained.
    pub fn fault(&self, words: &str) {
        let words: String = words.chars().filter(|c| !c.is_control()).take(FAULT).collect();
        self.change(|state| state.fault = Some(words.clone()));
    }

    /// It isn't run any more.
    pub fn off(&self) {
        self.change(|state| *state = rounds::off(self.kind));
    }

    /// A connection was made.
    pub(super) fn opened(&self) {
        self.sink.opened();
    }

    /// A frame came.
    pub(super) fn frame(&self, text: &str, at: Timestamp) {
        self.pulse.frame(at);
        self.sink.frame(text, at);
    }

    fn change(&self, mut change: impl FnMut(&mut VenueState)) {
        self.sink.venue(self.kind, &mut change);
    }
}
