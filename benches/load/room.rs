//! What it costs to deliver a message to a full room, beside the least that axum could do it for.

use std::time::Duration;

use crate::{
    bare,
    crowd::{Crowd, Round, To},
    people::{self, Person},
    process::Process,
    report::{Spread, against, quantile, thousands},
    server,
};

/// How many, how often, how long.
pub struct Scale {
    /// Everyone has one socket.
    pub people: usize,
    /// Messages a second.
    pub pace: u32,
    /// Of each server, by turns: the machine's mood changes and must touch both alike.
    pub rounds: usize,
    /// Seconds before a round counts.
    pub warm_up: u32,
    /// Seconds of a round.
    pub measured: u32,
}

const FULL: Scale = Scale {
    people: 300,
    pace: 50,
    rounds: 5,
    warm_up: 2,
    measured: 8,
};
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
    let people = people::create(&server::data(folder.path()), FULL.people).await?;
    let (bare, server) = (bare::start()?, server::start(folder)?);
    compare(&FULL, &people, &bare, &server.process).await.map(|_| ())
}

/// Measures and prints; gives how many messages there are in the room now.
///
/// # Errors
/// As [`run`].
pub async fn compare(scale: &Scale, people: &[Person], bare: &Process, ours: &Process) -> Result<u64, String> {
    let mut around_bare = Crowd::gather(bare, people, To::Bare).await?;
    let mut around_ours = Crowd::gather(ours, people, To::Ours).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let resting = at_rest(ours).await?;
    let (mut of_theirs, mut of_ours) = (Vec::new(), Vec::new());
    for round in 1..=scale.rounds {
        eprintln!(
            "round {round} of {}: {} s ...",
            scale.rounds,
            2 * (scale.warm_up + scale.measured)
        );
        of_theirs.push(measure(scale, "bare axum", &mut around_bare, bare).await?);
        of_ours.push(measure(scale, "squawkbox", &mut around_ours, ours).await?);
    }
    report(scale, resting, &of_theirs, &of_ours)?;
    Ok(around_ours.said())
}

/// `resting` is µs of CPU a second.
fn report(scale: &Scale, resting: f64, theirs: &[Round], ours: &[Round]) -> Result<(), String> {
    let Scale {
        people,
        pace,
        rounds,
        measured,
        ..
    } = scale;
    println!(
        "\nA full room: {} people, {pace} messages a second, {rounds} rounds of {measured} s each, by turns; medians \
         (lowest to highest)",
        thousands(*people as u64),
    );
    println!("             CPU per delivery, µs     send to receipt, ms: p50      p99                deliveries");
    print("bare axum", theirs);
    print("squawkbox", ours);
    let ratio = |without: f64| {
        let pairs = ours.iter().zip(theirs);
        Spread::of(pairs.map(move |(ours, theirs)| (ours.per_delivery() - without) / theirs.per_delivery()))
    };
    let whole = ratio(0.0);
    let verdict = against(whole.median, TARGET);
    println!(
        "  times the bare one's CPU: {}; target {TARGET}: {verdict}. Ours keeps every message on the disk too.",
        whole.text(2)
    );
    let share = resting / (f64::from(*pace) * *people as f64);
    println!(
        "  With everyone here and silent, ours takes {:.1} ms of CPU a second (demo prices, upkeep); without that, \
         {:.2} times.",
        resting / 1e3,
        ratio(share).median,
    );
    match theirs
        .iter()
        .chain(ours)
        .map(|round| round.expected.abs_diff(round.delivered))
        .sum()
    {
        0_u64 => Ok(()),
        off => Err(format!("{} deliveries too few or too many", thousands(off))),
    }
}

async fn measure(scale: &Scale, name: &str, crowd: &mut Crowd, process: &Process) -> Result<Round, String> {
    let count = |seconds: u32| u64::from(seconds * scale.pace);
    let each = Duration::from_secs(1) / scale.pace;
    let round = crowd
        .round(process, count(scale.warm_up), count(scale.measured), each)
        .await;
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
