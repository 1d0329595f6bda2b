//! How many messages a second are kept, and how long each takes to be acknowledged, beside bare commits on the same disk.

use std::time::{Duration, Instant};

use clap::Parser;
use futures::future::try_join_all;
use squawkbox::{
    chat::server::{Chat, Others, files::shelf::Shelf, rooms},
    ids::RoomId,
    server::config::Cli,
};

use crate::{
    commits::Commits,
    people::{self, Person},
    poster::{BURST, Poster},
    report::{Spread, Times, against, thousands},
    server::{self, Server},
    socket::{BODY, ROOM},
};

/// People with accounts, and with pages open where nothing else is said.
const PEOPLE: usize = 64;
const ROUNDS: usize = 8;
/// After this a person may post [`BURST`] at once again.
const REST: Duration = Duration::from_millis(2_200);
/// Rows of the bare commits in each round of many posters.
const FLOOR: usize = 640;
/// Posts a second, of 16 posters.
const TARGET: f64 = 5_000.0;
/// Times a bare commit, of one poster, each by the slowest of a hundred.
const ALONE_TARGET: f64 = 3.0;

/// A number of posters and what they did.
struct Measured {
    name: &'static str,
    posters: Vec<Poster>,
    /// Posts of one round.
    said: usize,
    /// Those of them that each socket is sent.
    heard: usize,
    /// Posts a second until the last acknowledgement, of each round.
    rates: Vec<f64>,
    /// The same, until the last message had come to everyone.
    heard_rates: Vec<f64>,
    cpu: Duration,
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
    let apart = rooms_of_their_own(&data, &people).await?;
    let together: Vec<_> = people.iter().map(|person| (person, ROOM)).collect();
    let server = server::start(folder)?;
    let mut bare = Commits::open().await?;
    let mut all = Vec::new();
    for (name, posters, ahead, people) in [
        ("1 poster", 1, 1, &together[..1]),
        ("16 posters", 16, 1, &together[..16]),
        ("64 posters", 64, 1, &together[..]),
        ("16, 8 ahead", 16, 8, &together[..16]),
        ("1, 64 rooms", 1, 1, &apart[..]),
        ("16, 64 rooms", 16, 1, &apart[..]),
    ] {
        eprintln!("{name}: {ROUNDS} rounds ...");
        let mut measured = Measured::seat(&server, name, posters, people).await?;
        for _ in 0..ROUNDS {
            measured.round(&server, &mut bare, ahead).await?;
        }
        measured.posters.iter_mut().for_each(Poster::leave);
        all.push(measured);
    }
    println!(
        "\nDurable posts, {ROUNDS} rounds of {BURST} from each person, which is what one may say at once; medians (lowest to \
         highest)"
    );
    println!(
        "                posts a second          and heard by all        CPU, µs     ms to acknowledgement: p50     p99"
    );
    all.iter().for_each(Measured::print);
    println!(
        "  \"8 ahead\": before the first is acknowledged. \"64 rooms\": 64 pages are open, each on a room of its own."
    );
    println!("  bare commits");
    all[..3].iter().for_each(Measured::print_floor);
    let [alone, sixteen, ..] = &all[..] else { return Ok(()) };
    let (p99, commit) = (alone.times().p99(), &alone.floor.1);
    println!(
        "  target {} posts a second of 16: {}. Target of one, {ALONE_TARGET} times a bare commit, p99 by p99: {} ({:.1}; \
         medians {:.1}).",
        thousands(TARGET as u64),
        against(TARGET, Spread::of(sixteen.rates.iter().copied()).median),
        against(p99 / commit.p99(), ALONE_TARGET),
        p99 / commit.p99(),
        alone.times().median() / commit.median(),
    );
    Ok(())
}

/// A private room for each.
async fn rooms_of_their_own<'a>(
    data: &std::path::Path,
    people: &'a [Person],
) -> Result<Vec<(&'a Person, RoomId)>, String> {
    people::at_desk(data, async |desk, shutdown| {
        let words = |e| format!("a room can't be made: {e}");
        let config = Cli::parse_from(["squawkbox"]).serve;
        let shelf = Shelf::open(data.join("files")).map_err(|e| format!("{e}"))?;
        let chat = Chat::start(desk, shelf, Others::default(), &config, shutdown)
            .await
            .map_err(words)?;
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

impl Measured {
    /// Opens a socket for each of `people`, whom the posters share.
    async fn seat(
        server: &Server,
        name: &'static str,
        posters: usize,
        people: &[(&Person, RoomId)],
    ) -> Result<Self, String> {
        let mut seated = Vec::with_capacity(posters);
        for seats in people.chunks(people.len() / posters) {
            seated.push(Poster::sit(server.process.address, seats).await?);
        }
        let said = people.len() * BURST;
        let in_one = people.iter().all(|(_, room)| *room == ROOM);
        Ok(Self {
            name,
            posters: seated,
            said,
            heard: if in_one { said } else { BURST },
            rates: Vec::new(),
            heard_rates: Vec::new(),
            cpu: Duration::ZERO,
            floor: Default::default(),
        })
    }

    async fn round(&mut self, server: &Server, bare: &mut Commits, ahead: usize) -> Result<(), String> {
        tokio::time::sleep(REST).await;
        let (at_once, times) = (self.posters.len(), &mut self.floor.1);
        // One after the other, as many as there will be posts: the first after a rest is the slowest, of either.
        let rows = if at_once == 1 { self.said } else { FLOOR };
        let began = Instant::now();
        bare.run(rows, at_once, BODY, times).await?;
        self.floor.0.push(rows as f64 / began.elapsed().as_secs_f64());
        let before = server.process.cpu()?;
        let began = Instant::now();
        try_join_all(self.posters.iter_mut().map(|poster| poster.post(ahead))).await?;
        self.rates.push(self.said as f64 / began.elapsed().as_secs_f64());
        try_join_all(self.posters.iter_mut().map(|poster| poster.hear(self.heard))).await?;
        self.heard_rates.push(self.said as f64 / began.elapsed().as_secs_f64());
        self.cpu += server.process.cpu()?.saturating_sub(before);
        Ok(())
    }

    /// Of all posters.
    fn times(&self) -> Times {
        Times::of(self.posters.iter().map(Poster::times))
    }

    fn print(&self) {
        let (times, spread) = (self.times(), |rates: &[f64]| Spread::of(rates.iter().copied()).text(0));
        println!(
            "  {:<12} {:>20}    {:>20}     {:>7.0}   {:>28.2} {:>7.2}",
            self.name,
            spread(&self.rates),
            spread(&self.heard_rates),
            self.cpu.as_secs_f64() * 1e6 / (self.said * ROUNDS) as f64,
            times.median(),
            times.p99(),
        );
    }

    fn print_floor(&self) {
        let (rates, times) = &self.floor;
        println!(
            "  {:<12} {:>20}    {:>20}     {:>7}   {:>28.2} {:>7.2}",
            format!("{} a commit", self.posters.len()),
            Spread::of(rates.iter().copied()).text(0),
            "",
            "",
            times.median(),
            times.p99(),
        );
    }
}
