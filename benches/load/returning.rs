//! Everyone comes back at the same moment, each with the last change that they have.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures::SinkExt;
use tokio::{task::JoinSet, time::timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    bare::GIVE,
    people::Person,
    process::Process,
    report::quantile,
    socket::{self, ROOM, Socket},
};

/// How long anyone may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// What stands before the number of a message's last change.
const CHANGED: &str = r#""changed":"#;
/// Before somebody whose socket was closed tries again; the browser's own first wait.
const PAUSE: Duration = Duration::from_millis(400);

/// How it went.
pub struct Return {
    /// Milliseconds until the last had what was said before.
    pub all: f64,
    /// Milliseconds until half of them had.
    pub half: f64,
    /// CPU time of the server.
    pub cpu: Duration,
    /// Bytes of each frame that one of them was sent until then, but for who came and went.
    pub sizes: Vec<usize>,
    /// Sockets that were closed and opened again.
    pub again: usize,
}

/// One person's way back.
#[derive(Default)]
struct Back {
    /// From the moment in which all began.
    whole: Option<Duration>,
    sizes: Vec<usize>,
    again: usize,
    /// Changes, as they came.
    seen: Vec<u64>,
    /// Stays open until all are back.
    socket: Option<Socket>,
}

/// The changes that everybody is to be sent.
#[derive(Clone, Copy)]
pub struct Missed {
    /// All had those up to this one.
    pub after: u64,
    /// Said while nobody was there.
    pub away: u64,
    /// Said while they return.
    pub meanwhile: u64,
}

/// Lets `people` return, and waits until they have what was said meanwhile too.
///
/// # Errors
/// When somebody doesn't get a message, gets one twice, or not in order.
pub async fn all(process: &Process, people: &[Person], missed: Missed) -> Result<Return, String> {
    let before = process.cpu()?;
    let address = process.address;
    let backs = at_once(people.iter().cloned().map(|person| async move {
        let (began, mut back) = (Instant::now(), Back::default());
        while let Err(error) = back.come(address, &person, missed, began).await {
            if began.elapsed() > PATIENCE {
                return Err(format!("{} isn't back after {PATIENCE:?}: {error}", person.who.name));
            }
            back.again += 1;
            tokio::time::sleep(PAUSE).await;
        }
        Ok(back)
    }))
    .await?;
    let cpu = process.cpu()?.saturating_sub(before);
    let expected: Vec<u64> = (missed.after + 1..=missed.after + missed.away + missed.meanwhile).collect();
    let holes = backs.iter().filter(|back| back.seen != expected).count();
    if holes > 0 {
        return Err(format!("{holes} people don't have every message once and in order"));
    }
    Ok(Return::of(backs, cpu))
}

/// Opens as many sockets to the bare server, which sends each frames of `sizes`.
///
/// # Errors
/// When one is refused or breaks.
pub async fn all_to_bare(bare: &Process, sizes: &[usize], people: usize) -> Result<Return, String> {
    let before = bare.cpu()?;
    let sizes: Vec<String> = sizes.iter().map(usize::to_string).collect();
    let wanted = format!("{GIVE}{}", sizes.join(" "));
    let (address, frames) = (bare.address, sizes.len());
    let backs = at_once((0..people).map(|_| {
        let wanted = wanted.clone();
        async move {
            let (began, mut back) = (Instant::now(), Back::default());
            let mut socket = socket::open_bare(address).await?;
            let sent = socket.send(Message::text(wanted)).await;
            sent.map_err(|e| format!("frames can't be asked for: {e}"))?;
            for _ in 0..frames {
                back.sizes.push(socket::next(&mut socket).await?.len());
            }
            back.whole = Some(began.elapsed());
            back.socket = Some(socket);
            Ok(back)
        }
    }))
    .await?;
    Ok(Return::of(backs, bare.cpu()?.saturating_sub(before)))
}

/// Does all of this, beginning at the same moment.
async fn at_once<F>(ways: impl Iterator<Item = F>) -> Result<Vec<Back>, String>
where
    F: Future<Output = Result<Back, String>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for way in ways {
        // None runs before this function waits: the runtime has one thread.
        tasks.spawn(timeout(PATIENCE * 2, way));
    }
    let mut backs = Vec::with_capacity(tasks.len());
    while let Some(back) = tasks.join_next().await {
        let back = back.map_err(|e| e.to_string())?;
        backs.push(back.map_err(|_| format!("somebody isn't back after {:?}", PATIENCE * 2))??);
    }
    Ok(backs)
}

impl Back {
    /// Opens a socket and reads until there is nothing more to come.
    async fn come(
        &mut self,
        address: SocketAddr,
        person: &Person,
        missed: Missed,
        began: Instant,
    ) -> Result<(), String> {
        let last = self.seen.last().copied().unwrap_or(missed.after);
        let mut socket = socket::follow(address, person, ROOM, Some(last)).await?;
        loop {
            let text = socket::next(&mut socket).await?;
            // A message has one such number, and nothing else here does.
            let numbers = text.match_indices(CHANGED).map(|(at, name)| &text[at + name.len()..]);
            let changes =
                numbers.map_while(|rest| rest[..rest.find(|c: char| !c.is_ascii_digit())?].parse::<u64>().ok());
            self.seen.extend(changes);
            let last = self.seen.last().copied().unwrap_or(missed.after);
            if self.whole.is_none() {
                if !text.starts_with(r#"{"presence":"#) {
                    self.sizes.push(text.len());
                }
                self.whole = (last >= missed.after + missed.away).then(|| began.elapsed());
            }
            if last >= missed.after + missed.away + missed.meanwhile {
                self.socket = Some(socket);
                return Ok(());
            }
        }
    }
}

impl Return {
    fn of(backs: Vec<Back>, cpu: Duration) -> Self {
        let mut times: Vec<f64> = backs
            .iter()
            .filter_map(|back| Some(back.whole?.as_secs_f64() * 1e3))
            .collect();
        times.sort_by(f64::total_cmp);
        Self {
            all: quantile(&times, 1.0),
            half: quantile(&times, 0.5),
            cpu,
            again: backs.iter().map(|back| back.again).sum(),
            sizes: backs
                .into_iter()
                .find(|back| back.again == 0)
                .map_or(Vec::new(), |back| back.sizes),
        }
    }
}
