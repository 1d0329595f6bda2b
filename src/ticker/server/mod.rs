//! The ticker on the server.
//!
//! `venues` and `ingest` hand ticks to `record`; `rounds` keeps them (`store`), the newest and the `bars` that each goes
//! into, and publishes them (`board`); `stream` is what a reader of `GET /events` sees of the board, `rest` what programs
//! ask for, `command` what people ask for in chat, `rendered` what the desk shows before scripts do. `lists` are those of the symbols that people watch.

pub mod bars;
pub mod board;
pub mod change;
pub mod chart;
pub mod command;
pub mod day;
pub mod forgetting;
pub mod history;
pub mod ingest;
pub mod instruments;
pub mod kept;
pub mod lists;
pub mod meant;
pub mod metrics;
pub mod moments;
pub mod near;
pub mod place;
pub mod posted;
pub mod quoted;
pub mod record;
pub mod recording;
pub mod rendered;
pub mod rest;
pub mod room;
pub mod rounds;
pub mod span;
pub mod store;
pub mod stream;
pub mod taken;
pub mod tick;
pub mod venues;

use std::{collections::HashMap, sync::Arc};

use tokio::sync::Notify;

use crate::{
    chat::server::{commands::Command, options::Offer, quoting::Quotable},
    error::AppError,
    server::{config::Config, db::Database, shutdown::Shutdown, sse::Feed},
    ticker::model::{Board, Key, VenueKind, VenueReport},
};

use self::{
    bars::keeper::DayStats,
    board::PublicBoard,
    history::Histories,
    instruments::Instrument,
    lists::{Lists, market::Market, offered::Symbols, watching::Watching},
    record::Recorder,
    venues::{Venues, watched::Guard},
};

/// Prices.
pub struct Ticker {
    /// `ticker.db`.
    pub db: Database,
    /// Takes ticks.
    pub recorder: Recorder,
    /// Lists of symbols.
    pub lists: Lists,
    board: Arc<PublicBoard>,
    venues: Arc<Venues>,
    /// The choice made on the command line, if one was made there.
    fixed: Option<Vec<VenueKind>>,
    /// Has bars deleted that nothing leads to any more.
    forgotten: Arc<Notify>,
}

impl Ticker {
    /// Starts the feature and the venues that were chosen.
    ///
    /// # Errors
    /// `Internal` when the database can't be read; `Invalid`, for whoever starts the program, when the chosen venues
    /// can't run, as for want of a key.
    pub async fn start(db: Database, config: &Config, shutdown: &Shutdown) -> Result<Self, AppError> {
        let (recorder, board, wanted) = Recorder::start(db.clone(), shutdown).await?;
        shutdown.spawn(Histories::new(config).run(wanted, recorder.clone()));
        let forgotten = Arc::new(Notify::new());
        shutdown.spawn(bars::retention::run(
            db.writer.clone(),
            config.into(),
            forgotten.clone(),
        ));
        let venues = Arc::new(Venues::new(config, recorder.clone(), shutdown)?);
        let chosen = match &config.venues {
            Some(fixed) => Some(fixed.clone()),
            None => store::venues(&db).await?,
        };
        venues.run(&chosen.unwrap_or_else(|| vec![VenueKind::Demo])).await?;
        let lists = Lists {
            watching: Watching::new(db.readers.clone(), venues.clone(), recorder.clone(), shutdown),
            market: Market {
                board: board.clone(),
                instruments: recorder.instruments.clone(),
            },
            db: db.clone(),
            recorder: recorder.clone(),
            holding: tokio::sync::Mutex::default(),
        };
        lists.hold().await?;
        Ok(Self {
            db,
            recorder,
            lists,
            board,
            venues,
            fixed: config.venues.clone(),
            forgotten,
        })
    }

    /// Keeps the choice of venues and changes to them at once. Called by set-up; `--venues` overrides it.
    ///
    /// # Errors
    /// As [`Ticker::check_venues`], and when it can't be kept.
    pub async fn choose_venues(&self, venues: &[VenueKind]) -> Result<(), AppError> {
        self.check_venues(venues)?;
        store::choose_venues(&self.db, venues).await?;
        if self.fixed.is_none() {
            self.venues.run(venues).await?;
        }
        Ok(())
    }

    /// Whether these venues could be chosen.
    ///
    /// # Errors
    /// `Invalid` with what is missing, such as a key.
    pub fn check_venues(&self, venues: &[VenueKind]) -> Result<(), AppError> {
        self.venues.check(venues)
    }

    /// Has `symbol` watched at `venue`, which need not run yet, until the guard is dropped and ten minutes longer.
    ///
    /// # Errors
    /// `Invalid` when it can't be a symbol, or the venue takes no more.
    pub fn want(&self, venue: VenueKind, symbol: &str) -> Result<Guard, AppError> {
        self.venues.want(venue, symbol)
    }

    /// What is known of each symbol at each venue, in the order of the symbols.
    pub fn instruments(&self) -> Vec<Instrument> {
        self.recorder.instruments.all()
    }

    /// What is known of a symbol at a venue.
    pub fn instrument(&self, key: &Key) -> Option<Instrument> {
        self.recorder.instruments.one(key)
    }

    /// How every venue is, in the order of [`VenueKind::ALL`].
    pub fn venues(&self) -> Vec<VenueReport> {
        let states = self.board.venues();
        let report = |kind: VenueKind| {
            let state = states.iter().find(|state| state.venue == kind).cloned();
            self.venues.report(state.unwrap_or_else(|| rounds::off(kind)))
        };
        VenueKind::ALL.into_iter().map(report).collect()
    }

    /// Everything on the board, for a page.
    pub fn board(&self) -> Board {
        self.board.whole()
    }

    /// The board itself, for who looks at it as often as it changes.
    pub fn public_board(&self) -> Arc<PublicBoard> {
        self.board.clone()
    }

    /// What its UTC day brought to each symbol at each venue.
    pub fn days(&self) -> HashMap<Key, DayStats> {
        self.board.days()
    }

    /// `/price`, for chat.
    pub fn command(&self) -> Box<dyn Command> {
        Box::new(command::Price(self.board.clone()))
    }

    /// The symbols that a field offers.
    pub fn symbols(&self) -> Box<dyn Offer> {
        Box::new(Symbols(self.lists.market.clone()))
    }

    /// Prices, as messages quote them.
    pub fn quoted(&self) -> Box<dyn Quotable> {
        Box::new(quoted::Quoted {
            readers: self.db.readers.clone(),
            board: self.board.clone(),
        })
    }

    /// The symbols that have prices, as they stand on the board.
    pub fn keys(&self) -> impl Fn() -> Vec<Key> + Send + Sync + 'static {
        let board = self.board.clone();
        move || {
            let mut keys = board.keys();
            keys.sort_unstable();
            keys
        }
    }

    /// The topic `ticker` of `GET /events`.
    pub fn feed(&self) -> Box<dyn Feed> {
        Box::new(stream::Quotes {
            board: self.board.clone(),
            watching: self.lists.watching.clone(),
        })
    }
}
