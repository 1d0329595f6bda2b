//! Reading bars out of a year of minutes, beside the bare question to SQLite.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use reqwest::header;
use rust_decimal::Decimal;
use sqlx::Connection;
use squawkbox::{
    ticker::server::bars::{
        CHUNK, Interval,
        bar::{Bar, Trade},
        chunk::{self, Chunk},
    },
    time::Timestamp,
};

use crate::{
    report::{Times, against, thousands},
    server,
    ticks::{one, open, tokens},
    web::Web,
};

/// Queries of each kind.
const QUERIES: usize = 200;
/// Milliseconds, of the slowest of a hundred.
const TARGET: f64 = 30.0;
const MINUTES: i64 = 365 * 1_440;

/// Measures and prints.
///
/// # Errors
/// When a query isn't answered.
pub async fn query() -> Result<(), String> {
    let folder = server::folder()?;
    let data = server::data(folder.path());
    let tokens = tokens(&data).await?;
    let (first, bytes) = fill(&data).await?;
    let server = server::start(folder)?;
    println!(
        "\nReading bars of a symbol with a year of minutes ({} bars), {QUERIES} queries of each kind",
        thousands(MINUTES as u64)
    );
    println!(
        "  in the file: {:.0} bytes a day, {:.1} a bar.",
        bytes / 365.0,
        bytes / MINUTES as f64
    );
    println!("                           bare SQLite, ms: p50      p99     squawkbox, ms: p50      p99");
    let (web, mut bare) = (Web::new(server.process.address), open(&data).await?);
    let (bearer, mut slowest) = (format!("Bearer {}", tokens.read), 0.0_f64);
    for (interval, limit) in [("1m", 5_000_i64), ("1m", 500), ("15m", 500), ("1h", 1_000)] {
        let (mut ours, mut floor) = (Times::default(), Times::default());
        let minutes = limit
            * [("1m", 1), ("15m", 15), ("1h", 60)]
                .iter()
                .find(|(name, _)| *name == interval)
                .map_or(1, |one| one.1);
        for n in 0..QUERIES as i64 {
            // All over the year.
            let from = first + n * 7_919 % (MINUTES - minutes);
            let (began, slot) = (Instant::now(), from.div_euclid(CHUNK));
            let sql = "SELECT bars FROM bars WHERE series = 1 AND interval = 1 AND slot BETWEEN ? AND ?";
            let rows = sqlx::query_scalar(sql)
                .bind(slot)
                .bind(slot + minutes / CHUNK)
                .fetch_all(&mut bare);
            let rows: Vec<Vec<u8>> = rows.await.map_err(|e| e.to_string())?;
            floor.add(began);
            tokio::time::sleep(Duration::from_millis(11)).await;
            let time = Timestamp::from_micros(from * 60_000_000);
            let path = format!("/api/v1/bars?symbol=YEAR&interval={interval}&limit={limit}&from={time}");
            let answer = web.get(&path, (header::AUTHORIZATION, &bearer), &mut ours).await?;
            let bars = answer.matches("\"time\"").count() as i64;
            if bars < limit.min(rows.len() as i64) {
                return Err(format!("{path}: {bars} bars"));
            }
        }
        if interval == "1m" {
            slowest = slowest.max(ours.p99());
        }
        println!(
            "  {:<22}   {:>20.2}  {:>7.2}   {:>20.2}  {:>7.2}",
            format!("{limit} of {interval}"),
            floor.median(),
            floor.p99(),
            ours.median(),
            ours.p99()
        );
    }
    println!(
        "  target p99 {TARGET:.0} ms for minutes: {} ({slowest:.1} ms).",
        against(slowest, TARGET)
    );
    Ok(())
}

/// Keeps a year of minutes up to now; gives the number of the first, and the bytes that the file grew by.
async fn fill(data: &Path) -> Result<(i64, f64), String> {
    // So that the database is there.
    drop(server::start_on(data)?);
    let mut conn = open(data).await?;
    let pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
    let before = one(&mut conn, pages).await?;
    let words = |e: sqlx::Error| format!("a year can't be kept: {e}");
    let first = (Interval::Minute.number(Timestamp::now().micros()) - MINUTES).div_euclid(CHUNK) * CHUNK;
    let mut tx = conn.begin().await.map_err(words)?;
    let series = sqlx::query("INSERT INTO series (id, symbol, venue) VALUES (1, 'YEAR', 'load')");
    let series = series.execute(&mut *tx).await;
    // The demo may have come first: of it nothing is left.
    if series.is_err() {
        for sql in [
            "DELETE FROM bars",
            "DELETE FROM open_bars",
            "DELETE FROM seen",
            "DELETE FROM series",
        ] {
            sqlx::query(sql).execute(&mut *tx).await.map_err(words)?;
        }
        let again = sqlx::query("INSERT INTO series (id, symbol, venue) VALUES (1, 'YEAR', 'load')");
        again.execute(&mut *tx).await.map_err(words)?;
    }
    for slot in first / CHUNK..(first + MINUTES) / CHUNK {
        let minute = |number: i64| {
            let trade = |second: i64| Trade {
                time: (number * 60 + second) * 1_000_000 + 61_769,
                seq: Some((number * 5_000 + second * 80) as u64),
                last: Decimal::new(9_641_250 + number * 7_919 % 30_000 + second * 41 % 700, 2),
                size: Some(Decimal::new(1_143_000 + second, 8)),
                is_undated: false,
            };
            let mut bar = Bar::of(&trade(0));
            [7, 21, 33, 59].iter().for_each(|second| bar.take(&trade(*second)));
            (number, bar)
        };
        let chunk: Chunk = (slot * CHUNK..(slot + 1) * CHUNK).map(minute).collect();
        let row = sqlx::query("INSERT INTO bars (series, interval, slot, bars) VALUES (1, 1, ?, ?)");
        let row = row.bind(slot).bind(chunk::encode(Interval::Minute, &chunk));
        row.execute(&mut *tx).await.map_err(words)?;
    }
    tx.commit().await.map_err(words)?;
    let bytes = one(&mut conn, pages).await? - before;
    conn.close().await.map_err(words)?;
    Ok((first, bytes))
}
