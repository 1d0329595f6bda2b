//! Log lines in, by protocol, each acknowledged after its commit; then searched among ten million while more come.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use futures::future::try_join_all;
use reqwest::{Client, header};
use squawkbox::logs::server::block;

use crate::{
    report::{Times, against, megabytes, thousands},
    server,
    services::{BATCH, SOURCES, blocks_of, fill, loki, ndjson},
    ticks::tokens,
    web::Web,
};

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
