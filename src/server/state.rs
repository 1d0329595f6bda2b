//! Everything that requests share, made once at the start.

use std::{
    ops::Deref,
    sync::{Arc, Weak},
};

use axum::extract::FromRef;
use leptos::prelude::{LeptosOptions, use_context};

use crate::{
    accounts::server::Accounts, alerts::server::Alerts, chat::server::Chat, checkup::server::Checkup, error::AppError,
    logs::server::Logs, squawk::server::Squawk, ticker::server::Ticker,
};

use super::{config::Config, db::Database, inflight::InFlight, shutdown::Shutdown, sse::Feed};

/// The shared state; a clone is a pointer.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What [`AppState`] points to.
pub struct Parts {
    /// Where the built site is and what its files are called.
    pub leptos: LeptosOptions,
    /// The settings.
    pub config: Config,
    /// `desk.db`: people, rooms, messages.
    pub desk: Database,
    /// People, sessions, tokens.
    pub accounts: Accounts,
    /// Rooms and messages.
    pub chat: Arc<Chat>,
    /// The connection check.
    pub checkup: Checkup,
    /// Prices.
    pub ticker: Ticker,
    /// Log lines.
    pub logs: Logs,
    /// Rules over prices and log lines.
    pub alerts: Alerts,
    /// Headlines.
    pub squawk: Arc<Squawk>,
    /// What `GET /events` can carry.
    pub feeds: Vec<Box<dyn Feed>>,
    /// What programs are bringing.
    pub in_flight: InFlight,
    /// Stopping in order.
    pub shutdown: Shutdown,
}

impl AppState {
    /// Shares `parts`.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The state inside a server function or while a page renders.
    ///
    /// # Errors
    /// `Internal` outside of both.
    pub fn here() -> Result<Self, AppError> {
        use_context().ok_or_else(|| super::error::internal("context", &"no state in this context"))
    }
}

/// The state for what is itself a part of it, and must not keep it from ending.
#[derive(Clone)]
pub struct WeakState(Weak<Parts>);

impl AppState {
    /// See [`WeakState`].
    pub fn weak(&self) -> WeakState {
        WeakState(Arc::downgrade(&self.0))
    }
}

impl WeakState {
    /// The state, unless the server has stopped.
    pub fn get(&self) -> Option<AppState> {
        self.0.upgrade().map(AppState)
    }
}

impl Deref for AppState {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
