//! From settings to a running server: databases, features, router, and the way back down.

use std::{
    fs::{File, TryLockError},
    net::SocketAddr,
    path::Path,
};

use leptos::prelude::LeptosOptions;
use tokio::net::TcpListener;

use crate::{
    accounts::server::Accounts,
    alerts::{self, server::Alerts},
    chat::server::{Chat, Others, clear, files::shelf::Shelf, withdraw},
    checkup::server::Checkup,
    error::AppError,
    logs::server::{Logs, ingest::own_tracing::OwnLines},
    moment,
    squawk::server::{Squawk, withdrawn},
    ticker::server::{Ticker, lists::departed},
};

use super::{
    config::Config,
    db::{Database, Durability},
    inflight::InFlight,
    listen::{Grants, listen},
    router::router,
    security::may_be_proxy,
    shutdown::{DEADLINE, Shutdown},
    state::{AppState, Parts},
};

/// A server that listens.
pub struct Running {
    /// Where: the port is the real one when 0 was asked for.
    pub address: SocketAddr,
    /// Its state, for tests.
    pub state: AppState,
    accepting: tokio::task::JoinHandle<()>,
    _lock: File,
}

/// Opens `desk.db` in `folder`, which is created when missing.
///
/// # Errors
/// A sentence that names the folder or file and the cause.
pub async fn open_desk(folder: &Path, shutdown: &Shutdown) -> Result<Database, String> {
    open(
        folder,
        "desk.db",
        &sqlx::migrate!("./migrations/desk"),
        Durability::Full,
        shutdown,
    )
    .await
}

async fn open(
    folder: &Path,
    name: &str,
    migrations: &sqlx::migrate::Migrator,
    durability: Durability,
    shutdown: &Shutdown,
) -> Result<Database, String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("the data folder {} can't be made: {e}", folder.display()))?;
    let file = folder.join(name);
    Database::open(&file, migrations, durability, &shutdown.background, &shutdown.begun)
        .await
        .map_err(|e| format!("{} can't be opened: {e}", file.display()))
}

/// Takes the folder for this server alone, until the file is dropped: two would not hear of each other's messages.
fn lock(folder: &Path) -> Result<File, String> {
    let cannot = |e: &dyn std::fmt::Display| format!("the data folder {} can't be used: {e}", folder.display());
    std::fs::create_dir_all(folder).map_err(|e| cannot(&e))?;
    let file = File::create(folder.join("lock")).map_err(|e| cannot(&e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(cannot(&"another Squawkbox is running on it")),
        // Some file systems know no locks.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// Starts everything and listens.
///
/// # Errors
/// A sentence for the person who started us.
pub async fn start(mut config: Config, leptos: LeptosOptions, own: OwnLines) -> Result<Running, String> {
    let listener = TcpListener::bind(config.address).await.map_err(|e| {
        format!(
            "{} can't be listened on: {e}. Choose another with --address.",
            config.address
        )
    })?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    // Where the port was chosen by the system.
    config.address = address;
    let shutdown = Shutdown::default();
    let folder = &config.data.folder;
    let lock = lock(folder)?;
    let (logs, ticker) = (
        sqlx::migrate!("./migrations/logs"),
        sqlx::migrate!("./migrations/ticker"),
    );
    let (desk, logs, ticker) = tokio::try_join!(
        open_desk(folder, &shutdown),
        open(folder, "logs.db", &logs, Durability::Normal, &shutdown),
        open(folder, "ticker.db", &ticker, Durability::Normal, &shutdown),
    )?;
    let fault = |e: AppError| match e {
        // Said for whoever starts us.
        AppError::Invalid(said) => said,
        other => format!("the databases can't be read: {other}"),
    };
    let logs = Logs::start(logs, own, &config, &shutdown).await.map_err(fault)?;
    let ticker = Ticker::start(ticker, &config, &shutdown).await.map_err(fault)?;
    let accounts = Accounts::start(desk.clone(), &config, &shutdown).await.map_err(fault)?;
    let files = folder.join("files");
    let shelf = Shelf::open(files.clone());
    let shelf = shelf.map_err(|e| format!("the folder {} can't be used: {e}", files.display()))?;
    let alerts = Alerts::start(&desk, &config, &shutdown).await.map_err(fault)?;
    let squawk = Squawk::start(desk.clone(), &config, &shutdown).await.map_err(fault)?;
    let others = Others {
        commands: vec![ticker.command(), logs.command(), alerts.command(), squawk.command()],
        offers: vec![ticker.symbols(), squawk.offered()],
        quotables: vec![
            ticker.quoted(),
            logs.quoted(),
            moment::server::quoted(&desk, &ticker, &logs),
        ],
    };
    let chat = Chat::start(desk.clone(), shelf, others, &config, &shutdown)
        .await
        .map_err(fault)?;
    let feeds = vec![ticker.feed(), logs.feed(), squawk.feed()];
    let parts = Parts {
        leptos,
        config,
        desk,
        accounts,
        chat,
        checkup: Checkup::default(),
        ticker,
        logs,
        alerts,
        squawk,
        feeds,
        in_flight: InFlight::default(),
        shutdown,
    };
    let state = AppState::new(parts);
    withdraw::begin(&state);
    clear::begin(&state);
    departed::begin(&state);
    withdrawn::begin(&state);
    alerts::server::begin(&state);
    let config = state.config.clone();
    // Whoever is on this machine could take its connections in other ways too.
    let grants = Grants::usual(move |peer| peer.is_loopback() || may_be_proxy(peer, &config));
    let accepting = tokio::spawn(listen(listener, router(state.clone()), state.shutdown.clone(), grants));
    Ok(Running {
        address,
        state,
        accepting,
        _lock: lock,
    })
}

impl Running {
    /// Stops in order; returns when everything accepted is on the disk, or at the deadline.
    pub async fn stop(self) {
        let shutdown = self.state.shutdown.clone();
        shutdown.begun.cancel();
        let orderly = async {
            let _ = self.accepting.await;
            shutdown.connections.close();
            shutdown.connections.wait().await;
            // The last handles to the writers go with the state; they commit what is queued and end.
            drop(self.state);
            shutdown.background.close();
            shutdown.background.wait().await;
        };
        if tokio::time::timeout(DEADLINE, orderly).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
    }
}
