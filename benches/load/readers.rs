//! Prices that change all the time, to many readers, some of whom don't read; beside a bare broadcast of the same events.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use reqwest::Client;
use squawkbox::time::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::{
    bare,
    process::Process,
    report::{quantile, thousands},
    server,
    ticks::tokens,
};

const SYMBOLS: u64 = 500;
/// Ticks a second, over all symbols.
const RATE: u64 = 5_000;
/// Ticks in a request, one every 20 ms.
const BATCH: u64 = 100;
const READERS: usize = 200;
/// Of the readers, those whose events are timed; the others only count theirs, which costs the machine less.
const TIMED: usize = 10;
/// Readers who take nothing, beside the others.
const STALLED: usize = 50;
/// Before the measured part.
const WARM_UP: Duration = Duration::from_secs(3);
const SECONDS: u64 = 15;

/// Whom the readers listen to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum To {
    Ours,
    Bare,
}

/// What one round brought.
struct Round {
    cpu: Duration,
    ticks: u64,
    events: u64,
    /// From a tick's being sent until its event was read, in milliseconds, ascending.
    latencies: Vec<f64>,
}

/// What the readers have counted.
#[derive(Default)]
struct Tally {
    events: AtomicU64,
    latencies: Mutex<Vec<f64>>,
}

/// Measures and prints.
///
/// # Errors
/// When a tick is refused or a stream ends.
pub async fn run() -> Result<(), String> {
    let folder = server::folder()?;
    let tokens = tokens(&server::data(folder.path())).await?;
    let server = server::start(folder)?;
    let bare = bare::start()?;
    println!(
        "\n{} ticks a second of {SYMBOLS} symbols to {READERS} readers for {SECONDS} s",
        thousands(RATE)
    );
    println!(
        "                          CPU, µs a tick   ns an event   events a second   ms from sent to read: p50     p99"
    );
    let floor = round(&bare, To::Bare, &tokens.read, &tokens.ingest, 0).await?;
    floor.print("bare broadcast");
    let ours = round(&server.process, To::Ours, &tokens.read, &tokens.ingest, 0).await?;
    ours.print("squawkbox");
    let beside = round(&server.process, To::Ours, &tokens.read, &tokens.ingest, STALLED).await?;
    beside.print(&format!("and {STALLED} who stall"));
    println!(
        "  prices are gathered for 100 ms and written down before they are shown. What {STALLED} who don't read cost those who \
         do: {:+.0} ms of p99, {:+.0} % of CPU.",
        quantile(&beside.latencies, 0.99) - quantile(&ours.latencies, 0.99),
        (beside.cpu.as_secs_f64() / ours.cpu.as_secs_f64() - 1.0) * 100.0,
    );
    Ok(())
}

impl Round {
    fn print(&self, name: &str) {
        let cpu = self.cpu.as_secs_f64();
        println!(
            "  {name:<22}  {:>14.1}   {:>11.0}   {:>15.0}   {:>25.1} {:>7.1}",
            cpu * 1e6 / self.ticks as f64,
            cpu * 1e9 / self.events.max(1) as f64,
            self.events as f64 / SECONDS as f64,
            quantile(&self.latencies, 0.5),
            quantile(&self.latencies, 0.99),
        );
    }
}

async fn round(process: &Process, to: To, read: &str, ingest: &str, stalled: usize) -> Result<Round, String> {
    let tally = Arc::new(Tally::default());
    let mut readers = JoinSet::new();
    let mut idle = Vec::with_capacity(stalled);
    for number in 0..READERS + stalled {
        let stream = open(process.address, read).await?;
        if number < READERS {
            readers.spawn(listen(stream, tally.clone(), number < TIMED));
        } else {
            idle.push(stream);
        }
    }
    let client = Client::new();
    let requests = RATE / BATCH;
    let mut number = 0;
    send(
        &client,
        process.address,
        to,
        ingest,
        &mut number,
        requests * WARM_UP.as_secs(),
    )
    .await?;
    tally.events.store(0, Relaxed);
    tally.latencies.lock().unwrap_or_else(PoisonError::into_inner).clear();
    let before = process.cpu()?;
    send(&client, process.address, to, ingest, &mut number, requests * SECONDS).await?;
    let cpu = process.cpu()?.saturating_sub(before);
    let events = tally.events.load(Relaxed);
    if let Some(ended) = readers.try_join_next() {
        return Err(format!("a stream ended: {ended:?}"));
    }
    let mut latencies = std::mem::take(&mut *tally.latencies.lock().unwrap_or_else(PoisonError::into_inner));
    latencies.sort_by(f64::total_cmp);
    if latencies.is_empty() {
        return Err("nobody read anything".into());
    }
    Ok(Round {
        cpu,
        ticks: RATE * SECONDS,
        events,
        latencies,
    })
}

