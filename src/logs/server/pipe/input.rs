//! From standard input to standard output, and into the buffer.

use std::{
    io::{ErrorKind, Read, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::timeout,
};

use crate::{
    logs::server::ingest::lines::{Line, Lines},
    time::Timestamp,
};

/// What the buffer holds, in bytes, and what a line counts beside its own.
const BYTES: usize = 16 * 1024 * 1024;
const EACH: usize = 256;
/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// How long the program that writes is held up when the buffer is full.
const PATIENCE: Duration = Duration::from_secs(1);

/// A line that waits to be kept.
pub struct Waiting {
    /// When it was written.
    pub time: Timestamp,
    /// What was written.
    pub line: Line,
    /// Its room in the buffer.
    pub room: OwnedSemaphorePermit,
}

/// Where lines are put.
pub struct Buffer {
    /// Lines that were dropped.
    pub lost: Arc<AtomicU64>,
    queue: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
    /// It was waited for room in vain, and there was none since.
    is_full: bool,
}

/// Makes both ends.
pub fn buffer() -> (Buffer, mpsc::Receiver<Waiting>) {
    let (queue, waiting) = mpsc::channel(BYTES / EACH);
    let buffer = Buffer {
        lost: Arc::default(),
        queue,
        room: Arc::new(Semaphore::new(BYTES)),
        is_full: false,
    };
    (buffer, waiting)
}

/// Reads until the input ends. Where nobody reads the output any more, lines are sent all the same.
pub fn read(mut input: impl Read, mut output: Option<impl Write>, mut buffer: Buffer, handle: &Handle) {
    let (mut piece, mut lines) = (vec![0; PIECE], Lines::default());
    loop {
        let bytes = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => &piece[..count],
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                eprintln!("squawkbox: standard input can't be read: {error}");
                break;
            }
        };
        if let Some(out) = &mut output
            && out.write_all(bytes).and_then(|()| out.flush()).is_err()
        {
            output = None;
        }
        lines.push(bytes, |line| buffer.offer(line, handle));
    }
    if let Some(line) = lines.finish() {
        buffer.offer(line, handle);
    }
}

impl Buffer {
    fn offer(&mut self, line: Line, handle: &Handle) {
        let size = u32::try_from(line.bytes.len() + EACH).unwrap_or(u32::MAX);
        let room = self.room.clone();
        let room = match room.clone().try_acquire_many_owned(size) {
            Ok(room) => Some(room),
            Err(_) if self.is_full => None,
            Err(_) => {
                let waited = handle.block_on(async { timeout(PATIENCE, room.acquire_many_owned(size)).await });
                waited.ok().and_then(Result::ok)
            }
        };
        self.is_full = room.is_none();
        let time = Timestamp::now();
        let waiting = room.map(|room| Waiting { time, line, room });
        if waiting.is_none_or(|waiting| self.queue.try_send(waiting).is_err()) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_written_goes_through_and_the_newest_are_dropped_when_it_is_full() {
        let (buffer, mut queue) = buffer();
        let lost = buffer.lost.clone();
        let handle = Handle::current();
        let line = format!("{}\n", "x".repeat(60_000));
        let input = line.repeat(400) + "caf\u{e9}";
        let begun = std::time::Instant::now();
        let passed = tokio::task::spawn_blocking(move || {
            let mut output = Vec::new();
            read(input.as_bytes(), Some(&mut output), buffer, &handle);
            (input.as_bytes() == output, output.len())
        });
        assert_eq!(passed.await.unwrap(), (true, 400 * 60_001 + 5));
        let took = begun.elapsed();
        assert!((PATIENCE..PATIENCE * 3).contains(&took), "it is held up once: {took:?}");
        let mut count = 0;
        while queue.recv().await.is_some() {
            count += 1;
        }
        assert_eq!(count + lost.load(Ordering::Relaxed), 401);
        assert!((250..300).contains(&count), "{count}");
    }
}
