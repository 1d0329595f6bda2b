//! All rules that are watched, and what they make of what comes. No I/O: `evaluate` brings things here and carries off what
//! there is to say.

use std::{collections::HashMap, sync::Arc, time::Instant};

use super::live::Live;
use crate::{
    alerts::{
        model::Test,
        rules::{anchors::Sieve, machine::Event, spec::Spec},
        server::{fire::Report, store::Kept},
    },
    ids::AlertId,
    logs::{
        model::LogLine,
        query::{Query, matcher::Matcher},
    },
    ticker::model::Quote,
    time::Timestamp,
};

/// Reports, and states, at once at most, so that a transaction is short and what people say isn't held up; the rest follow.
const AT_ONCE: usize = 50;
/// Bytes of states at once: one that counts by many values can be large.
pub(super) const BYTES: usize = 128 * 1024;

/// All of them.
#[derive(Default)]
pub struct Engine {
    live: Vec<Live>,
    by_symbol: HashMap<String, Vec<usize>>,
    /// Each distinct query, and whose it is.
    queries: Vec<(Arc<Matcher>, Vec<usize>)>,
    sieve: Sieve,
    /// Made ready, by their texts.
    matchers: HashMap<String, (Query, Arc<Matcher>)>,
    /// The last line that was judged.
    pub line: u64,
    /// What was missed since the last stop was passed over.
    has_begun: bool,
    sifted: Vec<usize>,
}

impl Engine {
    /// Watches these from now on. What is known of those that stay as they were stays known; of the others `states` has it,
    /// as JSON with the line up to which it goes.
    pub fn watch(&mut self, rules: Vec<Kept>, mut states: HashMap<AlertId, (u64, String)>, now: Timestamp) {
        let had_lines = self.has_lines();
        let mut known: HashMap<AlertId, Live> = self.live.drain(..).map(|live| (live.kept.id, live)).collect();
        for kept in rules {
            let (kept_id, at_venue) = (kept.id, kept.spec.at_venue);
            let stays = known.remove(&kept_id).filter(|live| live.kept.version == kept.version);
            let mut live = stays.unwrap_or_else(|| {
                let mut live = Live::of(kept, states.remove(&kept_id), self.line, now);
                if self.has_begun {
                    // It comes back, such as with its author: it wasn't watched meanwhile.
                    live.take(Event::Gap(live.state.now, now));
                    live.is_new = true;
                }
                live
            });
            live.kept.spec.at_venue = at_venue;
            self.live.push(live);
        }
        self.index();
        let judged = self.line;
        if had_lines {
            // What came since a rule was made a moment ago, that one has yet to judge; the others have.
            for live in self.live.iter_mut().filter(|live| !live.is_unfed) {
                live.line = live.line.max(judged);
            }
        }
        if let Some(first) = self.of_lines().map(|live| live.line).min() {
            // Where nobody has judged lines until now, what came before the first of these rules is nobody's.
            self.line = if had_lines {
                judged.min(first)
            } else {
                judged.max(first)
            };
        }
    }

    fn index(&mut self) {
        self.by_symbol.clear();
        let mut texts: HashMap<&str, Vec<usize>> = HashMap::new();
        for (i, live) in self.live.iter().enumerate() {
            let spec = &live.kept.spec;
            if spec.test.is_price() {
                self.by_symbol.entry(spec.key.symbol.clone()).or_default().push(i);
            } else {
                texts.entry(&spec.query).or_default().push(i);
            }
        }
        self.matchers.retain(|text, _| texts.contains_key(text.as_str()));
        let mut queries = Vec::with_capacity(texts.len());
        for (text, whose) in texts {
            if !self.matchers.contains_key(text) {
                let query = Query::parse(text).unwrap_or_default();
                let matcher = Arc::new(Matcher::new(&query, Timestamp::default()));
                self.matchers.insert(text.to_owned(), (query, matcher));
            }
            queries.push((text, whose));
        }
        let ready: Vec<(&Query, Arc<Matcher>, Vec<usize>)> = queries
            .into_iter()
            .filter_map(|(text, whose)| {
                let (query, matcher) = self.matchers.get(text)?;
                Some((query, matcher.clone(), whose))
            })
            .collect();
        self.sieve = Sieve::of(ready.iter().map(|(query, ..)| *query));
        self.queries = ready.into_iter().map(|(_, matcher, whose)| (matcher, whose)).collect();
    }

    fn of_lines(&self) -> impl Iterator<Item = &Live> {
        self.live.iter().filter(|live| !live.kept.spec.test.is_price())
    }

    /// There are rules over lines.
    pub fn has_lines(&self) -> bool {
        !self.queries.is_empty()
    }

    /// A rule watches a symbol of this name.
    pub fn wants(&self, symbol: &str) -> bool {
        self.by_symbol.contains_key(symbol)
    }

