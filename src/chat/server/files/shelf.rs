//! The folder of files. What a file holds lies under its SHA-256, `ab/cdef…`, once however often it was brought; an
//! image's thumbnail lies beside it. What is still coming in lies in `incoming`.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use data_encoding::HEXLOWER;
use tempfile::NamedTempFile;

use crate::time::Timestamp;

/// SHA-256 of what a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Content([u8; 32]);

impl Content {
    /// As computed.
    pub const fn new(hash: [u8; 32]) -> Self {
        Self(hash)
    }

    /// As kept; `None` for what is no such hash.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// As kept.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// In 64 hexadecimal digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

/// Ends the name of a thumbnail.
const THUMBNAIL: &str = ".thumbnail";

/// The folder.
#[derive(Clone, Debug)]
pub struct Shelf {
    folder: PathBuf,
}

impl Shelf {
    /// Makes the folder where it is missing, and removes what a crash cut off on its way in.
    ///
    /// # Errors
    /// When it can't be made or read.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        let shelf = Self { folder };
        fs::create_dir_all(shelf.incoming_folder())?;
        sync(&shelf.folder)?;
        shelf.sweep(Timestamp::from_micros(i64::MAX))?;
        Ok(shelf)
    }

    fn incoming_folder(&self) -> PathBuf {
        self.folder.join("incoming")
    }

    /// A file for what is coming in; gone when dropped.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn incoming(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(self.incoming_folder())
    }

    /// Where a file lies.
    pub fn place(&self, content: &Content) -> PathBuf {
        let hex = content.hex();
        self.folder.join(&hex[..2]).join(&hex[2..])
    }

    /// Where an image's thumbnail lies.
    pub fn thumbnail(&self, content: &Content) -> PathBuf {
        let mut place = self.place(content).into_os_string();
        place.push(THUMBNAIL);
        place.into()
    }

    /// Puts what has come in, and is synced, where it belongs; its name is on the disk when this returns.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn put(&self, content: &Content, file: NamedTempFile, thumbnail: Option<NamedTempFile>) -> io::Result<()> {
        let (place, small) = (self.place(content), self.thumbnail(content));
        let folder = place.parent().unwrap_or(&self.folder);
        if !folder.is_dir() {
            fs::create_dir_all(folder)?;
            sync(&self.folder)?;
        }
        for (file, place) in [(thumbnail, small), (Some(file), place.clone())] {
            if let Some(file) = file.filter(|_| !place.exists()) {
                file.persist(&place).map_err(|failed| failed.error)?;
            }
        }
        sync(folder)
    }

    /// Removes a file and its thumbnail.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn remove(&self, content: &Content) -> io::Result<()> {
        for place in [self.place(content), self.thumbnail(content)] {
            match fs::remove_file(place) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => (),
            }
        }
        Ok(())
    }

    /// All that lies here and begins with this byte.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn held(&self, first: u8) -> io::Result<HashSet<Content>> {
        let start = HEXLOWER.encode(&[first]);
        let mut held = HashSet::new();
        for entry in entries(&self.folder.join(&start))? {
            let name = entry?.file_name();
            let rest = name.to_string_lossy();
            let hex = format!("{start}{}", rest.trim_end_matches(THUMBNAIL));
            held.extend(
                HEXLOWER
                    .decode(hex.as_bytes())
                    .ok()
                    .and_then(|hash| Content::read(&hash)),
            );
        }
        Ok(held)
    }

    /// Removes what has been coming in since before then.
    ///
    /// # Errors
    /// When the folder can't be read.
    pub fn sweep(&self, before: Timestamp) -> io::Result<()> {
        for entry in entries(&self.incoming_folder())? {
            let entry = entry?;
            let changed = entry.metadata().and_then(|about| about.modified());
            let since = changed.ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let micros = since.and_then(|since| i64::try_from(since.as_micros()).ok());
            if micros.unwrap_or(0) < before.micros() {
                // It may have come in just now, and so be gone.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> io::Result<impl Iterator<Item = io::Result<fs::DirEntry>>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(Some(entries).into_iter().flatten()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None.into_iter().flatten()),
        Err(error) => Err(error),
    }
}

/// Brings the names in a folder to the disk.
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_same_content_lies_there_once_and_goes_whole() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = Shelf::open(folder.path().join("files")).unwrap();
        let content = Content::new([7; 32]);
        for text in ["first", "again"] {
            let (mut file, mut small) = (shelf.incoming().unwrap(), shelf.incoming().unwrap());
            file.write_all(text.as_bytes()).unwrap();
            small.write_all(b"small").unwrap();
            shelf.put(&content, file, Some(small)).unwrap();
        }
        assert_eq!(fs::read(shelf.place(&content)).unwrap(), b"first");
        assert_eq!(fs::read(shelf.thumbnail(&content)).unwrap(), b"small");
        assert_eq!(fs::read_dir(shelf.incoming_folder()).unwrap().count(), 0);
        assert_eq!(shelf.held(7).unwrap(), HashSet::from([content]));
        assert!(shelf.held(8).unwrap().is_empty());
        shelf.remove(&content).unwrap();
        shelf.remove(&content).unwrap();
        assert!(shelf.held(7).unwrap().is_empty());
    }

    #[test]
    fn what_a_crash_left_goes_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("files");
        let shelf = Shelf::open(place.clone()).unwrap();
        fs::write(shelf.incoming_folder().join("left"), "half").unwrap();
        shelf.sweep(Timestamp::from_micros(0)).unwrap();
        assert_eq!(fs::read_dir(shelf.incoming_folder()).unwrap().count(), 1, "too young");
        Shelf::open(place).unwrap();
        assert_eq!(fs::read_dir(shelf.incoming_folder()).unwrap().count(), 0);
    }
}
