//! What a rule would have said in the last 24 hours: the same machine over bars of a minute, or over the lines that a search
//! finds.

use std::time::Duration;

use rust_decimal::Decimal;

use crate::{
    alerts::{
        model::{Draft, Preview, Test},
        rules::{
            machine::{Event, Step},
            sentence::grouped,
            spec::Spec,
            state::State,
            telling,
        },
    },
    error::AppError,
    ids::UserId,
    logs::{
        query::Query,
        server::search::{Hit, Look, Reached, Visit, walk},
    },
    server::state::AppState,
    ticker::server::{
        bars::query::{Shown, Step as Bars, Stretch, page},
        instruments::guess::guess,
        place,
    },
    time::Timestamp,
};

use super::{
    check::check,
    evaluate::live::{LONGEST_GROUP, group_of},
    keep::{beyond, quote},
};

/// How far back it looks, in seconds.
const DAY: i64 = 86_400;
/// How long it looks for lines.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Lines that it looks at, at most; of more, the newest.
const MOST: usize = 200_000;
/// Firings that are named.
const NAMED: usize = 20;
/// Longest time between two looks at the clock, in seconds.
const CLOCK: i64 = 30;

/// What `draft` would have said.
///
/// # Errors
/// As [`check`]; when a database can't be read.
pub async fn preview(state: &AppState, me: UserId, draft: &Draft) -> Result<Preview, AppError> {
    let spec = check(state, me, draft).await?;
    let now = Timestamp::now();
    let mut preview = match spec.test {
        Test::Spread => return Ok(of_spread(state, &spec)),
        test if test.is_price() => over_bars(state, &spec, now).await?,
        _ => over_lines(state, &spec, now).await?,
    };
    preview.now = beyond(state, &spec);
    Ok(preview)
}

/// Of a spread nothing is kept but what it is now.
fn of_spread(state: &AppState, spec: &Spec) -> Preview {
    let spread = quote(state, spec)
        .and_then(|quote| quote.bid.zip(quote.ask))
        .and_then(|(bid, ask)| {
            let percent = (ask - bid)
                .checked_mul(Decimal::ONE_HUNDRED)?
                .checked_div((ask + bid) / Decimal::TWO)?;
            let percent = percent.round_dp(4).normalize();
            let [percent, bid, ask] = [percent, bid, ask].map(grouped);
            Some(format!("Now it is {percent}%: bid {bid}, ask {ask}."))
        });
    Preview {
        sentence: spec.sentence(),
        now: Some(spread.unwrap_or_else(|| "Now no bid and ask of it are known.".into())),
        note: Some("How bid and ask were isn't kept, so a spread can't be looked back on. It is watched once the alert is made.".into()),
        ..Preview::default()
    }
}

async fn over_bars(state: &AppState, spec: &Spec, now: Timestamp) -> Result<Preview, AppError> {
    let from = now.plus_seconds(-DAY);
    let series = place::series(&state.ticker, &spec.key.symbol, Some(&spec.key.venue)).await;
    let bars = match series {
        Ok((series, _)) => {
            let stretch = Stretch {
                step: Bars::named("1m")?,
                from: Some(from.micros()),
                to: None,
                limit: 1_500,
            };
            page(&state.ticker.db.readers, series, stretch).await?.bars
        }
        Err(AppError::NotFound(_)) => Vec::new(),
        Err(error) => return Err(error),
    };
    let first = bars.first().map(|bar| Timestamp::from_micros(bar.start).max(from));
    let mut past = Past::new(spec, first.unwrap_or(now));
    for bar in &bars {
        past.bar(bar, now);
    }
    past.clock(now);
    let mut preview = past.preview(now);
    preview.from = first.filter(|first| first.seconds_since(from) > 120);
    if bars.is_empty() {
        preview.note = Some("Nothing was heard of it in the last 24 hours.".into());
    }
    Ok(preview)
}

