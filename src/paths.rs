//! Every URL that both ends use; the pages' own are in `app.rs`.

/// The chat WebSocket.
pub const CHAT_SOCKET: &str = "/chat/socket";
/// The event stream of all feeds.
pub const EVENTS: &str = "/events";
/// Server functions, called by hydrated pages and plain forms.
pub const FUNCTIONS: &str = "/do/{*function}";
/// Liveness for supervisors and proxies.
pub const HEALTH: &str = "/health";
/// Prices in.
pub const INGEST_TICKS: &str = "/ingest/ticks";
/// Log lines in.
pub const INGEST_LOGS: &str = "/ingest/logs";
