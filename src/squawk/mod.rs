//! Squawks: the headlines that everyone hears.
//!
//! A headline: a form, `/squawk`, the API, `/send` or a feed of the web → `server/publish` → `server/store` → the hub →
//! `server/stream` → `live/event_source` → `connection` → `public/squawk.js`, which shows it on the tape and as a banner.
//! What is there before, `server/rendered` makes. `server/see` is the same for any EventSource.

pub mod api;
pub mod connection;
pub mod model;
pub mod page;
pub mod rules;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
