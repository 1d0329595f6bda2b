//! One followed file: what of it is read, what is held, and what is kept.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    os::unix::fs::{FileExt, MetadataExt},
    path::Path,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{
    find::{Found, Identity},
    store::{self, Known},
};
use crate::{
    logs::server::{
        harmless::repair,
        ingest::{
            lines::{Line, Lines},
            traces::{HELD, Joiner},
            understand::Raw,
            until_kept::tried,
        },
        record::{NewLine, Recorder},
    },
    time::Timestamp,
};

/// First bytes that are remembered of a file.
const HEAD: usize = 256;
/// Last bytes of what was read, the same.
const TAIL: usize = 64;
/// Bytes that are read at once, and that are looked at between two commits at least.
const PIECE: usize = 128 * 1024;
const SLICE: usize = 1_024;
/// Lines that are kept in one go: with what a slice more brings they are one statement.
const BATCH: usize = 1_000;
/// What is read of a large file that nobody has followed yet: its end.
const LATELY: u64 = 64 * 1024 * 1024;
/// A line without an end is taken for one when nothing was added for so long.
const UNFINISHED: Duration = Duration::from_secs(5);

/// A file that is followed.
pub struct Followed {
    /// What is kept of it: how far its lines are.
    pub known: Known,
    /// True when more of it can be read at once.
    pub has_more: bool,
    file: File,
    source: String,
    /// Its length and last change when it was read last.
    seen: (u64, i64, i64),
    /// How far it is read, and what was read last.
    read_to: u64,
    piece: Vec<u8>,
    /// The last bytes before that: where others stand now, it was cut and has grown beyond.
    tail: Vec<u8>,
    /// The rest of a line is to be skipped, since it was begun in the middle.
    in_middle: bool,
    lines: Lines,
    joiner: Joiner,
    /// Where the lines end that the joiner holds.
    ends: VecDeque<u64>,
    /// How far the lines are that were looked at.
    taken: u64,
    done: Vec<NewLine>,
    held_until: Option<Instant>,
    grown: Instant,
    gone: Option<Instant>,
}

impl Followed {
    /// Opens a file, to go on where it was left. One that isn't known is read from its beginning, or, at the first look at a
    /// large one, near its end. `None` when one that is said to be known by another name is another one.
    ///
    /// # Errors
    /// When it can't be opened.
    pub fn open(found: Found, all: &[Known], is_first: bool) -> io::Result<Option<Self>> {
        let file = File::open(&found.path)?;
        let about = file.metadata()?;
        let head = read_at(&file, 0, HEAD)?;
        let path = found.first.as_ref().unwrap_or(&found.path);
        let known = all.iter().find(|known| {
            // The number of a device may be another after a restart of the machine.
            let is_same = Identity::of(known) == found.identity || known.path == *path;
            is_same && known.inode == about.ino() && head.starts_with(&known.head) && known.place <= about.len()
        });
        let (place, in_middle) = match known {
            Some(known) => (known.place, false),
            None if found.first.is_some() => return Ok(None),
            None if is_first && about.len() > LATELY => (about.len() - LATELY, true),
            None => (0, false),
        };
        Ok(Some(Self {
            known: Known {
                device: about.dev(),
                inode: about.ino(),
                path: path.clone(),
                head,
                place,
            },
            has_more: false,
            file,
            source: name(path),
            seen: (0, 0, 0),
            read_to: place,
            piece: Vec::new(),
            tail: Vec::new(),
            in_middle,
            lines: Lines::default(),
            joiner: Joiner::default(),
            ends: VecDeque::new(),
            taken: place,
            done: Vec::new(),
            held_until: None,
            grown: Instant::now(),
            gone: None,
        }))
    }

    /// What it is known by.
    pub fn identity(&self) -> Identity {
        Identity::of(&self.known)
    }

    /// Tells whether a path leads to it.
    pub fn is_there(&mut self, is_there: bool) {
        self.gone = if is_there {
            None
        } else {
            self.gone.or(Some(Instant::now()))
        };
    }

    /// For how long it has neither grown nor been to be found; `None` while a path leads to it, or something is held of it.
    pub fn quiet(&self) -> Option<Duration> {
        let gone = self.gone?;
        let is_empty =
            self.piece.is_empty() && self.done.is_empty() && self.joiner.held() == 0 && !self.lines.is_within();
        is_empty.then(|| gone.max(self.grown).elapsed())
    }

