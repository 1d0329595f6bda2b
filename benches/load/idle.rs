//! What a chat socket costs that nobody speaks on: most of them, most of the time.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::{
    bare, people,
    people::Person,
    process::{Memory, Process},
    report::{against, megabytes, thousands},
    server,
    socket::{self, ROOM, Socket},
};

const SOCKETS: usize = 1_000;
const PEOPLE: usize = 100;
/// Longer than the 30 s of silence after which our server asks whether anybody is there: that is part of idling.
const SETTLE: Duration = Duration::from_secs(35);
/// KiB per socket.
const TARGET: f64 = 16.0;

/// Memory of a server as sockets are opened on it.
struct Growth {
    before: Memory,
    opened: Memory,
    settled: Memory,
}

/// Measures and prints.
///
/// # Errors
/// When a socket is refused or ends.
pub async fn run() -> Result<(), String> {
    let folder = server::folder()?;
    let people = people::create(&server::data(folder.path()), PEOPLE).await?;
    let (bare, ours) = (bare::start()?, server::start(folder)?);
    eprintln!(
        "opening {SOCKETS} sockets on each server, then idling for {} s ...",
        SETTLE.as_secs()
    );
    let (bare, ours) = tokio::try_join!(measure(&bare, &[]), measure(&ours.process, &people))?;
    println!(
        "\nIdle sockets: {} of {PEOPLE} people, each following one room, after {PEOPLE} others that warm the server up",
        thousands(SOCKETS as u64)
    );
    println!("                 before    all open     settled    per socket    of it heap");
    bare.print("bare axum");
    ours.print("squawkbox");
    let verdict = against(per_socket(ours.before.resident, ours.settled.resident), TARGET);
    println!("  target {TARGET:.0} KiB per socket: {verdict}. Both read into 4 KiB and write unbuffered.");
    Ok(())
}

async fn measure(process: &Process, people: &[Person]) -> Result<Growth, String> {
    let mut idle = JoinSet::new();
    // One for each person first: what is made once, not per socket, is there before the count begins.
    open(&mut idle, process, people, PEOPLE).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = process.memory()?;
    open(&mut idle, process, people, SOCKETS).await?;
    let opened = process.memory()?;
    tokio::select! {
        // None ends by itself.
        Some(ended) = idle.join_next() => return Err(ended.unwrap_or_else(|e| e.to_string())),
        () = tokio::time::sleep(SETTLE) => (),
    }
    let settled = process.memory()?;
    Ok(Growth {
        before,
        opened,
        settled,
    })
}

async fn open(idle: &mut JoinSet<String>, process: &Process, people: &[Person], count: usize) -> Result<(), String> {
    for number in 0..count {
        let socket = match people {
            [] => socket::open_bare(process.address).await?,
            people => socket::join(process.address, &people[number % people.len()], ROOM).await?,
        };
        idle.spawn(listen(socket));
    }
    Ok(())
}

/// Reads, and so answers pings, until the socket ends; says how it did.
async fn listen(mut socket: Socket) -> String {
    loop {
        if let Err(error) = socket::next(&mut socket).await {
            return error;
        }
    }
}

impl Growth {
    fn print(&self, name: &str) {
        println!(
            "  {name:<12}{:>9}   {:>9}   {:>9}   {:>7.1} KiB   {:>7.1} KiB",
            megabytes(self.before.resident),
            megabytes(self.opened.resident),
            megabytes(self.settled.resident),
            per_socket(self.before.resident, self.settled.resident),
            per_socket(self.before.anonymous, self.settled.anonymous),
        );
    }
}

/// KiB.
fn per_socket(before: u64, after: u64) -> f64 {
    (after as f64 - before as f64) / 1024.0 / SOCKETS as f64
}
