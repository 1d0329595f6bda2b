//! Opens the SQLite files: one writer, pooled readers, migrations at the start, checkpoints off the writer's path.

use std::{path::Path, time::Duration};

use sqlx::{
    ConnectOptions, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{checkpoint, writer::Writer};

/// Readers at once per file; each is a thread and up to 2 MB of cache.
const READERS: u32 = 4;
/// How long a connection waits for a lock (only a checkpoint or another process ever holds one).
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a reader waits for a connection before it is told that the server is busy.
const TURN: Duration = Duration::from_secs(10);

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
            .pragma("journal_size_limit", checkpoint::MOST.to_string())
            .optimize_on_close(true, 400)
            .disable_statement_logging();
        // Room that deleting makes can be given back. It is decided when the file is made, by whoever may write.
        let mut conn = options
            .clone()
            .auto_vacuum(SqliteAutoVacuum::Incremental)
            .connect()
            .await?;
        migrations.run(&mut conn).await?;
        let log = checkpoint::Log::of(file);
        tasks.spawn(log.beside(options.clone(), stop.clone()));
        let (writer, task) = Writer::start(conn, options.clone(), log);
        tasks.spawn(task);
        let readers = SqlitePoolOptions::new()
            .min_connections(0)
            .max_connections(READERS)
            .idle_timeout(Duration::from_secs(60))
            .acquire_timeout(TURN)
            .test_before_acquire(false)
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::AppError;

    #[tokio::test]
    async fn who_finds_all_readers_busy_is_told_so_within_seconds() {
        let folder = tempfile::tempdir().unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let none = Migrator::DEFAULT;
        let file = folder.path().join("busy.db");
        let db = Database::open(&file, &none, Durability::Normal, &tasks, &stop)
            .await
            .unwrap();
        let mut held = Vec::new();
        for _ in 0..READERS {
            held.push(db.readers.acquire().await.unwrap());
        }
        tokio::time::pause();
        let asked = tokio::time::Instant::now();
        let refused = db.readers.acquire().await.map(|_| ()).map_err(AppError::from);
        assert_eq!(refused, Err(AppError::Busy));
        assert!(asked.elapsed() < TURN * 2, "{:?}", asked.elapsed());
        held.pop();
        tokio::time::resume();
        db.check().await.unwrap();
    }
}
