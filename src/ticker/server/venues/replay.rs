//! Plays what was recorded of another venue, at its own pace or faster, through that venue's own [`super::frames`].
//!
//! Its quotes are of now and not of then, or they would stand still at once, and a second time through would be late
//! as a whole. Nobody must take them for the market's: their venue is called `replay:coinbase` or the like, so that
//! they never touch what the venue itself says, and they are marked DEMO, as all that isn't real.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use futures::future::BoxFuture;
use tokio::{
    fs::File,
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    time::{Instant, sleep, sleep_until},
};

use super::{
    Venue,
    frames::{Frame, Frames},
    out::Out,
    settings::{ReplaySettings, reader},
};
use crate::{
    ticker::{
        model::VenueKind,
        server::{
            recording::{Entry, LINE},
            tick::Tick,
        },
    },
    time::Timestamp,
};

/// Between the end and the next beginning, and before the next try when the file can't be read.
const PAUSE: Duration = Duration::from_secs(2);

/// What the venue of a replayed quote is called.
pub fn venue_name(recorded: VenueKind) -> String {
    format!("{}:{}", VenueKind::Replay.name(), recorded.name())
}

/// The venue.
pub struct Replay {
    file: PathBuf,
    speed: u32,
    once: bool,
}

/// A time through the file.
struct Playing {
    speed: i64,
    /// When it began, by our clock and by the recording's.
    began: (Instant, Timestamp, Timestamp),
    frames: Option<(VenueKind, Box<dyn Frames>)>,
}

impl Replay {
    /// Of the file that the settings name, which must begin as a recording does.
    ///
    /// # Errors
    /// In one line for whoever starts the program.
    pub fn open(settings: &ReplaySettings) -> Result<Self, String> {
        let file = settings
            .replay
            .clone()
            .ok_or("the venue replay needs a recording: name it with --replay, or choose others with --venues")?;
        begins_well(&file).map_err(|why| format!("--replay {}: {why}", file.display()))?;
        Ok(Self {
            file,
            speed: settings.replay_speed,
            once: settings.replay_once,
        })
    }

    /// Plays the file to its end.
    async fn play(&self, out: &Out) -> Result<(), String> {
        let file = File::open(&self.file).await.map_err(|e| e.to_string())?;
        let mut file = BufReader::new(file);
        let mut playing: Option<Playing> = None;
        let (mut line, mut number) = (Vec::new(), 0_u64);
        loop {
            line.clear();
            number += 1;
            let most = u64::try_from(LINE).unwrap_or(u64::MAX);
            let read = (&mut file).take(most).read_until(b'\n', &mut line).await;
            if read.map_err(|e| e.to_string())? == 0 {
                return Ok(());
            }
            if line.len() >= LINE {
                return Err(format!("line {number} is longer than {LINE} bytes"));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            match Entry::read(&line) {
                Ok((time, entry)) => {
                    let playing = playing.get_or_insert_with(|| Playing::begin(self.speed, time));
                    sleep_until(playing.due(time)).await;
                    playing.take(entry, time, out);
                }
                Err(why) => out.fault(&format!("line {number} of the recording: {why}")),
            }
        }
    }
}

impl Venue for Replay {
    fn kind(&self) -> VenueKind {
        VenueKind::Replay
    }

    fn run(self: Box<Self>, out: Out) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            loop {
                if let Err(why) = self.play(&out).await {
                    tracing::warn!(venue = "replay", error = why, "the recording can't be played");
                    out.fault(&why);
                    out.stale();
                } else if self.once {
                    out.stale();
                    return;
                }
                sleep(PAUSE).await;
            }
        })
    }
}

impl Playing {
    fn begin(speed: u32, time: Timestamp) -> Self {
        Self {
            speed: i64::from(speed.max(1)),
            began: (Instant::now(), Timestamp::now(), time),
            frames: None,
        }
    }

    /// What was at `time` in the recording is at this distance from the beginning now, in microseconds.
    fn distance(&self, time: Timestamp) -> i64 {
        time.micros().saturating_sub(self.began.2.micros()) / self.speed
    }

    fn due(&self, time: Timestamp) -> Instant {
        let distance = u64::try_from(self.distance(time)).unwrap_or(0);
        self.began.0 + Duration::from_micros(distance)
    }

    fn take(&mut self, entry: Entry, time: Timestamp, out: &Out) {
        let text = match entry {
            Entry::Opened(kind, symbols) => {
                if self.frames.as_ref().is_none_or(|(known, _)| *known != kind) {
                    self.frames = reader(kind).map(|frames| (kind, frames));
                }
                if let Some((_, frames)) = &mut self.frames {
                    frames.hello();
                    frames.subscribe(&symbols);
                }
                return;
            }
            Entry::Frame(text) => text,
        };
        let mut meant = Vec::new();
        let Some((kind, frames)) = &mut self.frames else {
            return;
        };
        let kind = *kind;
        out.frame(&text, Timestamp::now());
        frames.read(&text, time, &mut meant);
        out.live();
        for frame in meant {
            match frame {
                Frame::Tick(tick) => out.tick(self.of_now(tick, kind)),
                Frame::Gap => out.gap(),
                Frame::Instrument(mut said) => {
                    said.key.venue = venue_name(kind);
                    out.instrument(said);
                }
                Frame::Refused(_, words) | Frame::Fault(words) | Frame::End(words, _) => out.fault(&words),
                Frame::Late | Frame::Ready | Frame::Reply(_) | Frame::Replace | Frame::Garbage(_) => {}
            }
        }
    }

    fn of_now(&self, mut tick: Tick, recorded: VenueKind) -> Tick {
        let micros = self.began.1.micros().saturating_add(self.distance(tick.time));
        tick.time = Timestamp::from_micros(micros.max(0));
        tick.key.venue = venue_name(recorded);
        tick.demo = true;
        tick
    }
}

/// Whether a recording begins with a connection to a venue that we know.
fn begins_well(file: &Path) -> Result<(), String> {
    use std::io::{BufRead, BufReader, Read};
    let file = std::fs::File::open(file).map_err(|e| e.to_string())?;
    let mut line = Vec::new();
    let mut file = BufReader::new(file).take(64 * 1024);
    file.read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
    match Entry::read(&line) {
        Ok((_, Entry::Opened(kind, _))) if reader(kind).is_some() => Ok(()),
        Ok(_) => Err("it doesn't begin as a recording of `squawkbox record` does".to_owned()),
        Err(why) => Err(format!("it isn't a recording of `squawkbox record`: {why}")),
    }
}
