//! What the server says of itself: on standard error, and as the first source of the log viewer.
//!
//! Fields are named the same everywhere: `request_id`, `user`, `room`, `venue`, `source`, `error`; durations
//! carry their unit (`took_ms`). Secrets (tokens, passwords, message bodies) are never logged.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, Layer, Registry, layer::SubscriberExt, util::SubscriberInitExt};

/// What stays quiet whatever is chosen.
const QUIET: &str = "tungstenite::handshake::client=info";

/// Starts logging. `own` is the layer that feeds the log viewer.
///
/// # Errors
/// When `filter` can't be read; the text says where.
pub fn start(filter: &str, own: impl Layer<Registry> + Send + Sync + 'static) -> Result<(), String> {
    let parse = || {
        let chosen = EnvFilter::try_new(filter).map_err(|e| format!("--log {filter:?}: {e}"))?;
        // At `trace` it writes requests to venues, whose addresses and headers hold keys.
        let handshake = QUIET.parse().map_err(|e| format!("{QUIET}: {e}"))?;
        Ok::<_, String>(chosen.add_directive(handshake))
    };
    let console = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        // Colours are for people, not for files.
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(true);
    tracing_subscriber::registry()
        .with(own.with_filter(parse()?))
        .with(console.with_filter(parse()?))
        .try_init()
        .map_err(|e| e.to_string())
}
