//! Logs on the server.

pub mod ingest;

use crate::{
    error::AppError,
    server::{
        config::Config,
        db::Database,
        shutdown::Shutdown,
        sse::{Event, Feed},
    },
};
use futures::{StreamExt, stream::BoxStream};

/// Log lines.
pub struct Logs {
    /// `logs.db`.
    pub db: Database,
}

impl Logs {
    /// Starts the feature; `own` is what the server says of itself.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(
        db: Database,
        _own: ingest::own_tracing::OwnLines,
        _config: &Config,
        _shutdown: &Shutdown,
    ) -> Result<Self, AppError> {
        Ok(Self { db })
    }

    /// The topic `logs` of `GET /events`.
    pub fn feed(&self) -> Box<dyn Feed> {
        struct None;
        impl Feed for None {
            fn topic(&self) -> &'static str {
                "logs"
            }
            fn open(&self, _: Option<u64>) -> BoxStream<'static, Event> {
                futures::stream::pending().boxed()
            }
        }
        Box::new(None)
    }
}
