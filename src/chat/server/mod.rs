//! Chat on the server.

pub mod change;
pub mod markdown;
pub mod post;
pub mod presence;
pub mod resume;
pub mod rooms;
pub mod socket;
pub mod store;

use std::{sync::Arc, time::Duration};

use axum::extract::ws::Utf8Bytes;

use crate::{
    error::AppError,
    ids::{RoomId, UserId},
    server::{db::Database, hub::Hub, limits::PerKey, shutdown::Shutdown},
};

use presence::Presence;

/// Events that a socket may lag behind before it is closed to resume.
const RING: usize = 1_024;

/// Rooms, messages, and who is here.
pub struct Chat {
    /// `desk.db`.
    pub db: Database,
    /// What every socket reads.
    pub hub: Hub<Event>,
    /// Who has a socket open.
    pub presence: Arc<Presence>,
    /// Posts per person: a burst of 40, then 20 a second.
    pub pace: PerKey<UserId>,
}

/// What goes to the sockets, encoded once.
#[derive(Clone, Debug)]
pub struct Event {
    /// The frame.
    pub frame: Utf8Bytes,
    /// For those who follow this room; for everyone when absent.
    pub room: Option<RoomId>,
    /// The room's number of a message, by which a socket knows what it has sent already.
    pub changed: Option<u64>,
}

impl Chat {
    /// Starts the feature.
    ///
    /// # Errors
    /// None yet; the signature is every feature's.
    pub async fn start(db: Database, shutdown: &Shutdown) -> Result<Self, AppError> {
        let hub = Hub::new(RING);
        let presence = Arc::new(Presence::new(hub.clone(), shutdown.begun.clone()));
        Ok(Self {
            db,
            hub,
            presence,
            pace: PerKey::new(40, Duration::from_millis(50)),
        })
    }
}
