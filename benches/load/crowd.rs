//! A room full of people: some speak, all listen and count.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures::{SinkExt, StreamExt, stream::SplitSink};
use squawkbox::{
    chat::{
        model::{self, Message as Said},
        wire::{ClientFrame, Draft, ServerFrame},
    },
    time::Timestamp,
};
use tokio::{task::JoinSet, time::interval};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    people::Person,
    process::Process,
    socket::{self, BODY, ROOM, Socket},
};

/// People who speak; each stays far below the pace that the server allows a person (20 a second).
const SPEAKERS: usize = 30;
/// How long the last deliveries may take: on a busy machine, long.
const DRAIN: Duration = Duration::from_secs(30);

/// Whom the crowd speaks to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum To {
    /// The real server.
    Ours,
    /// The bare broadcast, which says back what it is told: the frame that ours would have made of it.
    Bare,
}

/// Open sockets in one room.
pub struct Crowd {
    to: To,
    size: u64,
    said: u64,
    speakers: Vec<(model::Person, SplitSink<Socket, Message>)>,
    tally: Arc<Tally>,
    _listeners: JoinSet<()>,
}

/// What the listeners have counted.
struct Tally {
    began: Instant,
    /// µs since `began`: messages sent before count for nothing any more.
    since: AtomicU64,
    delivered: AtomicU64,
    /// Messages that were not the next after the one before.
    holes: AtomicU64,
    /// µs from send to receipt, of each delivery; bounded by the messages of a round.
    latencies: Mutex<Vec<f64>>,
    trouble: Mutex<Option<String>>,
}

/// One round's figures.
pub struct Round {
    /// CPU time of the server.
    pub cpu: Duration,
    /// Deliveries that should have been.
    pub expected: u64,
    /// Deliveries that were.
    pub delivered: u64,
    /// µs, ascending.
    pub latencies: Vec<f64>,
}

impl Crowd {
    /// Opens a socket for each of `people`.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn gather(process: &Process, people: &[Person], to: To) -> Result<Self, String> {
        let tally = Arc::new(Tally {
            began: Instant::now(),
            since: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            holes: AtomicU64::new(0),
            latencies: Mutex::default(),
            trouble: Mutex::default(),
        });
        let (mut speakers, mut listeners) = (Vec::new(), JoinSet::new());
        for person in people {
            let socket = match to {
                To::Ours => socket::join(process.address, person, ROOM).await?,
                To::Bare => socket::open_bare(process.address).await?,
            };
            if speakers.len() < SPEAKERS {
                let (sink, stream) = socket.split();
                speakers.push((person.who.clone(), sink));
                listeners.spawn(listen(stream, tally.clone()));
            } else {
                listeners.spawn(listen(socket, tally.clone()));
            }
        }
        Ok(Self {
            to,
            size: people.len() as u64,
            said: 0,
            speakers,
            tally,
            _listeners: listeners,
        })
    }

    /// Messages said so far.
    pub fn said(&self) -> u64 {
        self.said
    }

    /// Says `warm_up` messages, then `count` that are measured, one every `each`.
    ///
    /// # Errors
    /// When a socket breaks, the warm-up isn't delivered, or our server refuses a message or delivers out of order.
    pub async fn round(
        &mut self,
        process: &Process,
        warm_up: u64,
        count: u64,
        each: Duration,
    ) -> Result<Round, String> {
        self.tally.start();
        self.say(warm_up, each).await?;
        if self.drained(warm_up * self.size).await? != warm_up * self.size {
            return Err("the warm-up was not delivered: is the machine too busy?".into());
        }
        self.tally.start();
        let before = process.cpu()?;
        self.say(count, each).await?;
        let expected = count * self.size;
        let delivered = self.drained(expected).await?;
        let cpu = process.cpu()?.saturating_sub(before);
        let holes = self.tally.holes.load(Relaxed);
        if self.to == To::Ours && holes > 0 {
            return Err(format!("{holes} deliveries were not the next in the room's order"));
        }
        let mut latencies = std::mem::take(&mut *self.tally.latencies());
        latencies.sort_by(f64::total_cmp);
        Ok(Round {
            cpu,
            expected,
            delivered,
            latencies,
        })
    }

    async fn say(&mut self, count: u64, each: Duration) -> Result<(), String> {
        let mut beat = interval(each);
        for _ in 0..count {
            beat.tick().await;
            let next = self.said as usize % self.speakers.len();
            self.said += 1;
            let (person, sink) = &mut self.speakers[next];
            // Names the message and says when it was sent.
            let client_id = format!("{:012}", self.tally.now());
            let frame = match self.to {
                To::Ours => post(client_id),
                To::Bare => message(person.clone(), client_id, self.said),
            };
            let sent = sink.send(Message::text(frame)).await;
            sent.map_err(|e| format!("a message can't be sent: {e}"))?;
        }
        Ok(())
    }

    /// Waits until `expected` deliveries have been counted, or no longer; gives how many have.
    async fn drained(&self, expected: u64) -> Result<u64, String> {
        let until = Instant::now() + DRAIN;
        while self.tally.delivered.load(Relaxed) < expected && Instant::now() < until {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let trouble = self.tally.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble
            .clone()
            .map_or_else(|| Ok(self.tally.delivered.load(Relaxed)), Err)
    }
}

