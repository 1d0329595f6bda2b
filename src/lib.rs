//! Squawkbox: chat beside a live ticker beside live logs, in one binary.
//!
//! The map. Every feature folder uses the same inner words: `model` (what it is, both ends), `api` (server
//! functions), `connection` (the browser's end of its stream), a pure fold, pages and panels, `server/`.

// A view's type nests as deeply as its elements do.
#![recursion_limit = "256"]

/// This end is the server, which renders a page once; the other, in the browser, takes it over and keeps it up to date.
pub const ON_SERVER: bool = cfg!(feature = "ssr");

/// How long to wait before connecting again.
pub mod backoff;
/// What a caller may be told when something went wrong.
pub mod error;
/// Types for the names of things.
pub mod ids;
/// JSON as server functions send it.
pub mod json;
/// URLs that both ends use.
pub mod paths;
/// What each end has of its own and needs not load: the calendar, and small letters.
#[cfg(feature = "ssr")]
mod platform;
#[cfg(not(feature = "ssr"))]
#[path = "platform_browser.rs"]
mod platform;
/// Instants: microseconds UTC, RFC 3339 on the wire.
pub mod time;

/// The document and every page's URL.
pub mod app;
/// The page that joins the features: rail, room, ticker, logs.
pub mod desk;
/// The keys that work all over it.
pub mod desk_keys;

/// Sign-in, sessions, the join link, tokens.
pub mod accounts;
/// Rules over prices and log lines that speak in rooms.
pub mod alerts;
/// Rooms and messages.
pub mod chat;
/// What a proxy breaks, and what mends it.
pub mod checkup;
/// Log lines from anywhere, kept and tailed.
pub mod logs;
/// One clock: what was said, priced and logged around an instant.
pub mod moment;
/// One search over everything.
pub mod search;
/// Headlines that everyone hears.
pub mod squawk;
/// Prices from venues and from POST.
pub mod ticker;

/// The browser's side of a connection; knows no feature.
pub mod live;
/// What every page shares; knows no feature.
pub mod ui;

/// What every feature stands on: databases, delivery, security, start and stop.
#[cfg(feature = "ssr")]
pub mod server;

#[cfg(all(test, feature = "ssr"))]
mod tests;

/// Takes over the page that the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
