//! The topic `logs` of `GET /events`: each reader gets every line once, in order, or is told what it doesn't get.
//!
//! A reader subscribes first and reads the database after, so nothing falls between. Within a run of the program ids have
//! no holes: an event that begins one after the last line sent goes out as it is; any other means that something was
//! missed, and the reader catches up from the database. Far behind, it gets a gap event, whose lines
//! `api::log_gap` loads, and goes on with the newest. A stalled reader costs at most the ring it shares.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

use super::{
    archive::Archive,
    matching::{Channel, Matching},
    publish::{Batch, event, pieces},
    search::{self, Look},
    store,
};
use crate::{
    error::AppError,
    logs::{model::LogLine, query::Query, wire::TOPIC},
    server::{
        hub::{Hub, Receiver, RecvError},
        sse::{Asked, Event, Feed},
    },
    time::Timestamp,
};

/// Lines that a fresh reader, or one that was far behind, starts with.
pub const NEWEST: u32 = 200;
/// Missed lines that are sent rather than left out.
pub const CATCH_UP: u32 = 500;
/// After the database failed, the wait before it is asked again.
const RETRY: Duration = Duration::from_secs(2);

/// The feed.
pub struct LogFeed {
    /// All lines that are kept.
    pub archive: Archive,
    /// What is committed, as it is.
    pub live: Hub<Batch>,
    /// The same for those who want only some of it.
    pub matching: Arc<Matching>,
}

impl Feed for LogFeed {
    fn topic(&self) -> &'static str {
        TOPIC
    }

    fn open(&self, after: Option<u64>) -> BoxStream<'static, Event> {
        self.read(after, self.live.subscribe(), None)
    }

    fn open_for(&self, after: Option<u64>, asked: &Asked) -> Result<BoxStream<'static, Event>, AppError> {
        let query = Query::parse(asked.get("query")).map_err(|wrong| AppError::Invalid(wrong.to_string()))?;
        if query.is_everything() {
            return Ok(self.open(after));
        }
        let channel = self.matching.channel(query)?;
        Ok(self.read(after, channel.subscribe(), Some(channel)))
    }
}

impl LogFeed {
    fn read(
        &self,
        after: Option<u64>,
        live: Receiver<Batch>,
        channel: Option<Arc<Channel>>,
    ) -> BoxStream<'static, Event> {
        let reader = Reader {
            archive: self.archive.clone(),
            live,
            channel,
            sent: after,
            behind: true,
            ready: VecDeque::new(),
        };
        stream::unfold(reader, |mut reader| async move {
            let event = reader.next().await?;
            Some((event, reader))
        })
        .boxed()
    }
}

struct Reader {
    archive: Archive,
    live: Receiver<Batch>,
    /// Of those who want only some lines.
    channel: Option<Arc<Channel>>,
    /// The last line sent, or after which to begin; `None` before a fresh reader's first.
    sent: Option<u64>,
    behind: bool,
    /// Read from the database and not sent yet; at most [`CATCH_UP`] lines.
    ready: VecDeque<Event>,
}

impl Reader {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.behind {
                match self.catch_up().await {
                    Ok(()) => self.behind = false,
                    // Ending only this topic would look like silence to the page, so it stays and tries again.
                    Err(_) => tokio::time::sleep(RETRY).await,
                }
                continue;
            }
            let sent = self.sent.unwrap_or(0);
            match self.live.recv().await {
                Ok(batch) if batch.event.cursor <= sent => (),
                Ok(batch) if batch.first == sent + 1 => {
                    self.sent = Some(batch.event.cursor);
                    // Of lines that nobody on this channel wants, only the ids are told.
                    if !batch.lines.is_empty() {
                        return Some(batch.event);
                    }
                }
                Ok(_) | Err(RecvError::Lagged(_)) => self.behind = true,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Reads what came after the last line sent, in whole or with a gap before the newest.
    async fn catch_up(&mut self) -> Result<(), AppError> {
        let newest = store::newest(&self.archive.readers).await?;
        let known = self.sent.filter(|sent| *sent <= newest);
        // A cursor that was never given is of another database: what its page shows is not ours.
        let reset = self.sent.is_some() && known.is_none();
        let (mut lines, is_all) = self.missed(known, newest).await?;
        let mut gap = None;
        if !is_all || lines.len() > CATCH_UP as usize {
            lines.drain(..lines.len().saturating_sub(NEWEST as usize));
            if let Some(after) = known {
                let first = lines.first().map_or(newest + 1, |line| line.id);
                gap = store::gap(&self.archive.readers, after, first).await?;
            }
        }
        if reset && lines.is_empty() {
            self.ready.push_back(event(true, None, &[])?);
        }
        if gap.is_some() {
            self.ready.push_back(event(false, gap, &[])?);
        }
        for (i, lines) in pieces(&lines).enumerate() {
            self.ready.push_back(event(reset && i == 0, None, lines)?);
        }
        // A fresh reader of an empty table begins after whatever was deleted.
        let before = known.unwrap_or(newest);
        let reached = match self.channel {
            Some(_) => newest,
            None => lines.last().map_or(before, |line| line.id),
        };
        self.sent = Some(reached);
        Ok(())
    }

    /// The newest lines after `known` (of all, when there is none) that this reader wants, oldest first, one more than it is
    /// sent; and whether those are all that it would go back for.
    async fn missed(&self, known: Option<u64>, newest: u64) -> Result<(Vec<Arc<LogLine>>, bool), AppError> {
        let (after, limit) = known.map_or((0, NEWEST), |known| (known, CATCH_UP + 1));
        let Some(channel) = &self.channel else {
            return Ok((store::newest_lines(&self.archive.readers, after, limit).await?, true));
        };
        let look = Look::of(&channel.query, Timestamp::now()).between(after, newest + 1);
        let (mut lines, reached) = search::newest(&self.archive, look, limit as usize).await?;
        lines.reverse();
        let is_all = reached.next.is_none() || lines.len() == limit as usize || known.is_none();
        Ok((lines, is_all))
    }
}
