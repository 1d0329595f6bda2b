//! What is deleted, of whom, and that nothing else is touched.

use std::collections::HashMap;

use proptest::{prelude::*, test_runner::TestRunner};

use super::*;
use crate::logs::{
    query::Query,
    server::{
        block::{self, Raw},
        retention::{
            keep::{Keep, KeepOf},
            sweep,
        },
        search::{Look, newest},
        stats::histogram::histogram,
        store::{self, blocks},
    },
};

const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);
const SOURCES: [&str; 4] = ["gateway", "md-a", "md-b", "booker"];
const QUERIES: [&str; 6] = ["", "even", "-even", "source:md*", "n>40", "level>=warn"];

type Line = (usize, i64, usize);

fn raw((i, (source, hours, words)): (usize, Line)) -> Raw {
    let at = NOW.plus_seconds(-hours * 3_600);
    let parity = if i.is_multiple_of(2) { "even" } else { "odd" };
    Raw {
        id: i as u64 * 3 + 1,
        time: at,
        received: at,
        level: Level::ALL[i % 5],
        source: SOURCES[source].to_owned(),
        message: format!("{parity} {}", "word ".repeat(words)),
        fields: if i.is_multiple_of(3) {
            format!("{{\"n\":{i}}}")
        } else {
            String::new()
        },
        colours: Default::default(),
    }
}

/// All but the last few in blocks of `size`.
async fn fill(bench: &Bench, lines: &[Raw], size: usize) {
    let (sealed, open) = lines.split_at(lines.len() - lines.len().min(size));
    let sealed: Vec<_> = sealed
        .chunks(size)
        .map(|some| block::seal(some).unwrap().unwrap())
        .collect();
    let open = open.to_vec();
    let work = bench.logs.db.writer.write(move |conn| {
        Box::pin(async move {
            for one in &sealed {
                blocks::put(conn, one).await?;
            }
            for line in open {
                let insert = sqlx::query(
                    "INSERT INTO line (id, time, received, level, source, message, fields) VALUES (?, ?, ?, ?, ?, ?, nullif(?, ''))",
                );
                let insert = insert.bind(line.id as i64).bind(line.time.micros()).bind(line.received.micros());
                let insert = insert.bind(line.level as i64).bind(line.source).bind(line.message).bind(line.fields);
                insert.execute(&mut *conn).await?;
            }
            Ok(())
        })
    });
    work.await.expect("filled");
}

async fn found(bench: &Bench, query: &str) -> Vec<u64> {
    let look = Look::of(&Query::parse(query).unwrap(), NOW);
    let (lines, reached) = newest(&bench.logs.archive, look, 1_000).await.unwrap();
    assert_eq!(reached.next, None);
    ids(&lines)
}

/// The same from the oldest on, turned round.
async fn found_forth(bench: &Bench, query: &str) -> Vec<u64> {
    let look = Look::of(&Query::parse(query).unwrap(), NOW).oldest_first(true);
    let (lines, reached) = newest(&bench.logs.archive, look, 1_000).await.unwrap();
    assert_eq!(reached.next, None);
    let mut found = ids(&lines);
    found.reverse();
    found
}

/// Lines of an hour each, by level.
async fn counted(bench: &Bench, query: &str) -> Vec<[u64; 5]> {
    let look = Look::of(&Query::parse(query).unwrap(), NOW);
    let (from, to) = (NOW.plus_seconds(-100 * 3_600), NOW.plus_seconds(1));
    histogram(&bench.logs.archive, look, (from, to), 101)
        .await
        .unwrap()
        .0
        .bars
}

