//! Where a file is born. What comes from pages, plain forms and programs all comes through here.

use std::{
    collections::HashMap,
    fmt::Display,
    io::Write,
    sync::{Arc, Mutex as Lock, PoisonError},
    time::Duration,
};

use axum::body::Bytes;
use futures::{Stream, StreamExt};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::{
    io::AsyncWriteExt,
    time::{Instant, timeout},
};

use super::{
    Files,
    kind::{HEAD, kind},
    name::name,
    shelf::{Content, Shelf},
    thumbnail::{self, Thumbnail, face, thumbnail, thumbnail_within},
};
use crate::{
    chat::{
        model::File,
        server::store::{self, NewFile},
    },
    error::AppError,
    ids::{RoomId, UserId},
    server::error::{internal, io},
    time::Timestamp,
};

/// A sender that is silent for so long is taken for gone.
const STALL: Duration = Duration::from_secs(30);
/// So long a sender may be slower than [`LEAST_PACE`].
const GRACE: Duration = Duration::from_secs(30);
/// Bytes a second that must come on the whole.
const LEAST_PACE: u64 = 16 * 1024;
/// Files that one person may be sending at once.
const AT_ONCE: usize = 10;
const MIB: u64 = 1024 * 1024;

/// What has come in, before it is anybody's.
struct Arrived {
    file: NamedTempFile,
    content: Content,
    bytes: u64,
    head: Vec<u8>,
}

impl Files {
    /// Takes in a file that `owner` brings into `room`; answers when it is on the disk. Nothing is left of one that
    /// doesn't come whole.
    ///
    /// # Errors
    /// `NotFound` for the room, `Conflict` when it is archived, `TooLarge`, `Invalid` for what is empty or cut off, `TooSlow`,
    /// `SlowDown` for too many at once, `DiskFull`.
    pub async fn receive<E: Display>(
        self: &Arc<Self>,
        owner: UserId,
        room: RoomId,
        called: &str,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<File, AppError> {
        store::must_be_live(&mut *self.db.readers.acquire().await?, room, owner).await?;
        let _place = Coming::new(&self.coming, owner)?;
        let Arrived {
            file,
            content,
            bytes,
            head,
        } = self.arrive(owner, body).await?;
        let kind = kind(&head);
        let (file, small) = self.thumbnail(file, kind, bytes).await?;
        let new = NewFile {
            room,
            owner,
            name: name(called),
            kind: kind.to_owned(),
            bytes,
            size: small.as_ref().map(|small| small.size),
            thumb: small.as_ref().map(|small| small.kind),
            content,
            at: Timestamp::now(),
        };
        let files = Arc::clone(self);
        // In a task of its own: a sender that leaves now must not part the file from its row.
        let kept = self
            .tasks
            .spawn(async move { files.keep(new, file, small).await })
            .await;
        kept.map_err(|e| internal("keeping a file", &e))?
    }

    /// Writes what comes to the disk.
    async fn arrive<E: Display>(
        &self,
        owner: UserId,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Arrived, AppError> {
        let doing = |e: std::io::Error| io("receiving a file", &e);
        let begin = |shelf: &Shelf| shelf.incoming().and_then(|file| Ok((file.reopen()?, file)));
        let (disk, file) = self.on_disk("receiving a file", begin).await?;
        let mut disk = tokio::fs::File::from_std(disk);
        let (mut hash, mut head) = (Sha256::new(), Vec::new());
        let (mut bytes, mut waited) = (0u64, Duration::ZERO);
        loop {
            let asked = Instant::now();
            let chunk = match timeout(STALL, body.next()).await {
                Ok(None) => break,
                Ok(Some(Ok(chunk))) => chunk,
                Ok(Some(Err(cause))) => return Err(AppError::Invalid(format!("The file didn't come whole: {cause}."))),
                Err(_) => return Err(too_slow()),
            };
            waited += asked.elapsed();
            if waited > GRACE + Duration::from_secs(bytes / LEAST_PACE) {
                return Err(too_slow());
            }
            for _ in bytes.div_ceil(MIB)..(bytes + chunk.len() as u64).div_ceil(MIB) {
                // Whoever brings very much isn't refused, but has to wait.
                while let Err(AppError::SlowDown(seconds)) = self.volume.check(&owner) {
                    tokio::time::sleep(Duration::from_secs(u64::from(seconds))).await;
                }
            }
            bytes += chunk.len() as u64;
            if bytes > self.largest {
                return Err(self.too_large());
            }
            let wanted = (HEAD - head.len()).min(chunk.len());
            head.extend_from_slice(&chunk[..wanted]);
            hash.update(&chunk);
            disk.write_all(&chunk).await.map_err(doing)?;
        }
        disk.flush().await.map_err(doing)?;
        if bytes == 0 {
            return Err(AppError::Invalid("The file is empty. There is nothing to send.".into()));
        }
        Ok(Arrived {
            file,
            content: Content::new(hash.finalize().into()),
            bytes,
            head,
        })
    }

    /// Makes the thumbnail of an image.
    async fn thumbnail(
        &self,
        file: NamedTempFile,
        kind: &'static str,
        bytes: u64,
    ) -> Result<(NamedTempFile, Option<Thumbnail>), AppError> {
        if !kind.starts_with("image/") || bytes > thumbnail::LARGEST_FILE {
            return Ok((file, None));
        }
        let permit = Arc::clone(&self.decoding)
            .acquire_owned()
            .await
            .map_err(|_| AppError::Busy)?;
        let path = file.path().to_owned();
        let made = tokio::task::spawn_blocking(move || {
            // Given back when it is done, also where nobody waits any more.
            let _permit = permit;
            thumbnail(&path, kind)
        });
        // A decoder that panics has found an image that isn't shown.
        Ok((file, made.await.ok().flatten()))
    }

    /// A small form of an image that is nobody's file, of this width and height at most; `None` for what isn't shown.
    pub async fn small(&self, bytes: Vec<u8>, largest: (u32, u32)) -> Option<Thumbnail> {
        let permit = Arc::clone(&self.decoding).acquire_owned().await.ok()?;
        let shelf = self.shelf.clone();
        let made = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let mut file = shelf.incoming().ok()?;
            file.write_all(&bytes).ok()?;
            thumbnail_within(file.path(), kind(&bytes), largest)
        });
        made.await.ok().flatten()
    }

