//! What becomes of a rule with each thing that happens.

use rust_decimal::Decimal;

use super::{
    spec::Spec,
    state::{Episode, Group, LONGEST_LINE, MOST_GROUPS, OTHERS, Phase, State},
    window::width,
};
use crate::{
    alerts::model::Test,
    ticker::server::instruments::session::{Phase as Market, Session},
    time::Timestamp,
};

/// A value whose lines have been missing for so long, in seconds, is forgotten: it comes no more.
const FORGOTTEN: i64 = 86_400;
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
    /// Nobody has watched until now.
    Gap(Timestamp),
    /// Nothing is to be said until then.
    Snooze(Timestamp),
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
                self.clock(spec, session);
                self.follow(spec, false)
            }
            Event::Gap(at) => {
                self.now = self.now.max(at);
                self.since = self.now;
                self.price.at = self.price.at.max(self.now);
                None
            }
            Event::Snooze(until) => {
                self.snoozed = Some(until);
                None
            }
        }
    }

    /// A firing of this rule goes on.
    pub const fn is_firing(&self) -> bool {
        matches!(self.phase, Phase::Firing)
    }

    fn price(&mut self, spec: &Spec, at: Timestamp, last: Decimal, sides: Option<(Decimal, Decimal)>) -> bool {
        let hundred = Decimal::ONE_HUNDRED;
        self.price.at = self.price.at.max(at);
        let (figure, holds) = match spec.test {
            Test::Above => (Some(last), Some(last > spec.value)),
            Test::Below => (Some(last), Some(last < spec.value)),
            Test::Spread => match sides.and_then(|(bid, ask)| percent(ask - bid, (ask + bid) / Decimal::TWO)) {
                Some(spread) => (Some(spread), Some(spread > spec.value)),
                None => (None, None),
            },
            Test::Moves | Test::Rises | Test::Falls => {
                let (now, width) = (self.now.micros(), width(spec.seconds));
                self.price.range.add(last, at.micros(), now, width);
                let moved = self.price.range.ends().and_then(|(low, high)| {
                    let (up, down) = (percent(last - low, low)?, percent(high - last, high)?);
                    Some(match spec.test {
                        Test::Rises => up,
                        Test::Falls => down,
                        _ => up.max(down),
                    })
                });
                (moved, moved.map(|moved| moved >= spec.value.min(hundred * hundred)))
            }
            Test::Stale => (Some(last), Some(false)),
            Test::More | Test::Fewer => (None, None),
        };
        if let Some(holds) = holds {
            let crosses = matches!(spec.test, Test::Above | Test::Below);
            self.met = holds && (!crosses || self.price.is_armed || self.phase != Phase::Quiet);
            self.price.is_armed |= !holds;
        }
        let Some(episode) = self.episode.as_mut().filter(|_| self.phase == Phase::Firing) else {
            // For the firing that may be about to begin.
            self.price.noted = figure;
            return false;
        };
        let Some(figure) = figure.map(|figure| rounded(spec.test, figure)) else {
            return false;
        };
        let is_farther = episode.peak.is_none_or(|peak| match spec.test {
            Test::Below => figure < peak,
            _ => figure > peak,
        });
        if is_farther {
            episode.peak = Some(figure);
        }
        let was = episode.price.replace(figure);
        was != Some(figure)
    }

    fn line(&mut self, spec: &Spec, at: Timestamp, id: u64, group: &str, text: &str) -> bool {
        let name = match self.groups.contains_key(group) || self.groups.len() < MOST_GROUPS {
            true => group,
            false => OTHERS,
        };
        if !self.groups.contains_key(name) {
            let known = Group {
                // What has no name was expected before it came.
                since: if name.is_empty() { self.since } else { at },
                ..Group::default()
            };
            self.groups.insert(name.to_owned(), known);
        }
        let (now, since) = (self.now, self.since);
        if let Some(group) = self.groups.get_mut(name) {
            group.counts.add(at.micros(), now.micros(), width(spec.seconds));
            judge(spec, group, now, since);
        }
        self.met = match spec.test {
            // Others hold as long as they did.
            Test::More => self.met || self.groups.get(name).is_some_and(|group| group.met),
            _ => self.groups.values().any(|group| group.met),
        };
        let episode = self.episode.get_or_insert_default();
        let is_newer = episode.last.as_ref().is_none_or(|last| id > last.id);
        if is_newer {
            let last = episode.last.get_or_insert_default();
            (last.id, last.at) = (id, at);
            last.text.clear();
            last.text.extend(text.chars().take(LONGEST_LINE));
        }
        if self.phase != Phase::Firing {
            return false;
        }
        episode.all += 1;
        if let Some(group) = self
            .groups
            .get(name)
            .filter(|group| group.met && spec.test == Test::More)
        {
            episode.peak = episode.peak.max(Some(group.counts.sum().into()));
        }
        true
    }

    fn clock(&mut self, spec: &Spec, session: Opens) {
        let now = self.now;
        match spec.test {
            Test::Stale => {
                let is_open = session.is_none_or(|session| session.phase(now) == Market::Open);
                if !is_open {
                    // It begins anew when the market opens.
                    self.price.at = now;
                }
                let quiet = now.seconds_since(self.price.at.max(self.since));
                self.met = is_open && (self.met || quiet >= spec.seconds);
            }
            Test::Moves | Test::Rises | Test::Falls if self.met => {
                let (now, width) = (now.micros(), width(spec.seconds));
                self.price.range.forget(now, width);
                self.met = self.price.range.ends().is_some_and(|(low, high)| {
                    // Of a price of which nothing more is heard it isn't known where in between it is.
                    percent(high - low, low).is_some_and(|most| most >= spec.value)
                });
            }
            Test::More | Test::Fewer => {
                if spec.test == Test::Fewer && self.groups.is_empty() && spec.by.is_empty() {
                    let known = Group {
                        since: self.since,
                        ..Group::default()
                    };
                    self.groups.insert(String::new(), known);
                }
                let since = self.since;
                for group in self.groups.values_mut() {
                    group.counts.forget(now.micros(), width(spec.seconds));
                    judge(spec, group, now, since);
                }
                self.groups.retain(|name, group| match spec.test {
                    Test::More => group.met || group.counts.sum() > 0,
                    _ => !group.met || name.is_empty() || now.seconds_since(group.met_since) < FORGOTTEN,
                });
                self.met = self.groups.values().any(|group| group.met);
            }
            _ => (),
        }
    }

    /// Draws the conclusion; `news` is something that a firing is to tell.
    fn follow(&mut self, spec: &Spec, news: bool) -> Option<Step> {
        if self.snoozed.is_some_and(|until| until <= self.now) {
            self.snoozed = None;
            if self.phase == Phase::Firing && self.met {
                // Whoever put it off is told anew.
                self.phase = Phase::Quiet;
                self.end();
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
                self.gather(spec);
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
            .filter(|group| group.met)
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
        } else {
            let next = Episode {
                number: episode.number + 1,
                began: now,
                times: 1,
                price: noted,
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
        if spec.test == Test::More {
            let most = groups.iter().map(|(_, count)| Decimal::from(*count)).max();
            episode.peak = episode.peak.max(most);
        }
        groups.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let named = groups.into_iter().filter(|(name, _)| !name.is_empty()).take(NAMED);
        episode.groups = named.map(|(name, count)| (name.clone(), count)).collect();
    }
}

/// Whether what is looked for holds of one value. Silence is told once it has lasted, and holds until enough came.
fn judge(spec: &Spec, group: &mut Group, now: Timestamp, since: Timestamp) {
    let (sum, was) = (Decimal::from(group.counts.sum()), group.met);
    group.met = match spec.test {
        Test::More => sum > spec.value,
        _ => sum < spec.value && (was || now.seconds_since(since.max(group.since)) >= spec.seconds),
    };
    if group.met && !was {
        group.met_since = now;
    }
}

fn percent(part: Decimal, of: Decimal) -> Option<Decimal> {
    part.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(of.abs())
}

/// Prices keep their digits; percent have two.
fn rounded(test: Test, figure: Decimal) -> Decimal {
    match test {
        Test::Above | Test::Below | Test::Stale => figure,
        _ => figure.round_dp(2),
    }
}
