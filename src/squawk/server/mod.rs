//! Squawks on the server.
//!
//! Whatever brings a headline (`send`, `rest`, `command`, a form of `squawk/api`, `follow`) calls `publish`, where every
//! headline is born. `stream` is what readers get, by `GET /events` and, in the form that any EventSource takes, by `see`.
//! `rendered` is what the desk shows before scripts do, `rest` what programs ask for; `withdrawn` takes back.

pub mod command;
pub mod follow;
mod offered;
pub mod page;
pub mod publish;
pub mod rendered;
pub mod rest;
pub mod see;
pub mod send;
pub mod store;
pub mod stream;
pub mod withdrawn;

use std::{sync::Arc, time::Duration};

use crate::{
    chat::server::{commands::Command, options::Offer},
    error::AppError,
    ids::UserId,
    server::{config::Config, db::Database, hub::Hub, limits::PerKey, shutdown::Shutdown, sse::Feed},
};

use self::{follow::Following, stream::Told};

/// Events that a reader may fall behind before it reads the store.
const RING: usize = 256;
/// Seconds for which a headline is news: so long it stands on the tape, and is shown to whoever opens the desk.
pub const NEWS: i64 = 4 * 3_600;

/// Headlines.
pub struct Squawk {
    /// `desk.db`.
    pub db: Database,
    /// What every reader hears.
    pub hub: Hub<Told>,
    /// Headlines per person or bot: a burst of 10, then one every 3 s.
    pub pace: PerKey<UserId>,
    /// Searches, and headlines that are marked as seen, per person: a burst of 60, then 4 a second.
    pub asks: PerKey<UserId>,
    /// The feeds that are followed.
    pub following: Following,
}

impl Squawk {
    /// Starts the feature, and follows feeds until the server stops.
    ///
    /// # Errors
    /// When the database fails; `Invalid`, for whoever starts the program, for too many feeds.
    pub async fn start(db: Database, config: &Config, shutdown: &Shutdown) -> Result<Arc<Self>, AppError> {
        let squawk = Arc::new(Self {
            following: Following::new(&db, config).await?,
            db,
            hub: Hub::new(RING),
            pace: PerKey::new(10, Duration::from_secs(3)),
            asks: PerKey::new(60, Duration::from_millis(250)),
        });
        follow::start(&squawk, config, shutdown)?;
        Ok(squawk)
    }

    /// `/squawk`, for chat.
    pub fn command(self: &Arc<Self>) -> Box<dyn Command> {
        Box::new(command::Say(self.clone()))
    }

    /// Headlines among all that one could go to.
    pub fn offered(&self) -> Box<dyn Offer> {
        Box::new(offered::Headlines(self.db.readers.clone()))
    }

    /// The topic `squawk` of `GET /events`.
    pub fn feed(self: &Arc<Self>) -> Box<dyn Feed> {
        Box::new(stream::Squawks(self.clone()))
    }
}
