//! The server's end of a WebSocket, whatever is spoken over it: its limits, its deadlines, how it ends.

use std::{task::Poll, time::Duration};

use axum::extract::ws::{CloseFrame, Message as Frame, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use futures::{FutureExt, Sink, SinkExt, Stream, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Error as Broken;
use tokio_util::sync::CancellationToken;

use crate::error::AppError;

/// Largest frame read: a message with every byte escaped, and some.
pub const LARGEST_FRAME: usize = 128 * 1024;
/// What may wait for a slow reader inside the socket, in bytes.
const LARGEST_BACKLOG: usize = 1024 * 1024;
/// A write that takes longer ends the socket.
pub const WRITE_TIME: Duration = Duration::from_secs(10);
/// How long a socket waits for the other end to close too.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// After this much silence the other end is asked, and after twice as much it is taken for dead.
const QUIET: Duration = Duration::from_secs(30);
/// RFC 6455's code for "the service is restarting; come back".
const RESTART: u16 = 1012;

/// What frames go through: axum's WebSocket, or a test's queues.
pub trait Transport: Stream<Item = Result<Frame, axum::Error>> + Sink<Frame> + Unpin + Send {}
impl<S: Stream<Item = Result<Frame, axum::Error>> + Sink<Frame> + Unpin + Send> Transport for S {}

/// Why a socket ends. `None`: the other end left or does not read.
pub type End = Option<CloseFrame>;

/// An end that the other end is told.
pub fn close(code: u16, reason: &'static str) -> End {
    Some(CloseFrame {
        code,
        reason: Utf8Bytes::from_static(reason),
    })
}

/// The end of every socket when the server stops.
pub fn restarting() -> End {
    close(RESTART, "restarting: reconnect")
}

/// The end of a socket that reads too slowly.
pub fn too_far_behind() -> End {
    close(close_code::AGAIN, "too far behind: reconnect")
}

/// Sets what a socket may hold.
pub fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        // The defaults take 128 KiB of memory per idle socket.
        .read_buffer_size(4 * 1024)
        // Frames that are there at once go out in one write; more would stay with every socket that had a burst.
        .write_buffer_size(4 * 1024)
        .max_write_buffer_size(LARGEST_BACKLOG)
        .max_message_size(LARGEST_FRAME)
        .max_frame_size(LARGEST_FRAME)
}

/// Sends a frame within its time.
///
/// # Errors
/// The end of the socket, where the other end doesn't read or is gone.
pub async fn write(socket: &mut impl Transport, frame: Frame) -> Result<(), End> {
    write_within(socket, frame, WRITE_TIME).await
}

/// Sends a frame within this time.
///
/// # Errors
/// As [`write`].
pub async fn write_within(socket: &mut impl Transport, frame: Frame, time: Duration) -> Result<(), End> {
    within(time, socket.send(frame)).await
}

/// Has a frame go out with the next [`flush`], or before, within its time.
///
/// # Errors
/// As [`write`].
pub async fn feed(socket: &mut impl Transport, frame: Frame) -> Result<(), End> {
    within(WRITE_TIME, socket.feed(frame)).await
}

/// Sends what was fed, within its time.
///
/// # Errors
/// As [`write`].
pub async fn flush(socket: &mut impl Transport) -> Result<(), End> {
    within(WRITE_TIME, socket.flush()).await
}

async fn within<E>(time: Duration, sending: impl Future<Output = Result<(), E>>) -> Result<(), End> {
    let mut sending = std::pin::pin!(sending);
    // Nearly always done at once; only a full socket pays for a timer.
    let outcome = match futures::poll!(sending.as_mut()) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => timeout(time, sending).await.map_err(|_| None)?,
    };
    outcome.map_err(|_| None)
}

/// What was wrong with a frame after which no other can be read, and how the socket is closed; `None` where the line broke.
pub fn unreadable(cause: axum::Error) -> Option<(AppError, CloseFrame)> {
    let cause = cause.into_inner();
    let (error, code, reason) = match cause.downcast_ref::<Broken>()? {
        Broken::Capacity(_) => (
            AppError::TooLarge(format!(
                "A frame can hold {} KiB; this was more. Connect again.",
                LARGEST_FRAME / 1024
            )),
            close_code::SIZE,
            "too large",
        ),
        Broken::Utf8(_) => (
            AppError::Invalid("Text must be UTF-8. Connect again.".into()),
            close_code::INVALID,
            "not UTF-8",
        ),
        _ => return None,
    };
    close(code, reason).map(|end| (error, end))
}

