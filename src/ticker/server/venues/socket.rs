//! What every venue with a WebSocket needs: connect in time, follow what is wanted, notice silence, come back, survive
//! garbage, and open another connection before one that will end.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::{Instant, sleep, sleep_until};

use super::{
    Venue,
    connection::{Connection, Heard},
    dial::{NoLine, Socket, Trust, dial},
    frames::{Frame, Frames, Manners},
    hearing::{Ended, Rarely},
    out::Out,
    resting::Rest,
    watched::Watched,
};
use crate::{backoff::delay_ms, ticker::model::VenueKind};

/// How long an old connection is kept beside its replacement that brings nothing yet, and read after the goodbye.
const OVERLAP: Duration = Duration::from_secs(10);

/// A venue with a socket.
pub struct SocketVenue {
    pub(super) frames: Box<dyn Frames>,
    /// As the venue's file says; tests change them.
    pub manners: Manners,
    pub(super) watched: Watched,
    trust: Trust,
    pub(super) garbage: Rarely,
    /// What the last frame meant; kept for its memory.
    pub(super) meant: Vec<Frame>,
    /// What the venue said as it refused a symbol last.
    pub(super) refusal: String,
}

/// A connection that is being left.
struct Old {
    line: Connection,
    until: Instant,
    said_goodbye: bool,
}

enum Step {
    Heard(Heard),
    HeardOfOld(Heard),
    Replacement(Result<Socket, NoLine>),
    Look,
    Due,
}

impl Venue for SocketVenue {
    fn kind(&self) -> VenueKind {
        self.frames.kind()
    }

    fn run(mut self: Box<Self>, out: Out) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let (mut attempt, mut connections) = (0, 0_u32);
            loop {
                if self.watched.symbols(Instant::now()).is_empty() {
                    out.idle();
                    self.until_wanted().await;
                }
                out.busy();
                let began = Instant::now();
                let ended = match self.life(&out, &mut connections).await {
                    Err(ended) => ended,
                    Ok(Rest::Unwanted) => continue,
                    Ok(Rest::Refused(symbols)) => {
                        self.rest(symbols, &out).await;
                        continue;
                    }
                };
                out.stale();
                let why = self.without_secrets(ended.why);
                out.down(&why);
                if ended.shown {
                    out.fault(&why);
                }
                if began.elapsed() >= self.manners.healthy {
                    attempt = 0;
                }
                let wait = Duration::from_millis(delay_ms(attempt, chance()).into()).max(ended.pause);
                let wait_ms = wait.as_millis();
                tracing::warn!(venue = self.frames.kind().name(), error = %why, wait_ms, "venue's line is down");
                sleep(wait).await;
                attempt = attempt.saturating_add(1);
            }
        })
    }
}

impl SocketVenue {
    /// Speaks `frames`, and asks for what is `watched`.
    pub fn new(frames: Box<dyn Frames>, watched: Watched, trust: Trust) -> Self {
        Self {
            manners: frames.manners(),
            frames,
            watched,
            trust,
            garbage: Rarely::default(),
            meant: Vec::new(),
            refusal: String::new(),
        }
    }

