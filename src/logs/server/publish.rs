//! From commits to events: gathers what commits within a moment, encodes it once, shares it with all readers.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
    time::{Instant, timeout_at},
};

use super::record::json_size;
use crate::{
    error::AppError,
    logs::{
        model::{Gap, LogLine},
        wire::{LogEvent, TOPIC},
    },
    server::{
        error::internal,
        hub::Hub,
        sse::{Event, encode},
    },
};

/// Lines of one transaction, with their ids, and the room they take in the queue.
struct Committed {
    lines: Vec<Arc<LogLine>>,
    _room: OwnedSemaphorePermit,
}

/// Transactions that wait for the publisher, and their bytes, give or take. It only encodes, so the queue is short; when it
/// is full the lines are left to the readers, who find them in the database (see `stream`).
const QUEUE: usize = 1_024;
const QUEUE_BYTES: usize = 16 * 1024 * 1024;
/// Events that a reader may be behind before it is told of a gap. Those read by all are freed at once; with a
/// stalled reader this holds up to 128 × 64 KiB, and the lines themselves.
pub const RING: usize = 128;
/// After an event, later lines are gathered this long: a flood makes ten events a second, not thousands. The
/// first line after a quiet moment goes out at once.
const GATHER: Duration = Duration::from_millis(100);
/// Lines in one event at most.
const EVENT_LINES: usize = 500;
/// Bytes in one event, give or take the last line.
const EVENT_BYTES: usize = 64 * 1024;

/// Lines with consecutive ids, encoded.
#[derive(Clone)]
pub struct Batch {
    /// Id of the first line.
    pub first: u64,
    /// The event; its cursor is the id of the last line.
    pub event: Event,
    /// What is in it.
    pub lines: Arc<[Arc<LogLine>]>,
}

/// Where what is committed is handed over; cheap to clone.
#[derive(Clone)]
pub struct Publisher {
    queue: mpsc::Sender<Committed>,
    room: Arc<Semaphore>,
}

/// The other end, for [`publish`].
pub struct Queue(mpsc::Receiver<Committed>);

/// Makes both ends.
pub fn publisher() -> (Publisher, Queue) {
    let (queue, receiver) = mpsc::channel(QUEUE);
    let room = Arc::new(Semaphore::new(QUEUE_BYTES));
    (Publisher { queue, room }, Queue(receiver))
}

impl Publisher {
    /// Hands lines over without waiting; `false` when the queue is full.
    pub fn offer(&self, lines: Vec<Arc<LogLine>>) -> bool {
        let bytes: usize = lines.iter().map(|line| size(line)).sum();
        let room = u32::try_from(bytes)
            .ok()
            .map(|bytes| self.room.clone().try_acquire_many_owned(bytes));
        let Some(Ok(room)) = room else { return false };
        self.queue.try_send(Committed { lines, _room: room }).is_ok()
    }
}

/// Publishes what is committed until nobody can commit any more.
pub async fn publish(Queue(mut committed): Queue, live: Hub<Batch>) {
    let mut waiting = Vec::new();
    while let Some(batch) = committed.recv().await {
        waiting.extend(batch.lines);
        while !waiting.is_empty() {
            send(&live, &mut waiting);
            let until = Instant::now() + GATHER;
            while let Ok(Some(batch)) = timeout_at(until, committed.recv()).await {
                waiting.extend(batch.lines);
                if waiting.len() >= EVENT_LINES {
                    send(&live, &mut waiting);
                }
            }
        }
    }
}

fn send(live: &Hub<Batch>, waiting: &mut Vec<Arc<LogLine>>) {
    // A reader that comes now reads these from the database: it subscribes first.
    if live.listeners() > 0 {
        for lines in pieces(waiting) {
            if let (Some(first), Ok(event)) = (lines.first(), event(false, None, lines)) {
                live.publish(Batch {
                    first: first.id,
                    event,
                    lines: lines.into(),
                });
            }
        }
    }
    waiting.clear();
}

