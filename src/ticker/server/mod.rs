//! The ticker on the server.
//!
//! `venues` and `ingest` hand ticks to `record`; `rounds` keeps them (`store`), the newest and the `bars` that each goes
//! into, and publishes them (`board`); `stream` is what a reader of `GET /events` sees of the board, `rest` what programs
//! ask for, `command` what people ask for in chat.

pub mod bars;
pub mod board;
pub mod change;
pub mod command;
pub mod history;
pub mod ingest;
pub mod kept;
pub mod near;
pub mod posted;
pub mod record;
pub mod rest;
pub mod rounds;
pub mod store;
pub mod stream;
pub mod tick;
pub mod venues;

use std::{collections::HashMap, sync::Arc};

use crate::{
    chat::server::commands::Command,
    error::AppError,
    server::{config::Config, db::Database, shutdown::Shutdown, sse::Feed},
    ticker::model::{Board, Key, VenueKind},
};

use self::{bars::keeper::DayStats, board::PublicBoard, history::Histories, record::Recorder, venues::Venues};

/// Prices.
pub struct Ticker {
    /// `ticker.db`.
    pub db: Database,
    /// Takes ticks.
    pub recorder: Recorder,
    board: Arc<PublicBoard>,
    venues: Venues,
    /// The choice made on the command line, if one was made there.
    fixed: Option<Vec<VenueKind>>,
}

impl Ticker {
    /// Starts the feature and the venues that were chosen.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn start(db: Database, config: &Config, shutdown: &Shutdown) -> Result<Self, AppError> {
        let (recorder, board, wanted) = Recorder::start(db.clone(), shutdown).await?;
        shutdown.spawn(Histories::new(config).run(wanted, recorder.clone()));
        shutdown.spawn(bars::retention::run(db.writer.clone(), config.into()));
        let venues = Venues::new(config, recorder.clone(), shutdown);
        let chosen = match &config.venues {
            Some(fixed) => Some(fixed.clone()),
            None => store::venues(&db).await?,
        };
        venues.run(&chosen.unwrap_or_else(|| vec![VenueKind::Demo])).await;
        Ok(Self {
            db,
            recorder,
            board,
            venues,
            fixed: config.venues.clone(),
        })
    }

    /// Keeps the choice of venues and changes to them at once. Called by set-up; `--venues` overrides it.
    ///
    /// # Errors
    /// When it can't be kept.
    pub async fn choose_venues(&self, venues: &[VenueKind]) -> Result<(), AppError> {
        store::choose_venues(&self.db, venues).await?;
        if self.fixed.is_none() {
            self.venues.run(venues).await;
        }
        Ok(())
    }

    /// Everything on the board, for a page.
    pub fn board(&self) -> Board {
        self.board.whole()
    }

    /// What its UTC day brought to each symbol at each venue.
    pub fn days(&self) -> HashMap<Key, DayStats> {
        self.board.days()
    }

    /// `/price`, for chat.
    pub fn command(&self) -> Box<dyn Command> {
        Box::new(command::Price(self.board.clone()))
    }

    /// The topic `ticker` of `GET /events`.
    pub fn feed(&self) -> Box<dyn Feed> {
        Box::new(stream::Quotes(self.board.clone()))
    }
}
