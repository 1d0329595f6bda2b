//! A line between a tab and the server's half, made of queues: what is under way arrives when the test says so.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use axum::extract::ws::Message as Frame;
use futures::{Sink, Stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, error::TryRecvError, unbounded_channel};

use crate::chat::wire::{ClientFrame, ServerFrame};

/// How long a test waits for an answer before it goes on without.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The browser's end of a line, with what is under way in both directions.
pub struct Cable {
    /// Frames that the browser has sent and the server hasn't got.
    pub to_send: VecDeque<ClientFrame>,
    /// Frames that the server has sent and the browser hasn't got.
    pub to_receive: VecDeque<ServerFrame>,
    up: UnboundedSender<Frame>,
    down: UnboundedReceiver<Frame>,
    asked: usize,
    answered: usize,
}

impl Cable {
    /// A line and the server's end of it.
    pub fn new() -> (Self, Ends) {
        let ((up, incoming), (outgoing, down)) = (unbounded_channel(), unbounded_channel());
        let cable = Self {
            to_send: VecDeque::new(),
            to_receive: VecDeque::new(),
            up,
            down,
            asked: 0,
            answered: 0,
        };
        (cable, Ends { incoming, outgoing })
    }

    /// Lets the next frames arrive at the server, and waits for its answers if `wait`.
    pub fn carry(&mut self, frames: usize, wait: bool) {
        for _ in 0..frames {
            let Some(frame) = self.to_send.pop_front() else { break };
            self.asked += 1;
            let _ = self.up.send(Frame::text(frame.encode()));
        }
        let since = Instant::now();
        while wait && self.listen() && self.answered < self.asked && since.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Takes what the server has sent meanwhile; `false` when the line has ended.
    pub fn listen(&mut self) -> bool {
        loop {
            match self.down.try_recv() {
                Ok(Frame::Text(text)) => {
                    let frame: ServerFrame = serde_json::from_str(&text).expect("a frame of ours");
                    self.answered += usize::from(matches!(
                        frame,
                        ServerFrame::Ack { .. }
                            | ServerFrame::Refused { .. }
                            | ServerFrame::CaughtUp { more: false, .. }
                    ));
                    self.to_receive.push_back(frame);
                }
                Ok(_) => (),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
    }
}

/// The server's end of a line.
pub struct Ends {
    incoming: UnboundedReceiver<Frame>,
    outgoing: UnboundedSender<Frame>,
}

impl Stream for Ends {
    type Item = Result<Frame, axum::Error>;
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.incoming.poll_recv(cx).map(|frame| frame.map(Ok))
    }
}

impl Sink<Frame> for Ends {
    type Error = ();
    fn poll_ready(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }
    fn start_send(self: Pin<&mut Self>, frame: Frame) -> Result<(), ()> {
        self.outgoing.send(frame).map_err(|_| ())
    }
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }
    fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), ()>> {
        Poll::Ready(Ok(()))
    }
}
