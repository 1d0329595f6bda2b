//! The echo socket: what is sent comes back. `GET /echo` sends it back as it is, `GET /echo/stamped` texts with the time.
//!
//! Fragments are joined, pings answered and a close returned with its code and reason before anything gets here; what breaks RFC
//! 6455 ends the line with the code that says so. Whoever sends faster than is echoed is read more slowly, and nothing is lost.

use std::time::Duration;

use axum::{
    Extension,
    extract::{
        State,
        ws::{Message as Frame, WebSocketUpgrade, close_code},
    },
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use tokio::time::{Instant, sleep};
use tokio_tungstenite::tungstenite::{
    Error as Broken,
    error::{CapacityError, ProtocolError},
};
use tokio_util::sync::CancellationToken;

use super::guest::Guest;
use crate::{
    chat::wire::SIGNED_OUT,
    server::{
        listen::Place,
        state::AppState,
        websocket::{self, End, Seldom, Transport, WRITE_TIME, close, leave},
    },
    time::Timestamp,
};

/// Largest message, whole or in fragments, in bytes.
pub const LARGEST: usize = 1024 * 1024;
/// The same on a wide line, of which there are few: each can take four times as much of memory, since what is read, what it is
/// put together of and what is written are held at once.
pub const WIDEST: usize = 16 * 1024 * 1024;
/// For each so many bytes of a message there is a second more to write it: as fast as it must be read.
const PACE: usize = 256 * 1024;
/// A line on which nothing is said for so long ends; pings don't count.
const IDLE: Duration = Duration::from_secs(300);
/// From one look to the next whether a message may be echoed that has to wait.
const BREATH: Duration = Duration::from_millis(50);

/// `GET /echo`.
pub async fn unchanged(
    State(state): State<AppState>,
    guest: Guest,
    Extension(place): Extension<Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    open(state, guest, place, upgrade, |frame| frame)
}

/// `GET /echo/stamped`. Bytes, which have no room for a time, come back as they are.
pub async fn stamped(
    State(state): State<AppState>,
    guest: Guest,
    Extension(place): Extension<Place>,
    upgrade: WebSocketUpgrade,
) -> Response {
    open(state, guest, place, upgrade, |frame| match frame {
        Frame::Text(text) => Frame::text(stamp(&text, Timestamp::now())),
        frame => frame,
    })
}

fn stamp(text: &str, now: Timestamp) -> String {
    format!("You send :{text}. at{}", now.second())
}

fn open(
    state: AppState,
    guest: Guest,
    place: Place,
    upgrade: WebSocketUpgrade,
    answer: fn(Frame) -> Frame,
) -> Response {
    let mut held = match state.checkup.line(guest.who) {
        Ok(held) => held,
        Err(error) => return error.into_response(),
    };
    let largest = if held.widen() { WIDEST } else { LARGEST };
    let tracker = state.shutdown.connections.clone();
    let upgrade = websocket::limited(upgrade)
        .max_message_size(largest)
        .max_frame_size(largest)
        // A message, its head and its stamp.
        .max_write_buffer_size(largest + 4 * 1024);
    upgrade.on_upgrade(move |socket| {
        tracker.track_future(async move {
            let _held = (place, held);
            let who = guest.who;
            let count = |bytes| state.checkup.count(who, bytes).is_ok();
            let mut line = Line::new(socket, state.shutdown.begun.clone(), guest.ended(), answer, count);
            let end = line.run().await;
            leave(line.socket, end).await;
        })
    })
}

/// One open line. `count` says of so many bytes whether they may be echoed now.
struct Line<'s, S, C> {
    socket: S,
    seldom: Seldom<'s>,
    /// When something was said last.
    said: Instant,
    answer: fn(Frame) -> Frame,
    count: C,
}

impl<'s, S: Transport, C: Fn(usize) -> bool> Line<'s, S, C> {
    fn new(
        socket: S,
        stopping: CancellationToken,
        ended: impl Future<Output = ()> + Send + 's,
        answer: fn(Frame) -> Frame,
        count: C,
    ) -> Self {
        let words = close(SIGNED_OUT, "the session or token has ended");
        Self {
            socket,
            seldom: Seldom::new(stopping, ended, words),
            said: Instant::now(),
            answer,
            count,
        }
    }

