//! `squawkbox pipe`: what a program writes goes through unchanged, and to a running server, line by line.
//!
//! `input` reads in a thread of its own and puts lines into a bounded buffer, `sending` takes them out when the server has kept
//! them. While the server is away they wait; when the buffer is full the program is held up for a second, and then the newest
//! lines are dropped, and counted. A line may be there twice when the server dies between keeping it and saying so.

mod input;
mod post;
mod sending;

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use self::sending::Sender;
use crate::server::{secret::Secret, shutdown::asked_to_stop};

/// How long the program's last words are waited for when the two are asked to stop together.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Where lines go, and as whose.
pub struct Target {
    /// The server, such as `http://127.0.0.1:3000`.
    pub to: String,
    /// A token that may ingest.
    pub token: Secret,
    /// What the lines' source is; the token's name when absent.
    pub source: Option<String>,
    /// How long the last lines are tried after the input has ended.
    pub patience: Duration,
}

/// Passes standard input on until it ends; `passes_through` also to standard output.
///
/// # Errors
/// In one line for whoever runs it: what could not be sent.
pub async fn run(target: Target, passes_through: bool) -> Result<(), String> {
    let (buffer, queue) = input::buffer();
    let lost = buffer.lost.clone();
    let handle = tokio::runtime::Handle::current();
    let reading = std::thread::Builder::new().name("input".to_owned());
    let output = passes_through.then(std::io::stdout);
    reading
        .spawn(move || input::read(std::io::stdin(), output, buffer, &handle))
        .map_err(|error| format!("standard input can't be read: {error}"))?;
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            asked_to_stop().await;
            tokio::time::sleep(LAST_WORDS).await;
            stop.cancel();
        }
    });
    Sender::new(target, queue, lost, stop)?.run().await
}
