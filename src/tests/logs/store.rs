//! What is kept, found and deleted.

use std::time::Duration;

use super::*;
use crate::logs::{
    filter::Filter,
    server::{
        retention::sweep,
        store::{after, between, gap, newest, recent},
    },
};

#[tokio::test]
async fn a_line_comes_back_as_it_was_recorded() {
    let bench = Bench::start().await;
    let new = line(Level::Warn, "\u{1b}[33mlate\u{1b}[0m packet 🙂 \"quoted\"\nsecond");
    bench.logs.recorder.record(vec![new.clone()]).await.unwrap();
    let lines = recent(&bench.logs.db.readers, &Filter::default(), u64::MAX, 10)
        .await
        .unwrap();
    assert_eq!(messages(&lines), ["late packet 🙂 \"quoted\"\nsecond"]);
    let kept = &lines[0];
    assert_eq!(
        (kept.id, kept.time, kept.level, &kept.fields),
        (1, new.time, Level::Warn, &new.fields)
    );
}

#[tokio::test]
async fn ranges_are_in_order_and_count_what_is_left_out() {
    let bench = Bench::start().await;
    let readers = &bench.logs.db.readers;
    assert_eq!(newest(readers).await.unwrap(), 0);
    bench.record(4_500).await;
    assert_eq!(newest(readers).await.unwrap(), 4_500);
    let everything = Filter::default();
    assert_eq!(
        ids(&recent(readers, &everything, u64::MAX, 3).await.unwrap()),
        [4_498, 4_499, 4_500]
    );
    assert_eq!(ids(&recent(readers, &everything, 10, 3).await.unwrap()), [7, 8, 9]);
    assert_eq!(ids(&after(readers, 4_498, 10).await.unwrap()), [4_499, 4_500]);
    let piece = between(readers, 10, 1_000, 3).await.unwrap();
    assert_eq!((ids(&piece.lines), piece.more), (vec![997, 998, 999], 986));
    let whole = between(readers, 10, 13, 3).await.unwrap();
    assert_eq!((ids(&whole.lines), whole.more), (vec![11, 12], 0));
    assert_eq!(gap(readers, 10, 1_000).await.unwrap().map(|gap| gap.count), Some(989));
    assert_eq!(gap(readers, 10, 11).await.unwrap(), None);
    assert!(between(readers, u64::MAX, 0, 3).await.unwrap().lines.is_empty());
    // The message says where in its batch of 2,000 a line was, so order was kept.
    assert_eq!(after(readers, 2_000, 1).await.unwrap()[0].message, "2000 ");
}

#[tokio::test]
async fn a_filter_takes_the_text_as_it_stands() {
    let bench = Bench::start().await;
    let lines = [
        line(Level::Error, "100% of disk"),
        line(Level::Info, "100 of disk"),
        line(Level::Debug, r"C:\temp"),
        line(Level::Warn, "Timed OUT"),
    ];
    bench.logs.recorder.record(lines.to_vec()).await.unwrap();
    let found = async |level, text| {
        let filter = Filter::read(level, Some(text));
        ids(&recent(&bench.logs.db.readers, &filter, u64::MAX, 10).await.unwrap())
    };
    assert_eq!(found(None, "100%").await, [1]);
    assert_eq!(found(None, r"c:\TEMP").await, [3]);
    assert_eq!(found(None, "timed out").await, [4]);
    assert_eq!(found(None, "order_id=8812").await, [1, 2, 3, 4], "fields count");
    assert_eq!(found(None, "X_ON").await, [1, 2, 3, 4]);
    assert_eq!(found(None, "test").await, [1, 2, 3, 4], "the source counts");
    assert_eq!(found(Some("error,warn"), "").await, [1, 4]);
    assert_eq!(found(Some("info"), "disk").await, [2]);
    assert_eq!(found(Some("none"), "").await, [0u64; 0]);
}

#[tokio::test]
async fn old_lines_go_and_their_ids_stay_taken() {
    let bench = Bench::start().await;
    let (readers, writer) = (&bench.logs.db.readers, &bench.logs.db.writer);
    // More than one step deletes.
    bench.record(2_300).await;
    tokio::time::sleep(Duration::from_millis(2)).await;
    let cutoff = Timestamp::now();
    bench.record(5).await;
    assert_eq!(sweep(writer, cutoff).await.unwrap(), 2_300);
    assert_eq!(
        ids(&after(readers, 0, 10).await.unwrap()),
        [2_301, 2_302, 2_303, 2_304, 2_305]
    );
    assert_eq!(sweep(writer, cutoff).await.unwrap(), 0);
    assert_eq!(sweep(writer, Timestamp::now().plus_seconds(1)).await.unwrap(), 5);
    bench.record(1).await;
    assert_eq!(
        ids(&after(readers, 0, 10).await.unwrap()),
        [2_306],
        "a cursor never means two lines"
    );
}

#[tokio::test]
async fn lines_are_kept_for_as_many_days_as_are_set() {
    let bench = Bench::start().await;
    let writer = &bench.logs.db.writer;
    bench.record(4).await;
    let age = |id: u32, days: i64| {
        let received = Timestamp::now().plus_seconds(-days * 86_400 - 60).micros();
        writer.write(move |conn| {
            Box::pin(async move {
                let aged = sqlx::query("UPDATE line SET received = ? WHERE id = ?")
                    .bind(received)
                    .bind(id);
                aged.execute(conn).await?;
                Ok(())
            })
        })
    };
    for (id, days) in [(1, 14), (2, 3), (3, 2)] {
        age(id, days).await.expect("aged");
    }
    let left = || {
        writer.write(|conn| {
            Box::pin(async move {
                let left: Vec<i64> = sqlx::query_scalar("SELECT id FROM line ORDER BY id")
                    .fetch_all(conn)
                    .await?;
                Ok(left)
            })
        })
    };
    // The clock runs as fast as the work allows; a sweep comes after a minute.
    tokio::time::pause();
    let sweeping = tokio::spawn(crate::logs::server::retention::run(writer.clone(), 3));
    for _ in 0..1_000 {
        if left().await.expect("read") == [3, 4] {
            sweeping.abort();
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("not swept: {:?}", left().await);
}