    async fn run(&mut self) -> End {
        loop {
            let outcome = tokio::select! {
                frame = self.socket.next() => {
                    self.seldom.heard();
                    match frame {
                        Some(Ok(frame)) => self.take(frame).await,
                        Some(Err(cause)) => Err(fault(cause)),
                        None => Err(None),
                    }
                }
                silence = self.seldom.next() => match silence {
                    Ok(_) if self.said.elapsed() >= IDLE => Err(close(close_code::AWAY, "nothing was said for 5 minutes")),
                    Ok(silence) => websocket::ask(&mut self.socket, silence).await,
                    Err(end) => Err(end),
                },
            };
            if let Err(end) = outcome {
                return end;
            }
        }
    }

    async fn take(&mut self, frame: Frame) -> Result<(), End> {
        match frame {
            Frame::Text(_) | Frame::Binary(_) => {
                let bytes = match &frame {
                    Frame::Text(text) => text.len(),
                    Frame::Binary(bytes) => bytes.len(),
                    _ => 0,
                };
                while !(self.count)(bytes) {
                    tokio::select! {
                        () = sleep(BREATH) => (),
                        silence = self.seldom.next() => drop(silence?),
                    }
                }
                self.said = Instant::now();
                let time = WRITE_TIME + Duration::from_secs((bytes / PACE) as u64);
                websocket::write_within(&mut self.socket, (self.answer)(frame), time).await
            }
            Frame::Ping(_) | Frame::Pong(_) => Ok(()),
            Frame::Close(_) => Err(None),
        }
    }
}

/// How a line is closed after something from which no more can be read; not at all where it broke.
fn fault(cause: axum::Error) -> End {
    let cause = cause.into_inner();
    match cause.downcast_ref::<Broken>()? {
        Broken::Capacity(CapacityError::MessageTooLong { max_size: WIDEST, .. }) => {
            close(close_code::SIZE, "a message can hold 16 MiB")
        }
        Broken::Capacity(_) => close(close_code::SIZE, "a message can hold 1 MiB on this line"),
        Broken::Utf8(_) => close(close_code::INVALID, "text must be UTF-8"),
        Broken::Protocol(ProtocolError::ResetWithoutClosingHandshake) => None,
        Broken::Protocol(_) => close(close_code::PROTOCOL, "against RFC 6455"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        collections::VecDeque,
        convert::Infallible,
        pin::Pin,
        task::{Context, Poll},
    };

    use futures::{Sink, Stream};

    use super::*;

    /// Another end that says what it has to say, then nothing, and notes what it is sent.
    #[derive(Default)]
    struct Other {
        says: VecDeque<Frame>,
        heard: Vec<Frame>,
    }

    impl Stream for Other {
        type Item = Result<Frame, axum::Error>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            self.says
                .pop_front()
                .map_or(Poll::Pending, |frame| Poll::Ready(Some(Ok(frame))))
        }
    }

    impl Sink<Frame> for Other {
        type Error = Infallible;

        fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn start_send(mut self: Pin<&mut Self>, frame: Frame) -> Result<(), Infallible> {
            // It is alive.
            if let Frame::Ping(bytes) = &frame {
                self.says.push_back(Frame::Pong(bytes.clone()));
            }
            self.heard.push(frame);
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
    async fn what_is_too_fast_waits_and_who_says_nothing_is_let_go() {
        let other = Other {
            says: [Frame::text("one"), Frame::text("two")].into(),
            ..Other::default()
        };
        let tries = Cell::new(0);
        let count = |_| {
            tries.set(tries.get() + 1);
            tries.get() % 100 == 0
        };
        let mut line = Line::new(
            other,
            CancellationToken::new(),
            std::future::pending(),
            |frame| frame,
            count,
        );
        let began = Instant::now();
        let end = line.run().await.expect("it is told");
        assert_eq!(end.code, close_code::AWAY);
        let echoed: Vec<_> = line
            .socket
            .heard
            .iter()
            .filter_map(|frame| frame.to_text().ok())
            .collect();
        assert_eq!(echoed.iter().filter(|text| !text.is_empty()).count(), 2, "{echoed:?}");
        // Both waited 99 times, and its pongs don't keep it.
        let lasted = began.elapsed() - BREATH * 198;
        assert!((IDLE..IDLE + Duration::from_secs(60)).contains(&lasted), "{lasted:?}");
    }

    #[test]
    fn a_stamp_is_the_time_to_the_second_in_utc() {
        let now = Timestamp::parse("2026-11-20T15:03:07.9+01:00").unwrap();
        assert_eq!(stamp("hello", now), "You send :hello. at14:03:07");
    }
}
