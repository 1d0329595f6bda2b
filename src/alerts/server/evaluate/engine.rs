//! All rules that are watched, and what they make of what comes. No I/O: `evaluate` brings things here and carries off what
//! there is to say.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    alerts::{
        rules::{
            anchors::Sieve,
            machine::{Event, Opens, Step},
            spec::Spec,
            state::{Episode, State},
            telling::Telling,
        },
        server::{fire::Report, store::Kept},
    },
    ids::AlertId,
    logs::{
        model::LogLine,
        query::{
            Query,
            matcher::{Matcher, value},
        },
    },
    ticker::{model::Quote, server::instruments::guess::guess},
    time::Timestamp,
};

/// A message is said differently once in this time at most.
const PACE: Duration = Duration::from_secs(5);
/// Reports at once at most, so that a transaction is short; the rest follow.
const AT_ONCE: usize = 50;
/// Firings of a rule that ended before they could be told, which only looking back brings about; of more, the newest.
const UNTOLD: usize = 50;
/// Longest value that is counted by itself, in bytes.
const LONGEST_GROUP: usize = 80;

/// A rule that is watched.
struct Live {
    kept: Kept,
    opens: Opens,
    state: State,
    /// Lines up to this one are in its state.
    line: u64,
    /// Its state isn't kept yet.
    is_new: bool,
    /// It has something to say.
    has_news: bool,
    /// And not only that it goes on.
    has_turned: bool,
    /// And that at once.
    is_urgent: bool,
    /// Firings that ended and aren't told.
    untold: Vec<Episode>,
    told: Option<Instant>,
}

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
    sifted: Vec<usize>,
}

impl Engine {
    /// Watches these from now on. What is known of those that stay as they were stays known; of the others `states` has it,
    /// as JSON with the line up to which it goes.
    pub fn watch(&mut self, rules: Vec<Kept>, mut states: HashMap<AlertId, (u64, String)>, now: Timestamp) {
        let had_lines = self.has_lines();
        let mut known: HashMap<AlertId, Live> = self.live.drain(..).map(|live| (live.kept.id, live)).collect();
        for kept in rules {
            let stays = known.remove(&kept.id).filter(|live| live.kept.version == kept.version);
            let live = stays.unwrap_or_else(|| {
                let read = states.remove(&kept.id);
                let line = read.as_ref().map_or(self.line, |(line, _)| *line);
                let state = read.and_then(|(_, json)| serde_json::from_str(&json).ok());
                Live {
                    opens: guess(&kept.spec.key).1,
                    state: state.unwrap_or_else(|| State::new(now, 0)),
                    line,
                    is_new: false,
                    has_news: false,
                    has_turned: false,
                    is_urgent: false,
                    untold: Vec::new(),
                    told: None,
                    kept,
                }
            });
            self.live.push(live);
        }
        self.index();
        // Nobody has judged lines until now: what came before the first of these rules is nobody's.
        if !had_lines && let Some(first) = self.of_lines().map(|live| live.line).min() {
            self.line = self.line.max(first);
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
            if live.kept.spec.key.venue == quote.venue {
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

    /// Nobody has watched until now.
    pub fn gap(&mut self, now: Timestamp) {
        for live in &mut self.live {
            live.take(Event::Gap(now));
            live.is_new = true;
        }
    }

    /// These are put off, until then.
    pub fn snooze(&mut self, rules: Vec<(AlertId, Timestamp)>) {
        let rules: HashMap<AlertId, Timestamp> = rules.into_iter().collect();
        for live in &mut self.live {
            if let Some(until) = rules
                .get(&live.kept.id)
                .filter(|until| live.state.snoozed != Some(**until))
            {
                live.take(Event::Snooze(*until));
                live.is_new = true;
            }
        }
    }

    /// Something is to be said at once.
    pub fn is_urgent(&self) -> bool {
        self.live.iter().any(|live| live.is_urgent)
    }

    /// What there is to say, as far as it is time for it. It stays to be said until [`Engine::was_told`].
    pub fn reports(&mut self, now: Instant) -> Vec<Report> {
        let due = self.live.iter_mut().filter(|live| live.is_due(now));
        due.take(AT_ONCE).filter_map(Live::report).collect()
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

    /// States that aren't kept yet, of those who have nothing to say but that they go on: as JSON, with their rules'
    /// versions.
    pub fn unkept(&self) -> Vec<(AlertId, i64, String)> {
        let unkept = self.live.iter().filter(|live| live.is_new && !live.has_turned);
        let json = |live: &Live| {
            let state = serde_json::to_string(&live.state).ok()?;
            Some((live.kept.id, live.kept.version, state))
        };
        unkept.filter_map(json).collect()
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

/// The value by which a line is counted; of one that lacks the field, none.
pub fn group_of<'a>(by: &str, line: &'a LogLine) -> Cow<'a, str> {
    match by {
        "" => Cow::Borrowed(""),
        "source" => Cow::Borrowed(line.source.as_str()),
        "level" => Cow::Borrowed(line.level.name()),
        by => match value(&line.fields, by) {
            Some(Value::String(text)) => Cow::Borrowed(text.as_str()),
            Some(other) => Cow::Owned(other.to_string()),
            None => Cow::Borrowed("(none)"),
        },
    }
}

impl Live {
    fn take(&mut self, event: Event) {
        let step = self.state.take(&self.kept.spec, self.opens, event);
        let Some(step) = step else { return };
        self.is_new = true;
        if step == Step::Fired {
            if let Some(before) = self.state.before.take() {
                self.untold.push(*before);
                let surplus = self.untold.len().saturating_sub(UNTOLD);
                self.untold.drain(..surplus);
            }
            self.is_urgent = true;
        }
        self.has_news |= step != Step::Pending;
        self.has_turned |= !matches!(step, Step::Pending | Step::Updated);
    }

    fn line(&mut self, line: &LogLine, now: Timestamp) {
        self.line = line.id;
        self.is_new = true;
        let group = group_of(&self.kept.spec.by, line);
        let group: &str = &group[..group.floor_char_boundary(LONGEST_GROUP)];
        self.take(Event::Line {
            at: line.time.min(now),
            id: line.id,
            group,
            text: &line.message,
        });
    }

    fn is_due(&self, now: Instant) -> bool {
        let is_time = || self.told.is_none_or(|told| now.duration_since(told) >= PACE);
        self.has_news && (self.is_urgent || is_time())
    }

    fn report(&mut self) -> Option<Report> {
        let spec = &self.kept.spec;
        self.state.gather(spec);
        let untold = self
            .untold
            .iter()
            .map(|episode| (episode.number, Telling::of(spec, episode)));
        let mut tellings: Vec<(u64, Telling)> = untold.collect();
        if let Some(telling) = self.state.telling(spec) {
            let number = self.state.episode.as_ref().map_or(0, |episode| episode.number);
            tellings.push((number, telling));
        }
        Some(Report {
            rule: self.kept.id,
            version: self.kept.version,
            room: spec.room,
            hook: spec.hook.clone(),
            tellings,
            state: serde_json::to_string(&self.state).ok()?,
        })
    }
}
