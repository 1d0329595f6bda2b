//! What a page of one clock costs where a million messages and ten million log lines are kept, beside one of an empty desk.

use std::time::Duration;

use reqwest::header;
use squawkbox::time::Timestamp;

use crate::{
    million::{self, MESSAGES},
    people::Person,
    report::{Times, against, thousands},
    server::{self, Server},
    services,
    web::Web,
};

const LINES: u64 = 10_000_000;
const PAGES: u64 = 200;
/// Milliseconds, p99.
const TARGET: f64 = 100.0;
/// Seconds of the two weeks in which the lines lie.
const REACH: u64 = 13 * 86_400;

/// Measures and prints.
///
/// # Errors
/// When a page doesn't come.
pub async fn run() -> Result<(), String> {
    let million = million::ready().await?;
    if services::blocks_of(&million.data).await.map_or(0, |(lines, ..)| lines) < LINES {
        drop(server::start_on(&million.data)?);
        eprintln!("{} lines are made, once ...", thousands(LINES));
        services::fill(&million.data, LINES).await?;
    }
    let server = server::start_on(&million.data)?;
    println!(
        "\nPages of one clock, {PAGES} instants at random, among {} messages and {} log lines",
        thousands(MESSAGES),
        thousands(LINES),
    );
    println!("                          CPU, ms     ms: p50        p99        size");
    let now = Timestamp::now();
    let at = |i: u64| now.plus_seconds(-(((i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % REACH) as i64));
    let mut worst = 0.0_f64;
    for (name, span, q) in [
        ("a minute", 60, ""),
        ("an hour", 3_600, ""),
        ("an hour, of errors", 3_600, "level>=error"),
    ] {
        let mut times = Times::default();
        let path = |i| format!("/at/{}?span={span}&q={}", at(i), q.replace(">=", "%3E%3D"));
        let (cpu, bytes) = measure(&server, &million.reader, &mut times, path).await?;
        println!(
            "  {name:<20} {cpu:>9.1}   {:>9.1}  {:>9.1}   {bytes:>6} kB",
            times.median(),
            times.p99()
        );
        worst = worst.max(times.p99());
    }
    println!("  target {TARGET} ms, p99: {} ({worst:.0})", against(worst, TARGET));
    Ok(())
}

async fn measure(
    server: &Server,
    who: &Person,
    times: &mut Times,
    path: impl Fn(u64) -> String,
) -> Result<(f64, usize), String> {
    let web = Web::new(server.process.address);
    let cookie = || (header::COOKIE, who.cookie.as_str());
    for i in 0..10 {
        web.get(&path(i), cookie(), &mut Times::default()).await?;
    }
    let (before, mut bytes) = (server.process.cpu()?, 0);
    for i in 0..PAGES {
        // As many as a person may ask for.
        tokio::time::sleep(Duration::from_millis(100)).await;
        bytes += web.get(&path(i), cookie(), times).await?.len();
    }
    let cpu = server.process.cpu()?.saturating_sub(before).as_secs_f64() * 1e3 / PAGES as f64;
    Ok((cpu, bytes / PAGES as usize / 1_000))
}
