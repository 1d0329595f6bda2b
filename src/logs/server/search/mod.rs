//! Looks through all lines, as a rule back from the newest (`back`): those that are rows, then block after block of those that
//! may hold what is asked for; or from the oldest on (`forth`). Whoever asks gets what was found within a moment, and from where
//! to go on.

mod back;
mod forth;
mod walk;

use std::{sync::Arc, time::Duration};

use regex::Regex;

use super::{
    archive::Archive,
    block::{Block, Raw, about::About, filter::Outside},
};

use crate::{
    error::AppError,
    logs::{
        filter::{Filter, Levels},
        model::{Level, LogLine},
        query::{
            Expr, Query, Term,
            matcher::{Matcher, Seen},
            needs::{Needs, finder, likes},
        },
    },
    time::Timestamp,
};

/// How long one answer is looked for, unless all is looked through before.
pub const PATIENCE: Duration = Duration::from_millis(1_500);
/// Rows read at once.
const ROWS: u32 = 1_000;
/// Blocks that are judged from outside at once.
const OUTSIDES: u32 = 1_024;
/// Blocks of which the filters are had at once.
const FILTERS: usize = 32;

/// What is looked for, and where.
pub struct Look {
    /// The judge.
    pub matcher: Matcher,
    needs: Needs,
    finder: Option<Regex>,
    of: Vec<Level>,
    likes: Vec<String>,
    /// Where nothing but levels is asked for.
    levels: Option<Levels>,
    /// Lines after this id.
    pub after: u64,
    /// Lines before this id.
    pub before: u64,
    patience: Duration,
    /// From the oldest on.
    forth: bool,
}

impl Look {
    /// For `query`, through everything.
    pub fn of(query: &Query, now: Timestamp) -> Self {
        let needs = Needs::of(query);
        Self {
            matcher: Matcher::new(query, now),
            of: needs.levels(),
            needs,
            finder: finder(query),
            likes: likes(query),
            levels: levels(&query.expr),
            after: 0,
            before: u64::MAX,
            patience: PATIENCE,
            forth: false,
        }
    }

    /// Within these times alone.
    #[must_use]
    pub fn within(self, from: Option<Timestamp>, to: Option<Timestamp>) -> Self {
        Self {
            matcher: self.matcher.within(from, to),
            ..self
        }
    }

    /// Between these ids alone, both excluded.
    #[must_use]
    pub fn between(self, after: u64, before: u64) -> Self {
        Self { after, before, ..self }
    }

    /// From the oldest on, where that is asked for.
    #[must_use]
    pub fn oldest_first(self, forth: bool) -> Self {
        Self { forth, ..self }
    }

    /// For so long at most.
    #[must_use]
    pub fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn may_be_in(&self, about: &About) -> bool {
        self.matcher.since().is_none_or(|since| about.time.1 >= since)
            && self.matcher.before().is_none_or(|before| about.time.0 < before)
            && self.needs.may_be_in(&Outside::new(about, &[], &[]))
    }

    /// Whether every line of the block that has one of the levels is asked for, and none of them was seen: those from id
    /// `before` on were.
    fn takes_all_of(&self, about: &About, before: u64) -> Option<Levels> {
        let is_within = about.first > self.after
            && about.last < before
            && self.matcher.since().is_none_or(|since| about.time.0 >= since)
            && self.matcher.before().is_none_or(|before| about.time.1 < before);
        self.levels.filter(|_| is_within)
    }
}

/// The levels that are asked for, where nothing else is.
fn levels(expr: &Expr) -> Option<Levels> {
    let set = |is: &dyn Fn(Level) -> bool| Level::ALL.into_iter().filter(|level| is(*level)).collect();
    match expr {
        Expr::Everything => Some(Levels::ALL),
        Expr::Is(Term::Level(compare, asked)) => Some(set(&|level| compare.holds(level.cmp(asked)))),
        Expr::Not(expr) => {
            let out = levels(expr)?;
            Some(set(&|level| !out.has(level)))
        }
        Expr::All(all) => {
            let all = all.iter().map(levels).collect::<Option<Vec<_>>>()?;
            Some(set(&|level| all.iter().all(|levels| levels.has(level))))
        }
        Expr::Any(any) => {
            let any = any.iter().map(levels).collect::<Option<Vec<_>>>()?;
            Some(set(&|level| any.iter().any(|levels| levels.has(level))))
        }
        Expr::Is(_) => None,
    }
}