async fn over_lines(state: &AppState, spec: &Spec, now: Timestamp) -> Result<Preview, AppError> {
    let from = now.plus_seconds(-DAY);
    let query = Query::parse(&spec.query).unwrap_or_default();
    let look = Look::of(&query, now).within(Some(from), Some(now)).patient(PATIENCE);
    let found = Lines {
        by: spec.by.clone(),
        lines: Vec::new(),
    };
    let (found, reached) = walk(&state.logs.archive, look, found).await?;
    let Lines { mut lines, .. } = found;
    let is_part = lines.len() >= MOST || reached.next.is_some();
    lines.sort_by_key(|(at, _)| *at);
    let begin = match (is_part, lines.first(), reached) {
        (true, Some((at, _)), _) => *at,
        (true, None, Reached { time: Some(time), .. }) => time.max(from),
        _ => from,
    };
    let spec = spec.clone();
    // A day of lines is more than the tasks that answer others should wait for.
    let work = tokio::task::spawn_blocking(move || {
        let mut past = Past::new(&spec, begin);
        for (id, (at, group)) in lines.iter().enumerate() {
            past.clock(*at);
            past.take(Event::Line {
                at: *at,
                id: id as u64 + 1,
                group,
                text: "",
            });
        }
        past.clock(now);
        let mut preview = past.preview(now);
        preview.from = is_part.then_some(begin);
        preview
    });
    work.await
        .map_err(|cause| crate::server::error::internal("a look back for an alert", &cause))
}

/// Collects when lines were, and their values.
struct Lines {
    by: String,
    lines: Vec<(Timestamp, String)>,
}

impl Visit for Lines {
    fn room(&self) -> usize {
        MOST - self.lines.len()
    }

    fn take(&mut self, hit: &Hit) {
        let at = hit.seen().time;
        let group = match self.by.as_str() {
            "" => String::new(),
            by => {
                let mut group = group_of(by, &hit.line()).into_owned();
                group.truncate(group.floor_char_boundary(LONGEST_GROUP));
                group
            }
        };
        self.lines.push((at, group));
    }
}

/// A rule that goes through the past.
struct Past<'a> {
    spec: &'a Spec,
    state: State,
    last: Timestamp,
    /// When it fired.
    fired: Vec<Timestamp>,
}

impl<'a> Past<'a> {
    fn new(spec: &'a Spec, from: Timestamp) -> Self {
        Self {
            spec,
            state: State::new(from, 0),
            last: from,
            fired: Vec::new(),
        }
    }

    fn take(&mut self, event: Event) {
        let session = guess(&self.spec.key).1;
        if self.state.take(self.spec, session, event) == Some(Step::Fired) {
            self.fired.push(self.state.now);
        }
    }

    /// Lets time pass, in steps short enough for what the rule looks over.
    fn clock(&mut self, until: Timestamp) {
        let step = (self.spec.seconds / 10).clamp(1, CLOCK);
        while until.seconds_since(self.last) >= step {
            self.last = self.last.plus_seconds(step);
            self.take(Event::Clock(self.last));
        }
    }

    /// The prices of a minute: first, the two farthest in the order in which they are likelier, last.
    fn bar(&mut self, bar: &Shown, now: Timestamp) {
        let start = Timestamp::from_micros(bar.start);
        self.clock(start.min(now));
        let of = &bar.bar;
        let (open, close) = (of.open.price, of.close.price);
        let [then, later] = if close >= open {
            [of.low, of.high]
        } else {
            [of.high, of.low]
        };
        let prices: [(i64, Decimal); 4] = [(0, open), (20, then), (40, later), (59, close)];
        for (seconds, last) in prices {
            let at = start.plus_seconds(seconds).min(now);
            self.take(Event::Price { at, last, sides: None });
        }
        self.last = self.last.max(start.plus_seconds(59).min(now));
    }

    fn preview(self, now: Timestamp) -> Preview {
        let here = self.fired.iter().rev().take(NAMED);
        let here = here.map(|at| (*at, telling::at(self.spec, *at, Some((*at).min(now)))));
        Preview {
            sentence: self.spec.sentence(),
            times: self.fired.len(),
            here: here.collect(),
            from: None,
            now: None,
            note: None,
        }
    }
}
