//! Log lines in messages: what a link to a line, to several, or to a search shows.

use std::sync::Arc;

use super::{
    archive::Archive,
    search::{self, Look},
    store,
};
use crate::{
    chat::server::quoting::{Link, Quotable, Snapping, Snapshot, snapshot::Row},
    error::AppError,
    ids::RoomId,
    logs::{
        log_row::{level_class, thousands},
        model::LogLine,
        query::Query,
    },
    paths,
    time::Timestamp,
};

/// Lines of a stretch, and of a search, that are kept.
const LINES: u32 = 20;
const FOUND: usize = 5;

/// Log lines, as messages quote them.
pub struct Quoted(pub Archive);

impl Quotable for Quoted {
    fn snapshot<'a>(&'a self, link: &'a Link, _: RoomId) -> Snapping<'a> {
        Box::pin(async move {
            if link.path != paths::LOG_SEARCH {
                return Ok(None);
            }
            let id = |name: &str| link.get(name).and_then(|id| id.parse::<u64>().ok());
            match (id("at"), link.get("q")) {
                (Some(at), q) => {
                    let q = q.unwrap_or_default();
                    self.lines(at, id("to").unwrap_or(at), q, link).await
                }
                (None, Some(q)) => self.search(q).await,
                (None, None) => Ok(None),
            }
        })
    }
}

impl Quoted {
    /// The lines from one to another that `q` finds.
    async fn lines(&self, from: u64, to: u64, q: &str, link: &Link) -> Result<Option<Snapshot>, AppError> {
        let (from, to) = (from.min(to), from.max(to));
        let after = from.saturating_sub(1);
        let lines: Vec<Arc<LogLine>> = match Query::parse(q) {
            // Between two lines that a search shows there are others.
            Ok(query) if from < to && !q.trim().is_empty() => {
                let query = Query {
                    since: None,
                    before: None,
                    ..query
                };
                let look = Look::of(&query, Timestamp::now()).between(after, to.saturating_add(1));
                search::newest(&self.0, look.oldest_first(true), LINES as usize)
                    .await?
                    .0
            }
            _ => {
                let found = store::oldest_first(&self.0.readers, after, LINES).await?;
                let found = found.into_iter().take_while(|line| line.id <= to);
                found.map(|line| Arc::new(line.into())).collect()
            }
        };
        let Some(first) = lines.first().filter(|line| line.id == from) else {
            return Ok(None);
        };
        let at = first.time;
        let one = lines.len() == 1;
        let title = match one {
            true => format!("{} {}", at.milli(), first.source),
            false => format!("{} lines from {}", lines.len(), at.milli()),
        };
        let mut rows: Vec<Row> = lines.iter().map(|line| row(line, one)).collect();
        rows.extend((one && !first.fields.0.is_empty()).then(|| Row::plain(first.fields.to_string())));
        Ok(Some(Snapshot {
            kind: if one { "Log line" } else { "Log lines" }.into(),
            title,
            rows,
            href: link.href.clone(),
            at,
            ..Snapshot::default()
        }))
    }

    /// What a search finds now.
    async fn search(&self, q: &str) -> Result<Option<Snapshot>, AppError> {
        let now = Timestamp::now();
        let Ok(query) = Query::parse(q) else { return Ok(None) };
        let (lines, _) = search::newest(&self.0, Look::of(&query, now), FOUND).await?;
        // As it is now, a search that reaches back from now finds something else tomorrow.
        let before = Query {
            since: query.since.map(|since| crate::logs::query::When::At(since.at(now))),
            before: query.before.or(Some(crate::logs::query::When::At(now))),
            ..query.clone()
        };
        let mut rows: Vec<Row> = lines.iter().map(|line| row(line, false)).collect();
        if rows.is_empty() {
            rows.push(Row::plain("No line fits."));
        }
        Ok(Some(Snapshot {
            kind: "Log search".into(),
            title: query.to_string(),
            rows,
            href: paths::log_search(&before.to_string()),
            at: lines.first().map_or(now, |line| line.time),
            ..Snapshot::default()
        }))
    }
}

fn row(line: &LogLine, is_alone: bool) -> Row {
    let text = match is_alone {
        true => line.message.clone(),
        false => format!("{} {} {}", line.time.second(), line.source, line.message),
    };
    Row {
        class: level_class(line.level),
        head: line.level.word().to_owned(),
        text,
        of: None,
    }
}

/// How many lines there are, in words.
pub fn count(lines: u64) -> String {
    match lines {
        1 => "1 line".to_owned(),
        lines => format!("{} lines", thousands(lines)),
    }
}
