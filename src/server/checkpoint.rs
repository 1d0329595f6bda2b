//! Folds the write-ahead log back into its file: now and then beside the writer, so that no commit pays for it, and by the
//! writer itself where the log would otherwise grow on.
//!
//! SQLite begins the log anew only when all of it is folded back and nobody reads in it. Whoever commits without a pause
//! keeps the one beside from ever getting there, so above [`MOST`] the writer takes that turn between two batches.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

/// How often the log is folded back beside the writer.
const EVERY: Duration = Duration::from_secs(5);
/// Bytes of the log at which the writer begins it anew, and those that the file keeps for the next round.
pub const MOST: u64 = 64 * 1024 * 1024;
/// Where that failed, because somebody reads for long or the disk is full, it is tried again after so many bytes more.
const FURTHER: u64 = MOST / 4;

/// The write-ahead log of one file.
pub struct Log {
    file: PathBuf,
    /// SQLite refuses a checkpoint while another runs; so the writer waits for the one beside it.
    turn: Arc<Mutex<()>>,
    most: u64,
}

impl Log {
    /// The log of the database `file`.
    pub fn of(file: &Path) -> Self {
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        Self {
            file: log.into(),
            turn: Arc::default(),
            most: MOST,
        }
    }

    /// Folds the log back every few seconds from a connection of its own, and a last time when the server stops.
    pub fn beside(&self, options: SqliteConnectOptions, stop: CancellationToken) -> impl Future<Output = ()> + use<> {
        beside(options, self.turn.clone(), stop)
    }

    /// Begins the log anew where it has grown too long; called between two batches, with nothing open on `conn`. Nearly
    /// always one look at the file's length.
    ///
    /// # Errors
    /// When it can't be folded back; `conn` is still good.
    pub async fn keep_short(&mut self, conn: &mut SqliteConnection) -> Result<(), sqlx::Error> {
        let length = std::fs::metadata(&self.file).map_or(0, |file| file.len());
        if length <= self.most {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        self.most = length + FURTHER;
        // RESTART waits for those who read in the log; who comes meanwhile reads the file.
        let (busy, _, _): (bool, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(RESTART)").fetch_one(conn).await?;
        if busy {
            tracing::warn!(bytes = length, "the write-ahead log grows on: somebody reads for long");
        } else {
            self.most = MOST;
        }
        Ok(())
    }
}

/// `PASSIVE` waits for nobody.
async fn beside(options: SqliteConnectOptions, turn: Arc<Mutex<()>>, stop: CancellationToken) {
    let mut conn = None;
    loop {
        let stopping = tokio::select! {
            () = stop.cancelled() => true,
            () = tokio::time::sleep(EVERY) => false,
        };
        let _turn = turn.lock().await;
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

#[cfg(test)]
mod tests {
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::server::db::{Database, Durability};

    /// Megabytes written without a pause; more than three times [`MOST`].
    const FLOOD: usize = 220;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_flood_of_commits_does_not_let_the_log_grow_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("flood.db");
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let none = sqlx::migrate::Migrator::DEFAULT;
        let db = Database::open(&file, &none, Durability::Normal, &tasks, &stop)
            .await
            .unwrap();
        let write = |sql: &'static str| {
            db.writer.write(move |conn| {
                Box::pin(async move {
                    sqlx::query(sql).execute(conn).await?;
                    Ok(())
                })
            })
        };
        write("CREATE TABLE flood (id INTEGER PRIMARY KEY, what BLOB)")
            .await
            .unwrap();
        let log = folder.path().join("flood.db-wal");
        let mut longest = 0;
        for _ in 0..FLOOD {
            write("INSERT OR REPLACE INTO flood VALUES (1, zeroblob(1000000))")
                .await
                .unwrap();
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
        assert!(longest < MOST + MOST / 4, "the log grew to {longest} bytes");
        assert!(longest > MOST / 2, "the flood was none: {longest}");
        stop.cancel();
        drop(db);
        tasks.close();
        tasks.wait().await;
        assert!(!log.exists(), "the last to leave folds it back whole");
    }
}
