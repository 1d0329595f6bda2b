//! The least that keeping can cost: rows into an SQLite file, with the settings of `desk.db` and nothing else.

use std::time::Instant;

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::{report::Times, server};

/// An open file with one table.
pub struct Commits {
    conn: SqliteConnection,
    _folder: TempDir,
}

impl Commits {
    /// On the disk of the server's data.
    ///
    /// # Errors
    /// When the file can't be made.
    pub async fn open() -> Result<Self, String> {
        let folder = server::folder()?;
        let words = |e: sqlx::Error| format!("the bare file can't be made: {e}");
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "0")
            .disable_statement_logging();
        let mut conn = options.connect().await.map_err(words)?;
        let table = sqlx::query("CREATE TABLE said (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT");
        table.execute(&mut conn).await.map_err(words)?;
        Ok(Self { conn, _folder: folder })
    }

    /// Keeps `count` rows, so many `at_once` in one commit; notes how long each commit takes.
    ///
    /// # Errors
    /// When one fails.
    pub async fn run(&mut self, count: usize, at_once: usize, body: &str, times: &mut Times) -> Result<(), String> {
        let words = |e: sqlx::Error| format!("a bare commit failed: {e}");
        for _ in 0..count / at_once {
            let began = Instant::now();
            let mut tx = self.conn.begin_with("BEGIN IMMEDIATE").await.map_err(words)?;
            for _ in 0..at_once {
                let row = sqlx::query("INSERT INTO said (body) VALUES (?)").bind(body);
                row.execute(&mut *tx).await.map_err(words)?;
            }
            tx.commit().await.map_err(words)?;
            times.add(began);
        }
        Ok(())
    }
}
