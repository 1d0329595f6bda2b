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
    /// It needs no savepoint: its batch stands or falls with it.
    fn is_unguarded(&self) -> bool;
    /// Does the work and keeps the outcome; `false` when it failed and must be undone.
    fn run<'c>(&'c mut self, conn: &'c mut SqliteConnection) -> Pin<Box<dyn Future<Output = bool> + Send + 'c>>;
    /// Tells the caller, after the commit, or why there was none.
    fn finish(self: Box<Self>, commit: Result<(), AppError>);
}

struct Task<W, T, A> {
    is_unguarded: bool,
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
    fn is_unguarded(&self) -> bool {
        self.is_unguarded
    }

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
        self.queue(false, work, then).await
    }

    /// As [`Writer::write_then`], without a savepoint, which would be one more way to SQLite's thread: when `work` fails, by a
    /// fault, nothing of its batch is kept, and its neighbours are told `Busy`. What it refuses, before it writes anything, is
    /// a part of its `T`.
    pub async fn write_unguarded_then<T, W, A>(&self, work: W, then: A) -> Result<T, AppError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, T> + Send + 'static,
        T: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        self.queue(true, work, then).await
    }

    async fn queue<T, W, A>(&self, is_unguarded: bool, work: W, then: A) -> Result<T, AppError>
    where
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> InTx<'c, T> + Send + 'static,
        T: Send + 'static,
        A: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let task = Task {
            is_unguarded,
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
            .unwrap_or_else(|panic| Err(panicked(&*panic)));
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
) -> Result<(), AppError> {
    let conn = match conn {
        Some(conn) => conn,
        None => conn.insert(options.connect().await?),
    };
    // IMMEDIATE: a transaction that upgrades from reading to writing ignores the busy timeout.
    if let [only] = batch {
        let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
        return Ok(if only.run(&mut tx).await {
            tx.commit().await
        } else {
            tx.rollback().await
        }?);
    }
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await?;
    // After a rollback the savepoint is still there; the commit lets go of the last.
    let mut next = "SAVEPOINT job";
    for job in batch {
        if job.is_unguarded() {
            if !job.run(&mut tx).await {
                tx.rollback().await?;
                return Err(AppError::Busy);
            }
            continue;
        }
        sqlx::query(next).execute(&mut *tx).await?;
        next = "RELEASE job; SAVEPOINT job";
        if !job.run(&mut tx).await {
            sqlx::query("ROLLBACK TO job").execute(&mut *tx).await?;
        }
    }
    Ok(tx.commit().await?)
}

#[cfg(test)]
#[path = "writer_tests.rs"]
mod tests;
