//! Log lines: kept, published, resumed, taken in, deleted.

mod elastic;
mod finding;
mod follow;
mod ingest;
mod loki;
mod otlp;
mod own;
mod retention;
mod secrets;
mod shipper;
mod shippers;
mod store;
mod stream;
mod syslog;
mod tracing_loki;

use std::{sync::Arc, time::Duration};

use clap::Parser;
use tracing_subscriber::{Registry, layer::SubscriberExt};

use crate::{
    logs::{
        model::{Fields, Level, LogLine},
        server::{Logs, ingest::own_tracing::own_tracing, record::NewLine, store::after},
    },
    server::{
        config::Cli,
        db::{Database, Durability},
        shutdown::Shutdown,
    },
    tests::app::TestApp,
    time::Timestamp,
};

/// The feature alone, on a database of its own.
struct Bench {
    logs: Logs,
    shutdown: Shutdown,
    /// Feeds the server's own lines.
    subscriber: tracing::Dispatch,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let shutdown = Shutdown::default();
        let migrations = sqlx::migrate!("./migrations/logs");
        let db = Database::open(
            &folder.path().join("logs.db"),
            &migrations,
            Durability::Normal,
            &shutdown.background,
            &shutdown.begun,
        )
        .await
        .expect("a database");
        let config = Cli::parse_from(["squawkbox"]).serve;
        let (layer, own) = own_tracing();
        let logs = Logs::start(db, own, &config, &shutdown).await.expect("a start");
        let subscriber = tracing::Dispatch::new(Registry::default().with(layer));
        Self {
            logs,
            shutdown,
            subscriber,
            _folder: folder,
        }
    }

    /// Keeps `count` lines.
    async fn record(&self, count: usize) {
        self.record_long(count, 0).await;
    }

    /// Keeps `count` lines with `bytes` more in each.
    async fn record_long(&self, count: usize, bytes: usize) {
        let text = "x".repeat(bytes);
        let lines = (0..count).map(|i| line(Level::Info, &format!("{i} {text}"))).collect();
        self.logs.recorder.record(lines).await.expect("kept");
    }
}

fn line(level: Level, message: &str) -> NewLine {
    NewLine {
        time: Timestamp::now(),
        level,
        source: "test".into(),
        message: message.into(),
        fields: Fields(vec![("order_id".into(), 8812.into()), ("venue".into(), "X_ON".into())]),
        colours: Default::default(),
    }
}

fn ids(lines: &[Arc<LogLine>]) -> Vec<u64> {
    lines.iter().map(|line| line.id).collect()
}

/// What is kept once it is `count` lines, and nothing more comes.
async fn kept(app: &TestApp, count: usize) -> Vec<Arc<LogLine>> {
    let mut lines = Vec::new();
    for _ in 0..600 {
        lines = after(&app.running.state.logs.db.readers, 0, 100_000)
            .await
            .expect("lines");
        if lines.len() >= count {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let last = messages(&lines[lines.len().saturating_sub(20)..]);
    assert_eq!(lines.len(), count, "{last:?}");
    lines
}

/// Each line as `level source message fields`, without the mark of those whose time is long past.
fn shown(lines: &[Arc<LogLine>]) -> Vec<String> {
    let shown = lines.iter().map(|line| {
        let mut fields = line.fields.clone();
        fields.0.retain(|(name, _)| name != "clock");
        let text = format!("{} {} {} {fields}", line.level.name(), line.source, line.message);
        text.trim_end().to_owned()
    });
    shown.collect()
}

fn messages(lines: &[Arc<LogLine>]) -> Vec<&str> {
    lines.iter().map(|line| line.message.as_str()).collect()
}
