//! Files on the server: how they come in, where they lie, how they are handed out, and when they go.

pub(super) mod kind;
mod name;
pub mod plain_form;
pub mod receive;
pub mod serve;
pub mod shelf;
pub(super) mod thumbnail;
pub mod upload;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex as Lock},
    time::Duration,
};

use tokio::sync::{Mutex, Semaphore};
use tokio_util::task::TaskTracker;

use super::store;
use crate::{
    error::AppError,
    ids::UserId,
    server::{
        config::Config,
        db::Database,
        error::{internal, io},
        limits::PerKey,
        shutdown::Shutdown,
    },
    time::Timestamp,
};

use shelf::{Content, Shelf};

/// Files that are in no message after so many seconds go.
const UNSENT: i64 = 24 * 60 * 60;
/// How often what nobody needs is looked for.
const COLLECT_EVERY: Duration = Duration::from_secs(60 * 60);

/// What the handlers of files share.
pub struct Files {
    db: Database,
    shelf: Shelf,
    /// Bytes of a file at most.
    pub largest: u64,
    /// MiB per person: twenty of the largest files at once, then one a second.
    volume: PerKey<UserId>,
    /// Changes of one's own picture: a burst of 5, then one in 10 s.
    pub faces: PerKey<UserId>,
    /// How many each person is sending right now.
    coming: Arc<Lock<HashMap<UserId, usize>>>,
    /// One image is decoded at a time: it may take a few hundred MiB.
    decoding: Arc<Semaphore>,
    /// Held from putting a file on the shelf to the commit of its row, and from seeing that no row needs one to its
    /// removal.
    shelving: Arc<Mutex<()>>,
    tasks: TaskTracker,
}

impl Files {
    /// Starts collecting what nobody needs.
    pub fn start(db: Database, shelf: Shelf, config: &Config, shutdown: &Shutdown) -> Arc<Self> {
        let files = Arc::new(Self {
            db,
            shelf,
            largest: u64::from(config.max_file_mib) * 1024 * 1024,
            volume: PerKey::new(config.max_file_mib.saturating_mul(20), Duration::from_secs(1)),
            faces: PerKey::new(5, Duration::from_secs(10)),
            coming: Arc::default(),
            decoding: Arc::new(Semaphore::new(1)),
            shelving: Arc::default(),
            tasks: shutdown.background.clone(),
        });
        let collector = Arc::downgrade(&files);
        shutdown.spawn(async move {
            while let Some(files) = collector.upgrade() {
                // A fault has been logged where it happened; the next round tries again.
                let _ = files.collect().await;
                drop(files);
                tokio::time::sleep(COLLECT_EVERY).await;
            }
        });
        files
    }

    /// Removes what nobody needs: files that were not sent for a day, what no file holds any more, and what a crash cut
    /// off on its way in.
    ///
    /// # Errors
    /// When the database or the folder can't be read.
    pub async fn collect(&self) -> Result<(), AppError> {
        let before = Timestamp::now().plus_seconds(-UNSENT);
        let forgotten = self
            .db
            .writer
            .write(move |conn| Box::pin(async move { store::forget_unsent(conn, before).await }))
            .await?;
        let mut removed = 0;
        for first in 0..=u8::MAX {
            let held = self.on_disk("listing files", move |shelf| shelf.held(first)).await?;
            if held.is_empty() {
                continue;
            }
            let needed = store::contents(&self.db.readers, first).await?;
            for content in held.difference(&needed) {
                removed += u32::from(self.free(content).await?);
            }
        }
        self.on_disk("sweeping files", move |shelf| shelf.sweep(before)).await?;
        if forgotten > 0 || removed > 0 {
            tracing::info!(forgotten, removed, "collected files that nobody needs");
        }
        Ok(())
    }

    /// Removes what no file holds any more; tells whether that was so.
    ///
    /// # Errors
    /// When the database can't be read or the disk fails.
    pub async fn free(&self, content: &Content) -> Result<bool, AppError> {
        let shelving = self.shelving.clone().lock_owned().await;
        if store::is_used(&self.db.readers, content).await? {
            return Ok(false);
        }
        let content = *content;
        let remove = move |shelf: &Shelf| {
            // Let go of here, not by the caller, who may leave before it has happened.
            let _shelving = shelving;
            shelf.remove(&content)
        };
        self.on_disk("removing a file", remove).await?;
        Ok(true)
    }

    /// Removes what no file holds any more, behind whoever has asked for that.
    pub fn free_later(self: &Arc<Self>, freed: Vec<Content>) {
        if freed.is_empty() {
            return;
        }
        let files = Arc::clone(self);
        self.tasks.spawn(async move {
            for content in freed {
                // What can't be removed now, the collector will; that it couldn't is logged.
                let _ = files.free(&content).await;
            }
        });
    }

    /// Does what may wait for the disk, off the async threads.
    async fn on_disk<T: Send + 'static>(
        &self,
        doing: &str,
        work: impl FnOnce(&Shelf) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, AppError> {
        let shelf = self.shelf.clone();
        let done = tokio::task::spawn_blocking(move || work(&shelf)).await;
        done.map_err(|e| internal(doing, &e))?.map_err(|e| io(doing, &e))
    }
}
