//! Log lines in, by protocol, each acknowledged after its commit; then searched among ten million while more come.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use prost::Message;
use reqwest::{Client, header};
use sqlx::{Connection, SqliteConnection};
use squawkbox::{
    logs::{
        model::Level,
        server::{
            block::{self, Raw},
            store::blocks,
        },
    },
    time::Timestamp,
};

use crate::{
    report::{Times, against, megabytes, thousands},
    server,
    ticks::tokens,
    web::Web,
};

/// Lines in a request.
pub const BATCH: u64 = 1_000;
/// Requests at once.
const AT_ONCE: u64 = 4;
/// For so long each protocol brings lines.
const SECONDS: u64 = 15;
/// Lines a second, by either protocol.
const TARGET: f64 = 60_000.0;
/// Lines that are searched; `LOAD_LINES` sets another number for a look.
const LINES: u64 = 10_000_000;
const LINES_BY: &str = "LOAD_LINES";
/// Lines a second that come meanwhile.
const MEANWHILE: u64 = 5_000;
/// Searches of each kind.
const SEARCHES: u64 = 60;
/// What is kept of one source, of which there are lines of two weeks.
const RETENTION: &str = "md-feed=9d";
/// Milliseconds, of the slowest of a hundred.
const FOUND: f64 = 100.0;

/// Measures and prints.
///
/// # Errors
/// When a line is refused or isn't found again.
pub async fn run() -> Result<(), String> {
    println!(
        "\nLog lines in, {BATCH} a request, {AT_ONCE} requests at once, {SECONDS} s each, acknowledged after the commit"
    );
    println!("                     lines a second   CPU, µs a line   until acknowledged, ms: p50     p99");
    for (name, path, kind, body) in [
        (
            "NDJSON",
            "/ingest/logs",
            "application/x-ndjson",
            ndjson as fn(u64) -> Vec<u8>,
        ),
        ("Loki, protobuf", "/loki/api/v1/push", "application/x-protobuf", loki),
    ] {
        bring(name, path, kind, body).await?;
    }
    search().await
}

