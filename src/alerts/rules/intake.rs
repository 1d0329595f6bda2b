//! What each thing that happens says of what a rule looks for: whether it holds.

use rust_decimal::Decimal;

use super::{
    machine::Opens,
    spec::Spec,
    state::{Group, MOST_GROUPS, OTHERS, Phase, State},
    window::width,
};
use crate::{alerts::model::Test, ticker::server::instruments::session::Phase as Market, time::Timestamp};

/// A value whose lines have been missing for so long, in seconds, is forgotten: it comes no more.
const FORGOTTEN: i64 = 86_400;

impl State {
    /// A price comes; whether a firing has something new to tell.
    pub(super) fn price(
        &mut self,
        spec: &Spec,
        at: Timestamp,
        last: Decimal,
        sides: Option<(Decimal, Decimal)>,
    ) -> bool {
        let hundred = Decimal::ONE_HUNDRED;
        self.price.at = self.price.at.max(at);
        let is_newer = at > self.price.heard;
        self.price.heard = self.price.heard.max(at);
        self.price.last = Some(last);
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
                    self.price.is_down = match spec.test {
                        Test::Moves => down > up,
                        test => test == Test::Falls,
                    };
                    Some(match spec.test {
                        Test::Rises => up,
                        Test::Falls => down,
                        _ => up.max(down),
                    })
                });
                (moved, moved.map(|moved| moved >= spec.value.min(hundred * hundred)))
            }
            // One that was there before, and is read again, ends no silence.
            Test::Stale => (Some(last), is_newer.then_some(false)),
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
        let quote = (Some(last), self.price.is_down);
        let is_other = std::mem::replace(&mut episode.quote, quote.0) != quote.0 || episode.is_down != quote.1;
        episode.is_down = quote.1;
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
        // Where it moves, the price is told beside the percent.
        let is_told = matches!(spec.test, Test::Moves | Test::Rises | Test::Falls);
        was != Some(figure) || (is_told && is_other)
    }

    /// A line comes, as [`State::price`].
    pub(super) fn line(&mut self, spec: &Spec, at: Timestamp, id: u64, group: &str, text: &str) -> bool {
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
        let (by_value, mut ends) = (spec.waits_for_each(), false);
        if let Some(group) = self.groups.get_mut(name) {
            if by_value {
                ends = group.met;
                let last = group.last.get_or_insert_default();
                if id >= last.id {
                    last.set(id, at, name, text);
                }
            }
            let (latest, width) = (now.micros(), width(spec.seconds));
            // What comes later than the time that is looked over counts when it comes.
            if !group.counts.add(at.micros(), latest, width) {
                group.counts.add(latest, latest, width);
            }
            judge(spec, group, now, since);
        }
        self.met = match spec.test {
            // Others hold as long as they did.
            Test::More => self.met || self.groups.get(name).is_some_and(|group| group.met),
            _ => self.groups.values().any(|group| group.met),
        };
        let episode = self.episode.get_or_insert_default();
        let is_newer = episode.last.as_ref().is_none_or(|last| id > last.id);
        // Where each value is waited for, it is a line of one that is silent, or that has just ended its silence.
        if is_newer && (!by_value || ends) {
            let group = if spec.by.is_empty() { "" } else { name };
            episode.last.get_or_insert_default().set(id, at, group, text);
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

    /// Time goes by; whether a firing has something new to tell: that it holds of other values than before.
    pub(super) fn clock(&mut self, spec: &Spec, session: Opens) -> bool {
        let now = self.now;
        let mut news = false;
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
                    let was = group.met;
                    group.counts.forget(now.micros(), width(spec.seconds));
                    judge(spec, group, now, since);
                    news |= group.met != was;
                }
                let known = self.groups.len();
                self.groups.retain(|name, group| match spec.test {
                    Test::More => group.met || group.counts.sum() > 0,
                    _ => !group.met || name.is_empty() || now.seconds_since(group.met_since) < FORGOTTEN,
                });
                news |= spec.test == Test::Fewer && self.groups.len() != known;
                self.met = self.groups.values().any(|group| group.met);
            }
            _ => (),
        }
        news
    }
}

impl State {
    /// Goes on at `until` as if no time had gone by: a silence that had lasted for a while has lasted as long, and what was
    /// there lately still is.
    pub(super) fn pass_over(&mut self, spec: &Spec, until: Timestamp) {
        let (from, until) = (self.now, self.now.max(until));
        self.now = until;
        let away = until.micros() - from.micros();
        let later = |at: Timestamp| Timestamp::from_micros(at.micros().saturating_add(away));
        if matches!(spec.test, Test::Fewer | Test::Stale) {
            (self.since, self.price.at) = (later(self.since), later(self.price.at));
        }
        if spec.test == Test::Fewer {
            let width = width(spec.seconds);
            let slots = until.micros().div_euclid(width) - from.micros().div_euclid(width);
            for group in self.groups.values_mut() {
                (group.since, group.met_since) = (later(group.since), later(group.met_since));
                group.counts.pass_over(slots);
            }
        }
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
pub(super) fn rounded(test: Test, figure: Decimal) -> Decimal {
    match test {
        Test::Above | Test::Below | Test::Stale => figure,
        _ => figure.round_dp(2),
    }
}