impl Tally {
    /// Counts from zero what is sent from now on.
    fn start(&self) {
        self.since.store(self.now(), Relaxed);
        self.delivered.store(0, Relaxed);
        self.latencies().clear();
    }

    /// µs since it began.
    fn now(&self) -> u64 {
        self.began.elapsed().as_micros() as u64
    }

    fn latencies(&self) -> MutexGuard<'_, Vec<f64>> {
        self.latencies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a frame; gives its place when it is a message.
    fn count(&self, frame: &[u8], last: u64) -> Option<u64> {
        if !frame.starts_with(br#"{"message":"#) {
            if frame.starts_with(br#"{"refused":"#) {
                self.complain(format!("the server refused: {}", String::from_utf8_lossy(frame)));
            }
            return None;
        }
        let seq = number(frame, br#""seq":"#)?;
        if last != 0 && seq != last + 1 {
            self.holes.fetch_add(1, Relaxed);
        }
        let sent = number(frame, br#""client_id":""#)?;
        if sent >= self.since.load(Relaxed) {
            self.latencies().push(self.now().saturating_sub(sent) as f64);
            self.delivered.fetch_add(1, Relaxed);
        }
        Some(seq)
    }

    /// Keeps the first: the others follow from it.
    fn complain(&self, what: String) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.get_or_insert(what);
    }
}

async fn listen(mut stream: impl StreamExt<Item = socket::Frame> + Unpin, tally: Arc<Tally>) {
    let mut last = 0;
    loop {
        match socket::next(&mut stream).await {
            Ok(text) => last = tally.count(text.as_bytes(), last).unwrap_or(last),
            Err(error) => return tally.complain(error),
        }
    }
}

/// The digits that follow `name`: a JSON parser would cost more than the delivery that is measured.
fn number(frame: &[u8], name: &[u8]) -> Option<u64> {
    let at = frame.windows(name.len()).position(|window| window == name)?;
    let digits = frame[at + name.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    Some(digits.fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
}

fn post(client_id: String) -> String {
    let body = BODY.to_owned();
    ClientFrame::Post(Draft {
        room: ROOM,
        client_id,
        body,
        ..Draft::default()
    })
    .encode()
}

fn message(author: model::Person, client_id: String, seq: u64) -> String {
    ServerFrame::Message(Said {
        room: ROOM,
        seq,
        changed: seq,
        author,
        client_id,
        body: BODY.to_owned(),
        at: Timestamp::now(),
        ..Said::default()
    })
    .encode()
}
