//! From the buffer to the server: in batches, each sent until it is kept.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, sleep, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::{
    Target,
    input::Waiting,
    post::{Answer, Post, body},
};
use crate::logs::server::{
    harmless::repair,
    ingest::{
        traces::{HELD, Joiner},
        understand::Raw,
    },
    record::NewLine,
};

/// Entries and bytes of a request, and how long they are gathered.
const BATCH: usize = 1_000;
const BYTES: usize = 512 * 1024;
const MOMENT: Duration = Duration::from_millis(100);
/// The wait before a request is sent again; doubles up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(5);
/// How long the last lines are tried at most after it was asked to stop.
const AFTER_STOP: Duration = Duration::from_secs(5);

/// Sends lines.
pub struct Sender {
    post: Post,
    source: String,
    /// How long the last lines are tried.
    patience: Duration,
    queue: mpsc::Receiver<Waiting>,
    stop: CancellationToken,
    joiner: Joiner,
    held_until: Option<Instant>,
    done: Vec<NewLine>,
    bytes: usize,
    /// The room of every line that isn't kept yet, in order.
    rooms: VecDeque<OwnedSemaphorePermit>,
    /// Lines that the buffer dropped, those that were told of, and those that the server refused.
    lost: Arc<AtomicU64>,
    told: u64,
    refused: u64,
    ended: Option<Instant>,
}

impl Sender {
    /// Sends what is in `queue`. `lost` counts what didn't come into it.
    ///
    /// # Errors
    /// When the system can't give what connections need.
    pub fn new(
        target: Target,
        queue: mpsc::Receiver<Waiting>,
        lost: Arc<AtomicU64>,
        stop: CancellationToken,
    ) -> Result<Self, String> {
        Ok(Self {
            source: target.source.clone().unwrap_or_default(),
            patience: target.patience,
            post: Post::new(target)?,
            queue,
            stop,
            joiner: Joiner::default(),
            held_until: None,
            done: Vec::new(),
            bytes: 0,
            rooms: VecDeque::new(),
            lost,
            told: 0,
            refused: 0,
            ended: None,
        })
    }

    /// Sends until the input has ended and everything is kept.
    ///
    /// # Errors
    /// In one line: how many lines were not kept.
    pub async fn run(mut self) -> Result<(), String> {
        let mut has_more = true;
        while has_more {
            has_more = self.gather().await;
            self.bytes = 0;
            let mut lines = std::mem::take(&mut self.done);
            lines.retain(|line| !line.message.trim().is_empty());
            if !lines.is_empty() && !self.deliver(&lines).await {
                let (left, lost) = (self.rooms.len() + self.queue.len(), self.all_lost());
                let before = match lost {
                    0 => String::new(),
                    lost => format!("; lines lost before: {lost}"),
                };
                return Err(format!("lines not sent: {left}{before}"));
            }
            while self.rooms.len() > self.joiner.held() {
                self.rooms.pop_front();
            }
            self.tell();
        }
        match self.all_lost() {
            0 => Ok(()),
            lost => Err(format!("lines lost: {lost}")),
        }
    }

    /// Takes lines until it is time to send them; false when they were the last.
    async fn gather(&mut self) -> bool {
        let mut until = None::<Instant>;
        while self.done.len() < BATCH && self.bytes < BYTES {
            if !self.done.is_empty() {
                until = until.or(Some(Instant::now() + MOMENT));
            }
            if until.is_some_and(|until| until <= Instant::now()) {
                break;
            }
            let soonest = [until, self.held_until].into_iter().flatten().min();
            let next = tokio::select! {
                next = next(&mut self.queue, soonest) => next,
                () = self.stop.cancelled(), if !self.queue.is_closed() => {
                    // What is in it already is still taken.
                    self.queue.close();
                    continue;
                }
            };
            match next {
                Ok(Some(waiting)) => self.take(waiting),
                Ok(None) => {
                    self.let_go();
                    return false;
                }
                Err(()) if self.held_until.is_some_and(|held| held <= Instant::now()) => self.let_go(),
                Err(()) => (),
            }
        }
        true
    }

    fn take(&mut self, waiting: Waiting) {
        let mut raw = Raw {
            source: self.source.clone(),
            message: repair(&waiting.line.bytes).into_owned(),
            ..Raw::default()
        };
        if waiting.line.is_cut() {
            raw.fields.0.push(("sent_bytes".to_owned(), waiting.line.whole.into()));
        }
        self.bytes += waiting.line.bytes.len();
        self.rooms.push_back(waiting.room);
        // Its fields are found here, so that what it says of its time counts more than when it was read.
        if self.joiner.push(raw.understood(waiting.time), &mut self.done) {
            self.held_until = Some(Instant::now() + HELD);
        }
    }

    fn let_go(&mut self) {
        self.joiner.finish(&mut self.done);
        self.held_until = None;
    }

    /// Sends a batch until it is kept; false when that is given up.
    async fn deliver(&mut self, lines: &[NewLine]) -> bool {
        let body = body(lines);
        let (mut pause, mut was_away) = (FIRST_WAIT, false);
        loop {
            let (why, wait, is_hopeless) = match self.post.send(body.clone()).await {
                Answer::Kept(refused, why) => {
                    if refused > 0 {
                        self.refuse(refused, &why);
                    }
                    if was_away {
                        eprintln!("squawkbox: the server takes lines again");
                    }
                    return true;
                }
                Answer::Refused(why) => {
                    self.refuse(lines.len() as u64, &why);
                    return true;
                }
                Answer::Later(why, wait, is_hopeless) => (why, wait, is_hopeless),
            };
            if !was_away {
                eprintln!("squawkbox: {why}; lines wait");
                was_away = true;
            }
            self.tell();
            // Nothing more comes in: what is left is tried for a while.
            let most = if self.stop.is_cancelled() {
                AFTER_STOP
            } else {
                Duration::MAX
            };
            let patience = self.patience.min(most);
            if self.queue.is_closed() || self.stop.is_cancelled() {
                let ended = *self.ended.get_or_insert_with(Instant::now);
                if is_hopeless || ended.elapsed() >= patience {
                    return false;
                }
            }
            sleep(wait.unwrap_or(pause).min(LONGEST_WAIT)).await;
            pause = (pause * 2).min(LONGEST_WAIT);
        }
    }

    fn refuse(&mut self, count: u64, why: &str) {
        self.refused += count;
        eprintln!("squawkbox: lines refused: {count}, since {why}");
    }

    fn tell(&mut self) {
        let lost = self.lost.load(Ordering::Relaxed);
        if lost > self.told {
            eprintln!("squawkbox: the buffer was full; lines dropped: {}", lost - self.told);
            self.told = lost;
        }
    }

    fn all_lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed) + self.refused
    }
}

async fn next(queue: &mut mpsc::Receiver<Waiting>, until: Option<Instant>) -> Result<Option<Waiting>, ()> {
    match until {
        Some(until) => timeout_at(until, queue.recv()).await.map_err(drop),
        None => Ok(queue.recv().await),
    }
}
