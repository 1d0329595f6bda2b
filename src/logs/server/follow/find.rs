//! Where the paths lead that are to be followed.

use std::{
    collections::HashMap,
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use super::store::Known;

/// Entries of a folder that are looked at.
const ENTRIES: usize = 10_000;

/// What a file is known by as long as it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Identity(u64, u64);

impl Identity {
    /// Of a file.
    pub fn read(about: &Metadata) -> Self {
        Self(about.dev(), about.ino())
    }

    /// Of one that is known.
    pub fn of(known: &Known) -> Self {
        Self(known.device, known.inode)
    }
}

/// A file that is there.
#[derive(Clone, Debug)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// Where it was found first, if it has another name now.
    pub first: Option<PathBuf>,
    /// What it is known by.
    pub identity: Identity,
}

/// The file at a path, or the `*.log` in a folder, by name.
///
/// # Errors
/// When there is nothing, or it can't be looked into.
pub fn find(path: &Path) -> io::Result<Vec<Found>> {
    let about = fs::metadata(path)?;
    if !about.is_dir() {
        let file = found(path.to_owned(), &about);
        return file
            .map(|file| vec![file])
            .ok_or_else(|| io::Error::other("it is no plain file"));
    }
    let is_log = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "log");
    let mut paths: Vec<PathBuf> = entries(path)?.filter(is_log).collect();
    paths.sort_unstable();
    // What is gone again, or leads nowhere, is none.
    Ok(paths
        .into_iter()
        .filter_map(|path| found(path.clone(), &fs::metadata(&path).ok()?))
        .collect())
}

/// Files that are known and not where they were found, but beside it under another name.
pub fn renamed<'a>(gone: impl Iterator<Item = &'a Known>) -> Vec<Found> {
    let (mut folders, mut all) = (HashMap::<PathBuf, HashMap<Identity, PathBuf>>::new(), Vec::new());
    for known in gone {
        let Some(folder) = known.path.parent() else { continue };
        let there = folders.entry(folder.to_owned()).or_insert_with(|| {
            let paths = entries(folder).into_iter().flatten();
            let found = paths.filter_map(|path| found(path.clone(), &fs::metadata(&path).ok()?));
            found.map(|found| (found.identity, found.path)).collect()
        });
        let identity = Identity::of(known);
        if let Some(path) = there.get(&identity) {
            all.push(Found {
                path: path.clone(),
                first: Some(known.path.clone()),
                identity,
            });
        }
    }
    all
}

fn entries(folder: &Path) -> io::Result<impl Iterator<Item = PathBuf>> {
    let entries = fs::read_dir(folder)?.take(ENTRIES);
    Ok(entries.filter_map(|entry| Some(entry.ok()?.path())))
}

fn found(path: PathBuf, about: &Metadata) -> Option<Found> {
    about.is_file().then(|| Found {
        path,
        first: None,
        identity: Identity::read(about),
    })
}