    /// The prices that are watched.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.live.iter().map(|live| &live.kept.spec)
    }

    /// Takes in a price.
    pub fn price(&mut self, quote: &Quote, now: Timestamp) {
        self.price_of(quote, now, |_| true);
    }

    /// Takes in the prices that there are, for rules that have seen none.
    pub fn first_prices(&mut self, quotes: &[Quote], now: Timestamp) {
        for quote in quotes {
            self.price_of(quote, now, |live| live.is_unfed);
        }
        self.live.iter_mut().for_each(|live| live.is_unfed = false);
    }

    fn price_of(&mut self, quote: &Quote, now: Timestamp, wanted: impl Fn(&Live) -> bool) {
        let Some(places) = self.by_symbol.get(&quote.symbol) else {
            return;
        };
        let event = Event::Price {
            at: quote.time.min(now),
            last: quote.last,
            sides: quote.bid.zip(quote.ask),
        };
        for &i in places {
            let live = &mut self.live[i];
            if live.kept.spec.key.venue == quote.venue && wanted(live) {
                live.take(event);
                live.is_new = true;
            }
        }
    }

    /// Takes in lines, in the order of their ids; those that were judged before are passed over.
    pub fn lines(&mut self, lines: &[Arc<LogLine>], now: Timestamp) {
        let judged = self.line;
        for line in lines.iter().filter(|line| line.id > judged) {
            self.line = line.id;
            self.sieve.sift(line, &mut self.sifted);
            for query in &self.sifted {
                let (matcher, whose) = &self.queries[*query];
                if !matcher.matches(&(&**line).into()) {
                    continue;
                }
                for &i in whose {
                    let live = &mut self.live[i];
                    if live.line < line.id {
                        live.line(line, now);
                    }
                }
            }
        }
    }

    /// It is so late.
    pub fn clock(&mut self, now: Timestamp) {
        for live in &mut self.live {
            live.take(Event::Clock(now));
        }
    }

    /// Nobody has watched from then until now.
    pub fn gap(&mut self, from: Timestamp, now: Timestamp) {
        self.has_begun = true;
        for live in &mut self.live {
            live.take(Event::Gap(from, now));
            live.is_new = true;
        }
    }

    /// There are rules that tell of silence.
    pub fn waits(&self) -> bool {
        self.specs().any(|spec| matches!(spec.test, Test::Fewer | Test::Stale))
    }

    /// These are put off, until then; the others no longer, unless their time has come by itself.
    pub fn snooze(&mut self, rules: Vec<(AlertId, Timestamp)>, now: Timestamp) {
        let rules: HashMap<AlertId, Timestamp> = rules.into_iter().collect();
        for live in &mut self.live {
            let event = match (rules.get(&live.kept.id), live.state.snoozed) {
                (Some(until), own) if own != Some(*until) => Event::Snooze(*until),
                (None, Some(own)) if own > now => Event::Wake,
                _ => continue,
            };
            live.take(event);
            live.is_new = true;
        }
    }

    /// What there is to say, as far as it is time for it. It stays to be said until [`Engine::was_told`].
    pub fn reports(&mut self, now: Instant) -> Vec<Report> {
        let due = self.live.iter_mut().filter(|live| live.is_due(now));
        few(due.filter_map(Live::report), |report| report.state.len())
    }

    /// These were said and kept.
    pub fn was_told(&mut self, rules: &[(AlertId, i64)], now: Instant) {
        for live in &mut self.live {
            if rules.contains(&(live.kept.id, live.kept.version)) {
                (live.has_news, live.has_turned) = (false, false);
                (live.is_urgent, live.is_new) = (false, false);
                (live.told, live.line) = (Some(now), live.line.max(self.line));
                live.untold.clear();
            }
        }
    }

    /// Some of the states that aren't kept yet, of those who have nothing to say but that they go on: as JSON, with their
    /// rules' versions. The others follow once these are kept.
    pub fn unkept(&self) -> Vec<(AlertId, i64, String)> {
        let unkept = self.live.iter().filter(|live| live.is_new && !live.has_turned);
        let json = |live: &Live| {
            let state = serde_json::to_string(&live.state).ok()?;
            Some((live.kept.id, live.kept.version, state))
        };
        few(unkept.filter_map(json), |(.., state)| state.len())
    }

    /// These states were kept.
    pub fn was_kept(&mut self, rules: &[(AlertId, i64, String)]) {
        let kept: HashMap<AlertId, i64> = rules.iter().map(|(id, version, _)| (*id, *version)).collect();
        for live in &mut self.live {
            if kept.get(&live.kept.id) == Some(&live.kept.version) {
                (live.is_new, live.line) = (false, live.line.max(self.line));
            }
        }
    }

    /// Nobody has begun or ended anything that isn't told: with the states that are kept now, the last line is all that need
    /// be known.
    pub fn all_told(&self) -> bool {
        self.live.iter().all(|live| !live.has_turned)
    }
}

/// As many as one transaction takes: one at least.
fn few<T>(all: impl Iterator<Item = T>, bytes: impl Fn(&T) -> usize) -> Vec<T> {
    let mut sum = 0;
    let mut taken = Vec::new();
    for one in all.take(AT_ONCE) {
        sum += bytes(&one);
        taken.push(one);
        if sum >= BYTES {
            break;
        }
    }
    taken
}
