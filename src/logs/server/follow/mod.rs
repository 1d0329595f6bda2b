//! `--follow`: files to which programs write their logs, read as they grow.
//!
//! Every second it is looked where the paths lead (`find`), and what is new in each file is read (`file`), line by line. A file
//! is known by its number and its first bytes: so renaming it and making a new one, as rotation does, leaves the old one to be
//! read to its end, and cutting it to nothing begins it anew. How far each is, is kept in the transaction that keeps its lines
//! (`store`): a restart loses none and doubles none.

mod file;
mod find;
mod store;

use std::{
    collections::HashSet,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use sqlx::SqlitePool;
use tokio_util::sync::CancellationToken;

use self::{
    file::Followed,
    find::{Found, Identity, find, renamed},
    store::Known,
};
use super::record::Recorder;
use crate::{error::AppError, server::db::Database, server::shutdown::Shutdown, time::Timestamp};

/// Files at once. Further ones are told of, and wait until there are fewer.
const FILES: usize = 256;
/// Files that are remembered.
const KNOWN: usize = 10_000;
/// The pause between two pieces of a file that has more: 128 KiB each time, so 25 MiB a second at most.
const PAUSE: Duration = Duration::from_millis(5);
/// A file to which no path leads any more is let go when it hasn't grown for so long: who wrote to it may not know yet.
const QUIET: Duration = Duration::from_secs(5);
/// Days for which a file of which nothing came is remembered.
const REMEMBERED: i64 = 90;

/// What is followed.
#[derive(Clone, Debug, Args)]
pub struct FollowSettings {
    /// Take the lines of this file as it grows, or of all *.log in this folder; may be given several times
    #[arg(long, env = "SQUAWKBOX_FOLLOW", value_delimiter = ',', value_name = "PATH")]
    pub follow: Vec<PathBuf>,

    /// Milliseconds between two looks at them: for tests
    #[arg(long, hide = true, default_value_t = 1_000, value_name = "MILLISECONDS")]
    pub follow_every_ms: u64,
}

/// Follows what the settings name, if anything.
///
/// # Errors
/// When the database can't be read.
pub async fn start(
    settings: &FollowSettings,
    db: &Database,
    recorder: &Recorder,
    shutdown: &Shutdown,
) -> Result<(), AppError> {
    if settings.follow.is_empty() {
        return Ok(());
    }
    let cutoff = Timestamp::now().plus_seconds(-REMEMBERED * 86_400);
    db.writer
        .write(move |conn| Box::pin(store::forget(conn, cutoff)))
        .await?;
    let follower = Follower::new(settings, &db.readers).await?;
    // With the connections, which are waited for before the writer ends.
    let (recorder, stop) = (recorder.clone(), shutdown.begun.clone());
    shutdown.connections.spawn(follower.run(recorder, stop));
    Ok(())
}

struct Follower {
    paths: Vec<PathBuf>,
    every: Duration,
    known: Vec<Known>,
    files: Vec<Followed>,
    looked: Option<Instant>,
    /// What was complained about, so that it is said once.
    said: HashSet<PathBuf>,
}

impl Follower {
    async fn new(settings: &FollowSettings, readers: &SqlitePool) -> Result<Self, AppError> {
        Ok(Self {
            paths: settings.follow.clone(),
            every: Duration::from_millis(settings.follow_every_ms),
            known: store::known(readers).await?,
            files: Vec::new(),
            looked: None,
            said: HashSet::new(),
        })
    }

    async fn run(mut self, recorder: Recorder, stop: CancellationToken) {
        loop {
            // Disks may take long: beside the tasks that answer others.
            let read = tokio::task::spawn_blocking(move || {
                self.read();
                self
            });
            match read.await {
                Ok(back) => self = back,
                Err(error) => return tracing::error!(%error, "following files ends"),
            }
            let (mut has_more, mut pause) = (false, self.every);
            for file in &mut self.files {
                if !file.keep(&recorder, &stop).await {
                    return;
                }
                has_more |= file.has_more;
                pause = pause.min(file.due().unwrap_or(pause));
            }
            tokio::select! {
                () = tokio::time::sleep(if has_more { PAUSE } else { pause }) => (),
                () = stop.cancelled() => break,
            }
        }
        for file in &mut self.files {
            file.let_go();
            if !file.keep(&recorder, &stop).await {
                return;
            }
        }
    }

    /// Looks where the paths lead, if it is time, and reads some of each file. Blocks.
    fn read(&mut self) {
        if self.looked.is_none_or(|looked| looked.elapsed() >= self.every) {
            self.look();
            self.looked = Some(Instant::now());
        }
        for file in &mut self.files {
            if let Err(error) = file.read()
                && self.said.insert(file.known.path.clone())
            {
                tracing::warn!(path = %file.known.path.display(), %error, "a followed file can't be read");
            }
        }
    }

    fn look(&mut self) {
        if self.said.len() > FILES {
            self.said.clear();
        }
        let is_first = self.looked.is_none();
        let mut found = Vec::new();
        for path in &self.paths {
            match find(path) {
                Ok(more) => {
                    self.said.remove(path);
                    found.extend(more);
                }
                Err(error) if self.said.insert(path.clone()) => {
                    tracing::warn!(path = %path.display(), %error, "what is to be followed isn't there; it is looked for on");
                }
                Err(_) => (),
            }
        }
        let there: HashSet<Identity> = found.iter().map(|found| found.identity).collect();
        for file in &mut self.files {
            file.is_there(there.contains(&file.identity()));
        }
        let known = &mut self.known;
        self.files.retain(|file| {
            let stays = file.quiet().is_none_or(|quiet| quiet < QUIET);
            if !stays {
                // It may come back under another name.
                known.retain(|known| Identity::of(known) != file.identity());
                known.push(file.known.clone());
                known.drain(..known.len().saturating_sub(KNOWN));
            }
            stays
        });
        if is_first {
            // What was renamed while nobody looked.
            let gone = self.known.iter().filter(|known| !there.contains(&Identity::of(known)));
            found.splice(..0, renamed(gone));
        }
        for found in found {
            self.open(found, is_first);
        }
    }

    fn open(&mut self, found: Found, is_first: bool) {
        if self.files.iter().any(|file| file.identity() == found.identity) {
            return;
        }
        let path = found.path.clone();
        if self.files.len() >= FILES {
            if self.said.insert(path) {
                tracing::warn!(path = %found.path.display(), most = FILES, "too many files to follow; this one waits");
            }
            return;
        }
        match Followed::open(found, &self.known, is_first) {
            Ok(None) => (),
            Ok(Some(file)) => {
                self.said.remove(&path);
                tracing::info!(path = %path.display(), from = file.known.place, "a file is followed");
                self.files.push(file);
            }
            Err(error) if self.said.insert(path.clone()) => {
                tracing::warn!(path = %path.display(), %error, "a file can't be followed");
            }
            Err(_) => (),
        }
    }
}
