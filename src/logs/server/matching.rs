//! Lines as they come, for those who want only some: matched once for each query, however many read it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio_util::sync::{CancellationToken, DropGuard};

use super::publish::{Batch, RING, event};
use crate::{
    error::AppError,
    logs::query::{Query, matcher::Matcher},
    server::hub::{Hub, Receiver, RecvError},
    time::Timestamp,
};

/// Different queries that are read at once at most: each is asked of every line.
const MOST: usize = 1_000;

/// All queries that somebody reads.
pub struct Matching {
    live: Hub<Batch>,
    channels: Mutex<HashMap<String, Weak<Channel>>>,
}

/// What comes that one query asks for. Batches without a line say how far it was looked.
pub struct Channel {
    /// What is asked for.
    pub query: Query,
    found: Hub<Batch>,
    _end: DropGuard,
}

impl Channel {
    /// From now on.
    pub fn subscribe(&self) -> Receiver<Batch> {
        self.found.subscribe()
    }
}

impl Matching {
    /// Over what is committed.
    pub fn new(live: Hub<Batch>) -> Self {
        Self {
            live,
            channels: Mutex::default(),
        }
    }

    /// The channel of `query`, which ends with its last reader.
    ///
    /// # Errors
    /// `Conflict` when as many different ones are read.
    pub fn channel(&self, query: Query) -> Result<Arc<Channel>, AppError> {
        let text = query.to_string();
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = channels.get(&text).and_then(Weak::upgrade) {
            return Ok(channel);
        }
        channels.retain(|_, channel| channel.strong_count() > 0);
        if channels.len() >= MOST {
            return Err(AppError::Conflict(format!(
                "{MOST} different queries are being followed. Follow one of them, or try again when somebody has left off."
            )));
        }
        let (end, found) = (CancellationToken::new(), Hub::new(RING));
        tokio::spawn(matched(
            query.clone(),
            self.live.subscribe(),
            found.clone(),
            end.clone(),
        ));
        let channel = Arc::new(Channel {
            query,
            found,
            _end: end.drop_guard(),
        });
        channels.insert(text, Arc::downgrade(&channel));
        Ok(channel)
    }
}

async fn matched(query: Query, mut live: Receiver<Batch>, found: Hub<Batch>, end: CancellationToken) {
    let matcher = Matcher::new(&query, Timestamp::now());
    loop {
        let batch = tokio::select! {
            () = end.cancelled() => return,
            batch = live.recv() => batch,
        };
        let batch = match batch {
            Ok(batch) => batch,
            // Readers see that the next one doesn't follow, and look back.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let lines: Vec<_> = batch
            .lines
            .iter()
            .filter(|line| matcher.matches(&(&***line).into()))
            .cloned()
            .collect();
        let Ok(mut event) = event(false, None, &lines) else {
            continue;
        };
        event.cursor = batch.event.cursor;
        found.publish(Batch {
            first: batch.first,
            event,
            lines: lines.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_so_many_queries_are_followed_at_once() {
        let matching = Matching::new(Hub::new(RING));
        let query = |n: usize| Query::parse(&format!("order {n}")).expect("a query");
        let followed: Vec<_> = (0..MOST).map(|n| matching.channel(query(n)).expect("room")).collect();
        assert!(matches!(matching.channel(query(MOST)), Err(AppError::Conflict(_))));
        assert!(matching.channel(query(7)).is_ok(), "one that others follow");
        drop(followed);
        assert!(matching.channel(query(MOST)).is_ok());
    }
}
