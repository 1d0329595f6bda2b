//! Venues against a server that plays their part, well and badly.

mod alpaca;
mod binance;
mod coinbase;
mod finnhub;
mod instruments;
mod kraken;
mod late;
mod recorded;
mod refused;
mod reported;
mod tls;
mod watching;

use super::{TestApp, board_when, exchange, exchange::Exchange, quote, quote_at, without_venues};
use crate::ticker::{
    model::{Board, Line, VenueKind, VenueState},
    server::{
        Ticker,
        venues::{
            Venue,
            dial::Trust,
            frames::{Frames, Manners},
            out::Out,
            socket::SocketVenue,
            watched::{Guard, Watched},
        },
    },
};

/// A server whose only venue is `kind`, at `exchange`.
async fn app_at(kind: &str, exchange: &Exchange, flags: &[&str]) -> TestApp {
    let url = format!("--{kind}-url");
    let mut all = vec!["--venues", kind, url.as_str(), &exchange.url];
    all.extend(flags);
    TestApp::with(&all).await
}

/// How `kind` is.
fn state(board: &Board, kind: VenueKind) -> VenueState {
    let state = board.venues.iter().find(|state| state.venue == kind);
    state.cloned().expect("every venue is listed")
}

async fn when_live(ticker: &Ticker, kind: VenueKind) -> VenueState {
    board_when(ticker, |board| {
        let state = state(board, kind);
        matches!(state.line, Line::Live(_)).then_some(state)
    })
    .await
}

async fn when_stale(ticker: &Ticker, kind: VenueKind) -> VenueState {
    board_when(ticker, |board| {
        let state = state(board, kind);
        matches!(state.line, Line::Stale(_)).then_some(state)
    })
    .await
}

/// What `kind` complains about, once it does.
async fn fault(ticker: &Ticker, kind: VenueKind) -> String {
    board_when(ticker, |board| state(board, kind).fault).await
}

/// A venue that runs by itself, with manners of the test's.
struct Lone {
    app: TestApp,
    running: tokio::task::JoinHandle<()>,
    _wants: Vec<Guard>,
}

impl Lone {
    async fn run(frames: impl Frames, symbols: &[&str], change: impl FnOnce(&mut Manners)) -> Self {
        Self::trusting(frames, symbols, Trust::public().expect("TLS"), change).await
    }

    async fn trusting(frames: impl Frames, symbols: &[&str], trust: Trust, change: impl FnOnce(&mut Manners)) -> Self {
        let app = without_venues().await;
        let watched = Watched::new(100, std::time::Duration::ZERO);
        let wants = symbols
            .iter()
            .map(|symbol| watched.want(symbol).expect("room"))
            .collect();
        let out = Out::new(frames.kind(), app.running.state.ticker.recorder.clone());
        let mut venue = SocketVenue::new(Box::new(frames), watched, trust);
        change(&mut venue.manners);
        let venue: Box<dyn Venue> = Box::new(venue);
        Self {
            app,
            running: tokio::spawn(venue.run(out)),
            _wants: wants,
        }
    }

    fn ticker(&self) -> &Ticker {
        &self.app.running.state.ticker
    }

    async fn stop(self) {
        self.running.abort();
        let _ = self.running.await;
        self.app.running.stop().await;
    }
}
