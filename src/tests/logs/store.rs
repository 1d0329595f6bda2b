//! What is kept, found and deleted.

use std::time::Duration;

use super::*;
use crate::logs::{
    filter::Filter,
    server::{
        retention::{self, keep::Keep},
        sealing::seal_one,
        search::{self, Look, query_of},
        store::{after, between, blocks, gap, newest},
    },
};

async fn recent(bench: &Bench, before: u64, limit: u32) -> Vec<Arc<LogLine>> {
    between(&bench.logs.db.readers, 0, before, limit).await.unwrap().lines
}

/// Deletes what came before `cutoff`, and the oldest blocks while all take more than `most` bytes.
async fn sweep(db: &Database, cutoff: Timestamp, most: u64) -> Result<u64, crate::error::AppError> {
    retention::sweep(db, &Arc::new(Keep::new(1, most, &[])), cutoff.plus_seconds(86_400)).await
}

/// Until no two blocks' worth of rows is left. The feature does the same beside, so one of both may find the other's block.
async fn seal(bench: &Bench) {
    for _ in 0..50 {
        if seal_one(&bench.logs.db).await == Ok(false) {
            return;
        }
    }
    panic!("there are always more rows");
}

#[tokio::test]
async fn a_line_comes_back_as_it_was_recorded() {
    let bench = Bench::start().await;
    let new = line(Level::Warn, "\u{1b}[33mlate\u{1b}[0m packet 🙂 \"quoted\"\nsecond");
    bench.logs.recorder.record(vec![new.clone()]).await.unwrap();
    let lines = recent(&bench, u64::MAX, 10).await;
    assert_eq!(messages(&lines), ["late packet 🙂 \"quoted\"\nsecond"]);
    let kept = &lines[0];
    assert_eq!(kept.colours.0.len(), 2, "they are kept beside it");
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
    assert_eq!(ids(&recent(&bench, u64::MAX, 3).await), [4_498, 4_499, 4_500]);
    assert_eq!(ids(&recent(&bench, 10, 3).await), [7, 8, 9]);
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
        let look = Look::of(&query_of(&filter), Timestamp::now());
        let (mut lines, _) = search::newest(&bench.logs.archive, look, 10).await.unwrap();
        lines.reverse();
        ids(&lines)
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
    let (db, readers) = (&bench.logs.db, &bench.logs.db.readers);
    // More than one step deletes.
    bench.record(2_300).await;
    tokio::time::sleep(Duration::from_millis(2)).await;
    let cutoff = Timestamp::now();
    bench.record(5).await;
    assert_eq!(sweep(db, cutoff, u64::MAX).await.unwrap(), 2_300);
    assert_eq!(
        ids(&after(readers, 0, 10).await.unwrap()),
        [2_301, 2_302, 2_303, 2_304, 2_305]
    );
    assert_eq!(sweep(db, cutoff, u64::MAX).await.unwrap(), 0);
    assert_eq!(sweep(db, Timestamp::now().plus_seconds(1), u64::MAX).await.unwrap(), 5);
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
    let keep = Arc::new(Keep::new(3, u64::MAX, &[]));
    let sweeping = tokio::spawn(retention::run(bench.logs.db.clone(), keep, Duration::from_secs(600)));
    for _ in 0..1_000 {
        if left().await.expect("read") == [3, 4] {
            sweeping.abort();
            return;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    panic!("not swept: {:?}", left().await);
}

#[tokio::test]
async fn ranges_go_through_blocks_and_rows_alike() {
    let bench = Bench::start().await;
    let readers = &bench.logs.db.readers;
    bench.record(20_000).await;
    seal(&bench).await;
    let (lines, bytes, kept) = blocks::total(readers).await.unwrap();
    assert_eq!(lines, 3 * 4_096, "the newest are rows still");
    assert!(kept < bytes, "{kept} of {bytes}");
    for start in [0, 4_095, 4_096, 8_190, 12_287, 12_288, 19_990] {
        let expected: Vec<u64> = (start + 1..=20_000).take(10).collect();
        assert_eq!(ids(&after(readers, start, 10).await.unwrap()), expected);
        let piece = between(readers, start, start + 5_000, 10).await.unwrap();
        let end = (start + 5_000).min(20_001);
        let expected: Vec<u64> = (end - 10..end).collect();
        assert_eq!((ids(&piece.lines), piece.more), (expected, end - 11 - start));
    }
    assert_eq!(
        gap(readers, 0, 20_001).await.unwrap().map(|gap| gap.count),
        Some(20_000)
    );
    let all = ids(&after(readers, 0, 30_000).await.unwrap());
    assert!(all.iter().copied().eq(1..=20_000));
}

#[tokio::test]
async fn a_search_finds_the_same_in_blocks_as_in_rows_and_goes_on_where_it_stopped() {
    let bench = Bench::start().await;
    let word = |i: u64| if i.is_multiple_of(1_000) { " needle" } else { "" };
    let lines = (0..14_000_u64).map(|i| NewLine {
        level: if i.is_multiple_of(7) { Level::Error } else { Level::Info },
        fields: Fields(vec![("n".into(), i.into())]),
        ..line(Level::Info, &format!("line {i}{}", word(i)))
    });
    bench.logs.recorder.record(lines.collect()).await.unwrap();
    let find = async |query: &str, before: u64, limit: usize| {
        let query = crate::logs::query::Query::parse(query).unwrap();
        let look = Look::of(&query, Timestamp::now()).between(0, before);
        let (lines, reached) = search::newest(&bench.logs.archive, look, limit).await.unwrap();
        (ids(&lines), reached.next)
    };
    // In rows or blocks, as far as sealing has come.
    for is_sealed in [false, true] {
        if is_sealed {
            seal(&bench).await;
        }
        let needles: Vec<u64> = (0..14).rev().map(|i| i * 1_000 + 1).collect();
        assert_eq!(find("needle", u64::MAX, 100).await, (needles.clone(), None));
        let (first, next) = find("NEEDLE", u64::MAX, 10).await;
        assert_eq!((first, next), (needles[..10].to_vec(), Some(4_001)));
        assert_eq!(find("needle", 4_001, 10).await, (needles[10..].to_vec(), None));
        assert_eq!(find("n=4321 OR n=13999", u64::MAX, 10).await.0, [14_000, 4_322]);
        assert_eq!(find("needle level>=warn", u64::MAX, 10).await.0, [7_001, 1]);
        assert_eq!(find("n>=13990 -level=info", u64::MAX, 10).await.0, [13_994]);
        assert_eq!(find("\"line 777\"", u64::MAX, 10).await.0, [778]);
        assert_eq!(find("*eedl*", u64::MAX, 3).await.0, [13_001, 12_001, 11_001]);
        assert_eq!(find("/line 99\\d$/", u64::MAX, 20).await.0.len(), 10);
        assert_eq!(find("nowhere", u64::MAX, 10).await, (Vec::new(), None));
        // From the oldest on, page by page.
        let forth = async |query: &str, after: u64, limit: usize| {
            let query = crate::logs::query::Query::parse(query).unwrap();
            let look = Look::of(&query, Timestamp::now())
                .between(after, u64::MAX)
                .oldest_first(true);
            let (lines, reached) = search::newest(&bench.logs.archive, look, limit).await.unwrap();
            (ids(&lines), reached.next)
        };
        let (first, next) = forth("needle", 0, 10).await;
        assert_eq!((first, next), ((0..10).map(|i| i * 1_000 + 1).collect(), Some(9_001)));
        let (rest, next) = forth("needle", 9_001, 10).await;
        assert_eq!((rest, next), ((10..14).map(|i| i * 1_000 + 1).collect(), None));
        let all = forth("", 0, 20_000).await;
        assert!(all.0.iter().copied().eq(1..=14_000) && all.1.is_none());
        assert_eq!(forth("*eedl* level>=warn", 1, 10).await, (vec![7_001], None));
        assert_eq!(find("", 5, 10).await.0, [4, 3, 2, 1]);
    }
}

#[tokio::test]
async fn a_damaged_block_is_passed_over_and_what_was_remembered_of_one_that_is_gone_goes_too() {
    let bench = Bench::start().await;
    let db = &bench.logs.db;
    bench.record(14_000).await;
    seal(&bench).await;
    let found = async |query: &str| {
        let query = crate::logs::query::Query::parse(query).unwrap();
        let look = Look::of(&query, Timestamp::now());
        let (lines, reached) = search::newest(&bench.logs.archive, look, 20_000).await.unwrap();
        assert_eq!(reached.next, None);
        lines.len()
    };
    assert_eq!(found("").await, 14_000);
    let damage = "UPDATE block_text SET text = x'00' WHERE first = 4097";
    let work = db
        .writer
        .write(move |conn| Box::pin(async move { Ok(sqlx::query(damage).execute(conn).await?) }));
    work.await.unwrap();
    assert_eq!(found("").await, 14_000 - 4_096);
    assert_eq!(found("level>=debug -nowhere").await, 14_000 - 4_096);
    let (_, _, kept) = blocks::total(&db.readers).await.unwrap();
    assert!(sweep(db, Timestamp::default(), kept / 2).await.unwrap() >= 4_096);
    let (left, ..) = blocks::total(&db.readers).await.unwrap();
    assert!(found("").await <= left as usize + 2 * 4_096);
    assert_eq!(found("nowhere").await, 0);
}

#[tokio::test]
async fn the_oldest_blocks_go_when_all_take_too_much_and_the_file_shrinks() {
    let bench = Bench::start().await;
    let db = &bench.logs.db;
    bench.record(30_000).await;
    seal(&bench).await;
    let (lines, _, kept) = blocks::total(&db.readers).await.unwrap();
    let pages = async || -> i64 {
        sqlx::query_scalar("SELECT page_count FROM pragma_page_count")
            .fetch_one(&db.readers)
            .await
            .unwrap()
    };
    let before = pages().await;
    let gone = sweep(db, Timestamp::default(), kept / 2).await.unwrap();
    let (left, _, kept_now) = blocks::total(&db.readers).await.unwrap();
    assert!(kept_now <= kept / 2 && left + gone == lines, "{gone} of {lines}");
    assert!(pages().await < before, "the room is given back");
    assert_eq!(
        after(&db.readers, 0, 1).await.unwrap()[0].id,
        gone + 1,
        "the newest stay"
    );
    let cutoff = Timestamp::now().plus_seconds(1);
    assert_eq!(sweep(db, cutoff, u64::MAX).await.unwrap(), 30_000 - gone);
}
