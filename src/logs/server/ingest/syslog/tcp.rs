//! Syslog by connections, bare or within TLS. Whoever brings more than can be kept is not read for a while, which its own
//! system then tells it.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncReadExt},
    net::{TcpListener, TcpStream},
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_rustls::TlsAcceptor;

use super::{Way, framing::Frames, raw};
use crate::{
    logs::server::{
        ingest::{
            traces::{HELD, Joiner},
            understand::Raw,
            until_kept::until_kept,
        },
        record::NewLine,
    },
    time::Timestamp,
};

/// Bytes that are read at once.
const PIECE: usize = 32 * 1024;
/// A connection on which nothing comes for so long is closed; those who log rarely leave theirs open.
const IDLE: Duration = Duration::from_secs(3_600);
/// The same within a message.
const STUCK: Duration = Duration::from_secs(60);
/// How long TLS may take to begin.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// When the server stops, what is on its way is read until nothing comes for so long, and no longer than that.
const LAST_PAUSE: Duration = Duration::from_millis(50);
const LAST_WORDS: Duration = Duration::from_secs(1);
/// How long whoever brings too much isn't read.
const BREATH: Duration = Duration::from_millis(250);

/// Takes connections as long as it is polled.
pub async fn listen(listener: TcpListener, tls: Option<TlsAcceptor>, way: Arc<Way>) {
    loop {
        let Some(place) = way.places.any().await else {
            return;
        };
        let (stream, peer) = match listener.accept().await {
            Ok((stream, peer)) => (stream, peer.ip().to_canonical()),
            Err(error) => {
                tracing::warn!(%error, "accepting a connection for syslog");
                sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !way.admits(peer) {
            continue;
        }
        let Some(place) = way.places.of(place, peer) else {
            tracing::debug!(%peer, "refused a connection for syslog from an address that has many");
            continue;
        };
        let (tls, way) = (tls.clone(), way.clone());
        way.clone().shutdown.connections.spawn(async move {
            serve(stream, peer, tls, &way).await;
            drop(place);
        });
    }
}

async fn serve(stream: TcpStream, peer: IpAddr, tls: Option<TlsAcceptor>, way: &Way) {
    let Some(tls) = tls else {
        return read(stream, peer, way).await;
    };
    let greeted = tokio::select! {
        greeted = timeout(HANDSHAKE, tls.accept(stream)) => greeted,
        () = way.shutdown.begun.cancelled() => return,
    };
    match greeted {
        Ok(Ok(stream)) => read(stream, peer, way).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS for syslog"),
        Err(_) => tracing::debug!(%peer, "TLS for syslog didn't begin in time"),
    }
}

/// Reads until the other end closes, falls silent, or the server stops; what was read is kept.
async fn read(mut stream: impl AsyncRead + Unpin, peer: IpAddr, way: &Way) {
    let stop = &way.shutdown.begun;
    let (mut frames, mut lines) = (Frames::default(), Lines::new(peer));
    let (mut buffer, mut heard) = (vec![0; PIECE], Instant::now());
    // Until when what may go on is held, and until when it is read after the server began to stop.
    let (mut due, mut last) = (None::<Instant>, None::<Instant>);
    loop {
        let silent = heard + if frames.is_within() { STUCK } else { IDLE };
        let until = match last {
            Some(last) if last <= Instant::now() => break,
            Some(last) => last.min(Instant::now() + LAST_PAUSE),
            None => due.map_or(silent, |due| due.min(silent)),
        };
        let read = tokio::select! {
            biased;
            () = stop.cancelled(), if last.is_none() => {
                last = Some(Instant::now() + LAST_WORDS);
                continue;
            }
            read = timeout_at(until, stream.read(&mut buffer)) => read,
        };
        let now = Instant::now();
        match read {
            Ok(Ok(count)) if count > 0 => {
                heard = now;
                frames.push(&buffer[..count], |frame| {
                    if lines.push(raw(&frame, &lines.from, Timestamp::now())) {
                        due = Some(now + HELD);
                    }
                });
                keep(way, &mut lines).await;
                while last.is_none() && way.count(peer, count).is_err() {
                    tokio::select! {
                        () = sleep(BREATH) => (),
                        () = stop.cancelled() => break,
                    }
                }
            }
            // It has ended, or broken off.
            Ok(_) => break,
            Err(_) if last.is_some() || now >= silent => break,
            Err(_) => {
                due = None;
                lines.finish();
                keep(way, &mut lines).await;
            }
        }
        due = due.filter(|_| lines.joiner.held() > 0);
    }
    let mut left = None;
    frames.finish(|frame| left = Some(raw(&frame, &lines.from, Timestamp::now())));
    if let Some(raw) = left {
        lines.push(raw);
    }
    lines.finish();
    keep(way, &mut lines).await;
}

async fn keep(way: &Way, lines: &mut Lines) {
    let done = std::mem::take(&mut lines.done);
    until_kept(&way.recorder, done, &way.shutdown.begun).await;
}

/// The lines of one connection.
struct Lines {
    /// The source of those that name none.
    from: String,
    /// What the last message with a priority was said by.
    said: Option<Raw>,
    joiner: Joiner,
    done: Vec<NewLine>,
}

impl Lines {
    fn new(peer: IpAddr) -> Self {
        Self {
            from: peer.to_string(),
            said: None,
            joiner: Joiner::default(),
            done: Vec::new(),
        }
    }

    /// As [`Joiner::push`]. Where lines end messages, the further lines of one have no head of their own.
    fn push(&mut self, mut raw: Raw) -> bool {
        match (&self.said, raw.level) {
            (Some(said), None) => {
                (raw.source, raw.level) = (said.source.clone(), said.level);
                raw.fields.0.splice(..0, said.fields.0.iter().cloned());
            }
            (_, Some(_)) => {
                self.said = Some(Raw {
                    source: raw.source.clone(),
                    level: raw.level,
                    fields: raw.fields.clone(),
                    ..Raw::default()
                });
            }
            (None, None) => (),
        }
        self.joiner.push(raw.understood(Timestamp::now()), &mut self.done)
    }

    fn finish(&mut self) {
        self.joiner.finish(&mut self.done);
    }
}
