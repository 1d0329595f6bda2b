//! The SQL of followed files.

use std::path::PathBuf;

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use crate::{error::AppError, time::Timestamp};

/// What is known of a file, and up to where its lines are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The number of the device it is on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Where it was found first.
    pub path: PathBuf,
    /// How it begins.
    pub head: Vec<u8>,
    /// Bytes of it whose lines are kept.
    pub place: u64,
}

#[derive(FromRow)]
struct Row {
    device: i64,
    inode: i64,
    path: String,
    head: Vec<u8>,
    place: i64,
}

/// All files that are known.
///
/// # Errors
/// When the database fails.
pub async fn known(readers: &SqlitePool) -> Result<Vec<Known>, AppError> {
    let rows: Vec<Row> = sqlx::query_as("SELECT device, inode, path, head, place FROM followed")
        .fetch_all(readers)
        .await?;
    let known = rows.into_iter().map(|row| Known {
        device: row.device as u64,
        inode: row.inode as u64,
        path: row.path.into(),
        head: row.head,
        place: row.place as u64,
    });
    Ok(known.collect())
}

/// Writes how far a file is.
///
/// # Errors
/// When the database fails.
pub async fn save(conn: &mut SqliteConnection, known: &Known) -> Result<(), AppError> {
    sqlx::query(
        "INSERT INTO followed (device, inode, path, head, place, saved) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (device, inode) DO UPDATE SET path = ?3, head = ?4, place = ?5, saved = ?6",
    )
    .bind(known.device as i64)
    .bind(known.inode as i64)
    .bind(known.path.to_string_lossy().into_owned())
    .bind(&known.head)
    .bind(known.place as i64)
    .bind(Timestamp::now().micros())
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets files of which nothing was kept since `cutoff`.
///
/// # Errors
/// When the database fails.
pub async fn forget(conn: &mut SqliteConnection, cutoff: Timestamp) -> Result<(), AppError> {
    sqlx::query("DELETE FROM followed WHERE saved < ?1")
        .bind(cutoff.micros())
        .execute(conn)
        .await?;
    Ok(())
}
