//! Somebody who posts as fast as the server acknowledges.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

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

/// Posts that the server takes from one person at once; then 20 a second.
pub const BURST: usize = 40;

/// A place from which one message at a time is posted: several people's sockets, which take turns, since one person alone
/// may not go on.
pub struct Poster {
    seats: Vec<Seat>,
    times: Times,
}

struct Seat {
    socket: Socket,
    room: RoomId,
    /// Messages that came, this person's own among them, since the last time that all were heard.
    heard: usize,
    /// When each that isn't acknowledged yet was sent.
    waiting: VecDeque<Instant>,
}

impl Poster {
    /// Opens a socket for each of these people, which follows the room beside them.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn sit(address: SocketAddr, people: &[(&Person, RoomId)]) -> Result<Self, String> {
        let mut seats = Vec::with_capacity(people.len());
        for (person, room) in people {
            seats.push(Seat {
                socket: socket::join(address, person, *room).await?,
                room: *room,
                heard: 0,
                waiting: VecDeque::new(),
            });
        }
        let times = Times::default();
        Ok(Self { seats, times })
    }

    /// Posts [`BURST`] messages from each seat, with up to `ahead` at once that are not acknowledged yet.
    ///
    /// # Errors
    /// When the server refuses one or a socket ends.
    pub async fn post(&mut self, ahead: usize) -> Result<(), String> {
        for seat in &mut self.seats {
            for _ in 0..BURST {
                seat.send().await?;
                if seat.waiting.len() == ahead {
                    seat.acknowledged(&mut self.times).await?;
                }
            }
            while !seat.waiting.is_empty() {
                seat.acknowledged(&mut self.times).await?;
            }
        }
        Ok(())
    }

    /// Reads on until `count` messages have come to each seat since the last time.
    ///
    /// # Errors
    /// When a socket ends.
    pub async fn hear(&mut self, count: usize) -> Result<(), String> {
        for seat in &mut self.seats {
            while seat.heard < count {
                seat.next(&mut self.times).await?;
            }
            seat.heard = 0;
        }
        Ok(())
    }

    /// Closes its sockets; its times stay.
    pub fn leave(&mut self) {
        self.seats.clear();
    }

    /// Milliseconds from each post to its acknowledgement.
    pub fn times(&self) -> &Times {
        &self.times
    }
}

impl Seat {
    async fn send(&mut self) -> Result<(), String> {
        // For good: the same name again, in another scenario, would be the same message.
        static NAMES: AtomicUsize = AtomicUsize::new(0);
        let draft = Draft {
            room: self.room,
            client_id: format!("{:08}", NAMES.fetch_add(1, Relaxed)),
            body: BODY.to_owned(),
            reply: None,
            files: Vec::new(),
        };
        self.waiting.push_back(Instant::now());
        let sent = self.socket.send(Message::text(ClientFrame::Post(draft).encode())).await;
        sent.map_err(|e| format!("a message can't be sent: {e}"))
    }

    /// Reads until the message that has waited longest is acknowledged.
    async fn acknowledged(&mut self, times: &mut Times) -> Result<(), String> {
        let before = self.waiting.len();
        while self.waiting.len() == before {
            self.next(times).await?;
        }
        Ok(())
    }

    async fn next(&mut self, times: &mut Times) -> Result<(), String> {
        let text = socket::next(&mut self.socket).await?;
        if text.starts_with(r#"{"message":"#) {
            self.heard += 1;
        } else if text.starts_with(r#"{"ack":"#) {
            times.add(self.waiting.pop_front().ok_or("an acknowledgement of nothing")?);
        } else if text.starts_with(r#"{"refused":"#) {
            return Err(format!("the server refused: {text}"));
        }
        Ok(())
    }
}