    /// The small square JPEG of a picture of somebody; `None` for what can't be shown.
    ///
    /// # Errors
    /// `Busy` when the server stops.
    pub async fn face(&self, bytes: Vec<u8>) -> Result<Option<Vec<u8>>, AppError> {
        let permit = Arc::clone(&self.decoding).acquire_owned().await;
        let permit = permit.map_err(|_| AppError::Busy)?;
        let made = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            face(&bytes, kind(&bytes[..bytes.len().min(HEAD)]))
        });
        Ok(made.await.ok().flatten())
    }

    /// Puts a file on the shelf and into the database.
    async fn keep(&self, new: NewFile, file: NamedTempFile, small: Option<Thumbnail>) -> Result<File, AppError> {
        // Before the lock is taken: gigabytes may take their time, and whoever brings another file doesn't wait for them.
        let settle = move |shelf: &Shelf| {
            file.as_file().sync_all()?;
            let small = small.map(|small| {
                let mut file = shelf.incoming()?;
                file.write_all(&small.bytes)?;
                file.as_file().sync_all()?;
                Ok::<_, std::io::Error>(file)
            });
            Ok((file, small.transpose()?))
        };
        let (file, small) = self.on_disk("keeping a file", settle).await?;
        let _shelving = self.shelving.lock().await;
        let content = new.content;
        let put = self
            .on_disk("keeping a file", move |shelf| shelf.put(&content, file, small))
            .await;
        let kept = match put {
            Ok(()) => {
                let work = self
                    .db
                    .writer
                    .write(move |conn| Box::pin(async move { store::insert_file(conn, new).await }));
                work.await
            }
            Err(error) => Err(error),
        };
        if kept.is_err() && !store::is_used(&self.db.readers, &content).await.unwrap_or(true) {
            // What can't be removed now, the collector will.
            let _ = self
                .on_disk("removing a file", move |shelf| shelf.remove(&content))
                .await;
        }
        kept
    }

    /// What is told of a file over the limit.
    pub fn too_large(&self) -> AppError {
        AppError::TooLarge(format!("A file can have {} MiB at most.", self.largest / MIB))
    }
}

fn too_slow() -> AppError {
    AppError::TooSlow("The file came too slowly and was given up. Try again on a better line.".into())
}

/// A place among the files that a person is sending.
struct Coming<'a> {
    counts: &'a Lock<HashMap<UserId, usize>>,
    owner: UserId,
}

impl<'a> Coming<'a> {
    fn new(counts: &'a Lock<HashMap<UserId, usize>>, owner: UserId) -> Result<Self, AppError> {
        let mut all = counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(owner).or_default();
        if *count >= AT_ONCE {
            return Err(AppError::SlowDown(5));
        }
        *count += 1;
        drop(all);
        Ok(Self { counts, owner })
    }
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        let mut all = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.owner) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.owner);
            }
        }
    }
}
