//! What readers of the stream get: every line once, in order, or a gap that says which not.

use std::time::Duration;

use futures::{StreamExt, stream::BoxStream};
use tokio::time::timeout;

use super::*;
use crate::{
    logs::wire::LogEvent,
    server::sse::{Asked, Event},
};

/// A reader that insists on the contract.
struct Reader {
    stream: BoxStream<'static, Event>,
    /// The last line it knows of, sent or left out.
    at: Option<u64>,
    /// The cursor it would resume with.
    cursor: u64,
    sent: u64,
    left_out: u64,
}

impl Reader {
    fn open(bench: &Bench, after: Option<u64>) -> Self {
        Self {
            stream: bench.logs.feed().open(after),
            at: after,
            cursor: after.unwrap_or(0),
            sent: 0,
            left_out: 0,
        }
    }

    async fn event(&mut self) -> LogEvent {
        let event = timeout(Duration::from_secs(20), self.stream.next())
            .await
            .expect("in time")
            .expect("an event");
        self.cursor = event.cursor;
        let text = std::str::from_utf8(&event.bytes).unwrap();
        let json = text
            .strip_prefix("event: logs\ndata: ")
            .and_then(|rest| rest.strip_suffix("\n\n"))
            .unwrap();
        let event: LogEvent = serde_json::from_str(json).unwrap();
        if event.reset {
            self.at = None;
        }
        if let Some(gap) = event.gap {
            assert_eq!(gap.after, self.at.unwrap(), "a gap begins after what was sent");
            assert_eq!(gap.count, gap.before - gap.after - 1);
            self.at = Some(gap.before - 1);
            self.left_out += gap.count;
        }
        for line in &event.lines {
            if let Some(at) = self.at {
                assert_eq!(line.id, at + 1, "nothing twice, no silent hole");
            }
            self.at = Some(line.id);
            self.sent += 1;
        }
        assert_eq!(self.cursor, self.at.unwrap_or(0), "the cursor is where the reader is");
        event
    }

    async fn until(&mut self, id: u64) {
        while self.at != Some(id) {
            self.event().await;
        }
    }

    /// Nothing more comes, for now.
    async fn is_quiet(&mut self) -> bool {
        timeout(Duration::from_millis(300), self.stream.next()).await.is_err()
    }
}

#[tokio::test]
async fn a_fresh_reader_gets_the_newest_then_what_comes() {
    let bench = Bench::start().await;
    bench.record(1_000).await;
    let mut reader = Reader::open(&bench, None);
    assert_eq!(reader.event().await.lines[0].id, 801);
    reader.until(1_000).await;
    bench.record(3).await;
    reader.until(1_003).await;
    assert!(reader.is_quiet().await);
}

#[tokio::test]
async fn a_reader_resumes_where_it_was() {
    let bench = Bench::start().await;
    bench.record(600).await;
    let mut reader = Reader::open(&bench, Some(100));
    reader.until(600).await;
    assert_eq!((reader.sent, reader.left_out), (500, 0));
    let mut reader = Reader::open(&bench, Some(600));
    assert!(reader.is_quiet().await, "nothing was missed");
    let mut reader = Reader::open(&bench, Some(0));
    bench.record(1).await;
    reader.until(601).await;
}

#[tokio::test]
async fn far_behind_it_gets_a_gap_and_the_newest() {
    let bench = Bench::start().await;
    bench.record(2_000).await;
    let mut reader = Reader::open(&bench, Some(100));
    let gap = reader.event().await.gap.expect("a gap");
    assert_eq!((gap.after, gap.before, gap.count), (100, 1_801, 1_700));
    // Cut off right after the gap was told, it goes on after it.
    let mut resumed = Reader::open(&bench, Some(reader.cursor));
    resumed.until(2_000).await;
    assert_eq!((resumed.sent, resumed.left_out), (200, 0));
    reader.until(2_000).await;
    assert_eq!(reader.sent, 200);
}

#[tokio::test]
async fn a_cursor_of_another_database_starts_afresh() {
    let bench = Bench::start().await;
    let mut reader = Reader::open(&bench, Some(9_000));
    let event = reader.event().await;
    assert!(event.reset && event.lines.is_empty(), "also when there is nothing yet");
    bench.record(3).await;
    let mut reader = Reader::open(&bench, Some(9_000));
    let event = reader.event().await;
    assert!(event.reset);
    assert_eq!(ids(&event.lines), [1, 2, 3]);
}