/// Ends a socket: tells the other end why, or acknowledges its close.
pub async fn leave(mut socket: WebSocket, end: End) {
    if let Some(frame) = end
        && timeout(WRITE_TIME, socket.send(Frame::Close(Some(frame))))
            .await
            .is_err()
    {
        return;
    }
    // Until the other end has closed too, or it would see the line cut. Reading on also sends what it is owed.
    let _ = timeout(LAST_WORDS, async { while let Some(Ok(_)) = socket.recv().await {} }).await;
}

/// What seldom happens to a socket: the server stops, its session ends, the other end is silent. Each wakes it by itself;
/// asked anew for every event, they would take locks that all sockets share, and a part of the time in which the event is
/// passed on.
pub struct Seldom<'s> {
    waits: FuturesUnordered<BoxFuture<'s, Option<End>>>,
    heard: Instant,
}

impl<'s> Seldom<'s> {
    /// Of a socket that is to end with `signed_out` when its session has `ended`.
    pub fn new(stopping: CancellationToken, ended: impl Future<Output = ()> + Send + 's, signed_out: End) -> Self {
        let seldom = Self {
            waits: FuturesUnordered::new(),
            heard: Instant::now(),
        };
        let stopping = stopping.cancelled_owned().map(|()| Some(restarting()));
        seldom.waits.push(stopping.boxed());
        seldom.waits.push(ended.map(|()| Some(signed_out)).boxed());
        seldom.look_again();
        seldom
    }

    /// The other end was heard.
    pub fn heard(&mut self) {
        self.heard = Instant::now();
    }

    /// Completes when it is time to look at how long the other end has been silent.
    ///
    /// # Errors
    /// The end of the socket.
    pub async fn next(&mut self) -> Result<Duration, End> {
        match self.waits.next().await.flatten() {
            Some(end) => Err(end),
            None => {
                self.look_again();
                Ok(self.heard.elapsed())
            }
        }
    }

    fn look_again(&self) {
        // Twice in `QUIET`, or one look would come just before it and the next after twice as much, nobody asked.
        self.waits.push(sleep(QUIET / 2).map(|()| None).boxed());
    }
}

/// Asks a silent other end whether it is there.
///
/// # Errors
/// The end of the socket, where the other end is taken for dead.
pub async fn ask(socket: &mut impl Transport, silence: Duration) -> Result<(), End> {
    match silence {
        silence if silence > QUIET * 2 => Err(None),
        silence if silence > QUIET => write(socket, Frame::Ping(Default::default())).await,
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
    };

    use super::*;

    /// Says nothing, and notes what it is sent.
    #[derive(Default)]
    struct Silent(Vec<Frame>);

    impl Stream for Silent {
        type Item = Result<Frame, axum::Error>;

        fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Pending
        }
    }

    impl Sink<Frame> for Silent {
        type Error = Infallible;

        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Infallible> {
            self.0.push(frame);
            Ok(())
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_is_asked_and_then_taken_for_dead() {
        let mut socket = Silent::default();
        let mut seldom = Seldom::new(CancellationToken::new(), std::future::pending(), None);
        let began = Instant::now();
        let end = loop {
            let silence = seldom.next().await.expect("nobody signs out");
            if let Err(end) = ask(&mut socket, silence).await {
                break end;
            }
        };
        assert!(end.is_none(), "nobody is told");
        assert!(
            (QUIET * 2..QUIET * 3).contains(&began.elapsed()),
            "{:?}",
            began.elapsed()
        );
        assert!(!socket.0.is_empty() && socket.0.iter().all(|frame| matches!(frame, Frame::Ping(_))));

        let mut seldom = Seldom::new(CancellationToken::new(), std::future::pending(), None);
        for _ in 0..20 {
            let silence = seldom.next().await.expect("nobody signs out");
            assert!(ask(&mut socket, silence).await.is_ok(), "whoever answers stays");
            seldom.heard();
        }
    }
}
