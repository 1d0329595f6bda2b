//! A thousand people in one room: what a message costs, and how long until all are whole again when the server has been
//! away.

use std::time::Duration;

use futures::SinkExt;
use squawkbox::chat::wire::{ClientFrame, Draft};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    bare,
    people::{self, Person},
    process::Process,
    report::{Spread, thousands},
    returning::{self, Missed, Return},
    room::{self, Scale},
    server,
    socket::{self, BODY, ROOM},
};

const SCALE: Scale = Scale {
    people: 1_000,
    pace: 10,
    rounds: 3,
    warm_up: 2,
    measured: 10,
};
/// How often all return.
const RETURNS: usize = 3;
/// Messages said while nobody is there but those who say them.
const MISSED: u64 = 200;
/// Messages said while all return, ten a second.
const MEANWHILE: u64 = 20;
/// People who say what the others miss, each far below the pace that the server allows.
const SPEAKERS: usize = 20;

/// Measures and prints.
///
/// # Errors
/// When a message is refused, lost, or comes twice.
pub async fn run() -> Result<(), String> {
    let folder = server::folder()?;
    let people = people::create(&server::data(folder.path()), SCALE.people).await?;
    let (bare, mut server) = (bare::start()?, server::start(folder)?);
    let mut said = room::compare(&SCALE, &people, &bare, &server.process).await?;
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for round in 1..=RETURNS {
        eprintln!("all return, {round} of {RETURNS} ...");
        server = server.restart()?;
        say(&server.process, &people, said + 1, MISSED, Duration::ZERO).await?;
        let missed = Missed {
            after: said,
            away: MISSED,
            meanwhile: MEANWHILE,
        };
        let each = Duration::from_millis(100);
        let ((), back) = tokio::try_join!(
            say(&server.process, &people, said + MISSED + 1, MEANWHILE, each),
            returning::all(&server.process, &people, missed),
        )?;
        said += MISSED + MEANWHILE;
        theirs.push(returning::all_to_bare(&bare, &back.sizes, people.len()).await?);
        ours.push(back);
    }
    println!(
        "\n{} people return at once after {MISSED} messages, {RETURNS} times; medians (lowest to highest)",
        thousands(people.len() as u64)
    );
    println!(
        "                  ms until all are whole     ms until half are     CPU, s                 sent to each    again"
    );
    print("bare axum", &theirs);
    print("squawkbox", &ours);
    println!("  \"again\": sockets that the server closed on the way. Each has every message exactly once, in order.");
    Ok(())
}

fn print(name: &str, rounds: &[Return]) {
    let spread = |of: fn(&Return) -> f64, digits| Spread::of(rounds.iter().map(of)).text(digits);
    println!(
        "  {name:<10} {:>30}   {:>20}   {:>18}   {:>5.0} kB   {:>6}",
        spread(|round| round.all, 0),
        spread(|round| round.half, 0),
        spread(|round| round.cpu.as_secs_f64(), 2),
        rounds.first().map_or(0, |round| round.sizes.iter().sum::<usize>()) as f64 / 1e3,
        rounds.iter().map(|round| round.again).sum::<usize>(),
    );
}

/// Has some of `people` say `count` messages, one every `each`, and waits until they are kept; `first` is the place of the
/// first of them.
async fn say(process: &Process, people: &[Person], first: u64, count: u64, each: Duration) -> Result<(), String> {
    let mut speakers = Vec::with_capacity(SPEAKERS);
    for person in &people[..SPEAKERS] {
        speakers.push(socket::join(process.address, person, ROOM).await?);
    }
    for place in first..first + count {
        let speaker = &mut speakers[place as usize % SPEAKERS];
        let draft = Draft {
            room: ROOM,
            client_id: format!("place-{place}"),
            body: BODY.to_owned(),
            reply: None,
            files: Vec::new(),
        };
        let sent = speaker.send(Message::text(ClientFrame::Post(draft).encode())).await;
        sent.map_err(|e| format!("a message can't be sent: {e}"))?;
        while !socket::next(speaker).await?.starts_with(r#"{"ack":"#) {}
        tokio::time::sleep(each).await;
    }
    Ok(())
}