    /// From the first byte to the last, over replacements; `Ok` when there is nothing to ask for any more.
    async fn life(&mut self, out: &Out, connections: &mut u32) -> Result<Rest, Ended> {
        let manners = self.manners;
        let socket = dial(self.frames.url(), manners, self.trust.clone()).await?;
        let mut line = self.begin(socket, out, connections);
        let mut old: Option<Old> = None;
        let mut replacement: Option<BoxFuture<Result<Socket, NoLine>>> = None;
        let mut failures = 0;
        let mut changes = self.watched.changes();
        let mut look = true;
        loop {
            let now = Instant::now();
            look |= self.watched.next_end().is_some_and(|end| now >= end);
            if look && line.is_free() {
                let wanted = self.watched.symbols(now);
                if wanted.is_empty() && line.subscribed().is_empty() {
                    line.close(&manners).await;
                    return Ok(Rest::Unwanted);
                }
                look = !line.follow(&mut *self.frames, &wanted, manners.batch);
                if !look && line.subscribed().is_empty() {
                    // Tried again, it would be refused again.
                    line.close(&manners).await;
                    return Ok(Rest::Refused(wanted));
                }
            }
            line.do_due(&manners).await?;
            if look && line.is_free() {
                // It was one batch of several.
                continue;
            }
            let aged = manners.lifetime.map(|lifetime| line.open_for(lifetime));
            if aged.is_some_and(|aged| now >= aged) && replacement.is_none() && old.is_none() {
                replacement = Some(self.another(Duration::ZERO));
            }
            if let Some(left) = &mut old
                && now >= left.until
            {
                if left.said_goodbye {
                    old = None;
                } else {
                    left.leave(&manners).await;
                }
            }
            let busy = replacement.is_some() || old.is_some();
            let due = [
                self.watched.next_end().filter(|_| line.is_free()),
                aged.filter(|_| !busy),
                old.as_ref().map(|old| old.until),
            ];
            let due = due.into_iter().flatten().fold(line.next_due(&manners), Instant::min);
            let step = tokio::select! {
                heard = line.next() => Step::Heard(heard),
                heard = of_old(&mut old) => Step::HeardOfOld(heard),
                made = finished(&mut replacement) => Step::Replacement(made),
                _ = changes.changed() => Step::Look,
                () = sleep_until(due) => Step::Due,
            };
            match step {
                Step::Look => look = true,
                Step::Due => {}
                Step::Heard(Heard::End(why)) => return Err(why.into()),
                Step::Heard(Heard::NoText) => self.note_garbage("a binary frame"),
                Step::Heard(Heard::Ping) => {
                    // Elsewhere they don't count: a venue that only pings is mute.
                    if manners.pings_are_words {
                        line.word();
                        if line.ready {
                            out.live();
                        }
                    }
                }
                Step::Heard(Heard::Text(text)) => {
                    line.word();
                    let told = self.heard(&text, Some(&mut line), out)?;
                    look |= told.look;
                    if told.replace && !busy {
                        replacement = Some(self.another(Duration::ZERO));
                    }
                    // The new one brings prices: the old one may go.
                    if let Some(left) = old.as_mut().filter(|left| told.tick && !left.said_goodbye) {
                        left.leave(&manners).await;
                    }
                }
                Step::HeardOfOld(Heard::Text(text)) => {
                    self.heard(&text, None, out)?;
                }
                Step::HeardOfOld(Heard::End(_)) => old = None,
                Step::HeardOfOld(Heard::Ping | Heard::NoText) => {}
                Step::Replacement(Ok(socket)) => {
                    (replacement, failures) = (None, 0);
                    let line = std::mem::replace(&mut line, self.begin(socket, out, connections));
                    let until = Instant::now() + OVERLAP;
                    old = Some(Old {
                        line,
                        until,
                        said_goodbye: false,
                    });
                    look = true;
                }
                Step::Replacement(Err(error)) => {
                    let wait = Duration::from_millis(delay_ms(failures, chance()).into()).max(error.pause);
                    let why = self.without_secrets(error.why);
                    tracing::warn!(venue = self.frames.kind().name(), error = %why, "no replacement for a venue's line");
                    failures = failures.saturating_add(1);
                    replacement = Some(self.another(wait));
                }
            }
        }
    }

    fn begin(&mut self, socket: Socket, out: &Out, connections: &mut u32) -> Connection {
        *connections = connections.saturating_add(1);
        out.opened();
        if *connections > 1 {
            out.reconnected();
        }
        Connection::new(socket, self.frames.hello(), self.manners.ready_at_once)
    }

    fn another(&self, wait: Duration) -> BoxFuture<'static, Result<Socket, NoLine>> {
        let (url, manners, trust) = (self.frames.url(), self.manners, self.trust.clone());
        Box::pin(async move {
            sleep(wait).await;
            dial(url, manners, trust).await
        })
    }
}

impl Old {
    async fn leave(&mut self, manners: &Manners) {
        self.line.close(manners).await;
        self.said_goodbye = true;
        self.until = Instant::now() + OVERLAP;
    }
}

async fn of_old(old: &mut Option<Old>) -> Heard {
    match old {
        Some(old) => old.line.next().await,
        None => std::future::pending().await,
    }
}

async fn finished<T>(work: &mut Option<BoxFuture<'_, T>>) -> T {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

/// A random number in 0.0..=1.0, for the jitter.
fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}