async fn bring(name: &str, path: &str, kind: &'static str, body: fn(u64) -> Vec<u8>) -> Result<(), String> {
    let folder = server::folder()?;
    let data = server::data(folder.path());
    let tokens = tokens(&data).await?;
    let server = server::start(folder)?;
    let (before, began) = (server.process.cpu()?, Instant::now());
    let url = format!("http://{}{path}", server.process.address);
    let posters = (0..AT_ONCE).map(|number| post_all(&url, &tokens.ingest, kind, body, number, began));
    let outcomes = try_join_all(posters).await?;
    let took = began.elapsed().as_secs_f64();
    let cpu = server.process.cpu()?.saturating_sub(before);
    let sent: u64 = outcomes.iter().map(|(_, requests)| requests * BATCH).sum();
    let times = Times::of(outcomes.iter().map(|(times, _)| times));
    let rate = sent as f64 / took;
    println!(
        "  {name:<16} {:>16.0}   {:>14.1}   {:>27.1} {:>7.1}   target {}: {}",
        rate,
        cpu.as_secs_f64() * 1e6 / sent as f64,
        times.median(),
        times.p99(),
        thousands(TARGET as u64),
        against(TARGET, rate),
    );
    // The last line that was acknowledged is found at once, sealed or not; when all are sealed is told too.
    let (web, bearer) = (Web::new(server.process.address), format!("Bearer {}", tokens.read));
    let mut times = Times::default();
    let last = (0..AT_ONCE)
        .map(|number| number + (outcomes[number as usize].1 - 1) * AT_ONCE)
        .max()
        .unwrap_or(0);
    let query = format!("order_id={}", (last + 1) * BATCH - 1);
    let path = format!("/api/v1/logs?limit=1&query={}", query.replace('=', "%3D"));
    let found = web.get(&path, (header::AUTHORIZATION, &bearer), &mut times).await?;
    if !found.contains("accepted") {
        return Err(format!("{query} isn't found: {found}"));
    }
    let sealing = Instant::now();
    let (lines, bytes, kept) = loop {
        let done = blocks_of(&data).await?;
        if done.0 + 3 * block::LINES as u64 > sent || sealing.elapsed() > Duration::from_secs(60) {
            break done;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    println!(
        "    its last line found {:.0} ms later; {} lines sealed {:.1} s later, {:.2} bytes kept a byte of text ({} a byte of request)",
        times.median(),
        thousands(lines),
        sealing.elapsed().as_secs_f64(),
        kept as f64 / bytes as f64,
        format_args!(
            "{:.2}",
            kept as f64 / (lines as f64 / BATCH as f64 * body(0).len() as f64)
        ),
    );
    Ok(())
}

/// Lines in blocks, bytes of their texts, and bytes that they take.
pub async fn blocks_of(data: &Path) -> Result<(u64, u64, u64), String> {
    let mut conn = open(data).await?;
    blocks::total(&mut conn).await.map_err(|e| e.to_string())
}

async fn open(data: &Path) -> Result<SqliteConnection, String> {
    let url = format!("sqlite://{}", data.join("logs.db").display());
    SqliteConnection::connect(&url)
        .await
        .map_err(|e| format!("logs.db: {e}"))
}

async fn post_all(
    url: &str,
    token: &str,
    kind: &'static str,
    body: fn(u64) -> Vec<u8>,
    number: u64,
    began: Instant,
) -> Result<(Times, u64), String> {
    let (client, mut times, mut requests) = (Client::new(), Times::default(), 0);
    while began.elapsed() < Duration::from_secs(SECONDS) {
        let body = body(number + requests * AT_ONCE);
        let sent = Instant::now();
        let request = client
            .post(url)
            .bearer_auth(token)
            .header(header::CONTENT_TYPE, kind)
            .body(body);
        let answer = request.send().await.map_err(|e| e.to_string())?;
        // A token is good for a hundred requests a second; who brings more waits, as shippers do.
        if answer.status() == reqwest::StatusCode::TOO_MANY_REQUESTS {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        }
        if !answer.status().is_success() {
            return Err(format!(
                "lines were refused: {}",
                answer.text().await.unwrap_or_default()
            ));
        }
        times.add(sent);
        requests += 1;
    }
    Ok((times, requests))
}

const SOURCES: [&str; 5] = ["gateway", "risk", "md-feed", "booker", "auth"];
const VENUES: [&str; 4] = ["XLON", "XPAR", "XETR", "XNYS"];

/// A line such as services write: a few kinds of sentences, with numbers that are all different.
fn words(n: u64) -> (Level, &'static str, String) {
    let (mixed, venue) = (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20, VENUES[n as usize % 4]);
    let source = SOURCES[(mixed % 5) as usize];
    match mixed % 100 {
        0 => (
            Level::Error,
            source,
            format!(
                "Upstream timed out after {} ms, venue {venue}, attempt {}",
                mixed % 9_000,
                n % 5
            ),
        ),
        1..4 => (
            Level::Warn,
            source,
            format!(
                "Slow answer of {venue}: {} ms for GET /api/v1/orders/{n}",
                mixed % 4_000
            ),
        ),
        4..40 => (
            Level::Info,
            source,
            format!("order {n} accepted by {venue} in {} ms", mixed % 97),
        ),
        40..70 => (
            Level::Info,
            source,
            format!("session {:016x} renewed for user u{:05}", mixed, mixed % 20_000),
        ),
        _ => (
            Level::Debug,
            source,
            format!(
                "book of {venue} level {} moved to {}.{:02}",
                n % 10,
                90 + mixed % 20,
                mixed % 100
            ),
        ),
    }
}

/// A request of lines, as programs of one's own send them.
pub fn ndjson(request: u64) -> Vec<u8> {
    let mut out = String::with_capacity(BATCH as usize * 200);
    let now = Timestamp::now();
    for n in request * BATCH..(request + 1) * BATCH {
        let (level, source, message) = words(n);
        let accepted = if n % BATCH == BATCH - 1 { "accepted" } else { "" };
        let line = serde_json::json!({
            "time": now, "level": level.name(), "source": source, "message": message, "order_id": n, "venue": VENUES[n as usize % 4],
            "note": accepted,
        });
        out.push_str(&line.to_string());
        out.push('\n');
    }
    out.into_bytes()
}

#[derive(Clone, PartialEq, Message)]
struct Push {
    #[prost(message, repeated, tag = "1")]
    streams: Vec<Stream>,
}

#[derive(Clone, PartialEq, Message)]
struct Stream {
    #[prost(string, tag = "1")]
    labels: String,
    #[prost(message, repeated, tag = "2")]
    entries: Vec<Entry>,
}

#[derive(Clone, PartialEq, Message)]
struct Entry {
    #[prost(message, optional, tag = "1")]
    time: Option<At>,
    #[prost(string, tag = "2")]
    line: String,
}

#[derive(Clone, PartialEq, Message)]
struct At {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

fn loki(request: u64) -> Vec<u8> {
    let mut streams: Vec<Stream> = SOURCES
        .iter()
        .map(|source| Stream {
            labels: format!("{{service_name=\"{source}\", env=\"prod\"}}"),
            entries: Vec::new(),
        })
        .collect();
    let micros = Timestamp::now().micros();
    for n in request * BATCH..(request + 1) * BATCH {
        let (level, source, message) = words(n);
        let accepted = if n % BATCH == BATCH - 1 { " note=accepted" } else { "" };
        let place = SOURCES.iter().position(|own| *own == source).unwrap_or(0);
        streams[place].entries.push(Entry {
            time: Some(At {
                seconds: micros / 1_000_000,
                nanos: (micros % 1_000_000 * 1_000) as i32,
            }),
            line: format!("level={} msg=\"{message}\" order_id={n}{accepted}", level.name()),
        });
    }
    let bytes = Push { streams }.encode_to_vec();
    snap::raw::Encoder::new().compress_vec(&bytes).unwrap_or_default()
}

/// Fills `logs.db` with sealed lines of two weeks.
pub async fn fill(data: &Path, count: u64) -> Result<(), String> {
    let mut conn = open(data).await?;
    let words_of = |e: sqlx::Error| format!("logs.db: {e}");
    let apart = 14 * 86_400_000_000 / count as i64;
    let begin = Timestamp::now().micros() - 14 * 86_400_000_000;
    let mut n = 0;
    while n < count {
        let mut tx = conn.begin().await.map_err(words_of)?;
        for _ in 0..16 {
            let line = |n: u64| {
                let (level, source, message) = words(n);
                let at = Timestamp::from_micros(begin + n as i64 * apart);
                let fields = match n % 3 {
                    0 => format!(r#"{{"order_id":{n},"venue":"{}"}}"#, VENUES[n as usize % 4]),
                    _ => String::new(),
                };
                Raw {
                    id: n + 1,
                    time: at,
                    received: at,
                    level,
                    source: source.to_owned(),
                    message,
                    fields,
                    colours: Default::default(),
                }
            };
            let lines: Vec<Raw> = (n..(n + block::LINES as u64).min(count)).map(line).collect();
            n += lines.len() as u64;
            let Some(sealed) = block::seal(&lines).map_err(|e| e.to_string())? else {
                break;
            };
            blocks::put(&mut tx, &sealed).await.map_err(|e| e.to_string())?;
        }
        tx.commit().await.map_err(words_of)?;
    }
    let ids = "INSERT INTO sqlite_sequence (name, seq) VALUES ('line', ?) ON CONFLICT DO NOTHING";
    // What the first start said stands before all of it.
    sqlx::query("DELETE FROM line")
        .execute(&mut conn)
        .await
        .map_err(words_of)?;
    sqlx::query("DELETE FROM sqlite_sequence WHERE name = 'line'")
        .execute(&mut conn)
        .await
        .map_err(words_of)?;
    sqlx::query(ids)
        .bind(n as i64)
        .execute(&mut conn)
        .await
        .map_err(words_of)?;
    Ok(())
}

async fn search() -> Result<(), String> {
    let count = std::env::var(LINES_BY)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(LINES);
    let folder = server::folder()?;
    let data = server::data(folder.path());
    let tokens = tokens(&data).await?;
    // Once without lines, for the file; then again.
    drop(server::start_on(&data)?);
    eprintln!("{} lines are made ...", thousands(count));
    let began = Instant::now();
    fill(&data, count).await?;
    let (lines, bytes, kept) = blocks_of(&data).await?;
    println!(
        "\nSearching {} log lines ({} of text, kept in {}: {:.2} bytes a byte; made in {:.0} s) while {} a second come",
        thousands(lines),
        megabytes(bytes),
        megabytes(kept),
        kept as f64 / bytes as f64,
        began.elapsed().as_secs_f64(),
        thousands(MEANWHILE),
    );
    // All the while lines of one source go out of their blocks, and what stays is sealed anew.
    let server = server::start_with(folder, &["--keep-logs-of", RETENTION, "--keep-logs-every-seconds", "1"])?;
    let stop = Arc::new(AtomicBool::new(false));
    let bringing = {
        let (url, token, stop) = (
            format!("http://{}/ingest/logs", server.process.address),
            tokens.ingest.clone(),
            stop.clone(),
        );
        tokio::spawn(async move {
            let (client, mut request) = (Client::new(), 1_000_000);
            while !stop.load(Relaxed) {
                let due = Instant::now() + Duration::from_millis(1_000 * BATCH / MEANWHILE);
                let sent = client.post(&url).bearer_auth(&token).body(ndjson(request)).send().await;
                if !sent.is_ok_and(|answer| answer.status().is_success()) {
                    return Err("lines were refused meanwhile".to_owned());
                }
                request += 1;
                tokio::time::sleep_until(due.into()).await;
            }
            Ok(())
        })
    };
    println!("                                   ms: p50      p99    of the server's CPU, ms each");
    let (web, bearer) = (Web::new(server.process.address), format!("Bearer {}", tokens.read));
    let kinds: [(&str, &dyn Fn(u64) -> String); 9] = [
        ("rare: a number", &|i| format!("order {}", i * 97_003 % count)),
        ("rare: a field", &|i| format!("order_id={}", i * 97_003 % count / 3 * 3)),
        ("nowhere", &|i| format!("absent{i}")),
        ("common word", &|i| {
            ["accepted", "renewed", "moved", "book"][i as usize % 4].to_owned()
        }),
        ("phrase", &|i| format!("\"timed out after {}\"", i * 151 % 9_000)),
        ("common phrase", &|_| "\"Upstream timed out\"".to_owned()),
        ("level and source", &|i| {
            format!("level>=warn source:{}", SOURCES[i as usize % 5])
        }),
        ("substring", &|i| format!("*pdated{i}*")),
        ("regex", &|i| format!("/after 88{}\\d ms, venue XLON/", i % 10)),
    ];
    let mut worst = 0.0_f64;
    for (place, (name, query)) in kinds.into_iter().enumerate() {
        let mut times = Times::default();
        let before = server.process.cpu()?;
        for i in 0..SEARCHES {
            let query: String = query(i).bytes().map(|byte| format!("%{byte:02X}")).collect();
            let path = format!("/api/v1/logs?limit=50&query={query}");
            web.get(&path, (header::AUTHORIZATION, &bearer), &mut times).await?;
        }
        let cpu = server.process.cpu()?.saturating_sub(before).as_secs_f64() * 1e3 / SEARCHES as f64;
        println!(
            "  {name:<24} {:>14.1}  {:>7.1}    {cpu:>10.1}",
            times.median(),
            times.p99()
        );
        // Rare, common and phrase are held to the target; what comes after is told.
        if place < 7 {
            worst = worst.max(times.p99());
        }
    }
    stop.store(true, Relaxed);
    bringing.await.map_err(|e| e.to_string())??;
    let (left, _, takes) = blocks_of(&data).await?;
    println!(
        "  meanwhile retention ({RETENTION}) left {} of {} lines in blocks, in {}",
        thousands(left),
        thousands(lines),
        megabytes(takes),
    );
    println!(
        "  target {FOUND} ms, p99 of all but the last two: {} ({worst:.0})",
        against(worst, FOUND)
    );
    Ok(())
}
