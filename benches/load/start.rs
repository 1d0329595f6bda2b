//! How long from nothing to healthy, how large at rest, and how much a browser downloads.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

use crate::{
    report::{Spread, against, megabytes},
    server::{self, Server},
};

const RUNS: usize = 10;
/// Milliseconds.
const START_TARGET: f64 = 150.0;
/// Bytes.
const MEMORY_TARGET: u64 = 30_000_000;
/// Bytes.
const WASM_TARGET: u64 = 350_000;
const AT_REST: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(10);

/// Measures and prints.
///
/// # Errors
/// When the server doesn't start or isn't healthy.
pub async fn run() -> Result<(), String> {
    eprintln!("starting {RUNS} times ...");
    let mut starts = Vec::with_capacity(RUNS);
    for run in 1..=RUNS {
        let (_server, took) = cold()?;
        starts.push(took.as_secs_f64() * 1e3);
        // Also where a request to stop is heard.
        tokio::time::sleep(Duration::from_millis(if run < RUNS { 50 } else { 0 })).await;
    }
    let (server, _) = cold()?;
    tokio::time::sleep(AT_REST).await;
    let memory = server.process.memory()?;
    let starts = Spread::of(starts);
    println!("\nStart, on an empty data folder, until /health answers 200 ({RUNS} runs, program in the disk cache)");
    let verdict = against(starts.median, START_TARGET);
    println!(
        "  time      {} ms; target {START_TARGET:.0} ms: {verdict}",
        starts.text(0)
    );
    let verdict = against(memory.resident as f64, MEMORY_TARGET as f64);
    println!(
        "  memory    {} resident {} s later, {} of it heap and stacks; target {}: {verdict}",
        megabytes(memory.resident),
        AT_REST.as_secs(),
        megabytes(memory.anonymous),
        megabytes(MEMORY_TARGET),
    );
    wasm();
    Ok(())
}

fn cold() -> Result<(Server, Duration), String> {
    let folder = server::folder()?;
    let began = Instant::now();
    let server = server::start(folder)?;
    while !is_healthy(server.process.address) {
        if began.elapsed() > PATIENCE {
            return Err("the server started but never became healthy".into());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok((server, began.elapsed()))
}

fn is_healthy(address: SocketAddr) -> bool {
    let ask = || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let request = format!("GET /health HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes())?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).map(|()| answer)
    };
    ask().is_ok_and(|answer: [u8; 12]| &answer == b"HTTP/1.1 200")
}

/// The browser's code as it is sent: compressed when the site was built.
fn wasm() {
    let sent = server::built_site().and_then(|root| largest(&root.join("pkg"), ".wasm.br"));
    match sent {
        Some(bytes) => println!(
            "  browser   {:.0} kB of WebAssembly in brotli; target {:.0} kB: {}",
            bytes as f64 / 1e3,
            WASM_TARGET as f64 / 1e3,
            against(bytes as f64, WASM_TARGET as f64),
        ),
        None => println!("  browser   not measured: there is no compressed site; `make build` makes one"),
    }
}

fn largest(folder: &Path, ending: &str) -> Option<u64> {
    std::fs::read_dir(folder)
        .ok()?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(ending))
        .filter_map(|entry| entry.metadata().ok())
        .map(|metadata| metadata.len())
        .max()
}