/// What the panel's filter asks for, in the language of queries.
pub fn query_of(filter: &Filter) -> Query {
    let is = |level| Expr::Is(Term::Level(crate::logs::query::Compare::Is, level));
    let levels: Vec<Expr> = Level::ALL
        .into_iter()
        .filter(|level| filter.levels.has(*level))
        .map(is)
        .collect();
    let mut query = Query::default();
    if filter.levels != Levels::ALL {
        query = query.with(Expr::Any(levels));
    }
    if !filter.text.is_empty() {
        let pieces = || vec![String::new(), filter.text.clone(), String::new()];
        query = query.with(Expr::Any(vec![
            Expr::Is(Term::Part(pieces())),
            Expr::Is(Term::Source(pieces())),
        ]));
    }
    query
}

/// A line that was found.
pub enum Hit<'a> {
    /// It is a row.
    Row(&'a Raw),
    /// It stands in a block, at this place.
    In(&'a Block<'a>, usize),
}

impl Hit<'_> {
    /// Its id.
    pub fn id(&self) -> u64 {
        match self {
            Self::Row(raw) => raw.id,
            Self::In(block, i) => block.head.ids[*i],
        }
    }

    /// As it is judged.
    pub fn seen(&self) -> Seen<'_> {
        match self {
            Self::Row(raw) => raw.seen(),
            Self::In(block, i) => block.seen(*i),
        }
    }

    /// Bytes of what its sender wrote.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Row(raw) => raw.bytes(),
            Self::In(block, i) => block.bytes(*i),
        }
    }

    /// As readers get it.
    pub fn line(&self) -> LogLine {
        match self {
            Self::Row(raw) => LogLine::from((*raw).clone()),
            Self::In(block, i) => block.line(*i).into(),
        }
    }
}

/// What becomes of what is found.
pub trait Visit: Send + 'static {
    /// How many more it wants.
    fn room(&self) -> usize {
        usize::MAX
    }

    /// Takes all lines of a block that have one of the levels, unseen; false when it must see them.
    fn take_all(&mut self, about: &About, levels: Levels) -> bool {
        let _ = (about, levels);
        false
    }

    /// Takes a line; they come the newest first, or the oldest where that is asked for.
    fn take(&mut self, hit: &Hit);
}

/// How far it was looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Before this id it goes on, or after it where the oldest come first; `None` when everything was looked through.
    pub next: Option<u64>,
    /// About when what was looked at last came.
    pub time: Option<Timestamp>,
}

/// Looks until the visitor has enough, everything is looked through, or the time is over.
///
/// A block that is damaged is passed over, and the server says so.
///
/// # Errors
/// When the database fails.
pub async fn walk<V: Visit>(archive: &Archive, look: Look, visitor: V) -> Result<(V, Reached), AppError> {
    match look.forth {
        true => forth::walk(archive, look, visitor).await,
        false => back::walk(archive, look, visitor).await,
    }
}

/// Bytes of text in one answer, give or take its last line.
const ANSWER: usize = 8 * 1024 * 1024;

/// Keeps the first lines that are found.
struct First {
    lines: Vec<Arc<LogLine>>,
    limit: usize,
    bytes: usize,
}

impl Visit for First {
    fn room(&self) -> usize {
        match self.bytes < ANSWER {
            true => self.limit - self.lines.len(),
            false => 0,
        }
    }

    fn take(&mut self, hit: &Hit) {
        self.bytes += hit.bytes();
        self.lines.push(Arc::new(hit.line()));
    }
}

/// The newest `limit` lines that are looked for, the newest first, or the oldest where these are asked for first, and how far it
/// was looked; fewer where they are long.
///
/// # Errors
/// When the database fails.
pub async fn newest(archive: &Archive, look: Look, limit: usize) -> Result<(Vec<Arc<LogLine>>, Reached), AppError> {
    let visitor = First {
        lines: Vec::new(),
        limit,
        bytes: 0,
    };
    let (visitor, reached) = walk(archive, look, visitor).await?;
    Ok((visitor.lines, reached))
}
