//! Files in messages, and those on their way into one.

use std::collections::HashSet;

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{must_be_live, no_room, place};
use crate::{
    chat::{model::File, server::files::shelf::Content},
    error::AppError,
    ids::{FileId, RoomId, UserId},
    time::Timestamp,
};

#[derive(FromRow)]
struct FileRow {
    id: i64,
    seq: Option<i64>,
    name: String,
    kind: String,
    bytes: i64,
    width: Option<u32>,
    height: Option<u32>,
}

impl From<FileRow> for File {
    fn from(row: FileRow) -> Self {
        Self {
            id: FileId(row.id),
            name: row.name,
            kind: row.kind,
            bytes: row.bytes.unsigned_abs(),
            size: row.width.zip(row.height),
        }
    }
}

/// A file that has come in.
pub struct NewFile {
    /// Where it will be said.
    pub room: RoomId,
    /// By whom.
    pub owner: UserId,
    /// As sanitised.
    pub name: String,
    /// As sniffed.
    pub kind: String,
    /// Its length.
    pub bytes: u64,
    /// Of an image that can be shown: width and height.
    pub size: Option<(u32, u32)>,
    /// Media type of the thumbnail.
    pub thumb: Option<&'static str>,
    /// What it holds.
    pub content: Content,
    /// When.
    pub at: Timestamp,
}

/// Keeps a file that isn't in a message yet.
///
/// # Errors
/// `NotFound` when its owner isn't in the room any more, `Conflict` when that is archived.
pub async fn insert_file(conn: &mut SqliteConnection, new: NewFile) -> Result<File, AppError> {
    let id: Option<i64> = sqlx::query_scalar(
        "INSERT INTO file (room, owner, name, kind, bytes, width, height, thumb, content, at) \
         SELECT member.room, member.user, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 FROM room JOIN member ON member.room = room.id \
         WHERE room.id = ?1 AND member.user = ?2 AND archived IS NULL RETURNING id",
    )
    .bind(new.room.0)
    .bind(new.owner.0)
    .bind(&new.name)
    .bind(&new.kind)
    .bind(place(new.bytes))
    .bind(new.size.map(|(width, _)| width))
    .bind(new.size.map(|(_, height)| height))
    .bind(new.thumb)
    .bind(new.content.bytes())
    .bind(new.at.micros())
    .fetch_optional(&mut *conn)
    .await?;
    let Some(id) = id else {
        must_be_live(conn, new.room, new.owner).await?;
        return Err(no_room());
    };
    Ok(File {
        id: FileId(id),
        name: new.name,
        kind: new.kind,
        bytes: new.bytes,
        size: new.size,
    })
}

/// Puts files into a message, in this order.
///
/// # Errors
/// `NotFound` when one isn't its author's, isn't in the room, or is in a message already.
pub async fn attach(
    conn: &mut SqliteConnection,
    (room, seq): (RoomId, u64),
    author: UserId,
    files: &[FileId],
) -> Result<Vec<File>, AppError> {
    let mut attached = Vec::with_capacity(files.len());
    for (n, id) in (0i64..).zip(files) {
        let row: Option<FileRow> = sqlx::query_as(
            "UPDATE file SET seq = ?, place = ? WHERE id = ? AND room = ? AND owner = ? AND seq IS NULL \
             RETURNING id, seq, name, kind, bytes, width, height",
        )
        .bind(place(seq))
        .bind(n)
        .bind(id.0)
        .bind(room.0)
        .bind(author.0)
        .fetch_optional(&mut *conn)
        .await?;
        let row = row.ok_or_else(|| {
            AppError::NotFound(
                "A file of this message is not here any more, or was sent already. Attach it again.".into(),
            )
        })?;
        attached.push(row.into());
    }
    Ok(attached)
}

/// The files of the messages at `places` (a JSON array), in order.
pub async fn files_of(conn: &mut SqliteConnection, room: RoomId, places: &str) -> Result<Vec<(u64, File)>, AppError> {
    let rows: Vec<FileRow> = sqlx::query_as(
        "SELECT id, seq, name, kind, bytes, width, height FROM file \
         WHERE room = ? AND seq IN (SELECT value FROM json_each(?)) ORDER BY seq, place",
    )
    .bind(room.0)
    .bind(places)
    .fetch_all(conn)
    .await?;
    let files = rows
        .into_iter()
        .map(|row| (row.seq.unwrap_or(0).unsigned_abs(), row.into()));
    Ok(files.collect())
}

/// Where a file lies, for one who may read it.
pub struct Stored {
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub kind: String,
    /// Media type of its thumbnail; an image that can be shown has one.
    pub thumb: Option<String>,
    /// What it holds.
    pub content: Content,
}

/// A file that `user` may read: of a message in a room that they are in, or one of theirs that isn't sent.
///
/// # Errors
/// `NotFound`.
pub async fn file(db: &SqlitePool, id: FileId, user: UserId) -> Result<Stored, AppError> {
    let row: Option<(String, String, Option<String>, Vec<u8>)> = sqlx::query_as(
        "SELECT name, kind, thumb, content FROM file JOIN member ON member.room = file.room AND member.user = ?1 \
         WHERE id = ?2 AND (seq IS NOT NULL OR owner = ?1)",
    )
    .bind(user.0)
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    let stored = row.and_then(|(name, kind, thumb, content)| {
        let content = Content::read(&content)?;
        Some(Stored {
            name,
            kind,
            thumb,
            content,
        })
    });
    stored.ok_or_else(no_file)
}

/// There is no such file, or not for this person; the two are not told apart.
fn no_file() -> AppError {
    AppError::NotFound("There is no such file. It may have been removed, or the link is wrong.".into())
}

/// Forgets the files of a message; answers what they held.
pub(super) async fn remove_files(
    conn: &mut SqliteConnection,
    room: RoomId,
    seq: u64,
) -> Result<Vec<Content>, AppError> {
    let held: Vec<Vec<u8>> = sqlx::query_scalar("DELETE FROM file WHERE room = ? AND seq = ? RETURNING content")
        .bind(room.0)
        .bind(place(seq))
        .fetch_all(conn)
        .await?;
    Ok(held.iter().filter_map(|bytes| Content::read(bytes)).collect())
}

/// Forgets files that came before `before` and are in no message; answers how many.
pub async fn forget_unsent(conn: &mut SqliteConnection, before: Timestamp) -> Result<u64, AppError> {
    let done = sqlx::query("DELETE FROM file WHERE seq IS NULL AND at < ?")
        .bind(before.micros())
        .execute(conn)
        .await?;
    Ok(done.rows_affected())
}

/// True while some file holds this.
pub async fn is_used(db: &SqlitePool, content: &Content) -> Result<bool, AppError> {
    let used: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM file WHERE content = ?)")
        .bind(content.bytes())
        .fetch_one(db)
        .await?;
    Ok(used)
}

/// All that files hold and that begins with this byte.
pub async fn contents(db: &SqlitePool, first: u8) -> Result<HashSet<Content>, AppError> {
    let held: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT DISTINCT content FROM file WHERE content >= ? AND content <= ?")
            .bind(vec![first])
            .bind([&[first][..], &[u8::MAX; 31]].concat())
            .fetch_all(db)
            .await?;
    Ok(held.iter().filter_map(|bytes| Content::read(bytes)).collect())
}