#[tokio::test]
async fn a_stalled_reader_is_told_what_it_missed_and_holds_up_nobody() {
    let bench = Bench::start().await;
    let (mut stalled, mut quick) = (Reader::open(&bench, Some(0)), Reader::open(&bench, Some(0)));
    bench.record(10).await;
    stalled.until(10).await;
    // Two such lines fill an event: a thousand are several rings.
    let quick = async {
        quick.until(1_010).await;
        quick
    };
    let flood = async {
        for _ in 0..20 {
            bench.record_long(50, 31_000).await;
        }
    };
    let (quick, ()) = tokio::join!(quick, flood);
    assert_eq!(quick.sent + quick.left_out, 1_010);
    stalled.until(1_010).await;
    assert_eq!((stalled.sent, stalled.left_out), (210, 800), "the count is exact");
    bench.record(5).await;
    stalled.until(1_015).await;
    assert_eq!(stalled.left_out, 800);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_lost_or_doubled_while_many_record() {
    let bench = Arc::new(Bench::start().await);
    let writers: Vec<_> = (0..4usize)
        .map(|writer| {
            let bench = bench.clone();
            tokio::spawn(async move {
                for i in 0..150 {
                    bench.record(1 + (i * 7 + writer * 13) % 40).await;
                    if i % 5 == writer {
                        tokio::time::sleep(Duration::from_millis(3)).await;
                    }
                }
            })
        })
        .collect();
    let total = (0..4usize)
        .flat_map(|writer| (0..150).map(move |i| 1 + (i * 7 + writer * 13) % 40))
        .sum::<usize>();
    // Readers that come at any time, and that drop their line again and again and resume.
    let readers: Vec<_> = (0..6u64)
        .map(|number| {
            let bench = bench.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(number * 23)).await;
                let (mut sent, mut left_out) = (0, 0);
                let mut reader = Reader::open(&bench, Some(0));
                while reader.at != Some(total as u64) {
                    for _ in 0..=number * 2 {
                        if reader.at != Some(total as u64) {
                            reader.event().await;
                        }
                    }
                    (sent, left_out) = (sent + reader.sent, left_out + reader.left_out);
                    reader = Reader::open(&bench, Some(reader.cursor));
                }
                (sent + left_out, number)
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for reader in readers {
        let (known, number) = reader.await.unwrap();
        assert_eq!(known, total as u64, "reader {number}");
    }
}

#[tokio::test]
async fn a_reader_with_a_query_gets_what_matches_and_nothing_else() {
    let bench = Bench::start().await;
    bench.record(30).await;
    let asked = Asked::from([("query", "source:test level>=warn")]);
    let feed = bench.logs.feed();
    let loud = async |i: u32| {
        let lines = vec![line(Level::Info, "quiet"), line(Level::Error, &format!("loud {i}"))];
        bench.logs.recorder.record(lines).await.unwrap();
    };
    loud(1).await;
    // One that begins now, one that comes back, and a second of the same query.
    let mut fresh = feed.open_for(None, &asked).unwrap();
    let mut back = feed.open_for(Some(30), &asked).unwrap();
    let mut ahead = feed.open_for(Some(32), &asked).unwrap();
    let next = async |stream: &mut BoxStream<'static, Event>| {
        let event = timeout(Duration::from_secs(20), stream.next())
            .await
            .expect("in time")
            .expect("an event");
        let text = String::from_utf8(event.bytes.to_vec()).unwrap();
        let event: LogEvent = serde_json::from_str(text.trim_start_matches("event: logs\ndata: ")).unwrap();
        assert!(event.gap.is_none());
        messages(&event.lines)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(next(&mut fresh).await, ["loud 1"]);
    assert_eq!(next(&mut back).await, ["loud 1"]);
    for i in 2..5 {
        loud(i).await;
        for reader in [&mut fresh, &mut back, &mut ahead] {
            assert_eq!(next(reader).await, [format!("loud {i}")]);
        }
    }
    let wrong = Asked::from([("query", "level>loud")]);
    let Err(error) = feed.open_for(None, &wrong) else {
        panic!("not refused")
    };
    assert!(error.to_string().contains("At character 7"), "{error}");
}

#[tokio::test]
async fn a_reader_with_a_query_that_missed_much_is_told_of_a_gap() {
    let bench = Bench::start().await;
    bench.record(2).await;
    let asked = Asked::from([("query", "*0*")]);
    bench.record(2_500).await;
    let mut stream = bench.logs.feed().open_for(Some(2), &asked).unwrap();
    let first = timeout(Duration::from_secs(20), stream.next())
        .await
        .expect("in time")
        .expect("an event");
    let text = String::from_utf8(first.bytes.to_vec()).unwrap();
    let event: LogEvent = serde_json::from_str(text.trim_start_matches("event: logs\ndata: ")).unwrap();
    let gap = event.gap.expect("a gap");
    assert!(gap.after == 2 && gap.count > 500 && gap.before < 2_503, "{gap:?}");
}
