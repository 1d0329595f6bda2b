//! Looks back through all lines, the newest first: those that are rows, then block after block of those that may hold what is
//! asked for. Whoever asks gets what was found within a moment, and from where to go on.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::Arc,
    time::{Duration, Instant},
};

use regex::Regex;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{
    archive::{Archive, Bytes, Of},
    block::{Block, Raw, about::About, filter::Outside},
    store::{blocks, open},
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
    server::error::internal,
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
/// Blocks that are looked into at the same time, by all who search.
static TURNS: Semaphore = Semaphore::const_new(2);

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

    /// Takes a line; they come the newest first.
    fn take(&mut self, hit: &Hit);
}

/// How far it was looked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Before this id it goes on; `None` when everything was looked through.
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
    let readers = &archive.readers;
    let end = Instant::now() + look.patience;
    let mut walk = Walk {
        look: Arc::new(look),
        visitor,
        reached: Reached::default(),
        end,
    };
    let mut before = walk.look.before;
    // All rows are later than what is asked for, as a rule, where a past is.
    let are_wanted = match walk.look.matcher.before() {
        Some(end) => open::earliest(readers).await?.is_some_and(|earliest| earliest < end),
        None => true,
    };
    let mut is_last = !are_wanted;
    let look = walk.look.clone();
    while !is_last {
        let rows = open::newest_first(readers, look.after, before, ROWS, &look.of, &look.likes).await?;
        is_last = rows.len() < ROWS as usize;
        if let Some(oldest) = rows.last() {
            before = oldest.id;
            walk = walk.see_rows(rows).await?;
        }
        if walk.is_over(before) {
            return Ok((walk.visitor, walk.reached));
        }
    }
    let mut missing = None;
    'blocks: loop {
        let abouts = archive.newest_first(walk.look.after, before, OUTSIDES).await?;
        let Some(oldest) = abouts.last().map(|about| about.first) else {
            walk.reached.next = None;
            return Ok((walk.visitor, walk.reached));
        };
        let wanted: Vec<Arc<About>> = abouts.into_iter().filter(|about| walk.look.may_be_in(about)).collect();
        for some in wanted.chunks(FILTERS) {
            let needs = &walk.look.needs;
            let firsts: Vec<u64> = some.iter().map(|about| about.first).collect();
            let (mut words, mut grams) = (HashMap::new(), HashMap::new());
            if needs.words() {
                words = archive.filters(Of::Words, &firsts).await?;
            }
            if needs.grams() {
                grams = archive.filters(Of::Grams, &firsts).await?;
            }
            for about in some {
                let of = |filters: &'_ HashMap<u64, Bytes>| filters.get(&about.first).cloned().unwrap_or_default();
                let (words, grams) = (of(&words), of(&grams));
                if !walk.look.needs.may_be_in(&Outside::new(about, &words, &grams)) {
                    continue;
                }
                let all = walk.look.takes_all_of(about, before);
                if !all.is_some_and(|levels| walk.visitor.take_all(about, levels)) {
                    // As it is by now: lines may have gone out of it, or come to it with another block's.
                    let Some((whole, head, text)) = blocks::whole(readers, about.first).await? else {
                        if missing.replace(about.first) == Some(about.first) {
                            continue;
                        }
                        // It was deleted, or became one with another, which is to be found.
                        continue 'blocks;
                    };
                    walk = walk.see_block(whole, before, head, text).await?;
                }
                before = about.first;
                walk.reached.time = Some(about.received.0);
                if walk.is_over(about.first) {
                    return Ok((walk.visitor, walk.reached));
                }
            }
        }
        before = oldest;
        if walk.is_over(before) {
            return Ok((walk.visitor, walk.reached));
        }
    }
}

struct Walk<V> {
    look: Arc<Look>,
    visitor: V,
    reached: Reached,
    end: Instant,
}

impl<V: Visit> Walk<V> {
    /// Says where it goes on when it does so later: before `id`, or before the last line that was taken.
    fn is_over(&mut self, id: u64) -> bool {
        if self.visitor.room() == 0 {
            return true;
        }
        self.reached.next = Some(id);
        Instant::now() >= self.end
    }

    fn take(&mut self, hit: &Hit) {
        self.visitor.take(hit);
        self.reached.next = Some(hit.id());
    }

    async fn see_rows(self, rows: Vec<Raw>) -> Result<Self, AppError> {
        self.aside(move |mut walk| {
            walk.reached.time = rows.last().map(|row| row.received);
            let look = walk.look.clone();
            let _ = rows
                .iter()
                .filter(|row| look.matcher.matches(&row.seen()))
                .try_for_each(|row| {
                    walk.take(&Hit::Row(row));
                    if walk.visitor.room() == 0 {
                        ControlFlow::Break(())
                    } else {
                        ControlFlow::Continue(())
                    }
                });
            Ok(walk)
        })
        .await
    }

    async fn see_block(self, about: About, before: u64, head: Vec<u8>, text: Vec<u8>) -> Result<Self, AppError> {
        self.aside(move |mut walk| {
            let block = match Block::open(&about, &head, &text) {
                Ok(block) => block,
                Err(damaged) => {
                    tracing::error!(
                        first = about.first,
                        last = about.last,
                        "{damaged}: searches pass it over"
                    );
                    return Ok(walk);
                }
            };
            let look = walk.look.clone();
            let places = block.places(look.after.saturating_add(1)..before);
            for i in block.found(&look.matcher, look.finder.as_ref(), places, walk.visitor.room()) {
                if walk.visitor.room() == 0 {
                    break;
                }
                walk.take(&Hit::In(&block, i));
            }
            Ok(walk)
        })
        .await
    }

    /// Beside the tasks that answer others, in turn with other searches.
    async fn aside(self, work: impl FnOnce(Self) -> Result<Self, AppError> + Send + 'static) -> Result<Self, AppError> {
        let turn = TURNS.acquire().await;
        let done = spawn_blocking(move || work(self)).await;
        drop(turn);
        done.map_err(|cause| internal("a search in log lines", &cause))?
    }
}

/// Bytes of text in one answer, give or take its last line.
const ANSWER: usize = 8 * 1024 * 1024;

/// Keeps the newest lines that are found.
struct Newest {
    lines: Vec<Arc<LogLine>>,
    limit: usize,
    bytes: usize,
}

impl Visit for Newest {
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

/// The newest `limit` lines that are looked for, the newest first, and how far it was looked; fewer where they are long.
///
/// # Errors
/// When the database fails.
pub async fn newest(archive: &Archive, look: Look, limit: usize) -> Result<(Vec<Arc<LogLine>>, Reached), AppError> {
    let visitor = Newest {
        lines: Vec::new(),
        limit,
        bytes: 0,
    };
    let (visitor, reached) = walk(archive, look, visitor).await?;
    Ok((visitor.lines, reached))
}