/// Splits lines into events: not too long, and without a hole in the ids of any, which is how readers notice
/// that something is missing.
pub fn pieces(lines: &[Arc<LogLine>]) -> impl Iterator<Item = &[Arc<LogLine>]> {
    let (mut count, mut bytes) = (0, 0);
    lines.chunk_by(move |line, next| {
        count += 1;
        bytes += size(line);
        let together = next.id == line.id + 1 && count < EVENT_LINES && bytes < EVENT_BYTES;
        if !together {
            (count, bytes) = (0, 0);
        }
        together
    })
}

/// About how many bytes a line takes in an event.
fn size(line: &LogLine) -> usize {
    let fields = line
        .fields
        .0
        .iter()
        .map(|(name, value)| name.len() + json_size(value) + 4);
    96 + line.source.len() + line.message.len() + fields.sum::<usize>()
}

/// Encodes an event. Its cursor is its last line; without lines, the line before the gap's end.
///
/// # Errors
/// `Internal` when it can't be encoded.
pub fn event(reset: bool, gap: Option<Gap>, lines: &[Arc<LogLine>]) -> Result<Event, AppError> {
    let cursor = lines.last().map(|line| line.id).or(gap.map(|gap| gap.before - 1));
    let event = LogEvent {
        reset,
        gap,
        lines: lines.to_vec(),
    };
    let json = serde_json::to_string(&event).map_err(|cause| internal("encoding log lines", &cause))?;
    Ok(Event {
        cursor: cursor.unwrap_or(0),
        bytes: encode(TOPIC, &json),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(id: u64, length: usize) -> Arc<LogLine> {
        Arc::new(LogLine {
            id,
            time: Default::default(),
            level: Default::default(),
            source: "s".into(),
            message: "x".repeat(length),
            fields: Default::default(),
            colours: Default::default(),
        })
    }

    #[test]
    fn events_are_short_and_have_no_holes() {
        let mut lines: Vec<_> = (1..=1_200).map(|id| line(id, 10)).collect();
        lines.extend((1_300..1_310).map(|id| line(id, 20_000)));
        let pieces: Vec<_> = pieces(&lines).collect();
        assert_eq!(pieces.iter().map(|piece| piece.len()).sum::<usize>(), lines.len());
        for piece in &pieces {
            assert!(piece.len() <= EVENT_LINES);
            assert!(piece.iter().map(|line| size(line)).sum::<usize>() < EVENT_BYTES + 21_000);
            assert!(piece.windows(2).all(|pair| pair[1].id == pair[0].id + 1));
        }
        assert!(pieces.len() < 10, "{}", pieces.len());
    }

    #[tokio::test]
    async fn a_flood_makes_few_events_and_a_single_line_goes_at_once() {
        let (publisher, queue) = publisher();
        let live = Hub::new(RING);
        let mut reader = live.subscribe();
        let task = tokio::spawn(publish(queue, live));
        let start = Instant::now();
        assert!(publisher.offer(vec![line(1, 10)]));
        assert_eq!(reader.recv().await.unwrap().event.cursor, 1);
        assert!(start.elapsed() < GATHER);
        for id in 2..=400 {
            assert!(publisher.offer(vec![line(id, 10)]));
        }
        let batch = reader.recv().await.unwrap();
        assert_eq!((batch.first, batch.event.cursor), (2, 400), "one event for 399 commits");
        drop(publisher);
        task.await.unwrap();
    }

    #[tokio::test]
    async fn the_queue_is_bounded_by_its_bytes() {
        let (publisher, mut queue) = publisher();
        let large = || (1..=1_000).map(|id| line(id, 8_000)).collect();
        assert!(publisher.offer(large()));
        let mut taken = 1;
        while publisher.offer(large()) {
            taken += 1;
        }
        assert!(taken * 8_000_000 <= QUEUE_BYTES && taken < QUEUE, "{taken}");
        queue.0.recv().await.unwrap();
        assert!(publisher.offer(large()), "what is read makes room");
    }
}
