//! Logs on the server.

pub mod archive;
pub mod block;
pub mod command;
pub mod export;
pub mod follow;
pub mod found;
mod found_figures;
pub mod fragments;
pub mod harmless;
pub mod ingest;
pub mod matching;
pub mod pen;
pub mod pipe;
pub mod publish;
pub mod quotas;
pub mod quoted;
pub mod record;
pub mod rest;
pub mod retention;
pub mod saved;
pub mod sealing;
pub mod search;
pub mod sources;
pub mod stats;
pub mod store;
pub mod stream;

use std::{sync::Arc, time::Duration};

use super::model::Tail;
use crate::{
    chat::server::{commands::Command, quoting::Quotable},
    error::AppError,
    ids::UserId,
    server::{
        config::Config,
        db::Database,
        hub::{Hub, Receiver},
        limits::PerKey,
        shutdown::Shutdown,
        sse::Feed,
    },
};

/// Log lines.
pub struct Logs {
    /// `logs.db`.
    pub db: Database,
    /// What searches look through.
    pub archive: archive::Archive,
    /// Lines that were kept before this start have ids up to this one.
    pub before: u64,
    /// Where lines are born.
    pub recorder: record::Recorder,
    /// How much each token may bring.
    pub pace: PerKey<i64>,
    /// How much those may bring for whom it was set.
    pub quotas: quotas::Quotas,
    /// Who sends how much.
    pub counts: sources::Counts,
    /// How much is kept of whom.
    pub keep: Arc<retention::keep::Keep>,
    /// How often each person may search.
    pub searches: PerKey<UserId>,
    /// Where syslog comes in.
    pub syslog: ingest::syslog::Syslog,
    live: Hub<publish::Batch>,
    matching: Arc<matching::Matching>,
}

impl Logs {
    /// Starts the feature; `own` is what the server says of itself.
    ///
    /// # Errors
    /// When the database can't be written, and `Invalid` for whoever starts the server when an address can't be listened on.
    pub async fn start(
        db: Database,
        own: ingest::own_tracing::OwnLines,
        config: &Config,
        shutdown: &Shutdown,
    ) -> Result<Self, AppError> {
        let before = db.writer.write(|conn| Box::pin(store::skip_ids(conn))).await?;
        let (publisher, committed) = publish::publisher();
        let live = Hub::new(publish::RING);
        let (pressure, counts) = (sealing::Pressure::default(), sources::Counts::default());
        let recorder = record::Recorder::new(db.writer.clone(), publisher, pressure.clone(), counts.clone());
        shutdown.spawn(sealing::run(db.clone(), pressure));
        shutdown.spawn(publish::publish(committed, live.clone()));
        let keep = Arc::new(retention::keep::Keep::of(config));
        let every = Duration::from_secs(config.keep_logs_every_seconds);
        shutdown.spawn(retention::run(db.clone(), keep.clone(), every));
        // Not through `shutdown.spawn`: it ends by itself, when the last lines are kept.
        let own = ingest::own_tracing::keep(own, recorder.clone(), shutdown.begun.clone());
        shutdown.background.spawn(own);
        say_what_starts(config);
        let syslog = ingest::syslog::start(&config.syslog, &recorder, shutdown).await?;
        follow::start(&config.follow, &db, &recorder, shutdown).await?;
        Ok(Self {
            archive: archive::Archive::new(db.readers.clone()),
            before,
            db,
            recorder,
            pace: ingest::shipment::pace(),
            quotas: quotas::Quotas::default(),
            counts,
            keep,
            searches: PerKey::new(30, Duration::from_millis(100)),
            matching: Arc::new(matching::Matching::new(live.clone())),
            syslog,
            live,
        })
    }

    /// The newest lines, and from where the stream goes on.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn tail(&self) -> Result<Tail, AppError> {
        // Before the lines: one that comes in between is then after the cursor rather than nowhere.
        let newest = store::newest(&self.db.readers).await?;
        let lines = store::newest_lines(&self.db.readers, 0, stream::NEWEST).await?;
        let cursor = lines.last().map_or(newest, |line| line.id);
        Ok(Tail { lines, cursor })
    }

    /// `/logs`, for chat.
    pub fn command(&self) -> Box<dyn Command> {
        Box::new(command::Logs(self.archive.clone()))
    }

    /// Log lines, as messages quote them.
    pub fn quoted(&self) -> Box<dyn Quotable> {
        Box::new(quoted::Quoted(self.archive.clone()))
    }

    /// What is committed from now on. Whoever misses some sees that the next doesn't follow, and reads the store.
    pub fn committed(&self) -> Receiver<publish::Batch> {
        self.live.subscribe()
    }

    /// The topic `logs` of `GET /events`.
    pub fn feed(&self) -> Box<dyn Feed> {
        Box::new(stream::LogFeed {
            archive: self.archive.clone(),
            live: self.live.clone(),
            matching: self.matching.clone(),
        })
    }
}

/// The first lines of the log viewer: what runs, where, and with which settings.
fn say_what_starts(config: &Config) {
    let version = env!("CARGO_PKG_VERSION");
    tracing::info!(version, address = %config.address, data = %config.data.folder.display(), "Squawkbox starts");
    if let Some(url) = &config.public_url {
        tracing::info!(url, "people reach it through a proxy");
    }
    if let Some(venues) = &config.venues {
        let names: Vec<&str> = venues.iter().map(|venue| venue.name()).collect();
        tracing::info!(
            venues = names.join(","),
            "prices come from the venues of the command line"
        );
    }
    tracing::info!(
        days = config.keep_logs_days,
        "log lines are kept for some days, then deleted"
    );
}