async fn swept(lines: Vec<Line>, size: usize, bound: u64) {
    let bench = Bench::start().await;
    let (db, readers) = (&bench.logs.db, &bench.logs.db.readers);
    let mut of: Vec<KeepOf> = ["gateway=72h", "md*=12h,1MB"].map(|text| text.parse().unwrap()).into();
    of[1].bytes = Some(bound);
    let keep = Arc::new(Keep::new(2, u64::MAX, &of));
    let lines: Vec<Raw> = lines.into_iter().enumerate().map(raw).collect();
    fill(&bench, &lines, size).await;
    let is_kept = |line: &&Raw| {
        let bounds = keep.bounds(&line.source);
        let later = lines
            .iter()
            .filter(|other| other.source == line.source && other.id >= line.id);
        let bytes: u64 = later.map(|line| line.bytes() as u64).sum();
        line.received >= NOW.plus_seconds(-bounds.seconds) && bounds.bytes.is_none_or(|bound| bytes <= bound)
    };
    let kept: Vec<&Raw> = lines.iter().filter(is_kept).collect();
    let stays = |id: &u64| kept.iter().any(|line| line.id == *id);
    let mut before = HashMap::new();
    for query in QUERIES {
        let all = found(&bench, query).await;
        before.insert(query, all.into_iter().filter(stays).collect::<Vec<u64>>());
    }
    // Whoever searches meanwhile finds everything that stays, in its order, and nothing twice.
    let searching = async {
        for (i, query) in QUERIES.iter().cycle().take(30).enumerate() {
            let meanwhile = match i / QUERIES.len() % 2 {
                0 => found(&bench, query).await,
                _ => found_forth(&bench, query).await,
            };
            assert!(meanwhile.is_sorted_by(|a, b| a > b), "{query}: {meanwhile:?}");
            let left: Vec<u64> = meanwhile.into_iter().filter(stays).collect();
            assert_eq!(left, before[query], "{query}, meanwhile");
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    };
    let (gone, ()) = tokio::join!(sweep(db, &keep, NOW), searching);
    assert_eq!(gone.unwrap() as usize, lines.len() - kept.len());
    let left = store::oldest_first(readers, 0, 1_000).await.unwrap();
    assert_eq!(left.iter().collect::<Vec<_>>(), kept, "as they were");
    for query in QUERIES {
        assert_eq!(found(&bench, query).await, before[query], "{query}");
        assert_eq!(
            found_forth(&bench, query).await,
            before[query],
            "{query}, from the oldest on"
        );
        let bars = counted(&bench, query).await;
        assert_eq!(
            bars.iter().flatten().sum::<u64>() as usize,
            before[query].len(),
            "{query}"
        );
    }
    for line in &lines {
        let here = store::newest_first(readers, line.id - 1, line.id + 1, 1).await.unwrap();
        assert_eq!(here.first(), kept.contains(&line).then_some(line), "by its link");
        let count = kept.iter().filter(|other| other.id > line.id).count() as u64;
        assert_eq!(store::count(readers, line.id, u64::MAX).await.unwrap(), count);
    }
    let of_all: u64 = store::by_source(readers)
        .await
        .unwrap()
        .values()
        .map(|of| of.bytes)
        .sum();
    assert_eq!(of_all, kept.iter().map(|line| line.bytes() as u64).sum::<u64>());
    assert_eq!(sweep(db, &keep, NOW).await.unwrap(), 0, "once is enough");
}

#[test]
fn whatever_the_mix_what_is_kept_is_what_the_settings_keep_and_is_found_as_before() {
    let lines = prop::collection::vec((0_usize..4, 0_i64..90, 0_usize..6), 1..70);
    let mut runner = TestRunner::new(ProptestConfig::with_cases(16));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let run = |(lines, size, bound)| {
        runtime.block_on(swept(lines, size, bound));
        Ok(())
    };
    runner.run(&(lines, 2_usize..20, 20_u64..400), run).unwrap();
}

#[tokio::test]
async fn what_is_left_of_blocks_becomes_fewer_of_them() {
    let bench = Bench::start().await;
    let (db, readers) = (&bench.logs.db, &bench.logs.db.readers);
    // One of ten stays longer.
    let line = |i: usize| raw((i, (if i.is_multiple_of(10) { 0 } else { 1 }, 60, 1)));
    let lines: Vec<Raw> = (0..2_000).map(line).collect();
    fill(&bench, &lines, 100).await;
    let of = ["gateway=90d".parse().unwrap()];
    let keep = Arc::new(Keep::new(2, u64::MAX, &of));
    let (_, _, before) = blocks::total(readers).await.unwrap();
    assert_eq!(sweep(db, &keep, NOW).await.unwrap(), 1_800);
    let abouts = blocks::oldest_first(readers, 0, 100).await.unwrap();
    assert!(abouts.len() <= 4, "{} of 19 blocks", abouts.len());
    let (left, _, after) = blocks::total(readers).await.unwrap();
    assert!(
        after * 2 < before && left >= 190,
        "{after} of {before} bytes, {left} lines"
    );
    assert_eq!(found(&bench, "even").await.len(), 200);
    // The page says what holds for whom, and how much it takes.
    let page = crate::logs::server::sources::sources(&bench.logs.counts, readers, &keep, String::new(), Vec::new())
        .await
        .unwrap();
    let [gateway] = &page.sources[..] else {
        panic!("{:?}", page.sources)
    };
    assert_eq!((gateway.lines, gateway.keep.as_str()), (200, "90 days"));
    assert!(gateway.takes > 0);
    // When there is too little room for all, the oldest go, whosever they are.
    let little = Arc::new(Keep::new(2, after / 2, &of));
    assert!(sweep(db, &little, NOW).await.unwrap() > 0);
    assert!(blocks::total(readers).await.unwrap().2 <= after / 2);
}

#[tokio::test]
async fn a_damaged_block_stays_until_all_of_it_is_old() {
    let bench = Bench::start().await;
    let (db, readers) = (&bench.logs.db, &bench.logs.db.readers);
    let line = |i: usize| raw((i, (i % 2, 60, 1)));
    let lines: Vec<Raw> = (0..60).map(line).collect();
    fill(&bench, &lines, 20).await;
    let damage = "UPDATE block_text SET text = x'00' WHERE first = 1";
    let work = db
        .writer
        .write(move |conn| Box::pin(async move { Ok(sqlx::query(damage).execute(conn).await?) }));
    work.await.unwrap();
    let keep = Arc::new(Keep::new(2, u64::MAX, &["gateway=90d".parse().unwrap()]));
    assert_eq!(
        sweep(db, &keep, NOW).await.unwrap(),
        20,
        "of the other block and the rows"
    );
    assert_eq!(blocks::total(readers).await.unwrap().0, 20 + 10);
    let keep = Arc::new(Keep::new(2, u64::MAX, &[]));
    assert_eq!(sweep(db, &keep, NOW).await.unwrap(), 40);
    assert_eq!(blocks::total(readers).await.unwrap().0, 0);
}
