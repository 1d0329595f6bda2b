//! A recording of what a venue sent: NDJSON, a line for each connection that was made, and one for each frame on it,
//! as it was, with the time at which it came.
//!
//! ```json
//! {"time":"2026-11-20T14:03:07.204113Z","venue":"coinbase","symbols":["BTC-USD"]}
//! {"time":"2026-11-20T14:03:07.411020Z","frame":"{\"type\":\"ticker\",…}"}
//! ```

use std::{
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::{tick::Tick, venues::out::Sink};
use crate::{
    ticker::model::{VenueKind, VenueState},
    time::Timestamp,
};

/// Longest line of a recording, in bytes: a frame of the largest size, all of it escaped.
pub const LINE: usize = 20 * 1024 * 1024;

/// A line, as it stands in the file.
#[derive(Serialize, Deserialize)]
struct Line {
    time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    venue: Option<VenueKind>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    symbols: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    frame: Option<String>,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A connection to this venue was made, and these symbols asked for.
    Opened(VenueKind, Vec<String>),
    /// A frame came.
    Frame(String),
}

impl Entry {
    /// Reads a line, and when it was.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(line: &[u8]) -> Result<(Timestamp, Self), String> {
        let line: Line = serde_json::from_slice(line).map_err(|e| e.to_string())?;
        let entry = match (line.venue, line.frame) {
            (Some(venue), None) => Self::Opened(venue, line.symbols),
            (None, Some(frame)) => Self::Frame(frame),
            _ => return Err("neither a connection nor a frame".to_owned()),
        };
        Ok((line.time, entry))
    }

    /// As a line, without its end.
    pub fn line(self, time: Timestamp) -> String {
        let (venue, symbols, frame) = match self {
            Self::Opened(venue, symbols) => (Some(venue), symbols, None),
            Self::Frame(frame) => (None, Vec::new(), Some(frame)),
        };
        let line = Line {
            time,
            venue,
            symbols,
            frame,
        };
        // Plain data always serialises.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// A recording that is being made.
pub struct Recording {
    venue: VenueKind,
    symbols: Vec<String>,
    inner: Mutex<Inner>,
    failed: Notify,
}

struct Inner {
    file: BufWriter<File>,
    frames: u64,
    flushed: Timestamp,
    fault: Option<String>,
    has_begun: bool,
    /// Why the line was down last.
    down: Option<String>,
}

impl Recording {
    /// Of `symbols` at `venue`, into a new file at `path`.
    ///
    /// # Errors
    /// In words, when the file is there already or can't be made.
    pub fn create(path: &Path, venue: VenueKind, symbols: Vec<String>) -> Result<Self, String> {
        let file = File::create_new(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => format!("{} is there already; name another file", path.display()),
            _ => format!("{} can't be made: {error}", path.display()),
        })?;
        Ok(Self {
            venue,
            symbols,
            inner: Mutex::new(Inner {
                file: BufWriter::new(file),
                frames: 0,
                flushed: Timestamp::default(),
                fault: None,
                has_begun: false,
                down: None,
            }),
            failed: Notify::new(),
        })
    }

    /// Returns when nothing can be written any more.
    pub async fn failed(&self) {
        self.failed.notified().await;
    }

    /// Ends it: how many frames there are.
    ///
    /// # Errors
    /// In words, when not all of it could be written, or the line never came up.
    pub fn finish(&self) -> Result<u64, String> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if !inner.has_begun {
            let why = inner.down.take().map_or(String::new(), |why| format!(": {why}"));
            return Err(format!(
                "nothing is recorded: the line to {} never came up{why}",
                self.venue.name()
            ));
        }
        match inner.fault.take() {
            Some(fault) => Err(fault),
            None => inner.file.flush().map(|()| inner.frames).map_err(|e| e.to_string()),
        }
    }

    fn write(&self, entry: Entry, at: Timestamp) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.fault.is_some() {
            return;
        }
        inner.frames += u64::from(matches!(entry, Entry::Frame(_)));
        let mut written = writeln!(inner.file, "{}", entry.line(at));
        // Whoever looks into the file while it is made sees more than halves of blocks.
        if at.seconds_since(inner.flushed) >= 1 {
            inner.flushed = at;
            written = written.and_then(|()| inner.file.flush());
        }
        if let Err(error) = written {
            inner.fault = Some(format!("the recording can't be written: {error}"));
            self.failed.notify_one();
        }
    }
}

impl Sink for std::sync::Arc<Recording> {
    fn tick(&self, _tick: Tick) -> Result<(), String> {
        Ok(())
    }

    fn venue(&self, _venue: VenueKind, _change: &mut dyn FnMut(&mut VenueState)) {}

    fn down(&self, why: &str) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).down = Some(why.to_owned());
    }

    fn opened(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).has_begun = true;
        self.write(Entry::Opened(self.venue, self.symbols.clone()), Timestamp::now());
    }

    fn frame(&self, text: &str, at: Timestamp) {
        self.write(Entry::Frame(text.to_owned()), at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_again() {
        let at = Timestamp::parse("2026-11-20T14:03:07.204113Z").unwrap();
        for entry in [
            Entry::Opened(VenueKind::Kraken, vec!["BTC/USD".into(), "ETH/USD".into()]),
            Entry::Frame("{\"type\":\"ticker\"}\n\u{1f4c8}".into()),
            Entry::Frame(String::new()),
        ] {
            let line = entry.clone().line(at);
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(Entry::read(line.as_bytes()), Ok((at, entry)));
        }
        for bad in [
            "",
            "{}",
            "[]",
            r#"{"time":"2026-11-20T14:03:07Z"}"#,
            r#"{"time":"noon","frame":""}"#,
        ] {
            assert!(Entry::read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
