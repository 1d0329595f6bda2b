//! The topic `ticker` of `GET /events`.

use std::{any::Any, collections::HashSet, sync::Arc, time::Duration};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::watch, time::Instant};

use super::{board::PublicBoard, lists::watching::Watching};
use crate::{
    error::AppError,
    ids::UserId,
    server::sse::{Asked, Event, Feed},
    ticker::wire::TOPIC,
};

/// Time from one look at the board to the next at least: what changes in between is one event per symbol.
const ROUND: Duration = Duration::from_millis(50);

/// The board as a feed.
pub struct Quotes {
    /// What is told.
    pub board: Arc<PublicBoard>,
    /// Has watched what is on the lists of those who read.
    pub watching: Arc<Watching>,
}

impl Feed for Quotes {
    fn topic(&self) -> &'static str {
        TOPIC
    }

    fn open(&self, after: Option<u64>) -> BoxStream<'static, Event> {
        self.read(after, "")
    }

    fn open_for(&self, after: Option<u64>, asked: &Asked) -> Result<BoxStream<'static, Event>, AppError> {
        Ok(self.read(after, asked.get("symbols")))
    }

    fn attend(&self, who: UserId) -> Option<Box<dyn Any + Send>> {
        Some(Box::new(self.watching.attend(who)))
    }
}

impl Quotes {
    /// What changes of the symbols that are named, with commas between; of all when none is.
    fn read(&self, after: Option<u64>, symbols: &str) -> BoxStream<'static, Event> {
        let named = symbols.split(',').map(str::trim).filter(|name| !name.is_empty());
        let reader = Reader {
            seen: self.board.watch(),
            board: self.board.clone(),
            cursor: after,
            only: named.map(str::to_owned).collect(),
            until: self.board.version(),
            next_round: Instant::now(),
        };
        stream::unfold(reader, |mut reader| async move {
            let event = reader.next().await?;
            Some((event, reader))
        })
        .boxed()
    }
}

/// One reader's place on the board. It holds no events, however slow it is.
struct Reader {
    board: Arc<PublicBoard>,
    seen: watch::Receiver<u64>,
    cursor: Option<u64>,
    /// The symbols it wants, or all.
    only: HashSet<String>,
    /// Where this round ends; what changes meanwhile is for the next one.
    until: u64,
    next_round: Instant,
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.board.next(self.cursor, self.until, &self.only) {
                self.cursor = Some(event.cursor);
                return Some(event);
            }
            let reached = self.cursor.unwrap_or(0).max(self.until);
            // What it doesn't want is not looked at again.
            self.cursor = Some(reached);
            self.seen.wait_for(|&version| version > reached).await.ok()?;
            tokio::time::sleep_until(self.next_round).await;
            self.next_round = Instant::now() + ROUND;
            self.until = self.board.version();
        }
    }
}
