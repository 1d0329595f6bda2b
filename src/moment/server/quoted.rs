//! A link to an instant, in messages: prices and log lines then, which everybody on the team may see; what was said, not
//! everybody may.

use sqlx::SqlitePool;

use super::instant;
use crate::{
    chat::server::quoting::{Link, Quotable, Snapping, Snapshot, snapshot::Row},
    error::AppError,
    logs::{
        log_row::level_class,
        query::Query,
        server::{
            archive::Archive,
            search::{self, Look},
        },
    },
    ticker::{
        figures::grouped,
        model::Key,
        server::moments::{self, Track},
    },
    time::Timestamp,
};

/// Prices and lines of one at most.
const PRICES: usize = 6;
const LINES: usize = 8;
/// Seconds before and after.
const AROUND: i64 = 5;

/// One clock, as messages quote it.
pub struct Quoted {
    /// Readers of `ticker.db`.
    pub prices: SqlitePool,
    /// Log lines.
    pub lines: Archive,
    /// The symbols that have prices.
    pub keys: Box<dyn Fn() -> Vec<Key> + Send + Sync>,
}

impl Quotable for Quoted {
    fn snapshot<'a>(&'a self, link: &'a Link) -> Snapping<'a> {
        Box::pin(async move {
            let Some(time) = link.path.strip_prefix("/at/") else {
                return Ok(None);
            };
            match instant(&time.replace("%3A", ":")) {
                Ok(at) => self.at(at, link).await.map(Some),
                Err(_) => Ok(None),
            }
        })
    }
}

impl Quoted {
    async fn at(&self, at: Timestamp, link: &Link) -> Result<Snapshot, AppError> {
        let (from, to) = (at.plus_seconds(-AROUND), at.plus_seconds(AROUND));
        let mut keys = (self.keys)();
        if let Some(wanted) = link.get("symbols") {
            let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
            keys.retain(|key| {
                wanted
                    .iter()
                    .any(|name| *name == key.symbol || *name == format!("{}:{}", key.venue, key.symbol))
            });
        }
        keys.truncate(PRICES);
        let tracks = moments::around(&self.prices, keys, (from, at), 1).await?;
        let price = |track: Track| {
            let last = track.closes.last().map(|(_, close)| *close).or(track.before)?;
            Some(Row {
                class: "figure",
                head: grouped(&last.to_string()),
                text: format!("{} at {}", track.key.symbol, track.key.venue),
            })
        };
        let mut rows: Vec<Row> = tracks.into_iter().filter_map(price).collect();
        let query = Query::parse(link.get("q").unwrap_or_default()).unwrap_or_default();
        let look = Look::of(&query, Timestamp::now()).within(Some(from), Some(to));
        let (mut lines, _) = search::newest(&self.lines, look, LINES).await?;
        lines.reverse();
        rows.extend(lines.iter().map(|line| Row {
            class: level_class(line.level),
            head: line.level.word().to_owned(),
            text: format!("{} {} {}", line.time.second(), line.source, line.message),
        }));
        if rows.is_empty() {
            rows.push(Row::plain("Nothing was priced or logged then."));
        }
        Ok(Snapshot {
            kind: "One clock".into(),
            title: format!("{} {} UTC", at.day(), at.second()),
            rows,
            href: link.href.clone(),
            at,
            ..Snapshot::default()
        })
    }
}