    /// How long until what is held of it must go; `None` when nothing is.
    pub fn due(&self) -> Option<Duration> {
        Some(self.held_until?.saturating_duration_since(Instant::now()))
    }

    /// Reads what is new, a piece at most. Blocks.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn read(&mut self) -> io::Result<()> {
        self.has_more = false;
        let about = self.file.metadata()?;
        let seen = (about.len(), about.mtime(), about.mtime_nsec());
        if seen == self.seen && self.read_to >= about.len() {
            return Ok(());
        }
        let head = read_at(&self.file, 0, HEAD)?;
        let tail = read_at(&self.file, self.read_to - self.tail.len() as u64, self.tail.len())?;
        if about.len() < self.read_to || !head.starts_with(&self.known.head) || tail != self.tail {
            // Cut to nothing, and perhaps written to since.
            self.end_line();
            self.let_go();
            self.begin_anew();
        }
        self.known.head = head;
        let piece = read_at(&self.file, self.read_to, PIECE)?;
        self.read_to += piece.len() as u64;
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(TAIL)..]);
        self.tail.drain(..self.tail.len().saturating_sub(TAIL));
        // What was read up to a moment ago may have grown already; it is seen the next time.
        self.has_more = self.read_to < about.len();
        if !self.has_more {
            self.seen = seen;
        }
        if !piece.is_empty() {
            self.grown = Instant::now();
        }
        self.piece = piece;
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.ends.clear();
        self.tail.clear();
        (self.read_to, self.taken, self.known.place, self.in_middle) = (0, 0, 0, false);
    }

    /// Keeps what was read, but for what may go on; false when the server stops and it can't be kept.
    pub async fn keep(&mut self, recorder: &Recorder, stop: &CancellationToken) -> bool {
        let piece = std::mem::take(&mut self.piece);
        for slice in piece.chunks(SLICE) {
            self.take(slice);
            if self.done.len() >= BATCH && !self.commit(recorder, stop).await {
                return false;
            }
        }
        if self.lines.is_within() && self.grown.elapsed() >= UNFINISHED {
            self.end_line();
        }
        if self.held_until.is_some_and(|until| until <= Instant::now()) {
            self.let_go();
        }
        self.commit(recorder, stop).await
    }

    /// Lets go of the lines that are held.
    pub fn let_go(&mut self) {
        self.joiner.finish(&mut self.done);
        self.held_until = None;
        self.settle();
    }

    /// Takes what has no end yet for a line.
    fn end_line(&mut self) {
        let line = self.lines.finish();
        line.into_iter().for_each(|line| self.line(line));
    }

    fn take(&mut self, mut bytes: &[u8]) {
        if self.in_middle {
            let end = bytes.iter().position(|byte| *byte == b'\n').map(|end| end + 1);
            self.in_middle = end.is_none();
            let (skipped, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.taken += skipped.len() as u64;
            bytes = rest;
        }
        let mut lines = std::mem::take(&mut self.lines);
        lines.push(bytes, |line| self.line(line));
        self.lines = lines;
    }

    fn line(&mut self, line: Line) {
        self.taken += line.whole as u64;
        self.ends.push_back(self.taken);
        let mut raw = Raw {
            source: self.source.clone(),
            message: repair(&line.bytes).into_owned(),
            ..Raw::default()
        };
        if line.is_cut() {
            raw.fields.0.push(("sent_bytes".to_owned(), line.whole.into()));
        }
        if self.joiner.push(raw.understood(Timestamp::now()), &mut self.done) {
            self.held_until = Some(Instant::now() + HELD);
        }
        self.settle();
    }

    /// The place is before the first line that is held.
    fn settle(&mut self) {
        while self.ends.len() > self.joiner.held() {
            self.known.place = self.ends.pop_front().unwrap_or(self.known.place);
        }
    }

    async fn commit(&mut self, recorder: &Recorder, stop: &CancellationToken) -> bool {
        let mut lines = std::mem::take(&mut self.done);
        lines.retain(|line| !line.message.trim().is_empty());
        if lines.is_empty() {
            return true;
        }
        let known = &self.known;
        tried(stop, || {
            let known = known.clone();
            recorder.record_with(lines.clone(), move |conn| {
                Box::pin(async move { store::save(conn, &known).await })
            })
        })
        .await
    }
}

fn read_at(file: &File, place: u64, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; most];
    let count = file.read_at(&mut bytes, place)?;
    bytes.truncate(count);
    Ok(bytes)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
