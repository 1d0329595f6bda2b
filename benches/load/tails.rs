//! What two hundred who follow the log cost while lines come all the time.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use reqwest::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    report::{megabytes, thousands},
    server,
    services::{BATCH, ndjson},
    ticks::tokens,
};

const TAILS: u64 = 200;
/// Lines a second.
const RATE: u64 = 5_000;
const SECONDS: u64 = 15;

/// Measures and prints.
///
/// # Errors
/// When a line is refused or a stream ends.
pub async fn run() -> Result<(), String> {
    let folder = server::folder()?;
    let tokens = tokens(&server::data(folder.path())).await?;
    let server = server::start(folder)?;
    let address = server.process.address;
    println!(
        "\n{} lines a second to {TAILS} who follow them, {SECONDS} s each: everything, one query all of them, a query each",
        thousands(RATE)
    );
    println!("                          CPU, µs a line   lines read of those asked for   memory, before    after");
    let mut request = 0;
    for (name, query) in [
        ("no query", None),
        ("one query", Some("level>=warn")),
        ("a query each", Some("level>=warn -absent")),
    ] {
        let (lines, mut readers) = (Arc::new(AtomicU64::new(0)), JoinSet::new());
        for number in 0..TAILS {
            let query = match (query, name) {
                (None, _) => String::new(),
                (Some(query), "a query each") => encoded(&format!("{query}{number}")),
                (Some(query), _) => encoded(query),
            };
            let mut stream = TcpStream::connect(address).await.map_err(|e| e.to_string())?;
            let head = format!(
                "GET /events?topics=logs&query={query} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n",
                tokens.read
            );
            stream.write_all(head.as_bytes()).await.map_err(|e| e.to_string())?;
            readers.spawn(follow(stream, lines.clone()));
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (before, memory) = (server.process.cpu()?, server.process.memory()?);
        lines.store(0, Relaxed);
        let (client, began) = (Client::new(), Instant::now());
        let mut asked_for = 0;
        for n in 0..RATE * SECONDS / BATCH {
            tokio::time::sleep_until((began + Duration::from_millis(1_000 * BATCH * n / RATE)).into()).await;
            let body = ndjson(request);
            let loud = |line: &&[u8]| {
                query.is_none()
                    || memchr::memmem::find(line, b"\"level\":\"warn\"").is_some()
                    || memchr::memmem::find(line, b"\"level\":\"error\"").is_some()
            };
            asked_for += TAILS
                * body
                    .split(|byte| *byte == b'\n')
                    .filter(|line| !line.is_empty())
                    .filter(loud)
                    .count() as u64;
            request += 1;
            let sent = client
                .post(format!("http://{address}/ingest/logs"))
                .bearer_auth(&tokens.ingest)
                .body(body)
                .send()
                .await;
            if !sent.is_ok_and(|answer| answer.status().is_success()) {
                return Err("lines were refused".into());
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let cpu = server.process.cpu()?.saturating_sub(before);
        let after = server.process.memory()?;
        if readers.try_join_next().is_some() {
            return Err("a stream ended".into());
        }
        println!(
            "  {name:<22} {:>15.1}   {:>20} of {:>8}   {:>14} {:>8}",
            cpu.as_secs_f64() * 1e6 / (RATE * SECONDS) as f64,
            thousands(lines.load(Relaxed)),
            thousands(asked_for),
            megabytes(memory.resident),
            megabytes(after.resident),
        );
    }
    Ok(())
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Reads on, counting lines.
async fn follow(mut stream: TcpStream, lines: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = stream.read(&mut buffer).await {
        if length == 0 {
            return;
        }
        // What is cut in two by the end of the buffer is missed.
        let count = memchr::memmem::find_iter(&buffer[..length], b"\"message\":").count();
        lines.fetch_add(count as u64, Relaxed);
    }
}
