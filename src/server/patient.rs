//! A connection that is given up when the other end doesn't read.

use std::{
    io::{self, ErrorKind, IoSlice, Write},
    os::fd::AsFd,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

/// A stream whose writes fail when none of what waits is taken for a time. While nothing waits to be written it may be
/// silent for as long as it likes.
pub struct Patient {
    stream: TcpStream,
    time: Duration,
    /// Only while a write waits: an idle connection has no timer.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Patient {
    /// Over `stream`; a write of which nothing is taken for `time` fails with `TimedOut`.
    pub const fn new(stream: TcpStream, time: Duration) -> Self {
        Self {
            stream,
            time,
            stalled: None,
        }
    }

    /// What a write has come to; when it has waited for its time, what `again` does.
    fn outcome(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
        again: impl FnOnce(&mut std::net::TcpStream) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        if outcome.is_pending() {
            let time = self.time;
            let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(time)));
            ready!(stalled.as_mut().poll(context));
        }
        self.stalled = None;
        if outcome.is_ready() {
            return outcome;
        }
        // The kernel wakes us when a third of its buffer is free, which takes a slow reader long; it takes whatever fits
        // from who asks by themselves.
        let socket = self.stream.as_fd().try_clone_to_owned();
        let written = socket.and_then(|socket| again(&mut socket.into()));
        Poll::Ready(written.map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
            _ => error,
        }))
    }
}

impl AsyncRead for Patient {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl AsyncWrite for Patient {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.outcome(context, outcome, |socket| socket.write(bytes))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, pieces);
        self.outcome(context, outcome, |socket| socket.write_vectored(pieces))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
