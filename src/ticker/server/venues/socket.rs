//! What every venue with a WebSocket needs: connect in time, notice silence, come back, survive garbage.

use std::{sync::Arc, time::Duration};

use futures::{SinkExt, StreamExt, future::BoxFuture};
use rustls::{ClientConfig, RootCertStore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::{
    Connector, connect_async_tls_with_config,
    tungstenite::{Message, protocol::WebSocketConfig},
};

use super::{Out, Venue};
use crate::{
    backoff::delay_ms,
    ticker::{model::VenueKind, server::tick::Tick},
};

/// Largest message a venue may send, in bytes; a larger one ends the connection.
const MESSAGE: usize = 1024 * 1024;
/// Garbage is logged at most this often.
const GARBAGE_LOG: Duration = Duration::from_secs(60);

/// A venue's own language.
pub trait Frames: Send + 'static {
    /// Which venue.
    fn kind(&self) -> VenueKind;
    /// Where it is.
    fn url(&self) -> &str;
    /// What to send on a new connection. What was remembered of the old one is forgotten.
    fn hello(&mut self) -> Vec<String>;
    /// Reads a frame.
    fn read(&mut self, text: &str) -> Frame;
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
    /// The venue complains, in its own words.
    Fault(String),
    /// Nothing to do: acknowledgements, heartbeats, kinds we don't know.
    Other,
    /// It can't be read; why.
    Garbage(String),
}

/// How long a venue is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For the connection, TLS and the handshake.
    pub connect: Duration,
    /// For a frame of ours to leave.
    pub write: Duration,
    /// Without any text frame before the line is taken for dead.
    pub silence: Duration,
    /// Up for so long, a connection was a good one: the next tries begin with the shortest wait again.
    pub healthy: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            write: Duration::from_secs(4),
            silence: Duration::from_secs(10),
            healthy: Duration::from_secs(60),
        }
    }
}

/// A venue with a socket.
pub struct SocketVenue<F> {
    frames: F,
    patience: Patience,
    garbage: Rarely,
}

impl<F: Frames> Venue for SocketVenue<F> {
    fn kind(&self) -> VenueKind {
        self.frames.kind()
    }

    fn run(mut self: Box<Self>, out: Out) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let (mut attempt, mut connections) = (0, 0_u32);
            loop {
                let began = Instant::now();
                let why = self.connection(&out, &mut connections).await;
                out.stale();
                if began.elapsed() >= self.patience.healthy {
                    attempt = 0;
                }
                let wait_ms = delay_ms(attempt, chance());
                tracing::warn!(venue = self.frames.kind().name(), error = %why, wait_ms, "venue's line is down");
                tokio::time::sleep(Duration::from_millis(wait_ms.into())).await;
                attempt = attempt.saturating_add(1);
            }
        })
    }
}

impl<F: Frames> SocketVenue<F> {
    /// Speaks `frames`.
    pub fn new(frames: F, patience: Patience) -> Self {
        Self {
            frames,
            patience,
            garbage: Rarely::default(),
        }
    }

    /// One connection from its first byte to its end; answers why it ended.
    async fn connection(&mut self, out: &Out, connections: &mut u32) -> String {
        self.try_connection(out, connections).await.unwrap_or_else(|why| why)
    }

    async fn try_connection(&mut self, out: &Out, connections: &mut u32) -> Result<String, String> {
        let Patience {
            connect,
            write,
            silence,
            ..
        } = self.patience;
        let config = WebSocketConfig::default()
            .max_message_size(Some(MESSAGE))
            .max_frame_size(Some(MESSAGE))
            .max_write_buffer_size(MESSAGE);
        let url = self.frames.url().to_owned();
        let connecting = connect_async_tls_with_config(url, Some(config), true, Some(tls()?));
        let (mut socket, _) = timeout(connect, connecting)
            .await
            .map_err(|_| format!("no connection within {connect:?}"))?
            .map_err(|e| e.to_string())?;
        *connections = connections.saturating_add(1);
        if *connections > 1 {
            out.reconnected();
        }
        for frame in self.frames.hello() {
            timeout(write, socket.send(Message::text(frame)))
                .await
                .map_err(|_| format!("a frame did not leave within {write:?}"))?
                .map_err(|e| e.to_string())?;
        }
        let mut deadline = Instant::now() + silence;
        loop {
            // Reading also answers pings. They don't count as being heard from: a venue that only pings is mute.
            let message = timeout_at(deadline, socket.next())
                .await
                .map_err(|_| format!("silent for {silence:?}"))?
                .ok_or("the venue closed the line")?
                .map_err(|e| e.to_string())?;
            match message {
                Message::Text(text) => {
                    deadline = Instant::now() + silence;
                    self.heard(&text, out);
                }
                Message::Binary(_) => self.note_garbage("a binary frame"),
                Message::Close(frame) => {
                    let said = frame.map(|frame| frame.to_string()).unwrap_or_default();
                    return Ok(format!("the venue closed the line: {said}"));
                }
                Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    fn heard(&mut self, text: &str, out: &Out) {
        match self.frames.read(text) {
            Frame::Tick(tick) => {
                out.live();
                out.tick(tick);
            }
            Frame::Gap => {
                out.live();
                out.gap();
            }
            Frame::Late | Frame::Other => out.live(),
            Frame::Fault(words) => {
                tracing::warn!(venue = self.frames.kind().name(), error = words, "the venue complains");
                out.fault(&words);
            }
            Frame::Garbage(why) => self.note_garbage(&why),
        }
    }

    fn note_garbage(&mut self, why: &str) {
        if let Some(frames) = self.garbage.count() {
            tracing::warn!(
                venue = self.frames.kind().name(),
                frames,
                error = why,
                "frames that can't be read"
            );
        }
    }
}

/// Counts what is worth a line now and then, not each time.
#[derive(Default)]
struct Rarely {
    last: Option<Instant>,
    count: u64,
}

impl Rarely {
    /// Counts one; how many there were, when it is time to say so.
    fn count(&mut self) -> Option<u64> {
        self.count += 1;
        if self.last.is_some_and(|last| last.elapsed() < GARBAGE_LOG) {
            return None;
        }
        self.last = Some(Instant::now());
        Some(std::mem::take(&mut self.count))
    }
}

/// TLS with its own provider and roots, so that nothing has to be set for the whole process.
fn tls() -> Result<Connector, String> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

/// A random number in 0.0..=1.0, for the jitter.
fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}
