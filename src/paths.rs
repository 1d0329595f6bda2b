//! Every URL that both ends use; the pages' own are in `app.rs`.

use crate::{
    ids::{FileId, ListId, RoomId, UserId},
    time::Timestamp,
};

/// The chat WebSocket.
pub const CHAT_SOCKET: &str = "/chat/socket";
/// The event stream of all feeds.
pub const EVENTS: &str = "/events";
/// Server functions, called by hydrated pages and plain forms.
pub const FUNCTIONS: &str = "/do/{*function}";
/// What shows notifications in browsers, also while no page is open.
pub const WORKER: &str = "/worker.js";
/// Liveness for supervisors and proxies.
pub const HEALTH: &str = "/health";
/// The page that checks what a proxy breaks.
pub const CHECKUP: &str = "/checkup";
/// What a request was like when it got here.
pub const CHECKUP_SEEN: &str = "/checkup/seen";
/// The WebSocket that sends back what it is sent.
pub const ECHO: &str = "/echo";
/// The same, with the time.
pub const ECHO_STAMPED: &str = "/echo/stamped";
/// The server's time as a stream of events.
pub const CLOCK: &str = "/sse";
/// How the server is, for Prometheus.
pub const METRICS: &str = "/metrics";
/// Prices in.
pub const INGEST_TICKS: &str = "/ingest/ticks";
/// Log lines in.
pub const INGEST_LOGS: &str = "/ingest/logs";
/// Log lines in, as Loki takes them.
pub const LOKI_PUSH: &str = "/loki/api/v1/push";
/// The page where log lines of any age are searched.
pub const LOG_SEARCH: &str = "/logs/search";
/// The page of who sends log lines.
pub const LOG_SOURCES: &str = "/logs/sources";
/// Everything that a search in log lines finds, as a file.
pub const LOG_EXPORT: &str = "/logs/export";
/// More lines of a search, for its page.
pub const LOG_ROWS: &str = "/logs/rows";
/// What a log line carries, for the page of searching.
pub const LOG_LINE: &str = "/logs/line";
/// Whether Loki takes lines, as its shippers ask.
pub const LOKI_READY: &str = "/ready";
/// Log lines in, as OpenTelemetry sends them.
pub const OTLP_LOGS: &str = "/v1/logs";
/// Everything that Elasticsearch's shippers call, under one prefix: they begin at its root.
pub const ELASTIC: &str = "/elastic";
/// The calls under it.
pub const ELASTIC_ALL: &str = "/elastic/{*call}";
/// Log lines in, as Elasticsearch takes them, for shippers that call nothing else.
pub const ELASTIC_BULK: &str = "/_bulk";
/// The same for lines that name no index.
pub const ELASTIC_INDEX_BULK: &str = "/{index}/_bulk";
/// Slack's incoming webhooks: a bot's token in the URL.
pub const SLACK_HOOK: &str = "/hooks/{token}";
/// Campfire's bots: a bot's token in the URL.
pub const CAMPFIRE_BOT: &str = "/rooms/{room}/{token}/messages";
/// The line gateway: direct messages over a WebSocket, for programs.
pub const LINE_GATEWAY: &str = "/api/home/connect";
/// The page of lists of symbols.
pub const WATCHLISTS: &str = "/ticker/lists";
/// The page of alerts.
pub const ALERTS: &str = "/alerts";
/// The page where one makes or changes an alert.
pub const NEW_ALERT: &str = "/alerts/new";
/// Where its form posts.
pub const ALERT_KEEP: &str = "/alerts/keep";
/// Where it posts to look back.
pub const ALERT_LOOK: &str = "/alerts/look";
/// What a form's alert would have said lately, for its page.
pub const ALERT_PREVIEW: &str = "/alerts/preview";
/// The prices at which a symbol's alerts fire, for its page.
pub const ALERT_LEVELS: &str = "/alerts/levels";
/// Where the buttons below an alert's message post.
pub const ALERT_ACT: &str = "/alerts/act";
/// Prometheus' Alertmanager: a bot's token in the URL.
pub const ALERTMANAGER_HOOK: &str = "/hooks/{token}/alertmanager";
/// Headlines for any EventSource.
pub const SEE: &str = "/see";
/// A headline in, by the plainest means.
pub const SEND: &str = "/send";
/// The page of headlines.
pub const SQUAWKS: &str = "/squawks";
/// The API's root.
pub const API: &str = "/api/v1";
/// Files in, for pages: the body is the file, `?room=` and `?name=` say where to and what it is called.
pub const FILES: &str = "/files";
/// A file.
pub const FILE: &str = "/files/{file}/{name}";
/// An image, small.
pub const THUMBNAIL: &str = "/thumbnails/{file}";
/// The picture of a card under a link.
pub const PREVIEW: &str = "/previews/{key}";
/// Somebody's picture.
pub const AVATAR: &str = "/avatars/{user}";
/// Where the form with one's own picture posts.
pub const OWN_AVATAR: &str = "/you/avatar";
/// The page on which the desk as it is now is said in a room.
pub const SHARE: &str = "/share";
/// The row of the instant on the page of one clock.
pub const HERE: &str = "#here";
/// What a field offers to take, as a list in HTML: `?q=` is what was typed.
pub const OPTIONS: &str = "/options/{kind}";
/// Where the composer's plain form posts.
pub const SAY: &str = "/rooms/{room}/say";
/// As the path of a refusal: what the plain form was answered is no error.
pub const NOTE: &str = "note";

