//! Somebody who posts as fast as the server acknowledges.

use std::{collections::VecDeque, net::SocketAddr, time::Instant};

use futures::SinkExt;
use squawkbox::{
    chat::wire::{ClientFrame, Draft},
    ids::RoomId,
};
use tokio_tungstenite::tungstenite::Message;

use crate::{
    people::Person,
    report::Times,
    socket::{self, BODY, Socket},
};

/// A place from which one message at a time is posted: several people's sockets, which take turns, since one person may
/// post [`BURST`] at once and then 20 a second.
pub struct Poster {
    seats: Vec<(Socket, RoomId)>,
    said: usize,
    times: Times,
}

/// Posts that the server takes from one person at once.
pub const BURST: usize = 40;

impl Poster {
    /// Opens a socket for each of these people, which follows the room beside them.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn sit(address: SocketAddr, people: &[(&Person, RoomId)]) -> Result<Self, String> {
        let mut seats = Vec::with_capacity(people.len());
        for (person, room) in people {
            seats.push((socket::join(address, person, *room).await?, *room));
        }
        Ok(Self {
            seats,
            said: 0,
            times: Times::default(),
        })
    }

    /// Posts [`BURST`] messages from each seat, up to `ahead` at once before they are acknowledged.
    ///
    /// # Errors
    /// When the server refuses one or a socket ends.
    pub async fn post(&mut self, ahead: usize) -> Result<(), String> {
        for (socket, room) in &mut self.seats {
            let mut waiting = VecDeque::with_capacity(ahead);
            for _ in 0..BURST {
                self.said += 1;
                let draft = Draft {
                    room: *room,
                    client_id: format!("{:08}", self.said),
                    body: BODY.to_owned(),
                    reply: None,
                };
                waiting.push_back(Instant::now());
                let sent = socket.send(Message::text(ClientFrame::Post(draft).encode())).await;
                sent.map_err(|e| format!("a message can't be sent: {e}"))?;
                if waiting.len() == ahead {
                    acknowledged(socket, &mut waiting, &mut self.times).await?;
                }
            }
            while !waiting.is_empty() {
                acknowledged(socket, &mut waiting, &mut self.times).await?;
            }
        }
        Ok(())
    }

    /// Milliseconds from each post to its acknowledgement.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

/// Waits for the next acknowledgement, which is of the message that has waited longest.
async fn acknowledged(socket: &mut Socket, waiting: &mut VecDeque<Instant>, times: &mut Times) -> Result<(), String> {
    loop {
        let text = socket::next(socket).await?;
        if text.starts_with(r#"{"ack":"#) {
            if let Some(sent) = waiting.pop_front() {
                times.add(sent);
            }
            return Ok(());
        }
        if text.starts_with(r#"{"refused":"#) {
            return Err(format!("the server refused: {text}"));
        }
    }
}
