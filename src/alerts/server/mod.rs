//! Alerts on the server.
//!
//! `check` makes a rule of what was written, `keep` keeps it; `evaluate` watches all of them and hands what they have to
//! say to `fire`. `venues` says which name their venue. `acts` are the buttons below a message, `forms` and `listed` what pages need (`addresses`
//! holds what is in no URL), `preview` a look at the
//! last day, `rest` the API, `command` what people type, `alertmanager` another's alerts, `outgoing` calls others' webhooks
//! with what `payload` makes.

pub mod acts;
pub mod addresses;
pub mod alertmanager;
pub mod check;
pub mod command;
pub mod evaluate;
pub mod fire;
pub mod forms;
pub mod keep;
pub mod listed;
pub mod outgoing;
pub mod payload;
pub mod preview;
pub mod rest;
pub mod store;
pub mod venues;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::sync::Notify;

use crate::{
    accounts::server::secret::WebhookSecret,
    chat::server::commands::Command,
    error::AppError,
    ids::UserId,
    server::{
        config::Config,
        db::Database,
        limits::PerKey,
        shutdown::Shutdown,
        state::{AppState, WeakState},
    },
};

use self::{addresses::Addresses, outgoing::Outgoing};

/// Alerts.
pub struct Alerts {
    /// Rules, or what people have pressed, changed: `evaluate` reads them anew.
    pub changed: Notify,
    /// Calls to others' webhooks.
    pub outgoing: Outgoing,
    /// Previews per person: a burst of 20, then one a second.
    pub previews: PerKey<UserId>,
    /// Webhooks' addresses on their way to the form that comes again.
    pub addresses: Addresses,
    /// For the command, which is there before the state is.
    state: Arc<OnceLock<WeakState>>,
}

impl Alerts {
    /// Before there is a state; [`begin`] begins to watch.
    ///
    /// # Errors
    /// When the database can't be written; `Invalid`, in words, when the TLS library can't start.
    pub async fn start(desk: &Database, config: &Config, shutdown: &Shutdown) -> Result<Self, AppError> {
        let new = WebhookSecret::new()?;
        let kept = desk
            .writer
            .write(move |conn| Box::pin(async move { store::own_secret(conn, new.text()).await }));
        let kept = WebhookSecret::kept(kept.await?);
        let outgoing = Outgoing::start(kept, store::secrets(&desk.readers).await?, config, shutdown)
            .map_err(|e| AppError::Invalid(format!("webhooks can't be called: {e}")))?;
        Ok(Self {
            changed: Notify::new(),
            outgoing,
            previews: PerKey::new(20, Duration::from_secs(1)),
            addresses: Addresses::default(),
            state: Arc::default(),
        })
    }

    /// `/alert`, for chat.
    pub fn command(&self) -> Box<dyn Command> {
        Box::new(command::Alert(self.state.clone()))
    }
}

/// Begins to watch; returns at once.
pub fn begin(state: &AppState) {
    let _ = state.alerts.state.set(state.weak());
    let (watched, background) = (state.clone(), state.shutdown.background.clone());
    // Not through `shutdown.spawn`: it keeps what it knows when the server stops, and ends by itself.
    background.spawn(evaluate::run(watched));
}