/// As the paths of what the composer's plain form was answered: of a refusal, and of words; of the composer of the thread
/// beside the room, or of the room's.
pub const fn answers(beside: bool) -> (&'static str, &'static str) {
    if beside { ("thread", "thread-note") } else { (SAY, NOTE) }
}

/// A file's URL; it ends in its name, which is what browsers save it under.
pub fn file(id: FileId, name: &str) -> String {
    format!("/files/{id}/{}", encoded(name))
}

/// The page of a symbol at a venue.
pub fn chart(symbol: &str, venue: &str) -> String {
    format!("/ticker/chart?symbol={}&venue={}", encoded(symbol), encoded(venue))
}

/// The page that says what is lost with a symbol, before it is.
pub fn forget(symbol: &str, venue: &str) -> String {
    format!("/ticker/forget?symbol={}&venue={}", encoded(symbol), encoded(venue))
}

/// The page of a list of symbols.
pub fn watchlist(list: ListId) -> String {
    format!("{WATCHLISTS}?list={list}")
}

/// The page of a search in log lines.
pub fn log_search(query: &str) -> String {
    format!("{LOG_SEARCH}?q={}", encoded(query))
}

/// What was said, priced and logged around an instant.
pub fn moment(at: Timestamp) -> String {
    format!("/at/{at}")
}

/// The same, from the instant's own row on.
pub fn then(at: Timestamp) -> String {
    moment(at) + HERE
}

/// The page on which what a link shows is said in a room.
pub fn discuss(link: &str, room: Option<RoomId>) -> String {
    let room = room.map_or(String::new(), |room| format!("&room={room}"));
    format!("/discuss?link={}{room}", encoded(link))
}

/// Where an alert on these log lines is made, with the usual values, so that it can be looked back on at once.
pub fn alert_on_lines(query: &str) -> String {
    format!("{NEW_ALERT}?test=more&value=10&within=5m&query={}", encoded(query))
}

/// Where an alert on this price is made.
pub fn alert_on_price(symbol: &str, venue: &str) -> String {
    format!(
        "{NEW_ALERT}?test=above&symbol={}",
        encoded(&format!("{venue}:{symbol}"))
    )
}

/// A log line, with those around it.
pub fn log_line(id: u64) -> String {
    format!("{LOG_SEARCH}?at={id}")
}

/// The same, with the query from which one came.
pub fn log_line_of(id: u64, query: &str) -> String {
    match query {
        "" => log_line(id),
        query => format!("{}&q={}", log_line(id), encoded(query)),
    }
}

/// Where one can come into the room, if it is an open one.
pub fn not_in(room: RoomId) -> String {
    format!("/rooms/others?room={room}")
}

/// The URL of an image's thumbnail.
pub fn thumbnail(id: FileId) -> String {
    format!("/thumbnails/{id}")
}

/// The URL of a card's picture.
pub fn preview(key: &str) -> String {
    format!("/previews/{key}")
}

/// The URL of somebody's picture.
pub fn avatar(user: UserId) -> String {
    format!("/avatars/{user}")
}

/// As a part of a URL.
pub fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A path as logs may show it: without the token that programs put into some, rightly or not, and without the code by which
/// somebody comes in.
pub fn shown(path: &str) -> &str {
    let holds_a_code = ["/join/", "/reset/"].iter().any(|start| path.starts_with(start));
    if holds_a_code || holds_a_token(path) || path.contains("sbx_") {
        "(its URL is secret)"
    } else {
        path
    }
}

/// True for what programs call with a token in the URL.
pub fn holds_a_token(path: &str) -> bool {
    path.starts_with("/hooks/") || (path.starts_with("/rooms/") && path.ends_with("/messages"))
}

/// True for what log shippers call, each in its own protocol's words.
pub fn is_shipped(path: &str) -> bool {
    let is_under = |start: &str| {
        path.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let index = path.strip_suffix(ELASTIC_BULK);
    is_under("/loki")
        || path == OTLP_LOGS
        || is_under(ELASTIC)
        || index.is_some_and(|index| !index.strip_prefix('/').unwrap_or(index).contains('/'))
}

/// True for what programs call as the API.
pub fn is_api(path: &str) -> bool {
    path.strip_prefix(API)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A page beside the desk: a document of its own, which the desk's scripts leave to the browser.
pub fn is_beside(path: &str) -> bool {
    let page = path.trim_start_matches('/').split(['/', '?', '#']).next();
    let is_about_a_room = || {
        [
            "/new",
            "/others",
            "/about",
            "/delete",
            "/pins",
            "/history/",
            "/lists",
            "/logs/",
            "/ticker/chart",
            "/ticker/forget",
            "/ticker/venues",
        ]
        .iter()
        .any(|part| path.contains(part))
    };
    !matches!(page, Some("" | "rooms" | "ticker" | "logs")) || is_about_a_room()
}

#[cfg(test)]
#[path = "paths_tests.rs"]
mod tests;
