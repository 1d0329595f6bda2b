//! Prices.
//!
//! A tick: a venue's socket or POST → `server/record` → `server/store` → the board's hub → `server/stream` →
//! `live/event_source` → `board` (the fold) → `quote_row`.

pub mod api;
pub mod board;
pub mod figures;
pub mod model;
pub mod panel;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod server;
