//! One open connection to a venue: what it has asked for, what waits to be sent, and when something is due.

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use futures::{SinkExt, StreamExt};
use tokio::time::{Instant, timeout};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{self, Bytes, Message},
};

use super::{
    dial::Socket,
    frames::{Frames, Manners},
};

/// Frames of ours that wait at most: the greeting, one batch of subscriptions, some answers. A venue that makes us
/// owe it more is given up.
const QUEUE: usize = 256;

/// What became of a message.
#[derive(Debug)]
pub enum Heard {
    /// A frame with text.
    Text(tungstenite::Utf8Bytes),
    /// A frame that holds no text.
    NoText,
    /// A ping or a pong, which is answered by reading on.
    Ping,
    /// The end; what the venue said to it.
    End(String),
}

/// A connection.
pub struct Connection {
    socket: Socket,
    queue: VecDeque<String>,
    subscribed: BTreeSet<String>,
    refused: BTreeSet<String>,
    /// The venue takes subscriptions.
    pub ready: bool,
    may_send: Instant,
    heard: Instant,
    pinged: Instant,
    born: Instant,
}

impl Connection {
    /// On a new socket, on which `hello` is to be sent.
    pub fn new(socket: Socket, hello: Vec<String>, ready: bool) -> Self {
        let now = Instant::now();
        Self {
            socket,
            queue: hello.into(),
            subscribed: BTreeSet::new(),
            refused: BTreeSet::new(),
            ready,
            may_send: now,
            heard: now,
            pinged: now,
            born: now,
        }
    }

    /// The next message. Can be dropped and called again.
    pub async fn next(&mut self) -> Heard {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Heard::Text(text),
            Some(Ok(Message::Binary(bytes))) => {
                tungstenite::Utf8Bytes::try_from(bytes).map_or(Heard::NoText, Heard::Text)
            }
            Some(Ok(Message::Close(frame))) => {
                let said = frame.map(|frame| format!(": {frame}")).unwrap_or_default();
                Heard::End(format!("the venue closed the line{said}"))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::Ping,
            Some(Err(error)) => Heard::End(error.to_string()),
            None => Heard::End("the venue closed the line".to_owned()),
        }
    }

    /// A word came, now.
    pub fn word(&mut self) {
        self.heard = Instant::now();
    }

    /// Nothing waits to be sent, and subscriptions are taken: [`Connection::follow`] may ask for more.
    pub fn is_free(&self) -> bool {
        self.ready && self.queue.is_empty()
    }

    /// Asks for what is `wanted` and not yet subscribed, and for no more of what isn't wanted: one batch, to be
    /// called again when that is [sent](Connection::is_free). True when everything is as it should be.
    pub fn follow(&mut self, frames: &mut dyn Frames, wanted: &BTreeSet<String>, batch: usize) -> bool {
        self.refused.retain(|symbol| wanted.contains(symbol));
        let unwanted: Vec<String> = self.subscribed.difference(wanted).take(batch).cloned().collect();
        if !unwanted.is_empty() {
            self.queue.extend(frames.unsubscribe(&unwanted));
            self.subscribed.retain(|symbol| !unwanted.contains(symbol));
            return false;
        }
        let further: Vec<String> = wanted
            .iter()
            .filter(|symbol| !self.subscribed.contains(*symbol) && !self.refused.contains(*symbol))
            .take(batch)
            .cloned()
            .collect();
        if further.is_empty() {
            return true;
        }
        self.queue.extend(frames.subscribe(&further));
        self.subscribed.extend(further);
        false
    }

    /// What it has asked for.
    pub const fn subscribed(&self) -> &BTreeSet<String> {
        &self.subscribed
    }

    /// The venue doesn't give `symbol`: it isn't asked for again while it is wanted.
    pub fn refuse(&mut self, symbol: &str) {
        self.subscribed.remove(symbol);
        self.refused.insert(symbol.to_owned());
    }

    /// Sends `frame` when its turn comes.
    ///
    /// # Errors
    /// When too much waits already.
    pub fn reply(&mut self, frame: String) -> Result<(), String> {
        if self.queue.len() >= QUEUE {
            return Err("the venue wants more answers than it takes".to_owned());
        }
        self.queue.push_back(frame);
        Ok(())
    }

    /// Does what is due: sends, pings, or gives up on a silent venue.
    ///
    /// # Errors
    /// Why the connection is of no use any more.
    pub async fn do_due(&mut self, manners: &Manners) -> Result<(), String> {
        let now = Instant::now();
        if now >= self.heard + manners.silence {
            return Err(format!("silent for {:?}", manners.silence));
        }
        if !self.ready && now >= self.born + manners.connect {
            return Err(format!("it has not let us in within {:?}", manners.connect));
        }
        if now >= self.may_send
            && let Some(frame) = self.queue.pop_front()
        {
            self.send(Message::text(frame), manners).await?;
        }
        if manners.ping.is_some_and(|every| now >= self.pinged + every) {
            self.pinged = now;
            self.send(Message::Ping(Bytes::new()), manners).await?;
        }
        Ok(())
    }

    async fn send(&mut self, message: Message, manners: &Manners) -> Result<(), String> {
        let write = manners.write;
        timeout(write, self.socket.send(message))
            .await
            .map_err(|_| format!("a frame did not leave within {write:?}"))?
            .map_err(|e| e.to_string())?;
        self.may_send = Instant::now() + manners.pace;
        Ok(())
    }

    /// When [`Connection::do_due`] has something to do next.
    pub fn next_due(&self, manners: &Manners) -> Instant {
        let silent = self.heard + manners.silence;
        let send = (!self.queue.is_empty()).then_some(self.may_send);
        let ping = manners.ping.map(|every| self.pinged + every);
        let ready = (!self.ready).then(|| self.born + manners.connect);
        [send, ping, ready].into_iter().flatten().fold(silent, Instant::min)
    }

    /// When it has been open for `lifetime`.
    pub fn open_for(&self, lifetime: Duration) -> Instant {
        self.born + lifetime
    }

    /// Says goodbye; what still comes can be read until the end.
    pub async fn close(&mut self, manners: &Manners) {
        // Should it not leave, the end of the socket says the same.
        let _ = timeout(manners.write, WebSocketStream::close(&mut self.socket, None)).await;
    }
}
