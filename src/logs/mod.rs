//! Log lines.
//!
//! A line: shipper → `server/ingest/*` → `server/record` → `server/store` → `server/publish` →
//! `server/stream` → `live/event_source` → `connection` → `buffer` (the fold) → `log_row`.

pub mod api;
pub mod buffer;
pub mod connection;
pub mod filter;
mod filter_bar;
mod follow;
mod log_row;
pub mod model;
pub mod panel;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
