//! Opens the SQLite files: one writer, pooled readers, migrations at the start, checkpoints off the writer's path.

use std::{path::Path, time::Duration};

use sqlx::{
    ConnectOptions, Connection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::writer::Writer;

/// Readers at once per file; each is a thread and up to 2 MB of cache.
const READERS: u32 = 4;
/// How long a connection waits for a lock (only a checkpoint or another process ever holds one).
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the write-ahead log is folded back into the file.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);

/// One SQLite file.
#[derive(Clone)]
pub struct Database {
    /// Pooled connections for reading; opened when first needed, closed after a minute without use.
    pub readers: SqlitePool,
    /// The only way to write.
    pub writer: Writer,
}

/// What a power cut may cost.
#[derive(Clone, Copy)]
pub enum Durability {
    /// Every commit is on the disk before it is acknowledged (`synchronous=FULL`).
    Full,
    /// A power cut may lose the last moments, never the file's integrity (`synchronous=NORMAL`).
    Normal,
}

impl Database {
    /// Opens or creates the file and brings it to the newest schema.
    ///
    /// # Errors
    /// When the file can't be opened, isn't ours, or is newer than this program.
    pub async fn open(
        file: &Path,
        migrations: &Migrator,
        durability: Durability,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Self, sqlx::Error> {
        let synchronous = match durability {
            Durability::Full => SqliteSynchronous::Full,
            Durability::Normal => SqliteSynchronous::Normal,
        };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(synchronous)
            .busy_timeout(PATIENCE)
            .foreign_keys(true)
            .pragma("wal_autocheckpoint", "0")
            .optimize_on_close(true, 400)
            .disable_statement_logging();
        let mut conn = options.connect().await?;
        migrations.run(&mut conn).await?;
        let (writer, task) = Writer::start(conn, options.clone());
        tasks.spawn(task);
        let readers = SqlitePoolOptions::new()
            .min_connections(0)
            .max_connections(READERS)
            .idle_timeout(Duration::from_secs(60))
            .test_before_acquire(false)
            .connect_lazy_with(options.clone().read_only(true).create_if_missing(false));
        tasks.spawn(checkpoint(options, stop.clone()));
        Ok(Self { readers, writer })
    }

    /// Answers when the file can be read and the writer takes work.
    ///
    /// # Errors
    /// When either can't.
    pub async fn check(&self) -> Result<(), crate::error::AppError> {
        sqlx::query("SELECT 1").execute(&self.readers).await?;
        self.writer
            .write(|conn| {
                Box::pin(async move {
                    sqlx::query("SELECT 1").execute(conn).await?;
                    Ok(())
                })
            })
            .await
    }
}

/// Folds the log back every few seconds, from a connection of its own, so that no commit pays for it; a last
/// time when the server stops. `PASSIVE` waits for nobody.
async fn checkpoint(options: SqliteConnectOptions, stop: CancellationToken) {
    let mut conn = None;
    loop {
        let stopping = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(CHECKPOINT_EVERY) => false,
        };
        if conn.is_none() {
            conn = options
                .connect()
                .await
                .inspect_err(|e| tracing::warn!(error = %e, "opening for a checkpoint"))
                .ok();
        }
        if let Some(open) = &mut conn
            && let Err(error) = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(open).await
        {
            tracing::warn!(%error, "checkpoint");
            conn = None;
        }
        if stopping {
            if let Some(open) = conn {
                let _ = open.close().await;
            }
            return;
        }
    }
}
