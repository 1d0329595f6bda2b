//! A link to an instant, in messages: prices, squawks and log lines then, which everybody on the team may see; of what was
//! said, what everybody may see who reads the message.

use sqlx::SqlitePool;

use super::instant;
use crate::{
    chat::{
        model::RoomKind,
        server::{
            quoting::{Link, Quotable, Snapping, Snapshot, snapshot::Row},
            store,
        },
    },
    error::AppError,
    ids::RoomId,
    logs::{
        log_row::level_class,
        query::Query,
        server::{
            archive::Archive,
            search::{self, Look},
        },
    },
    squawk,
    ticker::{
        figures::grouped,
        model::Key,
        server::moments::{self, Track},
    },
    time::Timestamp,
};

/// Of each at most; all of it is no more than a card shows.
const PRICES: usize = 6;
const SQUAWKS: usize = 3;
const MESSAGES: u32 = 5;
const LINES: usize = 6;
/// Squawks among which the nearest are found.
const MANY: u32 = 100;
/// Seconds before, for words, which come more seldom than lines; and for lines, and after.
const BEFORE: i64 = 60;
const AROUND: i64 = 5;

/// One clock, as messages quote it.
pub struct Quoted {
    /// Readers of `desk.db`.
    pub desk: SqlitePool,
    /// Readers of `ticker.db`.
    pub prices: SqlitePool,
    /// Log lines.
    pub lines: Archive,
    /// The symbols that have prices.
    pub keys: Box<dyn Fn() -> Vec<Key> + Send + Sync>,
}

impl Quotable for Quoted {
    fn snapshot<'a>(&'a self, link: &'a Link, room: RoomId) -> Snapping<'a> {
        Box::pin(async move {
            let Some(time) = link.path.strip_prefix("/at/") else {
                return Ok(None);
            };
            match instant(&time.replace("%3A", ":")) {
                Ok(at) => self.at(at, link, room).await.map(Some),
                Err(_) => Ok(None),
            }
        })
    }
}

impl Quoted {
    async fn at(&self, at: Timestamp, link: &Link, room: RoomId) -> Result<Snapshot, AppError> {
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
                of: None,
            })
        };
        let mut rows: Vec<Row> = tracks.into_iter().filter_map(price).collect();
        rows.extend(self.squawks(at).await?);
        rows.extend(self.said(at, link, room).await?);
        let query = Query::parse(link.get("q").unwrap_or_default()).unwrap_or_default();
        // As many before it as after it: on a busy desk the newest would all be seconds later.
        let look = |from, to| Look::of(&query, Timestamp::now()).within(Some(from), Some(to));
        let (mut lines, _) = search::newest(&self.lines, look(from, at), LINES / 2).await?;
        lines.reverse();
        let after = look(at, to).oldest_first(true);
        lines.extend(search::newest(&self.lines, after, LINES / 2).await?.0);
        rows.extend(lines.iter().map(|line| Row {
            class: level_class(line.level),
            head: line.level.word().to_owned(),
            text: format!("{} {} {}", line.time.second(), line.source, line.message),
            of: None,
        }));
        if rows.is_empty() {
            rows.push(Row::plain("Nothing was said, priced or logged then."));
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

    /// The headlines nearest to it, in order.
    async fn squawks(&self, at: Timestamp) -> Result<Vec<Row>, AppError> {
        let stretch = (at.plus_seconds(-BEFORE), at.plus_seconds(AROUND));
        let mut heard = squawk::server::store::between(&self.desk, stretch, MANY).await?;
        heard.sort_by_key(|headline| headline.at.micros().abs_diff(at.micros()));
        heard.truncate(SQUAWKS);
        heard.sort_by_key(|headline| headline.at);
        let row = |headline: squawk::model::Headline| Row {
            class: "",
            head: "Squawk".to_owned(),
            text: format!("{} {}: {}", headline.at.second(), headline.source, headline.text),
            of: None,
        };
        Ok(heard.into_iter().map(row).collect())
    }

    /// What was said nearest to it, without what quotes it.
    async fn said(&self, at: Timestamp, link: &Link, room: RoomId) -> Result<Vec<Row>, AppError> {
        let stretch = (at.plus_seconds(-BEFORE), at, at.plus_seconds(AROUND));
        let said = store::said_openly(&self.desk, room, stretch, &link.path, MESSAGES).await?;
        if said.is_empty() {
            return Ok(Vec::new());
        }
        // A conversation's name is for nobody else; nor is a thread's, which is its root's.
        let own = store::any_room(&self.desk, room).await?;
        let is_named = own.is_some_and(|own| matches!(own.kind, RoomKind::Open | RoomKind::Private));
        let row = |said: store::SaidThen| {
            let place = match said.room == room && !is_named {
                true => "here".to_owned(),
                false => format!("in # {}", said.title),
            };
            Row {
                class: "",
                head: said.author,
                text: format!("{} {place}: {}", said.at.second(), said.words),
                of: Some((said.room, said.seq)),
            }
        };
        Ok(said.into_iter().map(row).collect())
    }
}
