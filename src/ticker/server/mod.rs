//! The ticker on the server.

pub mod ingest;

use crate::{
    error::AppError,
    server::{
        config::Config,
        db::Database,
        shutdown::Shutdown,
        sse::{Event, Feed},
    },
    ticker::model::VenueKind,
};
use futures::{StreamExt, stream::BoxStream};

/// Prices.
pub struct Ticker {
    /// `ticker.db`.
    pub db: Database,
}

impl Ticker {
    /// Starts the feature and the venues that were chosen.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(db: Database, _config: &Config, _shutdown: &Shutdown) -> Result<Self, AppError> {
        Ok(Self { db })
    }

    /// Keeps the choice of venues and changes to them at once. Called by set-up; `--venues` overrides it.
    ///
    /// # Errors
    /// When it can't be kept.
    pub async fn choose_venues(&self, _venues: &[VenueKind]) -> Result<(), AppError> {
        Ok(())
    }

    /// The topic `ticker` of `GET /events`.
    pub fn feed(&self) -> Box<dyn Feed> {
        struct None;
        impl Feed for None {
            fn topic(&self) -> &'static str {
                "ticker"
            }
            fn open(&self, _: Option<u64>) -> BoxStream<'static, Event> {
                futures::stream::pending().boxed()
            }
        }
        Box::new(None)
    }
}
