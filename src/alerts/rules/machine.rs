//! What becomes of a rule with each thing that happens.

use rust_decimal::Decimal;

use super::{
    intake::rounded,
    spec::Spec,
    state::{Episode, Phase, State},
};
use crate::{alerts::model::Test, ticker::server::instruments::session::Session, time::Timestamp};

/// Values that a firing names at most.
const NAMED: usize = 10;

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event<'a> {
    /// A price of the rule's symbol.
    Price {
        /// When it is from; not after the present.
        at: Timestamp,
        /// It.
        last: Decimal,
        /// The best bid and ask.
        sides: Option<(Decimal, Decimal)>,
    },
    /// A line that the rule asks for.
    Line {
        /// When it happened; not after the present.
        at: Timestamp,
        /// `line.id`.
        id: u64,
        /// The value of the rule's field; empty without one.
        group: &'a str,
        /// Its text.
        text: &'a str,
    },
    /// It is so late.
    Clock(Timestamp),
    /// Nobody has watched from then until then: nothing could come.
    Gap(Timestamp, Timestamp),
    /// Nothing is to be said until then.
    Snooze(Timestamp),
    /// That is taken back.
    Wake,
}

/// What a rule does with that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It would speak, and waits for its hours or the end of a snooze.
    Pending,
    /// It speaks.
    Fired,
    /// It fires again so soon that it goes on in the same words.
    Again,
    /// It goes on.
    Updated,
    /// What it looks for holds no more.
    Resolved,
}

/// When the symbol of a rule over prices is traded, where that is known.
pub type Opens = Option<Session>;

impl State {
    /// Takes in what happens.
    pub fn take(&mut self, spec: &Spec, session: Opens, event: Event) -> Option<Step> {
        match event {
            Event::Price { at, last, sides } => {
                self.now = self.now.max(at);
                let news = self.price(spec, at, last, sides);
                self.follow(spec, news)
            }
            Event::Line { at, id, group, text } => {
                self.now = self.now.max(at);
                let news = self.line(spec, at, id, group, text);
                self.follow(spec, news)
            }
            Event::Clock(at) => {
                self.now = self.now.max(at);
                let news = self.clock(spec, session);
                self.follow(spec, news)
            }
            Event::Gap(from, until) => {
                self.now = self.now.max(from.min(until));
                let news = self.clock(spec, session);
                let step = self.follow(spec, news);
                self.pass_over(spec, until);
                step
            }
            Event::Snooze(until) => {
                self.snoozed = Some(until);
                None
            }
            Event::Wake => {
                // Whoever takes it back has seen what goes on; only what was held back is told.
                self.snoozed = None;
                self.follow(spec, false)
            }
        }
    }

    /// A firing of this rule goes on.
    pub const fn is_firing(&self) -> bool {
        matches!(self.phase, Phase::Firing)
    }

    /// Draws the conclusion; `news` is something that a firing is to tell.
    fn follow(&mut self, spec: &Spec, news: bool) -> Option<Step> {
        if self.snoozed.is_some_and(|until| until <= self.now) {
            self.snoozed = None;
            if self.phase == Phase::Firing && self.met {
                // Whoever put it off is told anew.
                self.phase = Phase::Quiet;
                self.end();
                if let Some(episode) = &mut self.episode {
                    episode.is_continued = true;
                }
                return self.begin(spec, false);
            }
        }
        match (self.phase, self.met) {
            (Phase::Quiet | Phase::Pending, true) => {
                if self.snoozed.is_some() || !spec.hours.hold(self.now) {
                    let was = std::mem::replace(&mut self.phase, Phase::Pending);
                    return (was != Phase::Pending).then_some(Step::Pending);
                }
                self.begin(spec, true)
            }
            (Phase::Pending, false) => {
                self.phase = Phase::Quiet;
                None
            }
            (Phase::Firing, true) => news.then_some(Step::Updated),
            (Phase::Firing, false) => {
                // What it was about stays told.
                self.phase = Phase::Quiet;
                self.end();
                Some(Step::Resolved)
            }
            (Phase::Quiet, false) => None,
        }
    }

    fn end(&mut self) {
        if let Some(episode) = &mut self.episode {
            episode.ended = Some(self.now);
        }
    }

    fn begin(&mut self, spec: &Spec, may_go_on: bool) -> Option<Step> {
        self.phase = Phase::Firing;
        let noted = self.price.noted.map(|figure| rounded(spec.test, figure));
        let now = self.now;
        let lines: u64 = self
            .groups
            .values()
            // Every line counts from then on, whoever's it is.
            .filter(|group| group.met || spec.test == Test::More)
            .map(|group| group.counts.sum())
            .sum();
        let episode = self.episode.get_or_insert_default();
        let ended = episode.ended.filter(|_| may_go_on && episode.number > 0);
        let goes_on = ended.is_some_and(|ended| now.seconds_since(ended) < spec.cooldown);
        if goes_on {
            episode.ended = None;
            episode.times += 1;
            episode.all += lines;
            episode.price = noted.or(episode.price);
            (episode.quote, episode.is_down) = (self.price.last, self.price.is_down);
            episode.peak = match (episode.peak, noted) {
                (Some(peak), Some(noted)) if spec.test == Test::Below => Some(peak.min(noted)),
                (peak, noted) => peak.max(noted),
            };
        } else {
            let next = Episode {
                number: episode.number + 1,
                began: now,
                times: 1,
                price: noted,
                quote: self.price.last,
                is_down: self.price.is_down,
                peak: noted,
                all: lines,
                last: episode.last.clone(),
                ..Episode::default()
            };
            let before = std::mem::replace(episode, next);
            self.before = before.ended.is_some().then(|| Box::new(before));
        }
        self.gather(spec);
        Some(if goes_on { Step::Again } else { Step::Fired })
    }

    /// Brings what the firing tells of its lines up to date: not with each of them, but before it is told.
    pub fn gather(&mut self, spec: &Spec) {
        if spec.test.is_price() {
            return;
        }
        let Some(episode) = &mut self.episode else { return };
        let mut groups: Vec<(&String, u64)> = self
            .groups
            .iter()
            .filter(|(_, group)| group.met)
            .map(|(name, group)| (name, group.counts.sum()))
            .collect();
        episode.now = groups.iter().map(|(_, count)| count).sum();
        if spec.waits_for_each() {
            // Of those that are silent, not of one that goes on.
            let silent = self.groups.values().filter(|group| group.met);
            let last = silent
                .filter_map(|group| group.last.as_ref())
                .max_by_key(|last| last.id);
            episode.last = last.cloned().or(episode.last.take());
        }
        if spec.test == Test::More {
            let most = groups.iter().map(|(_, count)| Decimal::from(*count)).max();
            episode.peak = episode.peak.max(most);
        }
        groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let named = groups.into_iter().filter(|(name, _)| !name.is_empty()).take(NAMED);
        episode.groups = named.map(|(name, count)| (name.clone(), count)).collect();
    }
}
