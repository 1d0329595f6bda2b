//! What it costs to deliver a message to a full room, beside the least that axum could do it for.

use std::time::Duration;

use crate::{
    bare,
    crowd::{Crowd, Round, To},
    people,
    process::Process,
    report::{Spread, against, quantile, thousands},
    server,
};

const PEOPLE: usize = 300;
/// Messages a second.
const PACE: u32 = 50;
/// Of each server, by turns: the machine's mood changes and must touch both alike.
const ROUNDS: usize = 5;
const WARM_UP: u32 = 2;
/// Seconds of a round.
const MEASURED: u32 = 8;
/// How long both are watched with everyone connected and nobody speaking.
const REST: Duration = Duration::from_secs(5);
/// Times the CPU time of the bare broadcast.
const TARGET: f64 = 1.5;

/// Measures and prints.
///
/// # Errors
/// When a socket breaks, a message is refused or lost, or an order is wrong.
pub async fn run() -> Result<(), String> {
    let folder = server::folder()?;
    let people = people::create(&server::data(folder.path()), PEOPLE).await?;
    let (bare, server) = (bare::start()?, server::start(folder)?);
    let mut around_bare = Crowd::gather(&bare, &people, To::Bare).await?;
    let mut around_ours = Crowd::gather(&server.process, &people, To::Ours).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let resting = at_rest(&server.process).await?;
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        eprintln!("round {round} of {ROUNDS}: {} s ...", 2 * (WARM_UP + MEASURED));
        theirs.push(measure("bare axum", &mut around_bare, &bare).await?);
        ours.push(measure("squawkbox", &mut around_ours, &server.process).await?);
    }
    println!(
        "\nA full room: {PEOPLE} people, {PACE} messages a second, {ROUNDS} rounds of {MEASURED} s each, by turns; \
         medians (lowest to highest)"
    );
    println!("             CPU per delivery, µs     send to receipt, ms: p50      p99                deliveries");
    print("bare axum", &theirs);
    print("squawkbox", &ours);
    let ratio = |without: f64| {
        let pairs = ours.iter().zip(&theirs);
        Spread::of(pairs.map(move |(ours, theirs)| (ours.per_delivery() - without) / theirs.per_delivery()))
    };
    let whole = ratio(0.0);
    let verdict = against(whole.median, TARGET);
    println!(
        "  times the bare one's CPU: {}; target {TARGET}: {verdict}. Ours keeps every message on the disk too.",
        whole.text(2)
    );
    let share = resting / (f64::from(PACE) * PEOPLE as f64);
    println!(
        "  With everyone here and silent, ours takes {:.1} ms of CPU a second (demo prices, upkeep); without that, \
         {:.2} times.",
        resting / 1e3,
        ratio(share).median,
    );
    let rounds = theirs.iter().chain(&ours);
    match rounds.map(|round| round.expected.abs_diff(round.delivered)).sum() {
        0_u64 => Ok(()),
        off => Err(format!("{} deliveries too few or too many", thousands(off))),
    }
}

async fn measure(name: &str, crowd: &mut Crowd, process: &Process) -> Result<Round, String> {
    let count = |seconds: u32| u64::from(seconds * PACE);
    let each = Duration::from_secs(1) / PACE;
    let round = crowd.round(process, count(WARM_UP), count(MEASURED), each).await;
    round.map_err(|e| format!("{name}: {e}"))
}

/// µs of CPU time a second.
async fn at_rest(process: &Process) -> Result<f64, String> {
    let before = process.cpu()?;
    tokio::time::sleep(REST).await;
    Ok((process.cpu()?.saturating_sub(before)).as_secs_f64() * 1e6 / REST.as_secs_f64())
}

impl Round {
    /// µs of CPU time.
    fn per_delivery(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.delivered.max(1) as f64
    }
}

fn print(name: &str, rounds: &[Round]) {
    let latency = |share| Spread::of(rounds.iter().map(|round| quantile(&round.latencies, share) / 1e3));
    let sum = |count: fn(&Round) -> u64| thousands(rounds.iter().map(count).sum());
    println!(
        "  {name:<10} {:>20}   {:>22}   {:>18}   {:>9} of {}",
        Spread::of(rounds.iter().map(Round::per_delivery)).text(2),
        latency(0.5).text(1),
        latency(0.99).text(1),
        sum(|round| round.delivered),
        sum(|round| round.expected),
    );
}
