//! Measures the server as it will run: a process of its own under load, beside the least that it could be done for, a bare
//! axum, a bare SQLite or a bare index, which is measured the same way in the same run, so that the figures mean something
//! on any machine.
//!
//! `make bench` runs everything, `cargo bench --features ssr --bench load -- idle` one scenario. It asserts no
//! speed: it fails only when something did not work.

mod alerts;
mod bare;
mod commits;
mod crowd;
mod idle;
mod lines;
mod million;
mod moments;
mod open_files;
mod pages;
mod people;
mod poster;
mod posts;
mod process;
mod readers;
mod report;
mod returning;
mod room;
mod search;
mod server;
mod services;
mod socket;
mod start;
mod tails;
mod thousand;
mod ticks;
mod web;
mod words;
mod year;

use std::process::ExitCode;

use squawkbox::server::shutdown::asked_to_stop;

/// What can be measured, in the order of a full run.
const SCENARIOS: [&str; 13] = [
    "start", "idle", "room", "thousand", "posts", "pages", "search", "ticks", "readers", "lines", "tails", "moments",
    "alerts",
];
/// Files that the largest scenario has open in one process, with room to spare.
const OPEN_FILES: u64 = 4_096;

fn main() -> ExitCode {
    let (flags, names): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with("--"));
    if names == [bare::ARGUMENT] {
        return finish(bare::serve());
    }
    // `cargo bench` says so; `cargo test --all-targets` runs this program too, and must not wait for it.
    if names.is_empty() && !flags.iter().any(|flag| flag == "--bench") {
        println!("Run `cargo bench --features ssr --bench load`, or name one of: {SCENARIOS:?}.");
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = names.iter().find(|name| !SCENARIOS.contains(&name.as_str())) {
        return finish(Err(format!("{unknown} can't be measured; name one of: {SCENARIOS:?}.")));
    }
    finish(open_files::allow(OPEN_FILES).and_then(|()| measure(&names)))
}

fn finish(outcome: Result<(), String>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(names: &[String]) -> Result<(), String> {
    // One thread: the load must leave the rest of a small machine to the servers.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("the runtime can't start: {e}"))?;
    runtime.block_on(async {
        tokio::select! {
            outcome = run(names) => outcome,
            // Whatever was measuring is dropped, and the processes it started with it.
            () = asked_to_stop() => Err("stopped before the end".into()),
        }
    })
}

async fn run(names: &[String]) -> Result<(), String> {
    report::machine();
    for scenario in SCENARIOS {
        if names.is_empty() || names.iter().any(|name| name == scenario) {
            let outcome = match scenario {
                "start" => start::run().await,
                "idle" => idle::run().await,
                "thousand" => thousand::run().await,
                "posts" => posts::run().await,
                "pages" => pages::run().await,
                "search" => search::run().await,
                "ticks" => ticks::run().await,
                "readers" => readers::run().await,
                "lines" => lines::run().await,
                "tails" => tails::run().await,
                "moments" => moments::run().await,
                "alerts" => alerts::run().await,
                _ => room::run().await,
            };
            outcome.map_err(|e| format!("{scenario}: {e}"))?;
        }
    }
    Ok(())
}
