//! One writer per database file: whatever has queued is committed as one transaction (group commit).
//!
//! A job runs inside the transaction; its reply is sent, and its `then` runs, only after the commit, in the
//! order of the commits. That is what makes "acknowledged means kept" and "published in order" true for
//! every feature. The queue is bounded: when it is full, a caller waits. A job that panics fails with its batch; the writer
//! goes on.

use std::{
    any::Any,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
};

use futures::FutureExt;
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{mpsc, oneshot};

use super::{
    checkpoint::Log,
    error::{internal, panic_text},
};
use crate::error::AppError;

/// A boxed future borrowing the writer's connection.
pub type InTx<'c, T> = Pin<Box<dyn Future<Output = Result<T, AppError>> + Send + 'c>>;

/// Jobs that wait before a caller has to.
const QUEUE: usize = 4_096;
/// Jobs in one transaction at most, so that nobody waits long for a commit.
const BATCH: usize = 512;

/// The handle through which everything is written; cheap to clone.
#[derive(Clone)]
pub struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
}

trait Job: Send {
    /// Does the work and keeps the outcome; `false` when it failed and must be undone.
    fn run<'c>(&'c mut self, conn: &'c mut SqliteConnection) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>>;
    /// Tells the caller, after the commit, or why there was none.
    fn finish(self: Box<Self>, commit: Result<(), AppError>);
}

struct Task<W, T, A> {
    work: Option<W>,
    then: A,
    outcome: Option<Result<T, AppError>>,
    reply: oneshot::Sender<Result<T, AppError>>,
}

impl<W, T, A> Job for Task<W, T, A>
where
    W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, T> + Send,
    T: Send,
    A: FnOnce(&T) + Send,
{
    fn run<'c>(&'c mut self, conn: &'c mut SqliteConnection) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>> {
        Box::pin(async move {
            if let Some(work) = self.work.take() {
                self.outcome = Some(work(conn).await);
            }
            matches!(self.outcome, Some(Ok(_)))
        })
    }

    fn finish(self: Box<Self>, commit: Result<(), AppError>) {
        let outcome = match (self.outcome, commit) {
            (Some(Ok(value)), Ok(())) => {
                (self.then)(&value);
                Ok(value)
            }
            (Some(Ok(_)) | None, Err(error)) => Err(error),
            (Some(Err(error)), _) => Err(error),
            (None, Ok(())) => Err(AppError::Busy),
        };
        // The caller may have gone; what is committed stays committed.
        let _ = self.reply.send(outcome);
    }
}

impl Writer {
    /// Starts the task that owns `conn`, and opens another by `options` when that one fails. It ends, with everything
    /// queued committed, when the last handle is dropped.
    pub fn start(
        conn: SqliteConnection,
        options: SqliteConnectOptions,
        log: Log,
    ) -> (Self, tokio::task::JoinHandle<()>) {
        let (jobs, queue) = mpsc::channel(QUEUE);
        (Self { jobs }, tokio::spawn(run(conn, options, log, queue)))
    }

    /// Runs `work` in the next transaction and answers after its commit.
    ///
    /// # Errors
    /// What `work` answered (its changes are undone, those of its neighbours are not), `Busy` when the server
    /// is stopping, `DiskFull` or `Internal` when the commit failed.
    pub async fn write<T, W>(&self, work: W) -> Result<T, AppError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, T> + Send + 'static,
        T: Send + 'static,
    {
        self.write_then(work, |_| ()).await
    }

    /// As [`Writer::write`]; `then` runs right after the commit, before any later job's: publish there.
    pub async fn write_then<T, W, A>(&self, work: W, then: A) -> Result<T, AppError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, T> + Send + 'static,
        T: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            work: Some(work),
            then,
            outcome: None,
            reply,
        };
        self.jobs.send(Box::new(task)).await.map_err(|_| AppError::Busy)?;
        answer.await.map_err(|_| AppError::Busy)?
    }
}