/// Sends so many requests, each when its time has come.
async fn send(
    client: &Client,
    address: SocketAddr,
    to: To,
    token: &str,
    number: &mut u64,
    requests: u64,
) -> Result<(), String> {
    let url = format!("http://{address}/ingest/ticks");
    let began = Instant::now();
    for n in 0..requests {
        let due = began + Duration::from_secs(1) * n as u32 * BATCH as u32 / RATE as u32;
        tokio::time::sleep_until(due.into()).await;
        let request = client.post(&url).bearer_auth(token).body(body(to, *number));
        *number += 1;
        let answer = request.send().await.map_err(|e| e.to_string())?;
        if !answer.status().is_success() {
            return Err(format!("ticks were refused: {}", answer.status()));
        }
    }
    Ok(())
}

/// Ticks of now; for the bare server, as the events that ours makes of them.
fn body(to: To, number: u64) -> String {
    use std::fmt::Write;
    let now = Timestamp::now();
    let mut out = String::with_capacity(BATCH as usize * 320);
    for n in number * BATCH..(number + 1) * BATCH {
        let (symbol, seq) = (n % SYMBOLS, n / SYMBOLS);
        let cents = 10_000 + symbol * 977 + seq * 31 % 400;
        let last = format!("{}.{:02}", cents / 100, cents % 100);
        // Into a string it can't fail.
        let _ = match to {
            To::Ours => writeln!(
                out,
                r#"{{"symbol":"SYM-{symbol:03}","venue":"load","last":"{last}","time":"{now}"}}"#
            ),
            To::Bare => write!(
                out,
                "id: ticker:{n}\nevent: ticker\ndata: {{\"quote\":{{\"version\":{n},\"symbol\":\"SYM-{symbol:03}\",\
                 \"venue\":\"load\",\"last\":\"{last}\",\"open\":\"{last}\",\"change\":[\"+0.00\",\"+0.00%\"],\"bid\":null,\
                 \"ask\":null,\"volume\":null,\"time\":\"{now}\"}}}}\n\n"
            ),
        };
    }
    out
}

/// A stream of events, as a program opens it.
async fn open(address: SocketAddr, token: &str) -> Result<TcpStream, String> {
    let words = |e: std::io::Error| format!("a stream can't be opened: {e}");
    let mut stream = TcpStream::connect(address).await.map_err(words)?;
    let request = format!(
        "GET /events?topics=ticker HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.map_err(words)?;
    Ok(stream)
}

/// Reads on, counting events, and timing them.
async fn listen(mut stream: TcpStream, tally: Arc<Tally>, is_timed: bool) {
    const DATA: &[u8] = b"\ndata: {\"quote\"";
    const TIME: &[u8] = b"\"time\":\"";
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = stream.read(&mut buffer).await {
        if length == 0 {
            return;
        }
        let read = &buffer[..length];
        // What is cut in two by the end of the buffer is missed: one in some hundreds.
        let events = memchr::memmem::find_iter(read, DATA).count() as u64;
        tally.events.fetch_add(events, Relaxed);
        if !is_timed {
            continue;
        }
        let now = Timestamp::now().micros();
        let mut latencies = tally.latencies.lock().unwrap_or_else(PoisonError::into_inner);
        for at in memchr::memmem::find_iter(read, TIME) {
            let time = read.get(at + TIME.len()..at + TIME.len() + 27);
            let time = time
                .and_then(|time| std::str::from_utf8(time).ok())
                .and_then(Timestamp::parse);
            if let Some(time) = time {
                latencies.push((now - time.micros()) as f64 / 1e3);
            }
        }
    }
}
