//! A venue's own language, which its file speaks, and what [`super::socket`] needs to know of its manners.

use std::time::Duration;

use crate::{
    ticker::{
        model::VenueKind,
        server::{instruments::Said, tick::Tick},
    },
    time::Timestamp,
};

/// A venue's own language. Pure: it is given frames and times, and answers what they mean and what to send.
pub trait Frames: Send + Sync + 'static {
    /// Which venue.
    fn kind(&self) -> VenueKind;
    /// Where it is. May hold a key: it is shown only with its [secrets](Frames::secrets) taken out.
    fn url(&self) -> String;
    /// How it wants to be treated.
    fn manners(&self) -> Manners;
    /// A new connection: what was remembered of the old is forgotten. Answers what to send before all else.
    fn hello(&mut self) -> Vec<String>;
    /// What asks for prices of `symbols`, [`Manners::batch`] at most.
    fn subscribe(&mut self, symbols: &[String]) -> Vec<String>;
    /// What asks for no more of them.
    fn unsubscribe(&mut self, symbols: &[String]) -> Vec<String>;
    /// Reads a frame that came at time `at`; `out` takes what it means, nothing when there is nothing to do
    /// (acknowledgements, heartbeats, kinds we don't know).
    fn read(&mut self, text: &str, at: Timestamp, out: &mut Vec<Frame>);
    /// Words that must never be shown or logged, wherever they turn up.
    fn secrets(&self) -> Vec<&str> {
        Vec::new()
    }
}

/// What a frame means.
#[derive(Debug)]
pub enum Frame {
    /// A price.
    Tick(Tick),
    /// A price that is older than one we had, or the same again.
    Late,
    /// The venue has counted further than what reached us.
    Gap,
    /// What the venue says of a symbol.
    Instrument(Said),
    /// The venue takes subscriptions from now on, where [`Manners::ready_at_once`] is not so.
    Ready,
    /// To be sent in answer.
    Reply(String),
    /// The venue doesn't give us this symbol, and why.
    Refused(String, String),
    /// The venue complains, in its own words.
    Fault(String),
    /// This connection is of no use any more, why, and how long the next must wait at least.
    End(String, Duration),
    /// The venue will end this connection: another is to be opened first.
    Replace,
    /// It can't be read; why.
    Garbage(String),
}

/// How a venue wants to be treated, and how long it is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Symbols that can be watched at most.
    pub symbols: usize,
    /// Symbols in one of our frames at most.
    pub batch: usize,
    /// Least time between two of our frames.
    pub pace: Duration,
    /// True when subscriptions can be sent at once, false when the venue first says that it is [`Frame::Ready`].
    pub ready_at_once: bool,
    /// Largest message that it may send, in bytes; a larger one ends the connection.
    pub message: usize,
    /// For the connection, TLS and the handshake; and as long again until the venue takes subscriptions.
    pub connect: Duration,
    /// For a frame of ours to leave.
    pub write: Duration,
    /// Without a word before the line is taken for dead.
    pub silence: Duration,
    /// Whether pings and pongs are words. Where frames come all the time they are not: a venue that only pings is
    /// mute.
    pub pings_are_words: bool,
    /// How often we ping, where the venue says nothing by itself.
    pub ping: Option<Duration>,
    /// After so long another connection is opened and this one closed, as the venue would cut it a little later.
    pub lifetime: Option<Duration>,
    /// Up for so long, a connection was a good one: the next tries begin with the shortest wait again.
    pub healthy: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            symbols: 500,
            batch: 100,
            pace: Duration::from_millis(20),
            ready_at_once: true,
            message: 1024 * 1024,
            connect: Duration::from_secs(10),
            write: Duration::from_secs(4),
            silence: Duration::from_secs(10),
            pings_are_words: false,
            ping: None,
            lifetime: None,
            healthy: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
pub mod testing {
    //! What tests of the venues' languages share.

    use super::*;

    /// When everything in those tests comes.
    pub const AT: Timestamp = Timestamp::from_micros(1_767_607_200_000_000);

    /// What one frame means.
    pub fn read(frames: &mut impl Frames, text: &str) -> Vec<Frame> {
        let mut out = Vec::new();
        frames.read(text, AT, &mut out);
        out
    }

    /// The ticks of one frame, which must be nothing but ticks.
    pub fn ticks(frames: &mut impl Frames, text: &str) -> Vec<Tick> {
        let tick = |frame| match frame {
            Frame::Tick(tick) => tick,
            other => panic!("{text}: {other:?}"),
        };
        read(frames, text).into_iter().map(tick).collect()
    }

    /// What `frames` say as JSON.
    pub fn json(frames: Vec<String>) -> Vec<serde_json::Value> {
        frames
            .iter()
            .map(|text| serde_json::from_str(text).expect("JSON"))
            .collect()
    }

    /// Some symbols.
    pub fn names(symbols: &[&str]) -> Vec<String> {
        symbols.iter().map(|symbol| (*symbol).to_owned()).collect()
    }

    /// Any text at all, and texts that look like a venue's frames but hold anything: none may panic.
    pub fn survives(frames: impl Frames, shapes: &[&str]) {
        use proptest::{prelude::*, test_runner::TestRunner};
        let shapes: Vec<String> = names(shapes);
        let text = (proptest::sample::select(shapes), ".{0,40}", any::<i64>());
        let frames = std::cell::RefCell::new(frames);
        TestRunner::default()
            .run(&text, |(shape, word, number)| {
                let word = serde_json::to_string(&word).expect("text");
                for text in [
                    word.clone(),
                    shape.replace("WORD", &word).replace("NUMBER", &number.to_string()),
                    shape.replace("NUMBER", &word).replace("WORD", &number.to_string()),
                ] {
                    read(&mut *frames.borrow_mut(), &text);
                }
                Ok(())
            })
            .expect("nothing panics");
    }
}