async fn run(
    conn: SqliteConnection,
    options: SqliteConnectOptions,
    mut log: Log,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
) {
    let mut conn = Some(conn);
    let mut batch = Vec::with_capacity(BATCH);
    while queue.recv_many(&mut batch, BATCH).await > 0 {
        let commit = AssertUnwindSafe(commit(&mut conn, &options, &mut batch))
            .catch_unwind()
            .await
            .map_or_else(|panic| Err(panicked(&*panic)), |done| done.map_err(AppError::from));
        if commit.is_err() {
            // SQLite may have rolled back by itself, which the connection doesn't know: it can't be used again.
            conn = None;
        }
        for job in batch.drain(..) {
            // What is committed stays so, whatever becomes of the telling.
            let told = catch_unwind(AssertUnwindSafe(|| job.finish(commit.clone())));
            let _ = told.map_err(|panic| panicked(&*panic));
        }
        if let Some(conn) = &mut conn
            && let Err(error) = log.keep_short(conn).await
        {
            tracing::warn!(%error, "checkpoint by the writer");
        }
    }
    if let Some(conn) = conn
        && let Err(cause) = conn.close().await
    {
        tracing::warn!(error = %cause, "closing the writer's connection");
    }
}

fn panicked(panic: &(dyn Any + Send)) -> AppError {
    internal("panic in a write", &panic_text(panic))
}

async fn commit(
    conn: &mut Option<SqliteConnection>,
    options: &SqliteConnectOptions,
    batch: &mut [Box<dyn Job>],
) -> Result<(), sqlx::Error> {
    let conn = match conn {
        Some(conn) => conn,
        None => conn.insert(options.connect().await?),
    };
    // IMMEDIATE: a transaction that upgrades from reading to writing ignores the busy timeout.
    if let [only] = batch {
        let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
        return if only.run(&mut tx).await {
            tx.commit().await
        } else {
            tx.rollback().await
        };
    }
    // In one go, for every statement is a way to SQLite's thread and back.
    let mut tx = conn.begin_with("BEGIN IMMEDIATE; SAVEPOINT job").await?;
    let mut left = batch.len();
    for job in batch {
        left -= 1;
        // After a rollback the savepoint is still there; the commit lets go of the last.
        let next = match job.run(&mut tx).await {
            true if left == 0 => continue,
            true => "RELEASE job; SAVEPOINT job",
            false => "ROLLBACK TO job",
        };
        sqlx::query(next).execute(&mut *tx).await?;
    }
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use tokio_util::{sync::CancellationToken, task::TaskTracker};

    use super::*;
    use crate::server::db::{Database, Durability};

    async fn insert(conn: &mut SqliteConnection, n: i64) -> Result<(), AppError> {
        sqlx::query("INSERT INTO number VALUES (?)")
            .bind(n)
            .execute(conn)
            .await?;
        Ok(())
    }

    #[tokio::test]
    async fn a_panic_fails_its_batch_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let none = sqlx::migrate::Migrator::DEFAULT;
        let file = folder.path().join("panics.db");
        let db = Database::open(&file, &none, Durability::Normal, &tasks, &stop)
            .await
            .unwrap();
        let made = db.writer.write(|conn| {
            Box::pin(async move {
                sqlx::query("CREATE TABLE number (n)").execute(conn).await?;
                Ok(())
            })
        });
        made.await.unwrap();

        // In one batch, as one thread runs both: what stood beside the panic was not kept, and is told so.
        let beside = db.writer.write(|conn| Box::pin(insert(conn, 1)));
        let panics = db.writer.write(|conn| {
            Box::pin(async move {
                insert(conn, 2).await?;
                panic!("in the work")
            })
        });
        let (beside, panics): (_, Result<(), _>) = tokio::join!(beside, panics);
        assert!(matches!(panics, Err(AppError::Internal(_))), "{panics:?}");
        assert_eq!(beside, panics);

        let published = db
            .writer
            .write_then(|conn| Box::pin(insert(conn, 3)), |()| panic!("in the telling"));
        assert_eq!(published.await, Err(AppError::Busy));

        db.writer.write(|conn| Box::pin(insert(conn, 4))).await.unwrap();
        let kept: Vec<i64> = sqlx::query_scalar("SELECT n FROM number ORDER BY n")
            .fetch_all(&db.readers)
            .await
            .unwrap();
        assert_eq!(kept, [3, 4]);
    }
}
