//! How many messages a second are kept, and how long each takes to be acknowledged, beside bare commits on the same disk.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use squawkbox::{
    chat::server::{Chat, rooms},
    ids::RoomId,
};

use crate::{
    commits::Commits,
    people::{self, Person},
    poster::{BURST, Poster},
    report::{Spread, Times, against, thousands},
    server::{self, Server},
    socket::{BODY, ROOM},
};

/// People with a page open, in every measurement of those in rooms of their own.
const PEOPLE: usize = 64;
const ROUNDS: usize = 8;
/// After this a person may post [`BURST`] at once again.
const REST: Duration = Duration::from_millis(2_200);
/// Posts a second, of 16 posters.
const TARGET: f64 = 5_000.0;
/// Times a bare commit, of one poster, each by the slowest of a hundred.
const ALONE_TARGET: f64 = 3.0;

/// A number of posters and what they did.
struct Measured {
    name: String,
    posters: Vec<Poster>,
    /// Messages of one poster that wait for their acknowledgement at once.
    ahead: usize,
    /// Posts a second, of each round.
    rates: Vec<f64>,
    cpu: Duration,
    said: usize,
    /// Rows a second of the bare commits, and how long each took.
    floor: (Vec<f64>, Times),
}

/// Measures and prints.
///
/// # Errors
/// When a message is refused or a socket ends.
pub async fn run() -> Result<(), String> {
    let folder = server::folder()?;
    let data = server::data(folder.path());
    let people = people::create(&data, PEOPLE).await?;
    let own = rooms_of_their_own(&data, &people).await?;
    let server = server::start(folder)?;
    let mut bare = Commits::open().await?;
    let mut apart = Vec::new();
    for (posters, ahead) in [(1, 1), (16, 1), (64, 1), (16, 8)] {
        let name = format!("{posters} posters{}", if ahead > 1 { ", 8 ahead" } else { "" });
        apart.push(measure(&server, &mut bare, name, posters, ahead, &own).await?);
    }
    println!(
        "\nDurable posts, {ROUNDS} rounds; {PEOPLE} people have a page open, each on a room of their own; medians (lowest to \
         highest)"
    );
    println!("                        posts a second         CPU, µs     ms to acknowledgement: p50      p99");
    apart.iter().for_each(Measured::print);
    println!("  bare commits, as many rows in each as there are posters: rows a second, ms a commit");
    apart[..3].iter().for_each(Measured::print_floor);
    let [alone, sixteen, ..] = &apart[..] else {
        return Ok(());
    };
    let rate = Spread::of(sixteen.rates.iter().copied()).median;
    let (p99, commit) = (Measured::slowest(alone), &alone.floor.1);
    println!(
        "  target {} posts a second of 16: {}. Target of one: {ALONE_TARGET} times a bare commit, p99 by p99: {} ({:.1}; \
         {:.1} times its median).",
        thousands(TARGET as u64),
        against(-rate, -TARGET),
        against(p99 / commit.p99(), ALONE_TARGET),
        p99 / commit.p99(),
        p99 / commit.median(),
    );
    drop(apart);
    println!("  the same in one room, which all who post have open: posts a second, CPU, ms; deliveries a second");
    for posters in [16, 64] {
        let together: Vec<_> = people[..posters].iter().map(|person| (person, ROOM)).collect();
        let name = format!("{posters} in one room");
        let measured = measure(&server, &mut bare, name, posters, 1, &together).await?;
        measured.print();
        let deliveries = Spread::of(measured.rates.iter().map(|rate| rate * posters as f64));
        println!("    {} deliveries a second", thousands(deliveries.median as u64));
    }
    Ok(())
}

/// A private room for each.
async fn rooms_of_their_own<'a>(
    data: &std::path::Path,
    people: &'a [Person],
) -> Result<Vec<(&'a Person, RoomId)>, String> {
    people::at_desk(data, async |desk, shutdown| {
        let words = |e| format!("a room can't be made: {e}");
        let chat = Chat::start(desk, shutdown).await.map_err(words)?;
        let mut own = Vec::with_capacity(people.len());
        for person in people {
            let name = format!("of-{}", person.who.name);
            let room = rooms::create(&chat, person.who.id, &name, true).await.map_err(words)?;
            own.push((person, room.id));
        }
        Ok(own)
    })
    .await
}

async fn measure(
    server: &Server,
    bare: &mut Commits,
    name: String,
    posters: usize,
    ahead: usize,
    people: &[(&Person, RoomId)],
) -> Result<Measured, String> {
    eprintln!("{name}: {ROUNDS} rounds ...");
    let mut seated = Vec::with_capacity(posters);
    for seats in people.chunks(people.len() / posters) {
        seated.push(Poster::sit(server.process.address, seats).await?);
    }
    let mut measured = Measured {
        name,
        posters: seated,
        ahead,
        rates: Vec::new(),
        cpu: Duration::ZERO,
        said: people.len() * BURST,
        floor: (Vec::new(), Times::default()),
    };
    for _ in 0..ROUNDS {
        let began = Instant::now();
        bare.run(measured.said, posters, BODY, &mut measured.floor.1).await?;
        measured
            .floor
            .0
            .push(measured.said as f64 / began.elapsed().as_secs_f64());
        tokio::time::sleep(REST).await;
        measured.round(server).await?;
    }
    Ok(measured)
}

impl Measured {
    async fn round(&mut self, server: &Server) -> Result<(), String> {
        let before = server.process.cpu()?;
        let began = Instant::now();
        try_join_all(self.posters.iter_mut().map(|poster| poster.post(self.ahead))).await?;
        self.rates.push(self.said as f64 / began.elapsed().as_secs_f64());
        self.cpu += server.process.cpu()?.saturating_sub(before);
        Ok(())
    }

    /// Of every poster's times the share asked for.
    fn times(&self) -> Times {
        Times::of(self.posters.iter().map(Poster::times))
    }

    fn slowest(&self) -> f64 {
        self.times().p99()
    }

    fn print(&self) {
        let times = self.times();
        println!(
            "  {:<18} {:>24}   {:>9.0}   {:>26.2}  {:>7.2}",
            self.name,
            Spread::of(self.rates.iter().copied()).text(0),
            self.cpu.as_secs_f64() * 1e6 / (self.said * ROUNDS) as f64,
            times.median(),
            times.p99(),
        );
    }

    fn print_floor(&self) {
        let (rates, times) = &self.floor;
        println!(
            "  {:<18} {:>24}   {:>9}   {:>26.2}  {:>7.2}",
            format!("{} a commit", self.posters.len()),
            Spread::of(rates.iter().copied()).text(0),
            "",
            times.median(),
            times.p99(),
        );
    }
}
