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
/// Slack's incoming webhooks: a bot's token in the URL.
pub const SLACK_HOOK: &str = "/hooks/{token}";
/// Campfire's bots: a bot's token in the URL.
pub const CAMPFIRE_BOT: &str = "/rooms/{room}/{token}/messages";
/// The line gateway: direct messages over a WebSocket, for programs.
pub const LINE_GATEWAY: &str = "/api/home/connect";
/// The API's root.
pub const API: &str = "/api/v1";

/// A path as logs may show it: without the token that programs put into some, rightly or not.
pub fn shown(path: &str) -> &str {
    if holds_a_token(path) || path.contains("sbx_") {
        "(its URL is secret)"
    } else {
        path
    }
}

/// True for what programs call with a token in the URL.
pub fn holds_a_token(path: &str) -> bool {
    path.starts_with("/hooks/")
        || path.starts_with("/reset/")
        || (path.starts_with("/rooms/") && path.ends_with("/messages"))
}
